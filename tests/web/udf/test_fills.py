"""What is being fetched is waited for or an error, never a hole and never the end of history."""

import threading
import time

import numpy as np
import pytest

from candledesk.web.udf import history
from tests.demo.conftest import NOW
from tests.web.udf.chart_library import HistoryError, NoSymbolError
from tests.web.udf.test_paging import stored_bars


def test_a_slow_fill_is_waited_for(fresh_stack):
    library = fresh_stack.library()
    symbol = library.resolve("AAPL")
    fresh_stack.market.faults.add("delay", delay_s=2.0, count=1, interval="1h")
    started = time.monotonic()
    page = library.read_page(symbol, "60", NOW - 300 * 3_600, NOW, 300)
    assert len(page.bars) == 300
    assert time.monotonic() - started >= 2


def test_a_fill_that_outlasts_the_wait_is_an_error_and_comes_later(fresh_stack, monkeypatch):
    monkeypatch.setattr(history, "WAIT_S", 0.5)
    library = fresh_stack.library()
    symbol = library.resolve("AAPL")
    fresh_stack.market.faults.add("delay", delay_s=3.0, count=1, interval="1h")
    with pytest.raises(HistoryError, match="ask again"):
        library.read_page(symbol, "60", NOW - 300 * 3_600, NOW, 300)
    found = library.scroll_to_the_beginning(symbol, "60", NOW)
    bars = stored_bars(fresh_stack, "AAPL", "60")
    assert [bar["time"] // 1000 for bar in found] == bars.open_time.tolist()
    assert library.n_errors > 0


def test_a_failed_window_in_the_past_is_an_error_and_not_a_hole(fresh_stack):
    """Bars are known before and behind a window that failed: neither a hole nor the end of history is answered."""
    stack = fresh_stack
    library = stack.library()
    symbol = library.resolve("BTC-USD")
    newest = library.read_page(symbol, "1", NOW - 60_000, NOW, 1_000).bars
    stack.market.faults.add("status", status=500, interval="1m")
    end = newest[0]["time"] // 1000
    with pytest.raises(HistoryError):
        library.read_page(symbol, "1", end - 60 * 15_000, end, 15_000)
    with pytest.raises(HistoryError):
        library.read_page(symbol, "1", end - 60 * 15_000, end)
    stack.market.faults.clear()
    stack.market.clock.advance(3_600)
    page = library.read_until_known(symbol, "1", end - 60 * 15_000, end, 15_000)
    assert (np.diff([bar["time"] for bar in page.bars]) == 60_000).all()
    assert len(page.bars) == 15_000


def test_many_pages_at_once_cost_each_window_once(fresh_stack):
    stack = fresh_stack
    symbol = stack.library().resolve("MSFT")
    before, pages = stack.n_requests(), []

    def read():
        pages.append(stack.library().read_page(symbol, "60", NOW - 300 * 3_600, NOW, 300))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [len(page.bars) for page in pages] == [300] * 8
    assert all(page.bars == pages[0].bars for page in pages)
    assert stack.n_requests() - before <= 3


def test_stored_bars_are_shown_while_the_provider_is_out_of_reach(fresh_stack):
    """Without a network the chart ends where what is known ends; it says nothing of a beginning of history."""
    stack = fresh_stack
    library = stack.library()
    symbol = library.resolve("BTC-USD")
    known = library.read_page(symbol, "5", NOW - 90_000, NOW, 300).bars
    stack.market.faults.add("reset")
    stack.market.clock.advance(3_600)
    later = stack.now
    page = library.read_until_known(symbol, "5", later - 90_000, later, 100)
    assert len(page.bars) == 100
    assert page.bars[-1]["time"] <= known[-1]["time"]
    with pytest.raises(HistoryError):
        library.read_page(symbol, "1", later - 90_000, later, 100)


def test_an_unknown_symbol_is_said_in_the_words_of_the_protocol(stack):
    library = stack.library()
    with pytest.raises(NoSymbolError, match=r"^unknown_symbol$"):
        library.resolve("NOSUCH")
    with pytest.raises(HistoryError, match=r"^unknown_symbol$"):
        library.read_page({"ticker": "NOSUCH"}, "1D", 0, NOW, 10)
    for ticker in ("", "A B", "<script>", "A" * 40, "AAPL/SPY", "\u00e9"):
        with pytest.raises(HistoryError):
            library.read_page({"ticker": ticker}, "1D", 0, NOW, 10)
        with pytest.raises(NoSymbolError):
            library.resolve(ticker)
