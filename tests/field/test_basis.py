"""One basis: whatever splits, whenever, and whatever was fetched before and after (F6, F7)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.span import Span
from tests.field.row_market import (
    NOW,
    RowMarket,
    cache_over,
    is_complete_at_once,
    through_a_cache,
    when,
)
from tests.field.split_shares import DAYS, assert_one_basis, evening, listed

START = "2026-08-03"


@pytest.mark.parametrize("factor", [50.0, 3.0, 100.0, 0.01, 1.046])
@pytest.mark.parametrize("currency", ["USD", "GBp"])
def test_f6_a_split_overnight_moves_all_that_is_stored_and_brings_the_new_session(factor, currency):
    ex_date = "2026-11-24"
    share = listed((when(ex_date), factor))
    share.currency = currency
    market = RowMarket(share, now=evening("2026-11-23"))
    with cache_over(market) as harness:
        for name in ("1d", "1h"):
            harness.bars(name, Span(DAYS[0], market.now))
        market.now = evening(ex_date)
        bars = harness.bars("1d", Span(DAYS[0], market.now)).bars
        assert bars.open_time[-1] == when(ex_date)
        hours = harness.bars("1h", Span(when("2026-11-20"), market.now))
        assert hours.complete
        assert hours.bars.open_time[-1] == when(f"{ex_date}T20:30:00")
        assert_one_basis(harness, share, ("1d", "1h"))


def test_f7_free_shares_between_two_fetches_of_other_hours():
    share = listed((when("2026-11-10"), 1.1))
    market = RowMarket(share, now=evening("2026-10-30"))
    with cache_over(market) as harness:
        harness.bars("1h", Span(when("2026-10-01"), market.now))
        market.now = evening("2026-11-20")
        harness.bars("1h", Span(when("2026-09-01"), when("2026-10-01")))
        is_complete_at_once(harness, "1h", Span(when("2026-10-01"), market.now))
        assert_one_basis(harness, share, ("1h", "1d"))


FETCH = st.tuples(st.sampled_from(["1d", "1h", "15m"]), st.integers(0, 70), st.integers(1, 30), st.integers(0, 12))
RATIO = st.one_of(st.floats(1.01, 1000.0), st.floats(1.01, 1.3), st.sampled_from([2.0, 3.0, 50.0, 100.0, 1000.0]))
SPLIT = st.tuples(st.integers(30, 80), RATIO, st.booleans())
SPLITS = st.lists(SPLIT, min_size=1, max_size=3, unique_by=lambda one: one[0])


@given(SPLITS, st.lists(FETCH, min_size=2, max_size=7), st.sampled_from(["USD", "GBp", "ZAR"]))
@example([(60, 1.1, False)], [("1h", 40, 20, 0), ("1h", 20, 20, 12), ("1h", 40, 30, 0)], "USD")
@example([(60, 100.0, False)], [("1h", 40, 20, 0), ("1h", 20, 20, 12), ("1h", 40, 30, 0)], "GBp")
@through_a_cache
def test_random_splits_between_random_fetches_leave_one_basis(splits, fetches, currency):
    names = ("1h", "15m")
    share = listed(
        *((DAYS[at], 1 / ratio if is_inverse else ratio) for at, ratio, is_inverse in splits), intervals=names
    )
    share.currency = currency
    market = RowMarket(share, now=DAYS[25] + 23 * HOUR_S)
    with cache_over(market) as harness:
        for name, first, n_days, pause in fetches:
            market.now = min(market.now + pause * DAY_S, NOW)
            start = min(DAYS[first], market.now - DAY_S)
            harness.bars(name, Span(start, min(start + n_days * DAY_S, market.now)))
            assert_one_basis(harness, share, ("1d", *names), is_now=False)
        market.now = NOW
        for name in ("15m", "1d", "1h"):
            assert harness.bars(name, Span(DAYS[0] if name != "15m" else DAYS[45], NOW)).complete
            assert_one_basis(harness, share, ("1d", *names))
