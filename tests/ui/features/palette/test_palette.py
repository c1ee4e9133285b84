"""The palette in a real window, by real key events."""

import re
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtWidgets import QMenu, QToolTip

from candledesk.domain.interval import INTERVALS
from candledesk.indicators.registry import INDICATORS
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.features.layouts.named.feature import named_layouts_feature
from candledesk.ui.features.palette.box import PaletteBox
from candledesk.ui.features.registry import FEATURES
from candledesk.ui.palette_item import PaletteItem
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature
from candledesk.workspace.named_layouts import NamedLayout
from candledesk.workspace.watchlists.watchlist import Watchlist, WatchlistSection
from tests.fake_jobs import resolved
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def opened(qapp, cache, tmp_path, qtbot):
    made = WindowHarness(qapp, cache, tmp_path).open("MSFT")
    made.page.view.setFocus()
    qtbot.waitUntil(made.page.view.hasFocus)
    yield made
    made.close()


@pytest.fixture
def palette(opened, qapp, qtbot):
    """Ctrl+P, then a text; returns the titles that are listed."""
    for _ in range(2):  # it is created at its first use; the second time closes it
        opened.run("palette")

    def ask(text=""):
        box = opened.window.findChild(PaletteBox)
        if not box.isVisible():
            qtbot.keyClick(opened.page.view, Key.Key_P, Mod.ControlModifier)
            settle(qapp)
        box.line.clear()
        qtbot.keyClicks(box.line, text)
        settle(qapp)
        return [row.item.title for row in box.rows.rows]

    ask.box = opened.window.findChild(PaletteBox)
    return ask


def _key(palette, qtbot, qapp, key):
    qtbot.keyClick(palette.box.line, key)
    settle(qapp)


def _entries(menu):
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from _entries(inner)
        elif not action.isSeparator():
            yield action


def test_every_entry_of_the_menus_is_found_by_its_words_and_by_their_first_letters(opened, palette):
    entries = [action for menu in opened.window.table.menus.values() for action in _entries(menu)]
    assert {action.text() for action in entries} == {action.text() for action in opened.actions.values()}
    for action in entries:
        title = action.text().replace("&&", "&")
        words = re.findall(r"\w+", title.lower())
        assert title in palette(f"> {' '.join(words)}")[:3], title
        assert title in palette(f"> {' '.join(word[:2] for word in words)}"), title
        if len(words) > 1:
            assert title in palette(f">{''.join(word[0] for word in words)}"), title


def test_enter_does_it_and_the_keyboard_is_on_the_chart_again(opened, palette, qtbot, qapp):
    assert palette("logarithmic")[0] == "Logarithmic"
    _key(palette, qtbot, qapp, Key.Key_Return)
    assert opened.page.model.scene.price_mode is PriceMode.LOG
    assert not palette.box.isVisible()
    assert opened.page.view.hasFocus()


def test_escape_closes_it_without_an_effect(opened, palette, qtbot, qapp):
    palette("logarithmic")
    _key(palette, qtbot, qapp, Key.Key_Escape)
    assert (palette.box.isVisible(), opened.page.view.hasFocus()) == (False, True)
    assert opened.page.model.scene.price_mode is PriceMode.NORMAL


def test_its_keys_close_it_too_and_a_click_elsewhere(opened, palette, qtbot, qapp):
    palette("log")
    qtbot.keyClick(palette.box.line, Key.Key_P, Mod.ControlModifier | Mod.ShiftModifier)
    settle(qapp)
    assert (palette.box.isVisible(), opened.page.view.hasFocus()) == (False, True)
    palette("log")
    opened.page.view.setFocus()
    settle(qapp)
    assert not palette.box.isVisible()


def test_the_menu_of_its_line_does_not_close_it(palette, qapp):
    palette("log")
    at = palette.box.line.rect().center()
    qapp.sendEvent(palette.box.line, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, at))
    settle(qapp)
    menu = qapp.activePopupWidget()
    assert menu is not None
    menu.close()
    settle(qapp)
    assert palette.box.isVisible()


def test_the_arrow_keys_choose_and_a_click_does(opened, palette, qtbot, qapp):
    titles = palette("zoom")
    assert titles[:2] == ["Zoom in", "Zoom out"]
    before = opened.page.model.placed.view.spacing
    _key(palette, qtbot, qapp, Key.Key_Down)
    _key(palette, qtbot, qapp, Key.Key_Return)
    assert opened.page.model.placed.view.spacing < before
    palette("zoom")
    titles = [row.item.title for row in palette.box.rows.rows]
    at = palette.box.rows.index(titles.index("Zoom in"))
    rect = palette.box.list.visualRect(at)
    qtbot.mouseClick(palette.box.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    settle(qapp)
    assert opened.page.model.placed.view.spacing == pytest.approx(before)
    assert not palette.box.isVisible()


def test_tab_completes_the_line(palette, qtbot, qapp):
    palette("> logari")
    _key(palette, qtbot, qapp, Key.Key_Tab)
    assert palette.box.line.text() == ">Logarithmic"
    assert palette.box.selected().title == "Logarithmic"
    palette("#yest")
    palette("#")
    _key(palette, qtbot, qapp, Key.Key_Down)
    _key(palette, qtbot, qapp, Key.Key_Tab)
    assert palette.box.line.text() == "#yesterday"
    assert palette.box.selected().title.startswith("Go to ")


def test_what_was_used_is_first_also_after_a_restart(opened, palette, qtbot, qapp, cache, tmp_path):
    first = palette("")[0]
    assert first != "Fit all bars"
    for text in ("fit all bars", "aapl"):
        palette(text)
        _key(palette, qtbot, qapp, Key.Key_Return)
    assert palette("")[:2] == ["AAPL", "Fit all bars"]
    _key(palette, qtbot, qapp, Key.Key_Escape)
    opened.window.close()
    again = WindowHarness(qapp, cache, tmp_path)
    again.run("palette")
    assert [row.item.title for row in again.window.findChild(PaletteBox).rows.rows[:2]] == ["AAPL", "Fit all bars"]
    again.close()


def test_what_is_not_possible_is_listed_and_says_why(opened, palette, qtbot, qapp):
    palette("> undo")
    row = palette.box.rows.rows[0].item
    assert (row.title, row.why_disabled) == ("Undo", "Nothing has been changed yet")
    _key(palette, qtbot, qapp, Key.Key_Return)
    assert palette.box.isVisible()
    assert palette.box.note.text() == "Undo: Nothing has been changed yet"


def test_every_action_that_can_be_impossible_says_why(opened):
    for row in opened.window.table.rows:
        can_be_off = row.is_enabled is not ActionRow.__dataclass_fields__["is_enabled"].default
        assert bool(row.why_disabled) is can_be_off, row.id
    action = opened.actions["undo"]
    assert (action.isEnabled(), action.toolTip()) == (False, "Undo (Ctrl+Z): Nothing has been changed yet")
    opened.run("price_log")
    assert action.isEnabled()
    assert "Nothing" not in action.toolTip()


def _asked(cache):
    """Return the series that were asked for."""
    return {(request.symbol, request.interval.name) for request in cache.requests}


def test_a_row_of_a_menu_that_is_not_possible_says_why_under_the_pointer(opened, qapp):
    menu = opened.window.table.menus["Chart"]
    menu.popup(opened.window.mapToGlobal(QPoint(50, 50)))
    settle(qapp)
    for name, words in (("go_to_date", ""), ("undo", "Undo (Ctrl+Z): Nothing has been changed yet")):
        at = menu.actionGeometry(opened.actions[name]).center()
        qapp.sendEvent(menu, QHelpEvent(QEvent.Type.ToolTip, at, menu.mapToGlobal(at)))
        assert QToolTip.text() == words
    QToolTip.hideText()
    menu.close()


def test_a_symbol_is_found_by_its_name_and_opened_in_the_interval_of_the_chart(opened, palette, qtbot, qapp, cache):
    cache.add("MSFT", "5m", cache.bars["AAPL", "5m"])
    opened.open("MSFT", "5m")
    assert palette("apple")[0] == "AAPL"
    _key(palette, qtbot, qapp, Key.Key_Return)
    assert opened.charts.target == ("AAPL", INTERVALS["5m"])


def test_a_symbol_that_is_not_stored_can_be_opened(palette, qtbot, qapp, cache):
    palette("zqxj")
    assert palette.box.selected().title == "ZQXJ"
    _key(palette, qtbot, qapp, Key.Key_Return)
    assert ("ZQXJ", "1d") in _asked(cache)


def test_a_symbol_stored_since_is_found_the_next_time(palette, qtbot, qapp, cache):
    palette("nova")
    assert palette.box.rows.rows[0].item.detail == "Open this symbol"
    _key(palette, qtbot, qapp, Key.Key_Escape)
    cache.add("NOVA", "1d", cache.bars["MSFT", "1d"], n_stored=10)
    cache.emit_stored("NOVA", "1d")
    settle(qapp)
    palette("nova")
    assert palette.box.rows.rows[0].item.detail == "NOVA Inc."


def test_an_interval_is_found_by_its_name_its_words_and_as_it_is_typed_over_a_chart(palette, qtbot, qapp, cache):
    assert palette("1wk")[0] == "1wk"
    assert palette("15 min")[0] == "15m"
    assert palette("45")[0] == "45m"
    _key(palette, qtbot, qapp, Key.Key_Return)
    assert ("MSFT", "45m") in _asked(cache)


def test_an_indicator_is_added_as_the_list_of_indicators_adds_it(opened, palette, qtbot, qapp):
    assert palette("relative strength")[0] == "Relative strength index"
    _key(palette, qtbot, qapp, Key.Key_Return)
    assert [one.study.id for one in opened.page.model.scene.studies] == ["rsi"]
    for row in INDICATORS:
        assert row.title in palette(row.title)[:2]


def test_a_date_moves_the_chart_there(opened, palette, qtbot, qapp, cache):
    wanted = int(cache.bars["MSFT", "1d"].open_time[40])
    day = datetime.fromtimestamp(wanted, UTC)
    for text in (f"{day:%Y-%m-%d}", f"#{day.day} {day:%b %Y}"):
        opened.page.model.go_latest()
        settle(qapp)
        palette(text)
        assert palette.box.selected().title == f"Go to {day:%a} {day.day} {day:%b %Y}"
        _key(palette, qtbot, qapp, Key.Key_Return)
        placed = opened.page.model.placed
        lo, hi = placed.visible()
        assert wanted in placed.open_time[lo:hi]


def test_a_time_of_day_is_in_the_zone_of_the_exchange(opened, palette, qtbot, qapp):
    opened.open("AAPL", "5m")
    moved = []
    opened.page.model.date_requested.connect(moved.append)
    palette("15 Mar 2024 14:30")
    _key(palette, qtbot, qapp, Key.Key_Return)
    assert moved == [int(datetime(2024, 3, 15, 18, 30, tzinfo=UTC).timestamp())]


def test_an_empty_chart_leaves_dates_and_intervals_listed_with_the_reason(opened, palette, qapp):
    opened.charts.add_chart()
    settle(qapp)
    for text in ("2019", "1wk"):
        palette(text)
        assert palette.box.rows.rows[0].item.why_disabled == "No chart is open"


def test_a_feature_adds_what_it_has_with_one_function(qapp, cache, tmp_path, qtbot):
    done = []

    def pins_feature(_context):
        item = PaletteItem("pin:1", "Pin", "Earnings of March", lambda: done.append(1))
        return Feature("pins", palette=lambda: [item])

    window = WindowHarness(qapp, cache, tmp_path, (*FEATURES, pins_feature)).open()
    window.run("palette")
    box = window.window.findChild(PaletteBox)
    qtbot.keyClicks(box.line, "earn march")
    qtbot.keyClick(box.line, Key.Key_Return)
    assert done == [1]
    window.close()


def test_an_open_layout_is_brought_to_the_front(opened, palette, qtbot, qapp):
    assert palette("@") == []
    assert palette.box.note.text() == "None yet"
    opened.charts.show_series("AAPL", INTERVALS["5m"])
    settle(qapp)
    assert palette("@") == ["MSFT 1d"]
    _key(palette, qtbot, qapp, Key.Key_Return)
    assert opened.charts.target == ("MSFT", INTERVALS["1d"])
    assert opened.page.view.hasFocus()


class _Workspace:
    """Has two layouts and a list."""

    symbol_names = None

    def __init__(self):
        self.indicator_templates = self.indicator_defaults = self.drawing_defaults = self

    def from_origin(self, _origin):
        return self

    def list_all(self):
        return resolved(list)

    def subscribe(self, _callback):
        return lambda: None

    def list_layouts(self):
        return resolved(lambda: [NamedLayout("Metals", {}), NamedLayout("Two charts", {})])

    def list_drawings(self, _symbol):
        return resolved(list)

    def list_watchlists(self):
        return resolved(lambda: [Watchlist("Metals", (WatchlistSection("", ("GLD", "SLV")),))])


def test_layouts_and_lists_are_found_where_a_feature_shows_them(qapp, cache, tmp_path, qtbot):
    shown = []

    def shelf_feature(context):
        context.requests.layout_requested.connect(lambda name: shown.append(("layout", name)))
        context.requests.list_requested.connect(lambda name: shown.append(("list", name)))
        return Feature("shelf")

    others = [feature for feature in FEATURES if feature is not named_layouts_feature]
    opened = WindowHarness(qapp, cache, tmp_path, (*others, shelf_feature), workspace=_Workspace()).open()
    for _ in range(2):
        opened.run("palette")
    box = opened.window.findChild(PaletteBox)
    for text, kinds in (("@metals", ["Layout"]), ("metals", ["Layout", "Watchlist"])):
        opened.run("palette")
        qtbot.keyClicks(box.line, text)
        assert [row.item.kind for row in box.rows.rows if row.item.title == "Metals"] == kinds
        qtbot.keyClick(box.line, Key.Key_Return)
    opened.run("palette")
    qtbot.keyClicks(box.line, "metals 2 symbols")
    qtbot.keyClick(box.line, Key.Key_Return)
    assert shown == [("layout", "Metals"), ("layout", "Metals"), ("list", "Metals")]
    opened.close()


def test_it_fits_into_a_low_and_narrow_window(opened, palette, qapp):
    opened.window.resize(500, 360)
    settle(qapp)
    palette("a")
    assert opened.window.rect().contains(palette.box.geometry())


def test_letters_typed_into_it_do_not_reach_the_chart(opened, palette):
    palette("x1")
    assert not opened.popup.isVisible()
    assert opened.entry.text() == "MSFT"
    assert np.array_equal(opened.page.model.scene.studies, ())
