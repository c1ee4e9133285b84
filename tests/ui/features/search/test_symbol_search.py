"""The symbol search in a window, by real keys and clicks (WINDOW.md, rules 2 and 3)."""

from concurrent.futures import Future

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest

from candledesk.cache.messages import SymbolFound
from candledesk.ui.features.search.provider_search import PAUSE_MS, ProviderSearch
from candledesk.ui.features.search.symbol_index import SymbolIndex
from candledesk.ui.features.search.symbol_rows import SymbolKind, SymbolRow
from candledesk.ui.features.symbols import symbols_feature
from candledesk.ui.shell.requests import WindowRequests
from tests.fake_data import make_bars, make_instrument
from tests.ui.conftest import settle
from tests.ui.features.search.hands import go_offline, names, press, symbols, type_text
from tests.ui.window_harness import WindowHarness

Key, Mod = Qt.Key, Qt.KeyboardModifier
TSLA = SymbolFound("TSLA", "Tesla, Inc.", "NMS", "EQUITY", "NASDAQ")
TSLL = SymbolFound("TSLL", "Direxion Tesla Bull 2X", "NGM", "ETF", "NASDAQ")


def _stop_the_clock(opened):
    """Let the typing pause only when the test says so: return the timer that runs while keys are pressed."""
    pause = opened.window.findChild(ProviderSearch)._pause
    assert pause.interval() == PAUSE_MS
    pause.setInterval(60_000)
    return pause


def _from_chart(opened):
    type_text(opened, "a")


def _from_keys(opened):
    press(opened, Key.Key_K, Mod.ControlModifier)
    type_text(opened, "a")


def _from_entry(opened):
    QTest.mouseClick(opened.entry, Qt.MouseButton.LeftButton)
    type_text(opened, "a")


@pytest.mark.parametrize("begin", [_from_chart, _from_keys, _from_entry])
def test_the_same_keys_do_the_same_wherever_the_typing_began(opened, begin):
    begin(opened)
    assert opened.search.line.hasFocus()
    assert opened.search.line.text() == "A"
    assert symbols(opened) == ["AAPL"]
    type_text(opened, "apl")
    assert opened.search.line.text() == "AAPL"
    press(opened, Key.Key_Return)
    assert opened.search.isHidden()
    assert names(opened) == ("AAPL",) * 4
    assert opened.page.view.hasFocus()


def test_enter_opens_what_is_typed_and_not_the_first_row(opened, cache):
    cache.add("AAP", "1d", make_bars(300))
    type_text(opened, "aap")
    assert "AAPL" in symbols(opened)
    assert opened.search.hints.texts[0] == "↵ open AAP"
    press(opened, Key.Key_Return)
    assert names(opened) == ("AAP",) * 4


def test_a_row_that_is_selected_is_opened_and_the_typed_text_stays(opened):
    type_text(opened, "a")
    press(opened, Key.Key_Down)
    assert opened.search.selected.symbol == "AAPL"
    assert opened.search.line.text() == "A"
    assert opened.search.hints.texts[0] == "↵ open AAPL"
    press(opened, Key.Key_Return)
    assert names(opened) == ("AAPL",) * 4


def test_above_the_first_row_the_typed_text_counts_again(opened):
    type_text(opened, "a")
    press(opened, Key.Key_Down)
    press(opened, Key.Key_Up)
    assert opened.search.selected is None
    press(opened, Key.Key_Down)
    type_text(opened, "a")
    assert opened.search.selected is None, "another letter takes the selection back"


def test_a_click_opens_a_row(opened):
    type_text(opened, "a")
    listed = opened.search.list
    place = listed.visualRect(opened.search.model.index(0)).center()
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(opened.qapp)
    assert names(opened) == ("AAPL",) * 4


def test_the_mouse_over_a_row_does_not_select_it(opened):
    type_text(opened, "a")
    QTest.mouseMove(opened.search.list.viewport(), QPoint(100, 10))
    settle(opened.qapp)
    assert opened.search.selected is None


def test_escape_goes_back_to_what_is_shown(opened):
    type_text(opened, "aapl", Key.Key_Escape)
    assert opened.search.isHidden()
    assert opened.page.view.hasFocus()
    assert names(opened) == ("MSFT",) * 4


def test_names_are_found_and_the_type_limits_the_list(opened):
    type_text(opened, "s")
    assert set(symbols(opened)) == {"SPY", "MSFT"}
    press(opened, Key.Key_Tab)
    press(opened, Key.Key_Tab)
    assert opened.search.chips.kind is SymbolKind.ETF
    assert symbols(opened) == ["SPY"]
    QTest.mouseClick(opened.search.chips.buttons[SymbolKind.STOCK], Qt.MouseButton.LeftButton)
    assert symbols(opened) == ["MSFT"]
    press(opened, Key.Key_Backtab, Mod.ShiftModifier)
    assert opened.search.chips.kind is SymbolKind.ALL
    assert opened.search.line.hasFocus()


def test_the_provider_is_searched_once_the_typing_pauses_and_the_exact_match_comes_first(opened, qtbot, cache):
    cache.found = [TSLL, TSLA, SymbolFound("MSFT", "Microsoft", "NMS", "EQUITY")]
    pause = _stop_the_clock(opened)
    type_text(opened, "ts")
    type_text(opened, "la")
    assert (cache.calls_of("search_provider"), pause.isActive()) == ([], True)
    pause.start(0)
    qtbot.waitUntil(lambda: symbols(opened) == ["TSLA", "TSLL", "MSFT"], timeout=5_000)
    assert [query for query, _timeout_s in cache.calls_of("search_provider")] == ["TSLA"]
    assert [row.is_stored for row in opened.search.model.symbols] == [False, False, True]
    press(opened, Key.Key_Tab)
    assert symbols(opened) == ["TSLA", "MSFT"], "the type limits what was found too"


def test_what_is_found_does_not_move_the_selected_row(opened, qtbot, cache, monkeypatch):
    answer = Future()
    monkeypatch.setattr(cache, "search_provider", lambda _query, _timeout_s: answer)
    type_text(opened, "a", Key.Key_Down)
    answer.set_result([SymbolFound("A", "Agilent", "NYQ", "EQUITY"), TSLA])
    qtbot.waitUntil(lambda: len(symbols(opened)) == 3, timeout=5_000)
    assert symbols(opened) == ["AAPL", "A", "TSLA"]
    assert opened.search.selected.symbol == "AAPL"
    assert opened.search.list.currentIndex().row() == 0


def test_the_list_of_known_symbols_can_change_without_moving_the_selected_row(opened, cache):
    type_text(opened, "s", Key.Key_Down)
    known = opened.search._known
    before = symbols(opened)
    known.index = SymbolIndex([SymbolRow("SA", is_stored=True)])
    known.changed.emit()
    assert (opened.search.selected.symbol, symbols(opened)) == (before[0], before)
    press(opened, Key.Key_Up)
    known.changed.emit()
    assert symbols(opened) == ["SA"]


def test_a_text_that_matches_nothing_says_so_until_something_is_found(opened, qtbot, cache):
    cache.found = [TSLA]
    pause = _stop_the_clock(opened)
    type_text(opened, "tsl")
    assert opened.search.model.index(0).data() == "Nothing that is stored is called “TSL”."
    press(opened, Key.Key_Down)
    assert opened.search.selected is None
    pause.start(0)
    qtbot.waitUntil(lambda: symbols(opened) == ["TSLA"], timeout=5_000)
    assert opened.search.model.rowCount() == 1


def test_one_search_is_in_flight_and_then_the_newest_text_is_searched(opened, qtbot, cache, monkeypatch):
    held = []
    search = cache.search_provider

    def hold(query, timeout_s):
        answer = search(query, timeout_s)
        held.append((query, type(answer)()))
        return held[-1][1]

    monkeypatch.setattr(cache, "search_provider", hold)
    type_text(opened, "t")
    qtbot.waitUntil(lambda: len(held) == 1, timeout=5_000)
    assert opened.search.note.text() == "Searching…"
    for letter in "sl":
        type_text(opened, letter)
        qtbot.wait(350)
    assert [query for query, _ in held] == ["T"]
    held[0][1].set_result([TSLA])
    qtbot.waitUntil(lambda: len(held) == 2, timeout=5_000)
    assert held[1][0] == "TSL"
    assert symbols(opened) == [], "the answer to an older text is not shown"
    held[1][1].set_result([TSLL])
    qtbot.waitUntil(lambda: symbols(opened) == ["TSLL"], timeout=5_000)


def test_offline_it_says_that_only_known_symbols_are_searched(opened, qtbot, cache):
    go_offline(opened)
    type_text(opened, "a")
    assert "only symbols that are stored are searched" in opened.search.note.text()
    assert symbols(opened) == ["AAPL"]
    qtbot.wait(400)
    assert cache.calls_of("search_provider") == []
    go_offline(opened, is_offline=False)
    assert opened.search.note.isHidden()


def test_ctrl_enter_adds_and_shift_enter_compares(opened):
    added, compared = [], []
    requests = opened.window.findChild(WindowRequests)
    requests.watchlist_requested.connect(added.append)
    requests.compare_requested.connect(compared.append)
    type_text(opened, "aapl")
    assert "Ctrl+↵ to list" in opened.search.hints.texts
    assert "Shift+↵ compare" in opened.search.hints.texts
    press(opened, Key.Key_Return, Mod.ControlModifier)
    assert (added, opened.search.isVisible()) == (["AAPL"], True)
    assert opened.search.note.text() == "AAPL is added to the watchlist."
    type_text(opened, "spy")
    assert opened.search.line.text() == "SPY"
    press(opened, Key.Key_Return, Mod.ShiftModifier)
    assert (compared, opened.search.isHidden()) == (["SPY"], True)
    assert names(opened) == ("MSFT",) * 4


def test_all_hints_have_room_whatever_is_typed(opened):
    requests = opened.window.findChild(WindowRequests)
    requests.watchlist_requested.connect(list)
    requests.compare_requested.connect(list)
    type_text(opened, "aapl/reliance.ns")
    assert len(opened.search.hints.texts) == 5
    assert opened.search.hints.minimumSizeHint().width() <= opened.search.width()


def test_keys_for_which_the_window_has_nothing_have_no_hint(qapp, cache, tmp_path):
    bare = WindowHarness(qapp, cache, tmp_path, features=(symbols_feature,)).open("MSFT")
    bare.page.view.setFocus()
    type_text(bare, "a")
    assert bare.search.hints.texts == ["↵ open A", "Tab type", "Esc back"]
    bare.close()


def test_what_is_no_symbol_says_so_and_stays(opened):
    type_text(opened, "apple inc", Key.Key_Return)
    assert opened.search.isVisible()
    assert opened.search.note.text().startswith("Not a symbol: 'APPLE INC'")
    type_text(opened, ".")
    assert not opened.search.note.text().startswith("Not a symbol")


def test_a_slash_is_a_character_here_and_offers_a_ratio(opened):
    entered = []
    opened.search.symbol_entered.connect(entered.append)
    type_text(opened, "aapl/spy")
    assert opened.search.line.text() == "AAPL/SPY"
    assert opened.search.model.symbols[0].name == "AAPL / SPY – ratio"
    press(opened, Key.Key_Return)
    assert entered == ["AAPL/SPY"]


def test_without_a_text_it_lists_what_was_opened_lately_and_what_is_stored(qapp, cache, tmp_path):
    cache.instruments["SPY"] = make_instrument("SPY")
    opened = WindowHarness(qapp, cache, tmp_path).open("MSFT").open("AAPL")
    opened.page.view.setFocus()
    press(opened, Key.Key_K, Mod.ControlModifier)
    assert symbols(opened) == ["AAPL", "MSFT", "SPY"]
    press(opened, Key.Key_Return)
    assert opened.search.isVisible(), "nothing is typed and nothing is selected"
    press(opened, Key.Key_Down)
    assert opened.search.selected.symbol == "AAPL"
    opened.close()
    again = WindowHarness(qapp, cache, tmp_path)
    again.charts.page.view.setFocus()
    press(again, Key.Key_K, Mod.ControlModifier)
    assert symbols(again) == ["AAPL", "MSFT", "SPY"]
    again.close()


def test_the_search_stays_within_a_small_window(opened):
    opened.window.resize(420, 380)
    settle(opened.qapp)
    type_text(opened, "a")
    assert opened.window.rect().contains(opened.search.geometry())


def test_leaving_for_the_chart_closes_the_search(opened):
    type_text(opened, "a")
    opened.page.view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert opened.search.isHidden()
    QTest.mouseClick(opened.entry, Qt.MouseButton.LeftButton)
    assert opened.search.isVisible()
    QTest.mouseClick(opened.entry, Qt.MouseButton.LeftButton)
    assert opened.search.isHidden()


def test_another_program_in_front_leaves_what_is_typed(opened):
    type_text(opened, "aa")
    for kind in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
        event = QFocusEvent(kind, Qt.FocusReason.ActiveWindowFocusReason)
        opened.qapp.sendEvent(opened.search.line, event)
    assert opened.search.isVisible()
    type_text(opened, "pl")
    assert opened.search.line.text() == "AAPL"
