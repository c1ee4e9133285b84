"""Levels of a period that lacks daily bars count as unsettled, and the days are named (WORKBENCH.md §1.4)."""

from dataclasses import replace

import numpy as np

from candledesk.domain.interval import DAY_S
from candledesk.indicators.computing import compute
from candledesk.indicators.registry import find_indicator
from candledesk.indicators.studies import make_study
from tests.indicators.markets import bars_of, market_of, session_dates, week

BARS = bars_of("XLON", 300)  # of an hour, so that the levels are those of the week before
WEEKS = [week(date) for date in session_dates("XLON", BARS.open_time)]
DATES = sorted(set(session_dates("XLON", BARS.open_time)))


def missing(*lacking):
    """Return the days that are named when the daily bars of some dates are missing, and the bars that are unsettled."""
    market, study = replace(market_of("XLON"), lacking=np.array(lacking, np.int64)), make_study("pivot_points")
    days = find_indicator("pivot_points").missing_days(market, study.params, BARS.open_time)
    return days.tolist(), np.flatnonzero(~compute(study, BARS, market).settled).tolist()


def test_the_days_before_the_week_of_a_bar_are_named_and_its_bars_unsettled():
    lacking = [date for date in DATES if week(date) == WEEKS[0]][1:3]
    second = sorted(set(WEEKS))[1]
    assert missing(*lacking) == (lacking, [row for row, own in enumerate(WEEKS) if own == second])


def test_days_of_the_last_week_or_before_all_levels_are_not_named():
    assert missing(DATES[-1], DATES[0] - 60 * DAY_S) == ([], [])


def test_nothing_is_named_where_nothing_is_missing():
    market, study = market_of("XLON"), make_study("pivot_points")
    assert market.lacking is None
    assert not len(find_indicator("pivot_points").missing_days(market, study.params, BARS.open_time))
