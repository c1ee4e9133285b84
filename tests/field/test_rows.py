"""Rows as they come: every one that has a close is stored as it was sent, and none costs another (F3, F4, F5, F9)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from tests.field.row_market import (
    NONE,
    OIL,
    RowMarket,
    Share,
    cache_over,
    closes_of,
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

DAYS = dates("2026-09-07", 40)
SPAN = Span(DAYS[0], DAYS[-1] + DAY_S)


def test_f3_opens_of_zero_leave_the_bars_and_their_other_prices():
    days = dates("1982-03-01", 30)
    share = Share("AAA", week_calendar(first="1970-01-05"))
    rows = ordinary(days, price=20.0)
    share.put("1d", [(t, 0.0, h, lo, c, v) for t, _, h, lo, c, v in rows])
    share.put("1d", ordinary(DAYS))
    with cache_over(RowMarket(share)) as harness:
        bars = is_complete_at_once(harness, "1d", Span(days[0], days[-1] + DAY_S))
        sent = read_sent(harness, "1d", "AAA")
    assert bars.open_time.tolist() == days
    assert bars.open.tolist() == [0.0] * 30
    for column, at in ((bars.high, 2), (bars.low, 3), (bars.close, 4), (bars.volume, 5)):
        assert column.tolist() == [row[at] for row in rows]
    assert {time: flags for time, (flags, _) in sent.items()} == dict.fromkeys(days, int(Oddity.OPEN_UNKNOWN))


def test_f4_prices_below_zero_are_kept_as_sent_and_make_the_week():
    share = Share("CL=F", week_calendar(first="2015-01-05"), quote_type="FUTURE")
    rows = [(when(day), *prices, 1000.0) for day, *prices in OIL]
    share.put("1d", rows)
    share.put("1d", ordinary(DAYS, price=60.0))
    with cache_over(RowMarket(share)) as harness:
        span = Span(rows[0][0], rows[-1][0] + DAY_S)
        bars = is_complete_at_once(harness, "1d", span, "CL=F")
        week = harness.bars("1wk", span, "CL=F").bars
        sent = read_sent(harness, "1d", "CL=F")
    got = zip(bars.open_time.tolist(), bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True)
    assert [tuple(row) for row in got] == rows
    below = {when("2020-04-20"), when("2020-04-21")}
    assert {time for time, (flags, _) in sent.items() if flags & Oddity.NON_POSITIVE} == below
    at = week.open_time.tolist().index(when("2020-04-20"))
    assert (week.open[at], week.high[at], week.low[at], week.close[at]) == (17.73, 18.26, -40.32, 16.94)


def test_f5_one_bad_tick_costs_nothing_but_a_flag():
    calendar = week_calendar()
    times = open_times(calendar, "1m", "2026-11-20", "2026-11-25")
    rows = ordinary(times, price=742_000.0)
    assert len(rows) == 1170
    bad = (times[700], *rows[700][1:3], 185.10, 185.10, rows[700][5])
    share = Share("AAA", calendar)
    share.put("1d", ordinary(DAYS, price=742_000.0))
    share.put("1m", [*rows[:700], bad, *rows[701:]])
    with cache_over(RowMarket(share)) as harness:
        bars = is_complete_at_once(harness, "1m", Span(times[0], times[-1] + 60))
        sent = read_sent(harness, "1m", "AAA")
    assert closes_of(bars) == {row[0]: row[4] for row in rows} | {times[700]: 185.10}
    assert {time: flags for time, (flags, _) in sent.items()} == {times[700]: int(Oddity.JUMP)}


def test_f9_the_first_daily_bar_is_there():
    days = dates("1962-01-02", 20)
    share = Share("IBM", week_calendar(first="1962-01-01"), first=when("1962-01-02T14:30:00"))
    share.put("1d", ordinary(days, price=7.5))
    share.put("1d", ordinary(DAYS, price=280.0))
    with cache_over(RowMarket(share)) as harness:
        bars = harness.bars("1d", Span(when("1961-12-01"), days[-1] + DAY_S), "IBM").bars
    assert bars.open_time.tolist() == days


ODD = {
    "nothing but a close": lambda p, v: (NONE, NONE, NONE, p, v),
    "open outside": lambda p, v: (p * 1.05, p * 1.01, p * 0.99, p, v),
    "close outside": lambda p, v: (p, p * 1.01, p * 0.99, p * 1.03, v),
    "crossed": lambda p, v: (p, p * 0.99, p * 1.01, p, v),
    "zero open": lambda p, v: (0.0, p * 1.01, p * 0.99, p, v),
    "zeros": lambda p, v: (0.0, 0.0, 0.0, 0.0, v),
    "negative": lambda p, v: (p, p, -p, -p, v),
    "tick below": lambda p, v: (p, p, p / 5000, p / 5000, v),
    "tick above": lambda p, v: (p, p * 300, p, p * 300, v),
    "no volume": lambda p, v: (p, p, p, p, NONE),
}
LOST = "no close"
odd_rows = st.dictionaries(st.integers(0, 39), st.sampled_from([*ODD, LOST]), max_size=12)


@given(odd_rows, st.sampled_from(["1d", "1h"]), st.integers(0, 3), st.sampled_from(["EQUITY", "FUTURE"]))
@through_a_cache
def test_every_row_with_a_close_is_stored_whatever_stands_beside_it(odd, name, seed, kind):
    share = Share("AAA", quote_type=kind)
    times = DAYS if name == "1d" else open_times(share.calendar, "1h", "2026-10-05", "2026-10-12")[:40]
    rows = ordinary(times[:40], seed=seed)
    for at, word in odd.items():
        time, _, _, _, close, volume = rows[at % len(rows)]
        changed = (NONE, NONE, NONE, NONE, volume) if word == LOST else ODD[word](close, volume)
        rows[at % len(rows)] = (time, *changed)
    share.put(name, rows)
    if name != "1d":
        share.put("1d", ordinary(DAYS))
    span = Span(rows[0][0], rows[-1][0] + DAY_S)
    with cache_over(RowMarket(share)) as harness:
        bars = is_complete_at_once(harness, name, span)
        assert is_never_asked_again(harness, name, span)
    assert closes_of(bars) == {row[0]: row[4] for row in rows if not np.isnan(row[4])}


def test_a_good_bar_is_not_replaced_by_a_row_without_a_close():
    share = Share("AAA")
    days = dates("2026-10-05", 38)
    rows = ordinary(days)
    share.put("1d", rows)
    with cache_over(RowMarket(share)) as harness:
        harness.bars("1d", Span(days[0], days[-1] + DAY_S))
        share.put("1d", [(days[-2], NONE, NONE, NONE, NONE, 900.0), (days[-3], *rows[-3][1:4], 77.0, 5.0)])
        job = harness.cache.start_update([("AAA", INTERVALS["1d"])]).result(10)
        harness.cache.wait_job(job.job_id).result(10)
        found = closes_of(harness.bars("1d", Span(days[0], days[-1] + DAY_S)).bars)
    assert (found[days[-3]], found[days[-2]]) == (77.0, rows[-2][4])


@pytest.mark.parametrize("name", ["1d", "1h"])
def test_nothing_but_odd_rows_is_complete_too(name):
    share = Share("AAA")
    times = DAYS if name == "1d" else open_times(share.calendar, "1h", "2026-10-05", "2026-10-10")
    share.put(name, [(t, 10.0, -5.0, 7.0, -3.0 if i % 2 else 0.0, 5.0) for i, t in enumerate(times)])
    with cache_over(RowMarket(share)) as harness:
        bars = is_complete_at_once(harness, name, Span(times[0], times[-1] + DAY_S))
    assert bars.open_time.tolist() == times
