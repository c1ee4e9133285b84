"""Bars of a fetched interval from a finer one: whole ones, where it is known which finer bars there are."""

import pytest

from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.prices.from_finer import derivable_spans, derive_from_finer, finer_intervals, finer_reach
from candledesk.domain.span import Span
from tests.domain.strategies import FIRST_DAY_S, bars_at, calendar_of, column

QUARTER, HOUR = INTERVALS["15m"], INTERVALS["1h"]
# Two days with sessions from 9:00 to 12:00.
CALENDAR = calendar_of(*((FIRST_DAY_S + day * DAY_S, 9 * HOUR_S, 12 * HOUR_S, 0, 0) for day in range(2)))


def clock(day, hour, minute=0):
    return FIRST_DAY_S + day * DAY_S + hour * HOUR_S + minute * 60


WHOLE = Span(clock(0, 0), clock(2, 0))
QUARTERS = [clock(day, 9, 15 * n) for day in range(2) for n in range(12)]


def derive(known, span=WHOLE, times=QUARTERS, calendar=CALENDAR):
    return derive_from_finer(bars_at(column(times)), QUARTER, known, calendar, HOUR, span)


def derived_times(known, **options):
    return derive(known, **options).open_time.tolist()


@pytest.mark.parametrize(
    ("name", "finer"),
    [
        *(("1m", []), ("2m", ["1m"]), ("5m", ["1m"]), ("15m", ["5m", "1m"]), ("1h", ["15m", "5m", "2m", "1m"])),
        *(("90m", ["15m", "5m", "2m", "1m"]), ("1d", [])),
    ],
)
def test_finer_intervals_divide_the_coarser_one_and_are_fetched(name, finer):
    assert [interval.name for interval in finer_intervals(INTERVALS[name])] == finer


def test_a_bar_reaches_one_step_to_either_side():
    assert finer_reach(HOUR, Span(10_000, 20_000)) == Span(6_400, 23_600)


def test_where_all_finer_bars_are_known_every_bar_is_made():
    found = derive([WHOLE])
    finer = bars_at(column(QUARTERS))
    assert found.open_time.tolist() == [clock(day, hour) for day in range(2) for hour in (9, 10, 11)]
    assert (found.open[0], found.close[0]) == (finer.open[0], finer.close[3])
    assert (found.high[0], found.low[0]) == (finer.high[:4].max(), finer.low[:4].min())
    assert found.volume[0] == finer.volume[:4].sum()


def test_a_bar_with_an_unknown_finer_bar_inside_is_not_made():
    known = [Span(clock(0, 0), clock(0, 10, 30)), Span(clock(0, 10, 45), clock(2, 0))]
    assert derived_times(known) == [clock(0, 9), clock(0, 11), clock(1, 9), clock(1, 10), clock(1, 11)]
    touching = [Span(clock(0, 0), clock(0, 10, 30)), Span(clock(0, 10, 30), clock(2, 0))]
    assert len(derived_times(touching)) == 6
    assert derived_times([Span(clock(0, 9), clock(0, 10))]) == [clock(0, 9)]
    assert derived_times([Span(clock(0, 9), clock(0, 9, 45))]) == []
    assert derived_times([]) == []


def test_a_known_finer_bar_that_is_missing_had_no_trades():
    times = [time for time in QUARTERS if time not in (clock(0, 9), clock(0, 9, 45))]
    assert derived_times([WHOLE], times=times)[0] == clock(0, 9)
    assert derived_times([WHOLE], times=QUARTERS[4:])[0] == clock(0, 10), "without finer bars there is none"


def test_only_bars_that_open_in_the_span_are_made():
    assert derived_times([WHOLE], span=Span(clock(0, 10), clock(0, 11))) == [clock(0, 10)]
    assert derived_times([WHOLE], span=Span(clock(0, 10) + 1, clock(0, 11) + 1)) == [clock(0, 11)]


@pytest.mark.parametrize(
    ("known", "is_made"),
    [
        (Span(clock(0, 12), clock(0, 13)), True),
        (Span(clock(0, 12) + 1, clock(0, 13)), False),
        (Span(clock(0, 12), clock(0, 13) - 1), False),
    ],
)
def test_a_bar_outside_the_sessions_is_made_where_all_of_it_is_known(known, is_made):
    times = [*QUARTERS[:12], clock(0, 12, 15), *QUARTERS[12:]]
    found = derived_times([Span(clock(0, 9), clock(0, 12)), known], times=times, span=Span(clock(0, 0), clock(1, 0)))
    assert (clock(0, 12) in found) is is_made


def test_what_can_be_derived_is_known_without_reading_a_bar():
    assert derivable_spans(QUARTER, [WHOLE], CALENDAR, HOUR, WHOLE) == (Span(clock(0, 9), clock(1, 12)),)
    known = [Span(clock(0, 0), clock(0, 10)), Span(clock(0, 11), clock(1, 11))]
    assert derivable_spans(QUARTER, known, CALENDAR, HOUR, WHOLE) == (
        Span(clock(0, 9), clock(0, 10)),
        Span(clock(0, 11), clock(1, 11)),
    )
    assert derivable_spans(QUARTER, known, CALENDAR, HOUR, Span(clock(0, 9), clock(0, 9, 30))) == (
        Span(clock(0, 9), clock(0, 9, 30)),
    )
    assert derivable_spans(QUARTER, [], CALENDAR, HOUR, WHOLE) == ()
    assert derivable_spans(QUARTER, [WHOLE], CALENDAR, HOUR, Span(clock(0, 13), clock(1, 0))) == ()
