from contextlib import closing

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QTabBar

from candledesk.cache.runtime.writer import Writer
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.store.user.database import connect_user_reader
from candledesk.store.user.layouts import AUTOSAVED, read_layout
from candledesk.ui.chart.core.options import ChartType
from candledesk.workspace.layouts import AutosavedLayout
from candledesk.workspace.user_data import UserData
from candledesk.workspace.window_layout import parse_window
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

CTRL = Qt.KeyboardModifier.ControlModifier
RIGHT = QTabBar.ButtonPosition.RightSide


@pytest.fixture
def home(cache, tmp_path):
    for symbol in ("AAPL", "MSFT", "TSLA"):
        for interval in ("1d", "1h"):
            cache.add(symbol, interval, make_bars(300))
    return tmp_path


class Session:
    """A window whose charts are kept in the home, opened as the application does it."""

    def __init__(self, qapp, cache, home, symbols=()):
        self.user_data = UserData(home / "user.db", Writer)
        self.opened = WindowHarness(qapp, cache, home, layout=AutosavedLayout(self.user_data))
        self.opened.window.open_charts(symbols, INTERVALS["1d"])
        settle(qapp)

    def close(self):
        self.opened.close()
        assert self.user_data.close(30)


@pytest.fixture
def start(qapp, cache, home):
    """Return what opens the window; a further one closes the previous one first."""
    running = []

    def begin(symbols=()):
        end()
        running.append(Session(qapp, cache, home, symbols))
        return running[0].opened

    def end():
        if running:
            running.pop().close()

    yield begin
    end()


@pytest.fixture
def opened(start):
    return start()


def _titles(made):
    return [page.title() for page in made.charts.tabs.pages()]


def _open_three(made):
    for symbol, interval in (("AAPL", "1d"), ("MSFT", "1h"), ("TSLA", "1d")):
        made.charts.show_series(symbol, INTERVALS[interval])
        settle(made.qapp)
    return made.charts.tabs


def test_the_charts_of_the_last_time_come_back_in_their_order_with_the_same_one_in_front(opened, start):
    tabs = _open_three(opened)
    tabs.tabBar().moveTab(2, 0)
    tabs.setCurrentIndex(2)
    again = start()
    assert _titles(again) == ["TSLA 1d", "AAPL 1d", "MSFT 1h"]
    assert again.page.title() == "MSFT 1h"


def _layout_on_disk(made):
    """Return the layouts as another process reads them."""
    with closing(connect_user_reader(made.home / "user.db")) as conn:
        return parse_window(read_layout(conn, AUTOSAVED) or {})


def _stored(made):
    window = _layout_on_disk(made)
    series = [chart for layout in window.layouts for chart in layout.charts]
    return [f"{symbol} {interval.name}" for symbol, interval in series], window.front


def test_the_charts_are_stored_whenever_they_change(opened, qtbot):
    def wait_for(*expected):
        qtbot.waitUntil(lambda: _stored(opened) == expected, timeout=5_000)

    tabs = _open_three(opened)
    wait_for(["AAPL 1d", "MSFT 1h", "TSLA 1d"], 2)
    tabs.tabBar().moveTab(2, 0)
    wait_for(["TSLA 1d", "AAPL 1d", "MSFT 1h"], 0)
    tabs.tabBar().moveTab(1, 2)  # neither is in front
    wait_for(["TSLA 1d", "MSFT 1h", "AAPL 1d"], 0)
    tabs.tabBar().moveTab(2, 1)
    tabs.setCurrentIndex(1)
    wait_for(["TSLA 1d", "AAPL 1d", "MSFT 1h"], 1)
    opened.open("AAPL", "1h")
    wait_for(["TSLA 1d", "AAPL 1h", "MSFT 1h"], 1)
    tabs.close_requested.emit(tabs.widget(2))  # one behind
    wait_for(["TSLA 1d", "AAPL 1h"], 1)


def test_the_last_state_is_stored_at_the_end_and_nothing_any_more_while_the_window_ends(opened, qtbot):
    tabs = _open_three(opened)
    opened.window.close()
    tabs.close_requested.emit(tabs.widget(0))
    tabs.show_titles()
    assert not opened.window.autosave._timer.isActive()
    qtbot.waitUntil(lambda: _stored(opened) == (["AAPL 1d", "MSFT 1h", "TSLA 1d"], 2), timeout=5_000)


def test_options_are_stored_whenever_they_change(opened, qtbot):
    _open_three(opened)
    qtbot.waitUntil(lambda: _layout_on_disk(opened).options.get("has_grid") is True, timeout=5_000)
    opened.window.options.update(has_grid=False)
    qtbot.waitUntil(lambda: _layout_on_disk(opened).options.get("has_grid") is False, timeout=5_000)


def test_options_come_back_at_the_next_start(opened, start):
    opened.window.options.update(has_grid=False)
    again = start()
    assert again.window.options.value.has_grid is False
    assert again.page.model.scene.options == again.window.options.value


def test_charts_and_options_of_the_former_settings_file_are_taken_over_once(start, home, qapp):
    settings = QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("charts/series", '[["TSLA", "1d"], ["AAPL", "1h"]]')
    settings.setValue("charts/front", 1)
    settings.setValue("chart/chart_type", "bars")
    settings.setValue("theme", "light")
    settings.sync()
    for _ in range(2):
        made = start()
        assert (_titles(made), made.page.title()) == (["TSLA 1d", "AAPL 1h"], "AAPL 1h")
        assert [page.chart_type for page in made.charts.pages()] == [ChartType.BARS] * 2
    assert {"geometry", "state", "panels_shown", "theme", "search/recent"} >= set(made.window._settings.allKeys())
    made.run("close_tab")
    assert _titles(start()) == ["TSLA 1d"]


@pytest.mark.allow_logs
def test_a_damaged_file_opens_an_empty_window_that_says_where_the_file_is_kept(start, home):
    (home / "user.db").write_text("nonsense" * 500)
    made = start()
    assert _titles(made) == [""]
    (kept,) = home.glob("user.damaged-*.db")
    assert kept.name in made.window.status.state.text()
    _open_three(made)
    assert _titles(start()) == ["AAPL 1d", "MSFT 1h", "TSLA 1d"]


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [("AAPL", ["AAPL 1d", "MSFT 1h", "TSLA 1d"]), ("NVDA", ["AAPL 1d", "MSFT 1h", "TSLA 1d", "NVDA 1d"])],
)
def test_a_symbol_that_is_asked_for_comes_to_the_front_of_them(opened, start, qapp, cache, symbol, expected):
    cache.add("NVDA", "1d", make_bars(300))
    _open_three(opened)
    again = start((symbol,))
    assert _titles(again) == expected
    assert again.page.title() == f"{symbol} 1d"


def test_the_cross_of_a_tab_closes_that_chart(opened, qapp, qtbot):
    tabs = _open_three(opened)
    qtbot.mouseClick(tabs.tabBar().tabButton(1, RIGHT), Qt.MouseButton.LeftButton)
    settle(qapp)
    assert _titles(opened) == ["AAPL 1d", "TSLA 1d"]
    assert opened.page.title() == "TSLA 1d", "the one in front stays"


def test_the_middle_button_closes_the_chart_of_the_tab_under_it(opened, qapp, qtbot):
    tabs = _open_three(opened)
    qtbot.mouseClick(tabs.tabBar(), Qt.MouseButton.MiddleButton, pos=tabs.tabBar().tabRect(0).center())
    settle(qapp)
    assert _titles(opened) == ["MSFT 1h", "TSLA 1d"]
    assert opened.page.title() == "TSLA 1d", "the one in front stays"


def test_the_entry_names_the_symbol_that_is_shown_while_another_is_on_its_way(opened, qapp, cache):
    entry = opened.open("AAPL", "1d").entry
    cache.is_holding = True
    opened.charts.enter_symbol("MSFT")
    opened.page.model.series_changed.emit()
    settle(qapp)
    assert (entry.text(), opened.page.title()) == ("AAPL", "AAPL 1d")
    cache.held.pop()[1].set_exception(EnvironmentFaultError("Yahoo cannot be reached."))
    settle(qapp)
    assert entry.text() == "AAPL"


def test_the_toolbar_goes_back_to_the_interval_that_is_shown_when_another_cannot_be(opened, qapp, cache):
    opened.open("AAPL", "1d")
    cache.is_holding = True
    opened.charts.set_interval(INTERVALS["5m"])
    cache.held.pop()[1].set_exception(EnvironmentFaultError("Yahoo cannot be reached."))
    settle(qapp)
    assert opened.interval_buttons.by_name["1d"].isChecked()


@pytest.mark.parametrize(
    ("key", "modifiers", "front"),
    [
        (Qt.Key.Key_PageDown, CTRL, "AAPL 1d"),
        (Qt.Key.Key_PageUp, CTRL, "MSFT 1h"),
        (Qt.Key.Key_Tab, CTRL, "AAPL 1d"),
        (Qt.Key.Key_Backtab, CTRL | Qt.KeyboardModifier.ShiftModifier, "MSFT 1h"),
    ],
)
def test_keys_go_round_the_charts(opened, qapp, qtbot, key, modifiers, front):
    _open_three(opened)
    qtbot.keyClick(opened.page.view, key, modifiers)
    settle(qapp)
    assert opened.page.title() == front


def test_with_one_chart_there_is_no_other_to_go_to(opened):
    opened.open("AAPL")
    assert not opened.actions["next_chart"].isEnabled()


def _press_tab(opened, qtbot):
    bar = opened.charts.tabs.tabBar()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(0).center())


@pytest.mark.parametrize(
    "go",
    [
        lambda opened, _qtbot: opened.run("close_tab"),
        lambda opened, _qtbot: opened.run("next_chart"),
        _press_tab,
    ],
    ids=["close", "next", "click"],
)
def test_keys_reach_the_chart_that_comes_to_the_front(opened, qapp, qtbot, go):
    _open_three(opened)
    opened.run("symbol")
    settle(qapp)
    go(opened, qtbot)
    settle(qapp)
    assert opened.page.view.hasFocus()


def test_the_cache_is_given_the_chart_in_front(opened, cache, qapp):
    tabs = _open_three(opened)
    assert cache.in_front == [("TSLA", "1d")]
    tabs.setCurrentIndex(1)
    assert cache.in_front == [("MSFT", "1h")]
    opened.charts.show_series("AAPL", INTERVALS["1h"])
    settle(qapp)
    assert cache.in_front == [("AAPL", "1h")]
