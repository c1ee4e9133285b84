"""Refreshes: an odd row that was confirmed once causes no more requests than other rows."""

import numpy as np

from candledesk.domain.coverage import CoverageState
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from tests.cache.conftest import WAIT_S
from tests.field.row_market import RowMarket, Share, cache_over, dates, ordinary, when

DAYS = dates("2026-10-01", 42)
SATURDAY = when("2026-11-28") + 4 * HOUR_S


def refresh(harness):
    harness.yahoo.now += HOUR_S
    job = harness.cache.start_update([("AAA", INTERVALS["1d"])]).result(WAIT_S)
    harness.cache.wait_job(job.job_id).result(WAIT_S)
    harness.settle()


def daily_market(lost=()):
    share = Share("AAA", first=DAYS[0] + 15 * HOUR_S)
    rows = [row if row[0] not in lost else (*row[:4], np.nan, row[5]) for row in ordinary(DAYS)]
    share.put("1d", rows)
    return RowMarket(share, now=SATURDAY)


def test_a_confirmed_row_without_a_close_is_not_requested_three_times_again():
    market = daily_market(lost=DAYS[-1:])
    with cache_over(market) as harness:
        harness.bars("1d", Span(DAYS[0], SATURDAY))
        assert any(row.state is CoverageState.KNOWN_EMPTY for row in harness.coverage("1d"))
        before = len(market.requests)
        refresh(harness)
        assert len(market.requests) - before == 1
        market.now += 2 * DAY_S
        market.shares["AAA"].put("1d", ordinary(DAYS))
        refresh(harness)
        assert harness.bars("1d", Span(DAYS[0], SATURDAY), fill="none").bars.open_time[-1] == DAYS[-1]


def test_a_confirmed_odd_forming_bar_is_not_requested_three_times_again():
    share = Share("AAA", first=DAYS[0] + 15 * HOUR_S)
    rows = ordinary(DAYS)
    share.put("1d", rows)
    market = RowMarket(share, now=DAYS[-1] + 16 * HOUR_S)  # its session is open until 21:00
    with cache_over(market) as harness:
        prices = (-37.0, -35.0, -40.0)
        share.put("1d", [*rows[:-1], (DAYS[-1], *prices, -36.0, 1000.0)])
        harness.bars("1d", Span(DAYS[0], market.now))
        for close in (-36.5, -38.0):
            before = len(market.requests)
            share.put("1d", [*rows[:-1], (DAYS[-1], *prices, close, 1000.0)])
            refresh(harness)
            assert len(market.requests) - before == 1
            assert harness.bars("1d", Span(DAYS[0], market.now), fill="none").bars.close[-1] == close


def test_a_final_odd_bar_is_replaced_only_after_its_replacement_is_repeated():
    share = Share("AAA", first=DAYS[0] + 15 * HOUR_S)
    rows = ordinary(DAYS)
    odd = (DAYS[-1], -37.0, -35.0, -40.0, -36.0, 1000.0)
    share.put("1d", [*rows[:-1], odd])
    market = RowMarket(share, now=SATURDAY)
    with cache_over(market) as harness:
        harness.bars("1d", Span(DAYS[0], SATURDAY))
        before = len(market.requests)
        share.put("1d", [*rows[:-1], (DAYS[-1], -370.0, -350.0, -400.0, -360.0, 1000.0)])
        refresh(harness)
        assert len(market.requests) - before == 3
        assert harness.bars("1d", Span(DAYS[0], SATURDAY), fill="none").bars.close[-1] == -360.0
