"""Each key of CHART.md has its effect, by real key events on the window."""

from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtWidgets import QDialogButtonBox, QToolButton

from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.options import Magnet, PriceMode
from candledesk.ui.chart.widget.date_dialog import GoToDateDialog
from candledesk.ui.features.shortcut_sheet import ShortcutSheet
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

Key, Mod = Qt.Key, Qt.KeyboardModifier
NONE, CTRL, ALT, KEYPAD = Mod.NoModifier, Mod.ControlModifier, Mod.AltModifier, Mod.KeypadModifier


@pytest.fixture
def opened(qapp, cache, tmp_path, qtbot):
    made = WindowHarness(qapp, cache, tmp_path).open("MSFT")
    made.page.view.setFocus()
    made.page.model.pan(900)
    qtbot.waitUntil(made.page.view.hasFocus)
    yield made
    made.close()


def _press(opened, qtbot, qapp, key, modifiers=NONE):
    qtbot.keyClick(opened.page.view, key, modifiers)
    settle(qapp)


def _logical_x(opened, time):
    """Return the distance of a bar from the left edge, in bars."""
    placed = opened.page.model.placed
    return placed.x_of(int(np.searchsorted(placed.open_time, time))) / placed.view.spacing


@pytest.mark.parametrize(
    ("key", "modifiers", "n_bars"),
    [
        (Key.Key_Left, NONE, -1),
        (Key.Key_Right, NONE, 1),
        (Key.Key_Left, CTRL, "-page"),
        (Key.Key_Right, CTRL, "page"),
    ],
)
def test_arrows_move(opened, qtbot, qapp, key, modifiers, n_bars):
    placed = opened.page.model.placed
    page = placed.view.width / placed.view.spacing
    wanted = {"page": page, "-page": -page}.get(n_bars, n_bars)
    time = int(placed.open_time[-200])
    before = _logical_x(opened, time)
    _press(opened, qtbot, qapp, key, modifiers)
    assert before - _logical_x(opened, time) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("key", "modifiers", "is_in"),
    [
        (Key.Key_Up, CTRL, True),
        (Key.Key_Down, CTRL, False),
        (Key.Key_Plus, NONE, True),
        (Key.Key_Equal, NONE, True),
        (Key.Key_Minus, NONE, False),
    ],
)
def test_zoom_keys_keep_the_right_edge(opened, qtbot, qapp, key, modifiers, is_in):
    before = opened.page.model.placed
    _press(opened, qtbot, qapp, key, modifiers)
    after = opened.page.model.placed
    assert (after.view.spacing > before.view.spacing) is is_in
    assert after.right_edge == pytest.approx(before.right_edge)


def test_home_goes_to_the_first_bar_of_the_history_and_end_to_the_latest(opened, qtbot, qapp, cache):
    first = int(cache.bars["MSFT", "1d"].open_time[0])
    assert int(opened.page.model.placed.open_time[0]) > first
    _press(opened, qtbot, qapp, Key.Key_Home)
    assert 0 <= opened.page.model.placed.x_of(0) < opened.page.model.placed.view.width
    assert int(opened.page.model.placed.open_time[0]) == first
    _press(opened, qtbot, qapp, Key.Key_Home)
    assert 0 <= _logical_x(opened, first) < 10
    _press(opened, qtbot, qapp, Key.Key_End)
    qtbot.waitUntil(opened.page.model.is_latest_visible, timeout=3_000)


def test_the_glide_to_the_latest_bar_takes_400_ms(opened, qtbot):
    qtbot.keyClick(opened.page.view, Key.Key_End)
    motion = opened.page.view.motion
    assert motion.is_running
    assert motion._animation.duration() == 400
    edges = []
    opened.page.model.viewport_changed.connect(lambda: edges.append(opened.page.model.placed.right_edge))
    qtbot.waitUntil(lambda: not motion.is_running, timeout=3_000)
    assert edges == sorted(edges)
    assert edges[-1] == pytest.approx(opened.page.model.latest_edge())
    assert opened.page.model.is_latest_visible()


def test_zero_fits_and_alt_r_resets(opened, qtbot, qapp):
    _press(opened, qtbot, qapp, Key.Key_0)
    lo, hi = opened.page.model.placed.visible()
    assert (lo, hi) == (0, len(opened.page.model.series.bars))
    opened.page.model.price_axis.scale(2)
    _press(opened, qtbot, qapp, Key.Key_R, ALT)
    assert opened.page.model.placed.view.spacing == 8.0
    assert opened.page.model.is_latest_visible()
    assert opened.page.model.scene.price_range is None


@pytest.mark.parametrize(("key", "mode"), [(Key.Key_L, PriceMode.LOG), (Key.Key_P, PriceMode.PERCENT)])
def test_scale_keys_toggle(opened, qtbot, qapp, key, mode):
    _press(opened, qtbot, qapp, key, ALT)
    assert opened.page.model.scene.price_mode is mode
    assert opened.actions[f"price_{mode}"].isChecked()
    _press(opened, qtbot, qapp, key, ALT)
    assert opened.page.model.scene.price_mode is PriceMode.NORMAL
    assert opened.actions["price_normal"].isChecked()


def test_alt_i_inverts_and_alt_a_holds_the_scale(opened, qtbot, qapp):
    _press(opened, qtbot, qapp, Key.Key_I, ALT)
    assert opened.page.model.scene.is_inverted
    _press(opened, qtbot, qapp, Key.Key_A, ALT)
    assert opened.page.model.scene.price_range is not None
    _press(opened, qtbot, qapp, Key.Key_A, ALT)
    assert opened.page.model.scene.price_range is None


def test_alt_m_turns_the_magnet(opened, qtbot, qapp):
    seen = []
    for _ in range(3):
        _press(opened, qtbot, qapp, Key.Key_M, ALT)
        seen.append(opened.page.model.scene.options.magnet)
        assert opened.page.toast == f"Crosshair: {seen[-1].words.lower()}"
    assert seen == [Magnet.OHLC, Magnet.FREE, Magnet.CLOSE]


def test_letters_and_digits_open_the_entries(opened, qtbot, qapp):
    _press(opened, qtbot, qapp, Key.Key_G)
    assert opened.search.line.text() == "G"
    assert opened.search.line.hasFocus()
    opened.page.view.setFocus()
    _press(opened, qtbot, qapp, Key.Key_4)
    assert opened.popup.isVisible()
    assert opened.popup.line.text() == "4"
    qtbot.keyClick(opened.popup.line, Key.Key_Escape)


def test_f11_fills_the_screen_and_back(opened, qtbot, qapp):
    _press(opened, qtbot, qapp, Key.Key_F11)
    assert opened.window.isFullScreen()
    _press(opened, qtbot, qapp, Key.Key_F11)
    assert not opened.window.isFullScreen()


def test_the_question_mark_opens_the_sheet_of_all_shortcuts(opened, qtbot, qapp):
    _press(opened, qtbot, qapp, Key.Key_Question)
    sheet = opened.window.findChild(ShortcutSheet)
    assert sheet is not None
    assert sheet.isVisible()
    sheet.close()


@pytest.mark.parametrize("row_id", ["zone_utc", "magnet_free", "palette_colour_blind"])
def test_menu_choices_reach_every_chart_and_are_kept(opened, qapp, row_id):
    opened.charts.add_chart()
    opened.actions[row_id].trigger()
    settle(qapp)
    pages = opened.charts.pages()
    assert len(pages) == 2
    assert all(page.model.scene.options == opened.window.options.value for page in pages)
    name = row_id.rpartition("_")[0] if "blind" not in row_id else "palette"
    assert opened.window._collect_layout().options[name] == row_id.removeprefix(f"{name}_")
    assert opened.actions[row_id].isChecked()


def test_the_type_is_that_of_the_active_chart_alone(opened, qapp):
    first = opened.page
    opened.actions["chart_type_area"].trigger()
    second = opened.charts.add_chart()
    settle(qapp)
    opened.actions["chart_type_line"].trigger()
    assert [str(page.chart_type) for page in (first, second)] == ["area", "line"]
    assert _type_button(opened).text() == "Line"
    opened.charts.show_page(first)
    settle(qapp)
    assert _type_button(opened).text() == "Area"
    assert opened.actions["chart_type_area"].isChecked()
    opened.actions["undo"].trigger()
    opened.actions["undo"].trigger()
    assert [str(page.chart_type) for page in (first, second)] == ["candles", "candles"]
    assert opened.page is first, "the chart that was changed is shown"
    assert _type_button(opened).text() == "Candles"


def _type_button(opened):
    return next(
        button for button in opened.window.bars.top.findChildren(QToolButton) if button.toolTip() == "Chart type"
    )


def test_the_toolbar_names_the_chart_type(opened, qapp):
    assert _type_button(opened).text() == "Candles"
    opened.actions["chart_type_heikin_ashi"].trigger()
    assert _type_button(opened).text() == "Heikin-Ashi"


def _go_to(opened, qtbot, qapp, day):
    _press(opened, qtbot, qapp, Key.Key_G, ALT)
    dialog = opened.window.findChild(GoToDateDialog)
    assert dialog.isVisible()
    dialog.date.setDate(day)
    qtbot.keyClick(dialog.date, Key.Key_Return)
    settle(qapp)
    qtbot.waitUntil(lambda: opened.window.findChild(GoToDateDialog) is None)


def test_alt_g_goes_to_a_date(opened, qtbot, qapp):
    placed = opened.page.model.placed
    wanted = int(placed.open_time[placed.visible()[0] - 250])
    day = datetime.fromtimestamp(wanted, UTC)
    _go_to(opened, qtbot, qapp, QDate(day.year, day.month, day.day))
    placed = opened.page.model.placed
    assert placed.x_of(int(np.searchsorted(placed.open_time, wanted))) == pytest.approx(placed.view.width / 2, abs=8)


@pytest.mark.parametrize("typed", ["2021-03-15", "20210315", "2021-3-15"])
def test_a_date_may_be_typed_with_its_hyphens(opened, qtbot, qapp, typed):
    """2021-03-15 went to the third of the month that was there: each hyphen skipped a part."""
    _press(opened, qtbot, qapp, Key.Key_G, ALT)
    dialog = opened.window.findChild(GoToDateDialog)
    qtbot.keyClicks(dialog.date, typed)
    assert dialog.date.date() == QDate(2021, 3, 15)


def test_alt_g_loads_a_date_that_is_far_away(opened, qtbot, qapp, cache):
    wanted = int(cache.bars["MSFT", "1d"].open_time[40])
    day = datetime.fromtimestamp(wanted, UTC)
    _go_to(opened, qtbot, qapp, QDate(day.year, day.month, day.day))
    placed = opened.page.model.placed
    lo, hi = placed.visible()
    assert wanted in placed.open_time[lo:hi]


def test_of_intraday_bars_the_time_is_in_the_charts_zone(opened, qtbot, qapp):
    opened.charts.open_chart("AAPL", INTERVALS["5m"])
    settle(qapp)
    chosen = []
    _press(opened, qtbot, qapp, Key.Key_G, ALT)
    dialog = opened.window.findChild(GoToDateDialog)
    dialog.chosen.connect(chosen.append)
    dialog.date.setDate(QDate(2025, 11, 20))
    dialog.time.setTime(QTime(10, 30))
    qtbot.mouseClick(dialog.findChild(QDialogButtonBox).buttons()[0], Qt.MouseButton.LeftButton)
    assert chosen == [int(datetime(2025, 11, 20, 15, 30, tzinfo=UTC).timestamp())]
