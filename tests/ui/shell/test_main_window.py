import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QToolButton

from candledesk.cache.events import FaultRaised, JobChanged, LimiterChanged
from candledesk.cache.messages import BreakerState, LimiterState
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.ui.chart.core.options import ChartType
from candledesk.ui.interval_text import interval_label
from candledesk.ui.panels.jobs.backfill_form import BackfillForm
from candledesk.ui.shell.display_check import check_desktop
from tests.fake_data import make_bars, make_job
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path)
    yield made
    made.close()


def test_the_panel_and_the_size_of_a_window_that_was_killed_are_there_again(qapp, cache, tmp_path, qtbot):
    """A pasted watchlist was there again after kill -9, but its panel was hidden."""
    killed = WindowHarness(qapp, cache, tmp_path)
    killed.run("jobs")
    killed.window.resize(killed.window.width() - 10, 600)
    settle(qapp)
    size = killed.window.size()
    stored = tmp_path / "window.ini"
    qtbot.waitUntil(lambda: stored.exists() and "geometry" in stored.read_text(encoding="utf-8"), timeout=5_000)
    copied = tmp_path / "after"
    copied.mkdir()
    (copied / "window.ini").write_bytes(stored.read_bytes())
    killed.close()
    again = WindowHarness(qapp, cache, copied)
    assert again.window.size() == size
    assert again.jobs_panel.isVisible()
    again.close()


def test_an_empty_chart_says_once_why_a_symbol_cannot_be_opened(opened):
    opened.open("NOSUCH")
    assert "NOSUCH" in opened.page.model.scene.notice.detail
    assert opened.page.toast == ""


def _bars(opened):
    bars = opened.window.bars
    return [bars.top, bars.left, bars.right, bars.dates]


def test_another_theme_moves_nothing(qapp, cache, tmp_path):
    """Widgets that were there before the first theme had a smaller font until the second."""
    qapp.setStyleSheet("")
    qapp.setFont(QFont())  # as a new process has it
    opened = WindowHarness(qapp, cache, tmp_path).open()
    bars = [*_bars(opened), opened.window.status, opened.entry]
    places = [[(bar.geometry(), bar.fontInfo().pixelSize()) for bar in bars]]
    for _ in range(2):
        opened.run("theme")
        places.append([(bar.geometry(), bar.fontInfo().pixelSize()) for bar in bars])
    opened.close()
    assert places[0] == places[1] == places[2]


def test_lines_of_the_toolbar_stay_thin_in_a_narrow_window(opened):
    toolbar = opened.window.bars.top
    lines = [toolbar.widgetForAction(action) for action in toolbar.actions() if action.isSeparator()]
    overflow = toolbar.findChild(QToolButton, "qt_toolbar_ext_button")
    for width in (400, 440, 480, 1_200):
        opened.window.resize(width, 400)
        settle(opened.qapp)
        assert overflow.isVisible() is (width < 1_000)
        assert {line.width() for line in lines if line.isVisible()} == {lines[0].sizeHint().width()}


@pytest.mark.parametrize("width", [1_024, 1_280, 1_440])
def test_the_bars_fit_the_usual_windows_whatever_the_chart_type(opened, width):
    opened.window.resize(width, 700)
    for chart_type in ChartType:
        opened.run(f"chart_type_{chart_type}")
        settle(opened.qapp)
        for bar in _bars(opened):
            assert not bar.findChild(QToolButton, "qt_toolbar_ext_button").isVisible(), "nothing is cut off"


def test_words_of_the_top_bar_go_first_where_it_is_narrow(opened):
    bar = opened.window.bars.top
    button = bar.widgetForAction(opened.actions["indicators"])
    beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
    for width, style in ((1_440, beside), (800, alone), (1_280, beside)):
        opened.window.resize(width, 600)
        settle(opened.qapp)
        assert button.toolButtonStyle() == style
        assert button.toolTip() == "Indicators… (/): No chart is open"


def test_words_of_the_top_bar_go_when_a_button_becomes_wider(opened):
    bar = opened.window.bars.top
    button = bar.widgetForAction(opened.actions["indicators"])
    opened.window.resize(1_440, 600)
    settle(opened.qapp)
    bar.menu_button.setMinimumWidth(700)
    settle(opened.qapp)
    assert button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly


def test_the_title_names_the_series(opened):
    assert opened.window.windowTitle() == "CandleDesk"
    assert opened.page.model.scene.notice.title == "Type a symbol"
    opened.open()
    assert opened.window.windowTitle() == "MSFT 1d — CandleDesk"
    assert opened.facts.text().endswith(" of 3,000 bars")


def test_typing_a_symbol_opens_it_in_the_same_interval(opened, qtbot):
    opened.open("AAPL", "5m")
    opened.cache.add("MSFT", "5m", opened.cache.bars["AAPL", "5m"])
    qtbot.keyClick(opened.page.view, Qt.Key.Key_M)
    line = opened.search.line
    qtbot.waitUntil(line.hasFocus)
    qtbot.keyClicks(line, "sft")
    assert line.text() == "MSFT"
    qtbot.keyClick(line, Qt.Key.Key_Return)
    settle(opened.qapp)
    assert opened.window.windowTitle() == "MSFT 5m — CandleDesk"
    assert opened.page.view.hasFocus()


def test_an_unknown_symbol_keeps_the_chart_and_says_so(opened):
    opened.open().open("NOSUCH")
    assert opened.window.windowTitle() == "MSFT 1d — CandleDesk"
    assert "NOSUCH" in opened.page.toast
    opened.open("not a symbol!")
    assert "Not a symbol" in opened.page.toast


def test_a_digit_opens_the_interval_entry(opened, qtbot):
    opened.open("AAPL")
    qtbot.keyClick(opened.page.view, Qt.Key.Key_5)
    popup = opened.popup
    assert popup.isVisible()
    assert popup.hint.text() == "5 minutes"
    qtbot.keyClick(popup.line, Qt.Key.Key_Return)
    settle(opened.qapp)
    assert opened.window.windowTitle() == "AAPL 5m — CandleDesk"
    assert opened.interval_buttons.by_name["5m"].isChecked()


@pytest.mark.parametrize(
    ("typed", "name", "words"),
    [("45", "45m", "45 minutes"), ("3h", "3h", "3 hours"), ("2D", "2d", "2 days"), ("12M", "1y", "1 year")],
)
def test_any_multiple_can_be_typed_and_has_a_button_while_it_is_shown(opened, qtbot, cache, typed, name, words):
    cache.add("AAPL", name, make_bars(300))
    opened.open("AAPL")
    qtbot.keyClick(opened.page.view, typed[0])
    popup = opened.popup
    qtbot.keyClicks(popup.line, typed[1:])
    assert popup.hint.text() == words
    qtbot.keyClick(popup.line, Qt.Key.Key_Return)
    settle(opened.qapp)
    assert opened.window.windowTitle() == f"AAPL {name} — CandleDesk"
    assert opened.charts.target[1] is parse_interval(name)
    other = opened.interval_buttons.other_button
    assert (other.text(), other.toolTip(), other.isChecked(), other.isVisible()) == (
        interval_label(parse_interval(name)),
        words,
        True,
        True,
    )
    opened.charts.set_interval(INTERVALS["5m"])
    assert opened.interval_buttons.by_name["5m"].isChecked()
    settle(opened.qapp)
    assert not other.isVisible()


def test_the_favourite_intervals_have_buttons_and_the_menu_has_all(opened):
    opened.open("AAPL")
    assert list(opened.interval_buttons.by_name) == ["1m", "5m", "15m", "1h", "1d", "1wk"]
    assert set(opened.interval_buttons.menu.rows) == set(INTERVALS)
    opened.interval_buttons.by_name["5m"].click()
    settle(opened.qapp)
    assert opened.window.windowTitle() == "AAPL 5m — CandleDesk"


def test_refresh_and_backfill_ask_the_cache(opened):
    assert not opened.actions["refresh"].isEnabled()
    opened.open()
    opened.run("refresh")
    opened.run("backfill")
    assert ("start_update", [("MSFT", "1d")]) in opened.cache.calls
    assert ("start_backfill", ("MSFT", "1d", None)) in opened.cache.calls
    assert opened.jobs_panel.isVisible()


def test_the_browser_is_opened(opened):
    opened.run("browser")
    assert opened.browsed == [1]


def test_the_job_panel_takes_and_gives_back_the_focus(opened, qtbot):
    opened.cache.jobs = [make_job(1)]
    opened.open()
    opened.jobs_panel.load()
    opened.run("jobs")
    table = opened.jobs_panel.table
    assert table.hasFocus()
    edge = opened.page.model.placed.right_edge
    qtbot.keyClick(table, Qt.Key.Key_Home)  # not the chart's Home
    assert opened.page.model.placed.right_edge == edge
    qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert opened.page.view.hasFocus()


def test_a_new_backfill_begins_with_the_chart_and_is_shown_in_the_panel(opened, qtbot):
    opened.open("AAPL", "5m")
    opened.run("new_backfill")
    form = opened.window.findChild(BackfillForm)
    assert form.order().series == [("AAPL", INTERVALS["5m"])]
    qtbot.mouseClick(form.start_button, Qt.MouseButton.LeftButton)
    settle(opened.qapp)
    assert opened.jobs_panel.isVisible()
    qtbot.waitUntil(lambda: opened.window.status.state.text() == "1 job is loading")


def test_refresh_works_for_a_symbol_that_was_refused(opened):
    opened.open("NVDA")
    assert "NVDA" in opened.page.model.scene.notice.title
    assert opened.actions["refresh"].isEnabled()
    opened.cache.add("NVDA", "1d", opened.cache.bars["MSFT", "1d"])
    opened.run("refresh")
    assert ("start_update", [("NVDA", "1d")]) in opened.cache.calls
    assert opened.window.windowTitle() == "NVDA 1d — CandleDesk"


def test_the_status_bar_shows_the_state_of_the_network(opened, qtbot):
    status = opened.window.status
    closed = LimiterState(6, 0, BreakerState.CLOSED)
    assert status.state.text() == "Ready"
    opened.cache.emit(JobChanged(make_job()))
    qtbot.waitUntil(lambda: status.state.text() == "1 job is loading")
    opened.cache.emit(LimiterChanged(replace(closed, breaker=BreakerState.OPEN, retry_at=int(time.time()) + 600)))
    settle(opened.qapp)
    assert status.state.text().startswith("The provider asked us to pause until ")
    opened.cache.emit(LimiterChanged(replace(closed, is_offline=True)))
    settle(opened.qapp)
    assert status.state.text() == "Offline: showing stored bars   ·   1 job waits"
    status.show_waiting("Looking up MSFT…")
    assert status.state.text() == "Offline: showing stored bars   ·   Looking up MSFT…", "it is tried for a while"
    status.show_waiting("")
    assert status.state.text() == "Offline: showing stored bars   ·   1 job waits"


@pytest.mark.allow_logs
def test_a_fault_is_shown(opened):
    opened.cache.emit(FaultRaised("The disk is full: free some space."))
    settle(opened.qapp)
    assert opened.window.status.state.text() == "The disk is full: free some space."
    opened.cache.emit(FaultRaised(""))
    settle(opened.qapp)
    assert "disk" not in opened.window.status.state.text()


def test_window_and_theme_are_kept(opened, qapp, cache, tmp_path):
    opened.window.resize(900, 590)
    opened.jobs_panel.show()
    opened.run("theme")
    opened.window.close()
    settle(qapp)
    assert opened.closed == [1]
    second = WindowHarness(qapp, cache, tmp_path)
    try:
        assert second.window.height() == 590
        assert second.window.theme_choice.theme.name == "light"
        assert second.jobs_panel.isVisible()
    finally:
        second.close()


def test_tabs_hold_more_charts(opened):
    opened.open("MSFT")
    opened.charts.add_chart()
    opened.open("AAPL")
    assert [opened.charts.tabs.tabText(at) for at in range(2)] == ["MSFT 1d", "AAPL 1d"]
    opened.run("close_tab")
    assert opened.window.windowTitle() == "MSFT 1d — CandleDesk"


@pytest.mark.parametrize(
    ("key", "modifier", "moves"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, -1.0),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1.0),
    ],
)
def test_arrow_keys_move_one_bar(opened, qtbot, key, modifier, moves):
    opened.open()
    opened.page.model.pan(800)
    edge = opened.page.model.placed.right_edge
    opened.run("bar_left" if moves < 0 else "bar_right")
    assert opened.page.model.placed.right_edge == pytest.approx(edge + moves)


def test_every_chart_action_has_an_effect(opened):
    opened.open()
    opened.page.model.pan(800)
    settle(opened.qapp)
    for name in ("zoom_in", "zoom_out", "page_left", "page_right", "first", "fit", "reset", "price_log", "invert"):
        before = opened.page.model.scene
        opened.run(name)
        assert opened.page.model.scene != before, name


def test_shortcuts_are_unique(opened):
    keys = [key for row in opened.window.table.rows for key in row.shortcuts]
    assert len(keys) == len(set(keys))
    opened.run("shortcuts")


@pytest.mark.parametrize(
    ("pyside", "python", "is_refused"),
    [("6.12.0", (3, 11), True), ("6.12.0", (3, 12), False), ("6.11.3", (3, 11), False)],
)
def test_the_versions_that_crash_are_refused(pyside, python, is_refused):
    if is_refused:
        with pytest.raises(EnvironmentFaultError, match=r"6\.12\.0 crashes on Python 3\.11"):
            check_desktop(pyside, python)
    else:
        check_desktop(pyside, python)


def test_a_missing_display_is_reported(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EnvironmentFaultError, match="no display"):
        check_desktop("6.11.3", (3, 11))
