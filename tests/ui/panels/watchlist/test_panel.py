"""The watchlist panel under real events: what opens, what changes, what is stored."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from candledesk.domain.interval import INTERVALS
from candledesk.ui.panels.jobs.backfill_form import BackfillForm
from candledesk.ui.panels.watchlist.rows.order import SortOrder
from candledesk.ui.panels.watchlist.rows.texts import Column
from candledesk.ui.panels.watchlist.rows.view import OPEN_AFTER_MS
from candledesk.workspace.watchlists.watchlist import MAX_SYMBOLS
from tests.ui.panels.watchlist.conftest import make_list

KEY, CONTROL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def symbols(watchlist):
    return [" ".join(part.symbols) for part in watchlist.sections]


def test_the_rows_are_those_of_the_list_with_stored_prices(panel, cache):
    assert panel.shown() == ["AAPL", "MSFT", "[Chips]", "NVDA", "IBM", "[More]", "GOOG", "AMZN"]
    bars = cache.bars["MSFT", "1d"]
    assert panel.cell("MSFT", Column.LAST) == f"{bars.close[-1]:,.2f}"
    change = (bars.close[-1] / bars.close[-2] - 1) * 100
    assert panel.cell("MSFT", Column.PERCENT) == f"{change:+.2f}%".replace("-", "−")


def test_prices_cost_no_request_of_their_own(panel, cache):
    assert {request.symbol for request in cache.requests} == {"AAPL"}  # the chart's
    assert cache.followed == [("AAPL", "1d")]


def test_space_walks_through_the_list_in_the_active_chart_and_begins_again(panel):
    walked = []
    for _ in range(7):
        panel.press(KEY.Key_Space)
        walked.append(panel.target[0])
    assert walked == ["MSFT", "NVDA", "IBM", "GOOG", "AMZN", "AAPL", "MSFT"]
    panel.press(KEY.Key_Space, SHIFT)
    assert panel.target == ("AAPL", INTERVALS["1d"])
    assert panel.view.hasFocus()


def test_an_arrow_selects_at_once_and_opens_after_a_moment(panel, qtbot):
    timer = panel.view._open_timer
    assert timer.interval() == OPEN_AFTER_MS
    timer.setInterval(60_000)  # a slow machine must not take longer than the moment for three keys
    panel.click("AAPL")
    panel.press(KEY.Key_Down)
    panel.press(KEY.Key_Down)
    panel.press(KEY.Key_Down)
    assert panel.view.selected_symbols() == ["NVDA"]
    assert (panel.target[0], timer.isActive()) == ("AAPL", True)
    timer.start(0)
    qtbot.waitUntil(lambda: panel.target[0] == "NVDA")
    assert {request.symbol for request in panel.cache.requests} == {"AAPL", "NVDA"}  # none in between


@pytest.mark.parametrize("by", ["enter", "double click"])
def test_a_row_is_opened_and_the_chart_takes_the_keyboard(panel, by):
    if by == "enter":
        panel.click("IBM")
        panel.press(KEY.Key_Return)
    else:
        panel.double_click("IBM")
    assert panel.target[0] == "IBM"
    assert not panel.view.hasFocus()


def test_the_row_of_the_active_charts_symbol_is_marked(panel):
    assert panel.model.active == "AAPL"
    panel.harness.open("GOOG")
    assert panel.model.active == "GOOG"


def test_removed_rows_come_back_with_their_flags_by_undo(panel):
    panel.click("AAPL")
    panel.panel._commands.flag(["MSFT"], "red")
    panel.click("NVDA", CONTROL)
    panel.click("MSFT", CONTROL)
    panel.press(KEY.Key_Delete)
    assert panel.shown() == ["[Chips]", "IBM", "[More]", "GOOG", "AMZN"]
    assert symbols(panel.stored()) == ["IBM", "GOOG AMZN"]
    panel.press(KEY.Key_Z, CONTROL)
    assert panel.shown()[:4] == ["AAPL", "MSFT", "[Chips]", "NVDA"]
    assert panel.stored().flags == {"MSFT": "red"}
    panel.press(KEY.Key_Y, CONTROL)
    assert symbols(panel.stored()) == ["IBM", "GOOG AMZN"]


def test_undo_in_the_panel_leaves_the_charts_alone(panel):
    options = panel.harness.window.options
    options.update(has_coverage=not options.value.has_coverage)
    changed = options.value
    panel.panel._commands.add(["TSLA"])
    panel.press(KEY.Key_Z, CONTROL)
    panel.press(KEY.Key_Z, CONTROL)
    assert "TSLA" not in panel.shown()
    assert options.value == changed


def test_a_section_is_folded_by_its_mark_and_by_keys_and_stays_folded(panel, open_panel):
    place = QPoint(8, panel.place("[Chips]").y())
    panel.qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    panel.settle()
    assert panel.shown() == ["AAPL", "MSFT", "[Chips]", "[More]", "GOOG", "AMZN"]
    panel.click("GOOG")
    panel.press(KEY.Key_Left)
    assert panel.shown()[-1] == "[More]"
    assert [part.is_folded for part in panel.stored().sections] == [False, True, True]
    again = open_panel()
    assert again.shown() == ["AAPL", "MSFT", "[Chips]", "[More]"]


def test_a_symbol_is_added_by_typing_and_by_the_request_of_another_feature(panel):
    panel.panel.add_line.setFocus()
    panel.qtbot.keyClicks(panel.panel.add_line, "tsla")
    panel.qtbot.keyClick(panel.panel.add_line, KEY.Key_Return)
    panel.settle()
    assert panel.shown()[-1] == "TSLA"
    assert panel.message == "TSLA added to Tech"
    assert panel.cell("TSLA", Column.LAST) == "not stored"
    assert panel.panel.add_line.text() == ""
    panel.window.features["watchlist"]  # the feature that answers
    panel.panel._context.requests.watchlist_requested.emit("NFLX")
    panel.settle()
    assert symbols(panel.stored())[-1] == "GOOG AMZN TSLA NFLX"
    panel.panel._context.requests.watchlist_requested.emit("AAPL")
    assert panel.message == "AAPL is in Tech already"


def test_what_is_no_symbol_is_refused_with_words(panel):
    panel.panel._commands.add_text("A/B")
    panel.settle()
    assert len(panel.model.rows) == 8
    assert "symbol" in panel.message.lower()


def test_the_first_symbol_makes_the_first_list(open_panel):
    panel = open_panel()
    assert panel.book.names == []
    panel.harness.run("add_to_watchlist")
    assert panel.shown() == ["AAPL"]
    assert panel.stored("Watchlist").symbols == ("AAPL",)


def test_titles_sort_rows_and_the_third_click_gives_the_own_order_back(panel, cache):
    header = panel.view.header()

    def click(column):
        at = list(Column).index(column)
        x = header.sectionViewportPosition(at) + header.sectionSize(at) // 2
        panel.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 8))
        panel.settle()

    own = panel.shown()
    click(Column.SYMBOL)
    assert panel.model.order == SortOrder(Column.SYMBOL)
    assert panel.shown() == ["AAPL", "MSFT", "[Chips]", "IBM", "NVDA", "[More]", "AMZN", "GOOG"]
    click(Column.LAST)
    last = {symbol: cache.bars[symbol, "1d"].close[-1] for symbol in ("NVDA", "IBM")}
    assert panel.shown()[3:5] == sorted(last, key=last.get, reverse=True)
    click(Column.LAST)
    click(Column.LAST)
    assert panel.model.order is None
    assert panel.shown() == own


def test_rows_move_by_dragging_within_and_between_sections(panel):
    def drop(texts, before):
        data = panel.model.mimeData([panel.model.index(panel.shown().index(text), 0) for text in texts])
        panel.model.dropMimeData(data, Qt.DropAction.MoveAction, before, 0, panel.view.rootIndex())
        panel.settle()

    drop(["MSFT"], 0)
    assert symbols(panel.stored()) == ["MSFT AAPL", "NVDA IBM", "GOOG AMZN"]
    drop(["AAPL", "GOOG"], 4)
    assert symbols(panel.stored()) == ["MSFT", "NVDA AAPL GOOG IBM", "AMZN"]
    drop(["[More]"], 1)
    assert [part.title for part in panel.stored().sections] == ["", "More", "Chips"]


def test_a_sorted_list_cannot_be_dragged(panel):
    index = panel.model.index(0, 0)
    assert panel.model.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    panel.model.set_order(SortOrder(Column.SYMBOL))
    assert not panel.model.flags(panel.model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_copied_symbols_are_text(panel):
    panel.click("AAPL")
    panel.click("NVDA", SHIFT)
    panel.press(KEY.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "AAPL\nMSFT\nNVDA"


def test_new_bars_appear_at_once(panel, cache):
    cache.n_stored["MSFT", "1d"] = 200
    bars = cache.bars["MSFT", "1d"].take(slice(0, 250))
    cache.bars["MSFT", "1d"] = bars
    cache.emit_stored("MSFT", "1d")
    panel.qtbot.waitUntil(lambda: panel.cell("MSFT", Column.LAST) == f"{bars.close[-1]:,.2f}")


def test_only_rows_on_screen_with_a_price_are_watched_and_none_while_the_panel_is_hidden(open_panel, cache):
    many = " ".join(f"S{at}" for at in range(60))
    panel = open_panel(make_list("Long", ("", f"AAPL NOTHING MSFT {many} GOOG")))
    panel.qtbot.waitUntil(lambda: cache.watched == ["AAPL", "MSFT"])
    panel.view.scrollToBottom()
    panel.qtbot.waitUntil(lambda: cache.watched == ["GOOG"])
    panel.harness.run("watchlist")
    panel.qtbot.waitUntil(lambda: cache.watched == [])


def test_the_view_stays_where_it_is_when_rows_change(open_panel):
    panel = open_panel(make_list("Long", ("", " ".join(f"S{at}" for at in range(200)))))
    bar = panel.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    place = bar.value()
    panel.view.select(["S100", "S101"])
    panel.panel._commands.remove(["S150"])
    panel.settle()
    assert bar.value() == place
    assert panel.view.selected_symbols() == ["S100", "S101"]


def test_columns_and_the_shown_list_are_remembered(panel, open_panel):
    panel.book.add("Other")
    panel.panel._toggle_column(Column.AGE, True)
    panel.panel._toggle_column(Column.CLOSES, False)
    panel.stored("Other")
    again = open_panel()
    assert again.book.shown_name == "Other"
    assert again.view.shown_columns() == (Column.SYMBOL, Column.LAST, Column.PERCENT, Column.AGE)


def test_a_thousand_rows_are_read_in_slices_those_on_screen_first_and_need_no_widgets(open_panel, cache):
    names = [f"S{at}" for at in range(MAX_SYMBOLS)]
    panel = open_panel(make_list("Full", ("", " ".join(names))))
    assert len(panel.view.findChildren(QWidget)) < 20
    panel.qtbot.waitUntil(lambda: len(panel.panel._feed.quotes) == MAX_SYMBOLS)
    reads = [arguments for name, arguments in cache.calls if name == "read_quotes"]
    assert max(map(len, reads)) == 50
    assert sum(map(len, reads)) == MAX_SYMBOLS


def test_a_click_opens_the_row_and_the_keyboard_stays_in_the_list(panel):
    panel.click("NVDA")
    assert panel.target == ("NVDA", INTERVALS["1d"])
    assert panel.view.hasFocus()
    panel.click("AMZN", CONTROL)
    assert panel.view.selected_symbols() == ["NVDA", "AMZN"]
    assert panel.target[0] == "NVDA", "a click that selects several opens nothing"


def test_rows_without_a_price_are_counted_and_fetched_by_one_button(panel):
    """A pasted list of twenty showed nineteen times "not stored", and not what to do about it."""
    strip = panel.panel.lacking
    assert not strip.isVisible()
    panel.panel._commands.add_text("NEVER")
    panel.settle()
    assert (strip.isVisible(), strip.text.text()) == (True, "1 has no price yet")
    panel.panel._commands.add_text("NOSUCH")
    panel.settle()
    assert strip.text.text() == "2 have no price yet"
    panel.qtbot.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    form = panel.dialog(BackfillForm)
    assert [symbol for symbol, _ in form.order().series] == ["NEVER", "NOSUCH"]
    form.close()
