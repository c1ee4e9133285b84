"""Which bars decide on a position: those behind its entry, the one that the entry lies in, and finer ones of a bar."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from candledesk.cache.drawing_messages import DrawingRequest, PositionTask
from candledesk.cache.messages import Gap
from candledesk.cache.queries.drawings import position_outcome
from candledesk.cache.queries.drawings.finest_bars import SourceBars
from candledesk.cache.queries.drawings.position_outcome import _behind_entry, _outcome, position_values
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.drawings.position import PositionInputs

READER = SimpleNamespace(facts=SimpleNamespace(calendar=SimpleNamespace(tz="UTC")))
INPUTS = PositionInputs(100.0, 110.0, 90.0)
QUIET, TARGET, STOP, BOTH = (101.0, 99.0), (111.0, 99.0), (101.0, 89.0), (111.0, 89.0)
MONDAY = 4 * DAY_S


def source(interval, *rows, first=0):
    """Return bars one after the other from ``first`` on, each of (high, low)."""
    row = INTERVALS[interval]
    n = len(rows)
    high, low = (np.array([one[at] for one in rows], np.float64) for at in range(2))
    times = first + np.arange(n, dtype=np.int64) * row.step_s
    return SourceBars(Bars(times, low.copy(), high, low, 100.0 + np.arange(n), np.ones(n)), row)


def task(time, drawn):
    return PositionTask(time, INTERVALS[drawn], 100.0, 110.0, 90.0)


@pytest.mark.parametrize(
    ("interval", "first", "time", "drawn", "n_before", "has_cut"),
    [
        ("1h", 0, 3_900, "5m", 2, True),
        ("1h", 0, 6_900, "5m", 2, False),
        ("1h", 0, 3_600, "1h", 2, False),
        ("5m", 0, 0, "5m", 1, False),
        ("5m", 900, 0, "5m", 0, False),
        ("1d", 0, DAY_S, "1d", 2, False),
        ("1d", 0, DAY_S + 43_200, "1h", 2, True),
        ("1d", 0, DAY_S + 82_800, "1h", 2, True),
        ("1d", 9 * DAY_S, DAY_S, "1h", 0, False),
        ("1h", DAY_S, DAY_S, "1d", 4, False),
        ("1wk", MONDAY, MONDAY + 2 * DAY_S, "1d", 1, True),
        ("1wk", MONDAY, MONDAY + 6 * DAY_S, "1d", 1, False),
    ],
)
def test_the_bars_behind_the_entry_and_the_one_it_lies_in(interval, first, time, drawn, n_before, has_cut):
    found = source(interval, QUIET, QUIET, QUIET, QUIET, first=first)
    behind, cut = _behind_entry(READER, task(time, drawn), found)
    assert len(behind) == 4 - n_before
    assert (None if cut is None else cut.open_time.tolist()) == (
        [int(found.bars.open_time[n_before - 1])] if has_cut else None
    )


@pytest.fixture
def finer(monkeypatch):
    """Return what is asked of finer bars, and what is answered: by the open time of the bar."""
    state = SimpleNamespace(asked=[], answers={})

    def read(_reader, interval, start, end):
        state.asked.append((interval.name, start, end))
        return state.answers.get(start, SourceBars(Bars.empty(), interval))

    monkeypatch.setattr(position_outcome, "read_finer", read)
    return state


def outcome(time, drawn, found):
    return _outcome(READER, task(time, drawn), INPUTS, found)


def test_finer_bars_are_asked_for_the_bar_that_touches_both(finer):
    finer.answers = {7_200: source("5m", QUIET, STOP, TARGET, first=7_200)}
    assert outcome(3_600, "1h", source("1h", BOTH, BOTH, BOTH, QUIET)) == ("stop", 7_500)
    assert finer.asked == [("1h", 7_200, 10_800)]
    finer.asked.clear()
    assert outcome(3_600, "1h", source("1h", BOTH, BOTH, BOTH)) == ("stop", 7_500)
    assert finer.asked == [("1h", 7_200, 10_800)], "of the last bar too, up to its end"
    finer.answers = {}
    assert outcome(3_600, "1h", source("1h", BOTH, BOTH, BOTH)) == ("unknown", 7_200)


def test_finer_bars_are_asked_for_up_to_the_next_bar(finer):
    found = source("1h", QUIET, BOTH, QUIET)
    times = np.array([0, 3_600, 86_400])
    late = replace(found, bars=replace(found.bars, open_time=times))
    assert outcome(0, "1h", late) == ("unknown", 3_600)
    assert finer.asked == [("1h", 3_600, 86_400)]


def test_the_bar_of_the_entry_is_looked_into_when_it_touches_one(finer):
    found = source("1h", BOTH, TARGET, QUIET, STOP)
    assert outcome(3_900, "5m", found) == ("unknown", 3_600)
    assert finer.asked == [("1h", 3_600, 7_200)]
    finer.answers = {3_600: source("5m", TARGET, TARGET, QUIET, QUIET, first=3_600)}
    assert outcome(3_900, "5m", found) == ("stop", 10_800), "the target was touched before the entry only"
    finer.answers = {3_600: source("5m", QUIET, QUIET, TARGET, QUIET, first=3_600)}
    assert outcome(3_900, "5m", found) == ("target", 4_200)
    finer.asked.clear()
    assert outcome(3_900, "5m", source("1h", BOTH, QUIET, TARGET)) == ("target", 7_200)
    assert outcome(3_900, "5m", source("1h", QUIET, QUIET)) == ("open", None)
    assert finer.asked == []
    finer.answers = {}
    assert outcome(3_900, "5m", source("1h", QUIET, STOP)) == ("unknown", 3_600)
    assert finer.asked == [("1h", 3_600, 7_200)], "it may be the latest bar"


@pytest.mark.parametrize(
    ("rows", "gap", "found"),
    [
        ((QUIET, QUIET, TARGET, QUIET), None, ("target", False)),
        ((QUIET, QUIET, TARGET, QUIET), 3_600, ("unknown", True)),
        ((QUIET, QUIET, TARGET, QUIET), 7_200, ("target", False)),
        ((QUIET, QUIET, QUIET, QUIET), None, ("open", False)),
        ((QUIET, QUIET, QUIET, QUIET), 7_200, ("unknown", True)),
        ((QUIET, QUIET, QUIET, QUIET), 10_800, ("open", False)),
    ],
)
def test_bars_that_are_missing_before_the_close_leave_it_unknown(monkeypatch, rows, gap, found):
    bars = source("1h", *rows)
    gaps = () if gap is None else (Gap(Span(gap, gap + 60), "not fetched"),)
    asked = []
    monkeypatch.setattr(
        position_outcome, "read_source", lambda *given: asked.append(given[1:]) or replace(bars, gaps=gaps)
    )
    request = DrawingRequest("AAA", INTERVALS["1h"], task(3_600, "5m"))
    reader = SimpleNamespace(
        interval=INTERVALS["1h"], facts=SimpleNamespace(now=20_000, calendar=READER.facts.calendar)
    )
    values = position_values(reader, request, request.task)
    assert (values.outcome, values.has_gaps) == found
    assert (values.last, values.source) == (103.0, "1h")
    assert asked == [(3_600, 20_000 + DAY_S)]


@pytest.mark.parametrize(("target", "stop", "outcome"), [(110.0, 90.0, "target"), (90.0, 110.0, "stop")])
def test_a_position_is_long_when_its_target_lies_above_its_stop(monkeypatch, target, stop, outcome):
    monkeypatch.setattr(position_outcome, "read_source", lambda *_: source("1h", QUIET, TARGET))
    drawn = PositionTask(0, INTERVALS["1h"], 100.0, target, stop)
    reader = SimpleNamespace(
        interval=INTERVALS["1h"], facts=SimpleNamespace(now=20_000, calendar=READER.facts.calendar)
    )
    assert position_values(reader, DrawingRequest("AAA", INTERVALS["1h"], drawn), drawn).outcome == outcome
