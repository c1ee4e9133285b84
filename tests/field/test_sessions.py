"""Sessions that the calendar lacks, known from rows or reported hours (F1, F2), and the weeks of a venue (F14)."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from tests.field.row_market import (
    RowMarket,
    Share,
    cache_over,
    closes_of,
    count_dropped,
    dates,
    is_complete_at_once,
    is_never_asked_again,
    open_times,
    ordinary,
    read_sent,
    through_a_cache,
    week_calendar,
    when,
)

MUMBAI = week_calendar("Asia/Kolkata", "09:15", "15:30")
DAYS = dates("2026-08-03", 82)


def test_f1_a_budget_session_on_a_sunday_is_a_bar_and_part_of_its_week():
    days = [when(f"2026-{day}") for day in ("01-27", "01-28", "01-29", "01-30", "02-01", "02-02", "02-03")]
    rows = ordinary(days, price=250.0)
    rows[4] = (days[4], 250.0, 300.0, 200.0, 260.0, 5e6)
    share = Share("AAA.NS", MUMBAI)
    share.put("1d", rows)
    share.put("1d", ordinary(DAYS, price=300.0))
    span = Span(when("2026-01-27"), when("2026-02-04"))
    with cache_over(RowMarket(share)) as harness:
        bars = is_complete_at_once(harness, "1d", span, "AAA.NS")
        week = harness.bars("1wk", Span(when("2026-01-26"), when("2026-02-02")), "AAA.NS").bars
        sent = read_sent(harness, "1d", "AAA.NS")
        assert is_never_asked_again(harness, "1d", span, "AAA.NS")
    assert closes_of(bars) == {row[0]: row[4] for row in rows}
    assert {time: flags for time, (flags, _) in sent.items()} == {days[4]: int(Oddity.SESSION)}
    assert week.open_time.tolist() == [when("2026-01-26")]
    assert (week.high[0], week.low[0], week.close[0]) == (300.0, 200.0, 260.0)


def evening_session():
    """Return open and close of 2026-11-08, a Sunday, 18:00 to 19:00 in Mumbai."""
    opened = when("2026-11-08T12:30:00")
    return opened, opened + HOUR_S


def test_f2_a_session_that_another_interval_reports_is_requested():
    share, sibling = Share("AAA.NS", MUMBAI), Share("BBB.NS", MUMBAI)
    sunday = when("2026-11-08")
    minutes = open_times(MUMBAI, "5m", "2026-11-05", "2026-11-14")
    opened, closed = evening_session()
    extra = list(range(opened, closed, 300))
    for one in (share, sibling):
        one.put("1d", ordinary(DAYS))
        one.put("5m", ordinary(sorted([*minutes, *extra])))
    span, around = Span(when("2026-11-02"), when("2026-11-20")), Span(when("2026-11-06"), when("2026-11-12"))
    with cache_over(RowMarket(share, sibling)) as harness:
        for symbol in ("AAA.NS", "BBB.NS"):
            assert sunday not in harness.bars("1d", span, symbol).bars.open_time
        n_daily = harness.yahoo.n_asked("1d", "AAA.NS"), harness.yahoo.n_asked("1d", "BBB.NS")
        share.reported = [evening_session()]
        for one in (share, sibling):
            one.put("1d", [(sunday, 100.0, 101.0, 99.0, 100.5, 10.0)])
        bars = is_complete_at_once(harness, "5m", around, "AAA.NS")
        assert np.isin(extra, bars.open_time).all()
        for symbol in ("AAA.NS", "BBB.NS"):
            assert sunday in is_complete_at_once(harness, "1d", span, symbol).open_time
        assert harness.yahoo.n_asked("1d", "AAA.NS") == n_daily[0] + 1
        assert harness.yahoo.n_asked("1d", "BBB.NS") == n_daily[1] + 1


def test_a_daily_row_causes_requests_for_its_day_in_intraday_series():
    share = Share("AAA.NS", MUMBAI)
    minutes = open_times(MUMBAI, "5m", "2026-11-02", "2026-11-21")
    share.put("1d", ordinary(DAYS))
    share.put("5m", ordinary(minutes))
    span = Span(when("2026-11-02"), when("2026-11-20"))
    with cache_over(RowMarket(share)) as harness:
        assert harness.bars("5m", span, "AAA.NS").complete
        sunday = when("2026-11-08")
        share.put("1d", [(sunday, 100.0, 101.0, 99.0, 100.5, 10.0)])
        extra = [sunday + 13_500 + 300 * i for i in range(12)]
        share.put("5m", ordinary(extra))
        harness.bars("1d", span, "AAA.NS")
        bars = is_complete_at_once(harness, "5m", span, "AAA.NS")
    assert np.isin(extra, bars.open_time).all()


SUNDAY_WEEK = (6, 0, 1, 2, 3)


def test_f14_a_sunday_to_thursday_market_begins_its_week_on_sunday():
    calendar = week_calendar("Asia/Riyadh", "10:00", "15:00", days=SUNDAY_WEEK)
    share = Share("1120.SR", calendar)
    rows = ordinary(dates("2026-09-06", 55, SUNDAY_WEEK), price=90.0)
    share.put("1d", rows)
    with cache_over(RowMarket(share)) as harness:
        weeks = harness.bars("1wk", Span(when("2026-09-06"), when("2026-11-01")), "1120.SR").bars
    assert weeks.open_time.tolist() == [when("2026-09-06") + 7 * DAY_S * i for i in range(8)]
    assert weeks.open.tolist() == [rows[5 * i][1] for i in range(8)]
    assert weeks.close.tolist() == [rows[5 * i + 4][4] for i in range(8)]


EXTRA = st.lists(st.integers(0, 110), unique=True, min_size=1, max_size=6)


@given(EXTRA, EXTRA, st.sampled_from(["1d", "1h"]), st.booleans())
@through_a_cache
def test_random_extra_sessions_lose_nothing_and_are_not_requested_for_ever(extra, missing, first, is_short):
    calendar = week_calendar()
    kept = np.isin(calendar.date, [when("2026-08-03") + DAY_S * at for at in missing], invert=True)
    columns = ("date", "open", "close", "break_start", "break_end")
    real = replace(calendar, **{name: getattr(calendar, name)[kept] for name in columns})
    known = real if is_short else calendar  # what the venue's calendar says; the market trades on other days too
    share = Share("AAA", known, first=when("2026-07-01"))
    added = [when("2026-08-03") + DAY_S * at for at in (*extra, *missing[: len(missing) // 2])]
    days = sorted({*real.date.tolist(), *added})
    days = [day for day in days if when("2026-08-03") <= day < when("2026-11-24")]
    share.put("1d", ordinary(days))
    share.put("1h", ordinary([day + 52_200 + HOUR_S * i for day in days for i in range(7)], seed=1))
    span = Span(when("2026-08-03"), when("2026-11-24"))
    other = "1h" if first == "1d" else "1d"
    with cache_over(RowMarket(share)) as harness:
        harness.bars(first, span)
        found = {name: is_complete_at_once(harness, name, span) for name in (other, first)}
        found[other] = is_complete_at_once(harness, other, span)
        assert is_never_asked_again(harness, first, span)
    for name, bars in found.items():
        assert closes_of(bars) == {time: row[3] for time, row in share.rows[name].items()}


@pytest.mark.parametrize("name", ["1d", "1h"])
def test_a_phantom_is_not_a_session(name):
    share = Share("AAA")
    rows = ordinary(DAYS)
    saturday = when("2026-09-05")
    before = next(row[4] for row in rows if row[0] == when("2026-09-04"))
    share.put("1d", rows)
    share.put("1d", [(saturday, before, before, before, before, 0.0)])
    share.put("1h", ordinary(open_times(share.calendar, "1h", "2026-08-03", "2026-11-24")))
    span = Span(when("2026-08-03"), when("2026-11-24"))
    with cache_over(RowMarket(share)) as harness:
        assert saturday not in is_complete_at_once(harness, "1d", span).open_time
        bars = is_complete_at_once(harness, name, span)
        assert count_dropped(harness, "1d", "AAA") == {"phantom": 1}
    expected = [time for time in share.rows[name] if time < span.end and time != saturday]
    assert bars.open_time.tolist() == expected
