"""Symbols that cannot be opened, on the real cache: the reason comes within a second (WINDOW.md, rule 3)."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from candledesk.demo import DemoMarket
from candledesk.ui.features.search.entry import SymbolEntry
from tests.live_window import NOW, SLOW_MS, LiveWindow

SECOND_MS = 1_000


@pytest.fixture
def market():
    with DemoMarket(now=NOW) as made:
        yield made


@pytest.fixture
def live(qtbot, tmp_path, market):
    made = LiveWindow(qtbot, tmp_path / "home", market.url)
    made.open("AAPL", "1d")
    yield made
    made.close()


def _enter(live, symbol):
    """Type a symbol on the chart and press Enter; return when."""
    live.window.charts.focus()
    for letter in symbol:
        QTest.keyClicks(live.window.focusWidget(), letter)
    QTest.keyClick(live.window.focusWidget(), Qt.Key.Key_Return)
    return time.monotonic()


def _names(live):
    return live.window.findChild(SymbolEntry).symbol, live.window.charts.page.title(), live.model.series.symbol


@pytest.mark.allow_logs
def test_without_a_network_a_symbol_that_is_not_stored_is_refused(live, qtbot, market):
    market.stop()
    page = live.window.charts.page
    begun = _enter(live, "msft")
    qtbot.waitUntil(lambda: page.toast.startswith("MSFT is not stored"), timeout=SLOW_MS)
    first_ms = (time.monotonic() - begun) * 1_000  # the network was there until this request
    begun = _enter(live, "nvda")
    qtbot.waitUntil(lambda: page.toast.startswith("NVDA is not stored"), timeout=SLOW_MS)
    then_ms = (time.monotonic() - begun) * 1_000
    assert _names(live) == ("AAPL", "AAPL 1d", "AAPL")
    assert live.window.charts.target[0] == "AAPL"
    assert max(first_ms, then_ms) < SECOND_MS


@pytest.mark.allow_logs
def test_a_symbol_that_the_provider_does_not_know_is_refused(live, qtbot):
    page = live.window.charts.page
    _enter(live, "nosuch")
    qtbot.waitUntil(lambda: "NOSUCH" in page.toast, timeout=SLOW_MS)
    assert _names(live) == ("AAPL", "AAPL 1d", "AAPL")
