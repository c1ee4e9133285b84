"""The newest stored price of a symbol, how old it is and what it is compared with: from the database alone."""

import numpy as np

from candledesk.domain.coverage import CoverageState
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import bars as bar_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import transaction
from tests.cache.conftest import NOW, days_back

TODAY = NOW // DAY_S * DAY_S
OPEN, CLOSE = TODAY + 52_200, TODAY + 75_600


def quote(harness, symbol="AAA"):
    (found,) = harness.cache.read_quotes([symbol]).result(20)
    return found


def daily(harness, symbol="AAA"):
    return harness.bars("1d", days_back(100), symbol=symbol, fill="none").bars


def forget(harness, name, span):
    """Take bars and what is known of their time out of the database."""

    def write(connection):
        series = instrument_store.series_id(connection, "AAA", INTERVALS[name])
        with transaction(connection):
            bar_store.delete_bars(connection, series, span)
            coverage_store.forget_coverage(connection, series, span, tuple(CoverageState))

    harness.service._writer.submit(write).result(20)


def test_a_symbol_of_which_nothing_is_stored_has_no_price_and_costs_no_request(harness, yahoo):
    found = harness.cache.read_quotes(["AAA", "BBB"]).result(20)
    assert [(row.symbol, row.price, row.as_of, row.instrument) for row in found] == [
        ("AAA", None, None, None),
        ("BBB", None, None, None),
    ]
    assert yahoo.requests == []


def test_the_forming_daily_bar_is_a_price_of_when_it_was_fetched(harness, yahoo):
    harness.bars("1d", days_back(100))
    n_requests, asked_at = len(yahoo.requests), yahoo.now
    yahoo.now += 600
    found, bars = quote(harness), daily(harness)
    assert found.price == bars.close[-1]
    assert found.as_of == asked_at
    assert found.previous_close == bars.close[-2]
    assert found.volume == bars.volume[-1]
    assert found.closes == tuple(bars.close[-45:])
    assert found.closes_of is INTERVALS["1d"]
    assert (found.closed_at, found.delay_s) == (CLOSE - DAY_S, 0)
    assert found.hours.sessions[0].close == CLOSE
    assert len(yahoo.requests) == n_requests


def test_after_the_close_a_price_is_of_the_close(harness, yahoo):
    yahoo.now = CLOSE + 7_200
    harness.bars("1d", Span(TODAY - 30 * DAY_S, yahoo.now))
    found = quote(harness)
    assert (found.as_of, found.closed_at) == (CLOSE, CLOSE)


def test_a_finer_bar_that_is_newer_gives_the_price_and_the_days_give_the_change(harness, yahoo):
    harness.bars("1d", days_back(30))
    yahoo.now += 900
    harness.bars("1m", Span(OPEN, yahoo.now))
    minutes = harness.bars("1m", Span(OPEN, yahoo.now), fill="none").bars
    found, bars = quote(harness), daily(harness)
    assert found.price == minutes.close[-1] == found.closes[-1]
    assert found.as_of > NOW
    assert found.volume == minutes.volume.sum()
    assert found.previous_close == bars.close[-2] == found.closes[-2]


def test_without_days_the_change_is_against_the_end_of_the_session_before(harness):
    harness.bars("1h", days_back(6))
    hours = harness.bars("1h", days_back(6), fill="none").bars
    found = quote(harness)
    before = hours.close[hours.open_time < OPEN]
    today = hours.close[hours.open_time >= OPEN]
    assert found.previous_close == before[-1]
    assert found.closes == tuple(today)
    assert found.closes_of is INTERVALS["1h"]


def test_a_change_is_not_made_up_across_days_that_are_not_stored(harness):
    harness.bars("1d", days_back(30))
    harness.bars("1h", Span(OPEN, NOW))
    forget(harness, "1d", Span(TODAY - 5 * DAY_S, NOW))
    forget(harness, "1h", Span(TODAY - 5 * DAY_S, OPEN))
    found = quote(harness)
    assert (found.price, found.previous_close) == (
        harness.bars("1h", Span(OPEN, NOW), fill="none").bars.close[-1],
        None,
    )


def test_a_change_spans_days_of_which_the_provider_has_no_bars(harness, yahoo):
    holiday = TODAY - DAY_S
    yahoo.script = lambda request: yahoo.bars_answer(request, lambda bars: bars.take(bars.open_time != holiday))
    harness.bars("1d", days_back(30))
    assert quote(harness).previous_close == daily(harness).close[-2]
    assert daily(harness).open_time[-2] < holiday


def test_the_order_of_the_answer_is_that_of_the_question(harness):
    for symbol in ("AAA", "BBB"):
        harness.bars("1d", days_back(10), symbol=symbol)
    found = harness.cache.read_quotes(["BBB", "ZZZ", "AAA"]).result(20)
    assert [row.symbol for row in found] == ["BBB", "ZZZ", "AAA"]
    assert [row.price is None for row in found] == [False, True, False]
    assert np.isfinite([found[0].price, found[2].price]).all()
