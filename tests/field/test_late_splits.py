"""A split that takes effect between two questions a moment apart, or is stated days after its date."""

import pytest

from candledesk.cache.rules.split_basis import is_same_market
from candledesk.cache.storing.rebase import _overlaid
from candledesk.domain.bars import Bars
from candledesk.domain.interval import HOUR_S
from candledesk.domain.span import Span
from tests.field.row_market import RowMarket, cache_over, when
from tests.field.split_shares import DAYS, assert_one_basis, evening, listed

FIRST = Span(when("2026-10-05"), when("2026-10-16"))
LATER = {
    "older hours": ("1h", Span(when("2026-09-07"), when("2026-09-18"))),
    "newer hours": ("1h", Span(when("2026-11-02"), evening("2026-11-24"))),
    "minutes": ("15m", Span(when("2026-11-02"), evening("2026-11-24"))),
    "days": ("1d", Span(DAYS[0], evening("2026-11-24"))),
}


def state(share, ex_date, factor, market, price):
    """Let a split take effect at once, as Yahoo adjusts all history from one answer to the next."""
    for name, table in share.rows.items():
        for time, row in table.items():
            if share.date_of(name, time) >= when(ex_date):
                table[time] = (*(value / factor for value in row[:4]), row[4] * factor)
    share.splits = [(when(ex_date), factor)]
    share.market = (market.now, price / factor)


@pytest.mark.parametrize("ex_date", ["2026-11-10", "2026-11-24"])
@pytest.mark.parametrize("factor", [50.0, 1.1, 1.01, 0.01])
@pytest.mark.parametrize("later", LATER)
def test_a_split_between_two_questions_of_one_minute(later, factor, ex_date):
    share = listed(intervals=("1h", "15m"))
    market = RowMarket(share, now=evening("2026-11-24"))
    share.market = (market.now, 500.0)
    with cache_over(market) as harness:
        harness.bars("1h", FIRST)
        market.now += 5
        state(share, ex_date, factor, market, 500.0)
        name, span = LATER[later]
        assert harness.bars(name, span).complete
        assert_one_basis(harness, share, ("1d", "1h", "15m"))


def test_questions_a_moment_apart_read_no_dailies_without_need():
    share = listed()
    market = RowMarket(share, now=evening("2026-11-24"))
    share.market = (market.now, 500.0)
    with cache_over(market) as harness:
        harness.bars("1h", FIRST)
        share.market = (market.now, 501.0)
        harness.bars("1h", LATER["older hours"][1])
        assert market.n_asked("1d", "AAA") == 0


def test_market_prices_that_never_agree_ask_for_the_dailies_once():
    """An answer whose market price is another one each time is stored all the same, after one look at the dailies."""
    share = listed()
    market = RowMarket(share, now=evening("2026-11-24"))
    share.market = (market.now, 500.0)
    with cache_over(market) as harness:
        harness.bars("1h", FIRST)
        bars, prices = share.bars, iter(range(600, 900, 20))

        def ever_splitting(*asked):
            share.market = (market.now, float(next(prices)))
            return bars(*asked)

        share.bars = ever_splitting
        assert harness.bars("1h", LATER["older hours"][1]).complete
        assert market.n_asked("1d", "AAA") == 1


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        (100.0, 100.4, True),
        (100.0, 99.6, True),
        (100.0, 101.0, False),
        (101.0, 100.0, False),
        (100.0, 1.0, False),
        (None, 1.0, True),
        (1.0, None, True),
        (-37.0, 10.0, True),
        (10.0, -37.0, True),
    ],
)
def test_market_prices_of_minutes_apart(before, after, is_same):
    assert is_same_market(before, after) is is_same


def test_merged_bars_prefer_the_new_one():
    stored = Bars.from_rows([(0, 1, 1, 1, 1, 5), (HOUR_S, 2, 2, 2, 2, 5)])
    new = Bars.from_rows([(HOUR_S, 3, 3, 3, 3, 6), (2 * HOUR_S, 4, 4, 4, 4, 6)])
    merged = _overlaid(stored, new)
    assert merged.open_time.tolist() == [0, HOUR_S, 2 * HOUR_S]
    assert merged.close.tolist() == [1.0, 3.0, 4.0]
    assert _overlaid(new, stored).close.tolist() == [1.0, 2.0, 4.0]
