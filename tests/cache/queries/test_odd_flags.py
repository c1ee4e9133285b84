"""Flags on their way from the store to charts and scripts: of bars, of derived bars, of rows of many bars."""

import numpy as np
import pytest

from candledesk.cache.queries.odd_flags import as_sent, flags_by_row, without_lost
from candledesk.cache.rules.coverage_marks import MAX_MARKS, with_odd
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import CoverageMark, MarkState
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from candledesk.store.market import bars as bar_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store
from candledesk.store.market.database import transaction
from candledesk.store.market.odd_bars import OddBar
from tests.cache.conftest import NOW, WAIT_S, days_back, make_bars

MINUTES = INTERVALS["1m"]


def flag(harness, name, odd, bars=None):
    """Flag bars of a stored series, and change some of them."""
    times = np.array([bar.open_time for bar in odd], np.int64)

    def write(conn):
        series_id = instrument_store.series_id(conn, "AAA", INTERVALS[name])
        with transaction(conn):
            if bars is not None:
                bar_store.write_bars(conn, series_id, bars)
            odd_store.write_odd(conn, series_id, times, odd)

    harness.service._writer.submit(write).result(WAIT_S)


def spoiled(bars, at, high):
    """One bar with another high, close as it was."""
    one = bars.take(slice(at, at + 1))
    return Bars(one.open_time, one.open, np.array([high]), one.low, one.close, one.volume)


def test_a_flag_belongs_to_the_row_that_its_bar_opens_in():
    edges = np.array([100, 200, 300], np.int64)
    found = [OddBar(50, 1), OddBar(100, 2), OddBar(199, 4), OddBar(300, 8), OddBar(999, 16)]
    assert flags_by_row(found, edges, MINUTES) == {100: 6, 300: 24}
    assert flags_by_row([], edges, MINUTES) == {}
    assert flags_by_row(found, edges[:0], MINUTES) == {}


def test_a_bar_that_no_derived_bar_holds_flags_none():
    half_hours = INTERVALS["30m"]
    edges = np.array([0, 1_800], np.int64)
    assert flags_by_row([OddBar(3_599, 1)], edges, half_hours) == {1_800: 1}
    assert flags_by_row([OddBar(3_600, 1)], edges, half_hours) == {}
    assert flags_by_row([OddBar(9 * DAY_S, 1)], np.array([0], np.int64), INTERVALS["1wk"]) == {0: 1}


def test_what_was_sent_stands_in_for_what_is_stored_and_nothing_for_what_was_not():
    bars = Bars.from_rows([(60, 2, 3, 1, 2, 7), (120, 2, 3, 1, 2, 7), (180, 2, 3, 1, 2, 7)])
    found = [OddBar(60, 1), OddBar(120, 128, (200.0, None, 100.0, 200.0)), OddBar(150, 128, (9.0, 9.0, 9.0, 9.0))]
    raw = as_sent(bars, found)
    np.testing.assert_array_equal(raw.open, [2, 200, 2])
    np.testing.assert_array_equal(raw.high, [3, np.nan, 3])
    np.testing.assert_array_equal(raw.close, [2, 200, 2])
    np.testing.assert_array_equal(raw.volume, bars.volume)
    np.testing.assert_array_equal(bars.high, [3, 3, 3])


def test_scripts_get_the_flags_of_bars_and_of_derived_bars(harness):
    stored = harness.bars("1d", days_back(60)).bars
    first, second, third = stored.open_time[[10, 11, 20]].tolist()
    flag(harness, "1d", [OddBar(first, 1), OddBar(second, 64), OddBar(third, 256)])
    reply = harness.bars("1d", days_back(60))
    assert reply.complete
    assert reply.odd == {first: 1, second: 64, third: 256}
    cut = harness.bars("1d", days_back(60), limit=11)
    assert cut.odd == {first: 1}
    weeks = harness.bars("1wk", days_back(60))
    edges = weeks.bars.open_time
    expected = {}
    for time, flags in ((first, 1), (second, 64), (third, 256)):
        week = int(edges[np.searchsorted(edges, time, side="right") - 1])
        expected[week] = expected.get(week, 0) | flags
    assert weeks.odd == expected
    assert harness.cache.describe_series("AAA", INTERVALS["1d"]).result(WAIT_S).odd == {
        "open_outside": 1,
        "jump": 1,
        "session": 1,
    }


def test_raw_bars_are_those_that_were_sent_derived_and_adjusted_from_them(harness):
    span = days_back(60)
    stored = harness.bars("1d", span).bars
    week = harness.bars("1wk", span).bars
    at = int(np.searchsorted(stored.open_time, week.open_time[3]))
    sent = tuple(float(column[at] * 100) for column in (stored.open, stored.high, stored.low, stored.close))
    unsent = (None, None, None, float(stored.close[at + 1] * 100))
    times = stored.open_time.tolist()
    flag(harness, "1d", [OddBar(times[at], 128, sent), OddBar(times[at + 1], 128, unsent)])
    raw, plain = harness.bars("1d", span, raw=True), harness.bars("1d", span)
    assert plain.bars.equals(stored)
    assert raw.bars.high[at] == sent[1]
    assert np.isnan(raw.bars.open[at + 1])
    assert raw.bars.close[at + 1] == unsent[3]
    assert raw.odd == plain.odd
    derived = harness.bars("1wk", span, raw=True).bars
    assert (derived.open[3], derived.high[3]) == (sent[0], sent[1])
    assert derived.low[3] == week.low[3] or derived.low[3] == np.fmin.reduce(raw.bars.low[at : at + 5])
    assert not np.isnan(derived.close[3])
    same = np.arange(len(week)) != 3
    np.testing.assert_array_equal(derived.open[same], week.open[same])


@pytest.mark.parametrize(("name", "stride"), [("1m", 1), ("1m", 8), ("1m", 64), ("1m", 512), ("30m", 1)])
def test_one_absurd_tick_is_reported_and_the_rows_without_it(harness, name, stride):
    base = "1m" if name == "1m" else "15m"
    stored = harness.bars(base, days_back(20)).bars
    at = len(stored) - 400 if base == "1m" else len(stored) - 40
    time = int(stored.open_time[at])
    flag(harness, base, [OddBar(time, int(Oddity.JUMP))], spoiled(stored, at, 1e6))
    reply = harness.view(name, n_before=2_000 if base == "1m" else 60, stride=stride)
    row = int(np.searchsorted(reply.bars.open_time, time, side="right")) - 1
    assert reply.odd == {int(reply.bars.open_time[row]): Oddity.JUMP}
    high, low = reply.usual
    assert reply.bars.high[row] == 1e6
    others = np.arange(len(high)) != row
    np.testing.assert_array_equal(high[others], reply.bars.high[others])
    np.testing.assert_array_equal(low[others], reply.bars.low[others])
    if name == base and stride == 1:
        assert np.isnan(high[row])
        assert np.isnan(low[row])
    else:
        start = int(reply.bars.open_time[row])
        end = int(reply.bars.open_time[row + 1]) if row + 1 < len(reply.bars) else NOW + 1
        part = stored.within(Span(start, end))
        part = part.take(part.open_time != time)
        assert (high[row], low[row]) == (part.high.max(), part.low.min())


def test_a_series_without_jumps_costs_no_second_range(harness):
    stored = harness.bars("1d", days_back(60)).bars
    flag(harness, "1d", [OddBar(int(stored.open_time[-3]), 1)])
    reply = harness.view("1d", n_before=20)
    assert reply.odd == {int(stored.open_time[-3]): 1}
    assert reply.usual is None
    assert harness.view("1d", anchor=int(stored.open_time[-5]), n_before=20, n_after=0).odd == {}


def run_of(first, n, step=DAY_S, flags=1):
    return [OddBar(first + at * step, flags) for at in range(n)]


def test_flagged_bars_near_each_other_are_one_mark_with_their_count():
    daily = INTERVALS["1d"]
    found = [*run_of(0, 12), OddBar(15 * DAY_S, 64), OddBar(60 * DAY_S, 256)]
    marks = with_odd((), found, daily, daily)
    assert [mark.span for mark in marks[:1]] == [Span(0, 12 * DAY_S)]
    assert [mark.reason for mark in marks] == [
        "12 odd bars: open outside low and high",
        "1 odd bar: price far from its neighbours",
        "1 odd bar: session that the calendar lacks",
    ]
    assert {mark.state for mark in marks} == {MarkState.ODD}
    (week, *_) = with_odd((), found, daily, INTERVALS["1wk"])
    assert week.reason.startswith("12 odd 1d bars")


def test_three_bars_apart_is_near_and_four_is_not():
    daily = INTERVALS["1d"]
    assert len(with_odd((), [OddBar(0, 1), OddBar(3 * DAY_S, 1)], daily, daily)) == 1
    assert len(with_odd((), [OddBar(0, 1), OddBar(4 * DAY_S, 1)], daily, daily)) == 2


def test_thousands_of_flagged_bars_are_few_marks_and_never_too_many():
    found = run_of(0, 5_000, 7 * DAY_S)
    daily = INTERVALS["1d"]
    assert len(with_odd((), found, daily, daily)) <= 151
    known = tuple(CoverageMark(Span(at, at + 1), MarkState.MISSING) for at in range(MAX_MARKS - 1))
    assert with_odd(known, run_of(0, 3, 9 * DAY_S), daily, daily)[:-1] == known
    full = (*known, CoverageMark(Span(9_999, 10_000), MarkState.MISSING))
    assert with_odd(full, found, daily, daily) == full


def test_the_strip_of_a_series_has_its_odd_bars(harness):
    span = days_back(60, NOW - 10 * DAY_S)
    stored = harness.bars("1d", span).bars
    time = int(stored.open_time[5])
    flag(harness, "1d", [OddBar(time, int(Oddity.UNIT))])
    (mark,) = harness.cache.read_marks("AAA", INTERVALS["1d"], span).result(WAIT_S)
    assert (mark.span, mark.state) == (Span(time, time + DAY_S), MarkState.ODD)
    assert mark.reason == "1 odd bar: sent in the other unit of the currency, converted"


def test_a_lost_bar_flags_no_other_bar():
    stored = make_bars(np.array([60, 120, 240], np.int64))
    flagged = [OddBar(time, 1) for time in (0, 60, 180, 240, 300)]
    assert [bar.open_time for bar in without_lost(flagged, stored)] == [60, 240]
    assert without_lost([], stored) == []
