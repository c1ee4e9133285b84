"""A symbol of which nothing is known yet is looked up: what the window names meanwhile, and when it is refused."""

from dataclasses import replace

from PySide6.QtCore import Qt

from candledesk.cache.messages import EdgeState
from candledesk.domain.bars import Bars
from candledesk.ui.features.search.slow_look_up import SlowLookUp
from tests.ui.conftest import settle
from tests.ui.features.search.hands import go_offline, names, press, symbols, type_text

Key, Mod = Qt.Key, Qt.KeyboardModifier


def test_a_refused_symbol_says_why_and_all_names_stay(opened):
    type_text(opened, "nosuch", Key.Key_Return)
    assert "NOSUCH" in opened.page.toast
    assert names(opened) == ("MSFT",) * 4
    press(opened, Key.Key_K, Mod.ControlModifier)
    assert "NOSUCH" not in symbols(opened), "what is remembered is what was shown"


def _hold_unknown(opened, symbol):
    """Enter a symbol of which nothing is known yet; the provider is asked."""
    opened.cache.is_holding = True
    type_text(opened, symbol, Key.Key_Return)


def _answer_unknown(opened):
    request, future = opened.cache.held.pop()
    opened.cache.is_holding = False
    reply = opened.cache.answer(request)
    future.set_result(replace(reply, bars=Bars.empty(), instrument=None, edge=EdgeState.LOADING, error=""))
    settle(opened.qapp)


def test_while_a_symbol_is_looked_up_all_names_are_those_of_the_chart(opened):
    _hold_unknown(opened, "nvda")
    _answer_unknown(opened)
    assert names(opened) == ("MSFT",) * 4
    assert "Looking up NVDA" in opened.window.status.state.text()


def test_a_look_up_that_takes_long_says_so_over_the_chart(opened, qtbot):
    timer = opened.window.findChild(SlowLookUp)._timer
    assert timer.interval() < 1_000, "WINDOW.md, rule 3: within a second"
    timer.setInterval(60_000)
    _hold_unknown(opened, "nvda")
    _answer_unknown(opened)
    assert (opened.page.toast, timer.isActive()) == ("", True)
    timer.start(0)
    qtbot.waitUntil(lambda: opened.page.toast.startswith("Looking up NVDA: there is no answer yet"), timeout=5_000)
    assert "the chart shows MSFT" in opened.page.toast


def test_a_date_that_is_waited_for_is_no_look_up(opened):
    opened.charts.waiting_changed.emit("Loading 3 Nov 2020…")
    opened.window.findChild(SlowLookUp)._timer.timeout.emit()
    assert opened.page.toast == ""


def test_offline_a_symbol_that_is_not_stored_is_refused_at_once(opened):
    go_offline(opened)
    _hold_unknown(opened, "nvda")
    _answer_unknown(opened)
    assert opened.page.toast.startswith("NVDA is not stored, and the provider cannot be reached")
    assert opened.charts.target[0] == "MSFT"
    assert names(opened) == ("MSFT",) * 4


def test_a_look_up_ends_when_the_network_is_lost(opened):
    _hold_unknown(opened, "nvda")
    _answer_unknown(opened)
    go_offline(opened)
    assert opened.page.toast.startswith("NVDA is not stored")
    assert opened.charts.target[0] == "MSFT"
    assert "Looking up" not in opened.window.status.state.text()
