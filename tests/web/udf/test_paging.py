"""A charting library that pages from now to the first bar gets every bar of the cache once, then polls for new ones."""

from datetime import UTC, datetime

import numpy as np
import pytest

from candledesk.cache.messages import BarsRequest
from candledesk.domain.bars import Bars
from candledesk.domain.span import HISTORY_START, Span
from candledesk.web.api.contract.params import ANY_INTERVAL_KIND
from tests.web.udf.session_week import is_trading, sessions_of_day

SERIES = [
    ("AAPL", "1D"),
    ("AAPL", "1W"),
    ("AAPL", "1M"),
    ("AAPL", "60"),
    ("7203.T", "15"),
    ("7203.T", "1D"),
    ("0700.HK", "60"),
    ("VOD.L", "5"),
    ("ES=F", "240"),
    ("ES=F", "1D"),
    ("BTC-USD", "1D"),
    ("EURUSD=X", "240"),
    ("THIN", "5"),
    ("NEWCO", "30"),
]


def stored_bars(stack, symbol, resolution):
    """Return what the cache itself answers for the whole history, without a request."""
    interval = ANY_INTERVAL_KIND.parse(resolution, "resolution")
    request = BarsRequest(symbol, interval, Span(HISTORY_START, stack.now + 1), fill="none")
    return stack.cache.load_bars(request).result(30).bars


@pytest.mark.parametrize(("name", "resolution"), SERIES)
def test_every_bar_comes_once_from_now_to_the_first(stack, name, resolution):
    library = stack.library()
    library.start()
    symbol = library.resolve(name)
    assert resolution in symbol["supported_resolutions"]
    found = library.scroll_to_the_beginning(symbol, resolution, stack.now)
    bars = stored_bars(stack, name, resolution)
    assert len(found) == len(bars) > 50
    for column in ("open", "high", "low", "close", "volume"):
        ours = np.array([bar[column] for bar in found])
        assert (ours.astype(np.float32) == getattr(bars, column).astype(np.float32)).all()
    times = np.array([bar["time"] for bar in found]) // 1000
    assert (times >= bars.open_time).all()
    if resolution.isdigit():
        is_moved = times != bars.open_time
        assert all(is_trading(symbol, time) for time in times[-2_000:].tolist())
        assert not any(is_trading(symbol, time) for time in bars.open_time[is_moved][-200:].tolist())
    else:
        days = [datetime.fromtimestamp(time, UTC).date() for time in times[-500:].tolist()]
        assert (times % 86_400 == 0).all()
        assert all(sessions_of_day(symbol, day) for day in days)
    interval = ANY_INTERVAL_KIND.parse(resolution, "resolution").base
    assert stack.cache.describe_series(name, interval).result(30).gaps == ()
    assert library.n_errors == 0


def test_a_second_page_that_scrolls_over_all_of_it_costs_no_request(stack):
    library = stack.library()
    symbol = library.resolve("AAPL")
    library.scroll_to_the_beginning(symbol, "60", stack.now)
    n_requests = stack.n_requests()
    assert len(library.scroll_to_the_beginning(library.resolve("AAPL"), "60", stack.now, countback=1_000)) > 3_000
    assert stack.n_requests() == n_requests


def test_polling_updates_the_last_bar_and_appends_new_ones(fresh_stack):
    stack = fresh_stack
    library = stack.library()
    symbol = library.resolve("7203.T")
    stack.market.clock.set("2026-11-24T05:44:10Z")
    bars = library.read_page(symbol, "1", stack.now - 6_000, stack.now, 100).bars
    n_bars, n_requests = len(bars), stack.n_requests()
    for _ in range(60):
        stack.market.clock.advance(10)
        library.poll(symbol, "1", stack.now, bars)
    stored = stored_bars(stack, "7203.T", "1")
    assert len(bars) == n_bars + 10
    times = np.array([bar["time"] for bar in bars]) // 1000
    assert (times == stored.open_time[-len(bars) :]).all()
    closed = slice(-len(bars), -1)
    closes = np.array([bar["close"] for bar in bars]).astype(np.float32)
    assert (closes[closed] == stored.close[closed].astype(np.float32)).all()
    assert stack.n_requests() - n_requests <= 22  # two a minute: one for the new bar, one for its end


def test_an_imported_series_is_paged_with_all_the_digits_of_its_file(fresh_stack):
    """A symbol that no provider knows is a local instrument, of which nothing is requested."""
    stack = fresh_stack
    stack.library().resolve("AAPL")
    interval = ANY_INTERVAL_KIND.parse("1D", "resolution")
    days = np.arange(20_000, 20_700, dtype=np.int64) * 86_400
    closes = 10 + np.arange(len(days)) / 10
    bars = Bars(days, closes, closes + 0.1, closes - 0.1, closes, np.full(len(days), 5.0))
    stack.cache.import_bars("local:ACME", interval, bars).result(30)
    n_requests, library = stack.n_requests(), stack.library()
    symbol = library.resolve("LOCAL:ACME")
    found = library.scroll_to_the_beginning(symbol, "1D", stack.now)
    assert [bar["time"] // 1000 for bar in found] == days.tolist()
    assert [bar["close"] for bar in found] == closes.tolist()
    assert stack.n_requests() == n_requests
