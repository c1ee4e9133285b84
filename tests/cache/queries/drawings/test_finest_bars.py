"""Which bars a drawing is computed from, and whether some are missing before them."""

from types import SimpleNamespace

import numpy as np
import pytest

from candledesk.cache.messages import Gap
from candledesk.cache.queries.drawings import finest_bars
from candledesk.cache.queries.drawings.finest_bars import SourceBars, read_finer, read_own, read_source
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from tests.domain.strategies import FIRST_DAY_S, all_days

CALENDAR = all_days(FIRST_DAY_S, 40)
DAY, HOUR = INTERVALS["1d"], INTERVALS["1h"]


def bars(*times):
    n = len(times)
    return Bars(np.array(times, np.int64), *(np.ones(n) for _ in range(5))) if n else Bars.empty()


def day(n):
    return FIRST_DAY_S + n * DAY_S


class Reader:
    """Has bars of its own interval from ``oldest`` on, and complete ones of some finer intervals."""

    def __init__(self, interval, stored, *, gaps=(), complete=(), listed=None, oldest=0, n_bars=5):
        self.interval, self.oldest, self.stored, self.gaps, self.complete = interval, oldest, stored, gaps, complete
        self.facts = SimpleNamespace(calendar=CALENDAR, listing_floor=listed, coverage=[], now=day(30), interval=DAY)
        self.n_bars, self.asked = n_bars, []

    def count(self, _start, _end):
        return self.n_bars

    def read(self, start, end, as_of):
        self.asked.append((start, end, as_of))
        return SimpleNamespace(bars=self.stored.within(Span(start, end)), gaps=self.gaps)

    def read_complete(self, interval, span, as_of):
        self.asked.append((interval.name, span, as_of))
        return bars(span.start) if interval.name in self.complete else Bars.empty()


@pytest.mark.parametrize(
    ("start", "times"),
    [
        *((0, [0, 3_600, 14_400]), (1, [0, 3_600, 14_400]), (3_599, [0, 3_600, 14_400])),
        *((3_600, [3_600, 14_400]), (7_199, [3_600, 14_400]), (7_200, [14_400]), (14_400, [14_400]), (18_000, [])),
    ],
)
def test_the_bars_of_a_span_are_those_that_open_in_it_and_the_one_that_holds_its_start(start, times):
    found = read_own(Reader(HOUR, bars(0, 3_600, 14_400)), start, 20_000)
    assert found.bars.open_time.tolist() == times
    assert found.name == ("1h" if times else "")


def test_of_what_is_missing_only_what_ends_behind_the_start_is_a_gap():
    gaps = tuple(Gap(Span(at, at + 60), "not fetched") for at in (0, 60, 120))
    found = read_own(Reader(HOUR, bars(0, 3_600), gaps=gaps), 120, 9_000)
    assert found.gaps == gaps[2:]
    assert [found.has_gap_before(time) for time in (120, 121)] == [False, True]
    assert SourceBars(bars(0), HOUR, lacks_begin=True).has_gap_before(0)


@pytest.mark.parametrize(
    ("n_bars", "is_read"), [(finest_bars.MAX_OWN_BARS, True), (finest_bars.MAX_OWN_BARS + 1, False)]
)
def test_too_many_bars_are_not_read(n_bars, is_read):
    reader = Reader(HOUR, bars(0, 3_600), n_bars=n_bars)
    assert bool(len(read_own(reader, 0, 9_000).bars)) is is_read
    assert bool(reader.asked) is is_read


@pytest.mark.parametrize(
    ("start", "listed", "lacks"),
    [
        (day(3), None, True),
        (day(5), None, False),
        (day(7), None, False),
        (day(4), day(1), True),
        (day(1), day(5), False),
        (day(1), day(4), True),
    ],
)
def test_the_beginning_is_missing_where_bars_are_expected_before_the_oldest_one(start, listed, lacks):
    reader = Reader(DAY, bars(day(5), day(6)), listed=listed, oldest=day(5))
    assert read_own(reader, start, day(20)).lacks_begin is lacks


def test_the_finest_complete_bars_are_taken_else_those_of_the_chart():
    reader = Reader(HOUR, bars(0, 3_600), complete=("5m", "15m"))
    found = read_source(reader, 3_600, 9_000)
    assert (found.name, found.gaps, found.lacks_begin) == ("5m", (), False)
    assert [name for name, *_ in reader.asked] == ["1m", "2m", "5m"]
    assert {asked[1:] for asked in reader.asked} == {(Span(3_600, 9_000), None)}
    assert read_source(Reader(HOUR, bars(0, 3_600)), 3_600, 9_000).bars.open_time.tolist() == [3_600]


def test_the_dates_of_daily_bars_are_instants_of_the_venue_for_finer_ones():
    reader = Reader(DAY, bars())
    reader.facts.calendar = SimpleNamespace(tz="America/New_York")
    found = read_finer(reader, INTERVALS["1wk"], day(3), day(10))
    assert (found.name, len(found.bars)) == ("", 0)
    spans = {name: span for name, span, _ in reader.asked}
    assert spans["1d"] == Span(day(3), day(10))
    assert {span.end - span.start for span in spans.values()} == {7 * DAY_S}
    assert spans["1h"].start - day(3) in {4 * 3_600, 5 * 3_600}
