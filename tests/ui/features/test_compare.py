"""Comparing in the window: the search, the legend's rows, scales and panes, undo, and what is kept."""

import json
from concurrent.futures import Future

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from candledesk.cache.events import BarsStored
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.ui.chart.core.compares.compare import COLOURS, Place
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.chart.core.studies.legend_rows import LegendPart
from candledesk.ui.chart.paint.compares.legend import compare_rows
from candledesk.ui.features.compare.feature import CompareController
from candledesk.ui.features.search.popup import SymbolPopup
from candledesk.ui.panels.data_window.rows import DataPoint
from candledesk.ui.panels.data_window.rows import compare_rows as compare_rows_of
from candledesk.ui.shell.menu_spot import spot_at
from candledesk.ui.shell.requests import WindowRequests
from candledesk.ui.theme.themes import DARK
from candledesk.workspace.window_layout import LoadedLayout, parse_window, window_document
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
ICONS = {LegendPart.EYE: 0, LegendPart.GEAR: 1, LegendPart.REMOVE: 2}


@pytest.fixture
def cache(cache):
    cache.add("SPY", "1d", make_bars(3_000, seed=11))
    cache.add("QQQ", "1d", make_bars(3_000, seed=12))
    cache.add("MSFT", "5m", make_bars(2_000, INTERVALS["5m"], seed=5))
    return cache


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path)
    yield made.open("AAPL")
    made.close()


def _settle(opened):
    """Let the coalesced requests of compared series go out and their values come."""
    feed = opened.page.compare_feed
    if feed._due_timer.isActive():
        feed._due_timer.stop()
        feed._request_all()
    settle(opened.qapp)


def _compares(opened):
    return opened.page.model.scene.compares


def _symbols(opened):
    return [one.symbol for one in _compares(opened)]


def _panes(opened):
    return [pane.id for pane in opened.page.model.scene.panes]


def _popup(opened):
    return next((one for one in opened.window.findChildren(SymbolPopup) if one.isVisible()), None)


def _add(opened, *symbols, place=Place.PERCENT):
    for symbol in symbols:
        opened.page.compares.add(symbol, place)
    _settle(opened)


def _controller(opened):
    return opened.window.findChild(CompareController)


def _mouse(opened, kind, at, button=LEFT):
    view = opened.page.view
    event = QMouseEvent(kind, QPointF(at), view.mapToGlobal(QPointF(at)), button, button, NONE)
    opened.qapp.sendEvent(view.viewport(), event)
    settle(opened.qapp)


def _point(opened, key, part):
    frame = opened.page.model.frame()
    row = next(row for row in compare_rows(frame) if row.shown.compare.key == key)
    x = row.name + 4 if part is LegendPart.TITLE else row.icons + (ICONS[part] + 0.5) * 20 * frame.dpr
    return QPoint(round(x / frame.dpr), round((row.top + 10 * frame.dpr) / frame.dpr))


def _click(opened, key, part):
    at = _point(opened, key, part)
    _mouse(opened, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton)
    _mouse(opened, QEvent.Type.MouseButtonPress, at)
    _mouse(opened, QEvent.Type.MouseButtonRelease, at)


def test_keys_open_the_search_and_enter_compares_what_is_typed(opened):
    QTest.keyClick(opened.page.view, Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier)
    settle(opened.qapp)
    popup = _popup(opened)
    QTest.keyClicks(popup.line, "spy")
    assert "↵ compare SPY" in popup.hints.texts
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    _settle(opened)
    assert (_symbols(opened), opened.page.symbol) == (["SPY"], "AAPL")
    assert opened.page.model.scene.price_mode is PriceMode.PERCENT
    assert _popup(opened) is None
    assert opened.page.view.compare_legend.startswith("SPY  ")


def test_escape_compares_nothing_and_the_next_search_opens_again(opened):
    opened.run("compare")
    QTest.keyClicks(_popup(opened).line, "SPY")
    QTest.keyClick(_popup(opened).line, Qt.Key.Key_Escape)
    settle(opened.qapp)
    assert (_popup(opened), _symbols(opened)) == (None, [])
    opened.run("symbol")
    QTest.keyClicks(_popup(opened).line, "MSFT")
    QTest.keyClick(_popup(opened).line, Qt.Key.Key_Return)
    settle(opened.qapp)
    assert (_symbols(opened), opened.page.symbol) == ([], "MSFT")


def test_another_feature_can_ask_to_compare(opened):
    opened.window.findChild(WindowRequests).compare_requested.emit("SPY")
    assert _symbols(opened) == ["SPY"]


@pytest.mark.parametrize(
    ("symbol", "words"), [("AAPL", "is what the chart shows"), ("no symbol", "Not a symbol"), ("SPY", "already")]
)
def test_what_cannot_be_compared_is_said_on_the_chart(opened, symbol, words):
    _add(opened, "SPY")
    _controller(opened).add(symbol)
    assert words in opened.page.toast
    assert _symbols(opened) == ["SPY"]


def test_the_colour_is_none_of_an_indicators_line(opened):
    opened.page.studies.add("ema")
    _add(opened, "SPY")
    assert opened.page.model.scene.studies[0].colour("value") == COLOURS[0]
    assert _compares(opened)[0].colour == COLOURS[1]


def test_values_are_the_others_closes_beside_the_bars(opened, cache):
    _add(opened, "SPY")
    values, bars = opened.page.model.scene.compare_values["compare-1"], opened.page.model.series.bars
    other = cache.bars["SPY", "1d"]
    np.testing.assert_array_equal(values.open_time, bars.open_time)
    np.testing.assert_array_equal(values.last, other.close[-len(bars) :])
    assert ("SPY", "1d") in [(symbol, getattr(interval, "name", interval)) for symbol, interval in cache.followed]


def test_an_unknown_symbol_is_named_in_the_legend_and_can_be_removed(opened):
    _add(opened, "NOPE")
    assert "Yahoo knows no symbol 'NOPE'." in opened.page.view.compare_legend
    _click(opened, "compare-1", LegendPart.REMOVE)
    assert _symbols(opened) == []


def test_new_bars_of_the_other_are_drawn_when_they_are_stored(opened, cache):
    cache.add("SPY", "1d", make_bars(3_000, seed=11), n_stored=50)
    _add(opened, "SPY")
    before = opened.page.model.scene.compare_values["compare-1"]
    assert np.isnan(before.last[-60])
    cache.n_stored["SPY", "1d"] = 3_000
    cache.emit(BarsStored("SPY", INTERVALS["1d"], Span(0, DAY_S), 2))
    settle(opened.qapp)
    _settle(opened)
    assert np.isfinite(opened.page.model.scene.compare_values["compare-1"].last).all()
    n = sum(name == "load_compare" for name, _ in cache.calls)
    cache.emit(BarsStored("XYZ", INTERVALS["1d"], Span(0, DAY_S), 2))
    cache.emit(BarsStored("SPY", INTERVALS["5m"], Span(0, DAY_S), 2))
    settle(opened.qapp)
    _settle(opened)
    assert sum(name == "load_compare" for name, _ in cache.calls) == n


def test_a_scroll_into_older_bars_brings_their_values(opened, cache):
    _add(opened, "SPY")
    n_before = len(opened.page.model.scene.compare_values["compare-1"].last)
    opened.page.model.page(-6)
    settle(opened.qapp)
    _settle(opened)
    values = opened.page.model.scene.compare_values["compare-1"]
    assert len(values.last) > n_before
    np.testing.assert_array_equal(values.open_time, opened.page.model.series.bars.open_time)


def test_the_eye_hides_and_shows_and_the_cross_removes(opened):
    _add(opened, "SPY")
    _click(opened, "compare-1", LegendPart.EYE)
    assert not _compares(opened)[0].is_shown
    assert opened.page.model.frame().compares[0].columns is None
    _click(opened, "compare-1", LegendPart.EYE)
    _settle(opened)
    assert opened.page.model.frame().compares[0].columns is not None
    _click(opened, "compare-1", LegendPart.REMOVE)
    assert _symbols(opened) == []
    assert opened.page.model.scene.price_mode is PriceMode.NORMAL


def test_the_menu_changes_scale_and_colour_and_removes(opened):
    _add(opened, "SPY", "QQQ")
    page = opened.page

    def menu(key):
        made = QMenu(opened.window)
        opened.window.features["compare"].context_menu(made, spot_at(page, _point(opened, key, LegendPart.TITLE)))
        return made, {action.text(): action for action in made.actions()}

    made, actions = menu("compare-2")
    assert [text for text, action in actions.items() if action.isChecked()] == [Place.PERCENT.words]
    actions[Place.PANE.words].trigger()
    assert _panes(opened) == [PRICE, VOLUME, "compare-2"]
    colours = {action.text(): action for action in actions["Colour"].menu().actions()}
    colours["Cyan"].trigger()
    assert _compares(opened)[1].colour == COLOURS[5]
    actions["Remove"].trigger()
    assert (_symbols(opened), _panes(opened)) == (["SPY"], [PRICE, VOLUME])
    made.deleteLater()


def test_the_object_tree_and_the_data_window_list_what_is_compared(opened):
    _add(opened, "SPY")
    _add(opened, "QQQ", place=Place.PANE)
    opened.run("object_tree")
    tree = opened.window.features["object_tree"].panel.dock
    tree._update()
    found = {getattr(one, "key", ""): one for one in tree.model.lines}
    assert (found["compare-1"].title, found["compare-2"].pane) == ("SPY", "compare-2")
    found["compare-1"].toggle()
    assert not _compares(opened)[0].is_shown
    scene, frame = opened.page.model.scene, opened.page.model.frame()
    rows = list(compare_rows_of(DataPoint(scene, frame, len(scene.series.bars) - 1, DARK)))
    assert [(row.section, row.name) for row in rows] == [("SPY", "Value"), ("QQQ", "Value"), ("QQQ", "Change %")]
    assert rows[0].note == "hidden"
    assert rows[1].plain == f"{scene.compare_values['compare-2'].last[-1]:.2f}"
    found["compare-1"].remove("compare-1", "compare-2")
    assert _symbols(opened) == []
    opened.run("undo")
    assert _symbols(opened) == ["SPY", "QQQ"]


def test_a_double_click_on_the_name_opens_its_menu_and_does_not_maximise(opened):
    _add(opened, "SPY")
    _mouse(opened, QEvent.Type.MouseButtonDblClick, _point(opened, "compare-1", LegendPart.TITLE))
    menu = opened.qapp.activePopupWidget()
    assert menu is not None
    assert "Remove" in [action.text() for action in menu.actions()]
    menu.close()
    assert opened.page.model.scene.maximised == ""


def test_every_step_is_undone_and_done_again(opened):
    _add(opened, "SPY", "QQQ")
    page = opened.page
    page.compares.set_place("compare-2", Place.PANE)
    page.compares.set_colour("compare-1", COLOURS[4])
    page.compares.remove("compare-2")
    page.compares.remove("compare-1")
    assert page.model.scene.price_mode is PriceMode.NORMAL
    opened.run("undo")
    assert (_symbols(opened), page.model.scene.price_mode) == (["SPY"], PriceMode.PERCENT)
    opened.run("undo")
    assert _panes(opened) == [PRICE, VOLUME, "compare-2"]
    opened.run("undo")
    assert _compares(opened)[0].colour == COLOURS[0]
    opened.run("undo")
    assert _panes(opened) == [PRICE, VOLUME]
    opened.run("undo")
    opened.run("undo")
    assert (_symbols(opened), page.model.scene.price_mode) == ([], PriceMode.NORMAL)
    opened.run("redo")
    assert (_symbols(opened), page.model.scene.price_mode) == (["SPY"], PriceMode.PERCENT)


def test_an_indicator_that_is_removed_leaves_the_pane_of_a_compared_series(opened):
    _add(opened, "SPY", place=Place.PANE)
    opened.page.studies.add("rsi")
    opened.page.studies.remove("rsi-1")
    assert _panes(opened) == [PRICE, VOLUME, "compare-1"]
    opened.run("remove_compares")
    assert _panes(opened) == [PRICE, VOLUME]


def test_compared_series_stay_over_symbols_and_intervals_and_nothing_old_is_drawn(opened, cache):
    _add(opened, "SPY")
    held, load = [], cache.load_compare

    def hold(request):
        held.append((Future(), request))
        return held[-1][0]

    cache.load_compare = hold
    opened.open("MSFT")
    _settle(opened)
    assert _symbols(opened) == ["SPY"]
    assert opened.page.model.scene.compare_values == {}
    cache.load_compare = load
    opened.open("AAPL", "1d")
    drawn, show = [], opened.page.model.set_compare_values
    opened.page.model.set_compare_values = lambda key, values: (drawn.append(values.request.symbol), show(key, values))
    for future, request in held:
        future.set_result(load(request).result())
    _settle(opened)
    assert [request.symbol for _, request in held] == ["MSFT"]
    assert set(drawn) == {"AAPL"}


def test_a_series_is_followed_only_while_it_is_compared(opened, cache):
    followed, follow = [], cache.follow

    def note(symbol, interval):
        followed.append(symbol)
        leave = follow(symbol, interval)

        def end():
            followed.remove(symbol)
            leave()

        return end

    cache.follow = note
    _add(opened, "SPY", "QQQ")
    assert sorted(followed) == ["QQQ", "SPY"]
    opened.page.compares.toggle("compare-1")
    assert followed == ["QQQ"]
    opened.run("remove_compares")
    assert followed == []


class Stored:
    """Stands for the layout in the user database."""

    is_read_only = False

    def __init__(self, layout=None):
        self.loaded, self.saved = Future(), []
        self.loaded.set_result(LoadedLayout(layout))

    def save(self, layout):
        self.saved.append(json.loads(json.dumps(window_document(layout))))
        done = Future()
        done.set_result(True)
        return done


def test_compared_series_are_kept_in_the_layout_and_come_back(qapp, cache, tmp_path):
    first = Stored()
    window = WindowHarness(qapp, cache, tmp_path, layout=first)
    window.window.open_charts(("AAPL",), INTERVALS["1d"])
    settle(qapp)
    _add(window, "SPY")
    _add(window, "QQQ", place=Place.PANE)
    window.page.studies.add("rsi")
    window.page.model.move_separator("compare-2", 300)
    compares, panes = _compares(window), window.page.model.scene.panes
    window.close()
    layout = parse_window(first.saved[-1])
    again = WindowHarness(qapp, cache, tmp_path / "again", layout=Stored(layout))
    again.window.open_charts((), INTERVALS["1d"])
    settle(qapp)
    _settle(again)
    assert _compares(again) == compares
    assert [pane.id for pane in again.page.model.scene.panes] == [pane.id for pane in panes]
    assert again.page.model.scene.price_mode is PriceMode.PERCENT
    assert set(again.page.model.scene.compare_values) == {"compare-1", "compare-2"}
    again.close()
