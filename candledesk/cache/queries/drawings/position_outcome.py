"""What became of a position: the first bar that touches its target or its stop, and nothing that is only assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.drawing_messages import DrawingValues
from candledesk.cache.queries.drawings.finest_bars import SourceBars, read_finer, read_source
from candledesk.domain.calendar.bar_spans import span_in_keys
from candledesk.domain.interval import DAY_S
from candledesk.drawings.position import PositionInputs, find_outcome

if TYPE_CHECKING:
    from candledesk.cache.drawing_messages import DrawingRequest, PositionTask
    from candledesk.cache.queries.studies.bars_reader import StudyBarsReader
    from candledesk.domain.bars import Bars
    from candledesk.domain.interval import Interval
    from candledesk.drawings.position import Outcome


def position_values(reader: StudyBarsReader, request: DrawingRequest, task: PositionTask) -> DrawingValues:
    """Return the outcome, with the close of the last bar that was looked at.

    Bars are those of the finest interval that is stored without a gap since the entry. A bar that touches both prices,
    or one that began before the entry and touches one, is decided by finer bars of that one bar; without them the
    outcome is unknown, as it is when bars are missing before it.
    """
    begin, _ = _entry(reader, task, reader.interval)
    source = read_source(reader, begin, reader.facts.now + DAY_S)
    if not len(source.bars):
        return DrawingValues(request)
    inputs = PositionInputs(task.entry, task.target, task.stop, task.target >= task.stop)
    outcome, closed_at = _outcome(reader, task, inputs, source)
    until = int(source.bars.open_time[-1]) if closed_at is None else closed_at
    has_gaps = source.has_gap_before(until)
    if has_gaps:
        outcome = "unknown"
    last = float(source.bars.close[-1])
    return DrawingValues(request, source.name, has_gaps, outcome=outcome, last=last)


def _entry(reader: StudyBarsReader, task: PositionTask, interval: Interval) -> tuple[int, int]:
    """Return the bar of the entry as a span of the times that key the bars of an interval."""
    drawn, zone = task.drawn, reader.facts.calendar.tz
    return span_in_keys(task.time, drawn.step_s, zone, is_date=drawn.is_daily, is_daily=interval.is_daily)


def _outcome(
    reader: StudyBarsReader, task: PositionTask, inputs: PositionInputs, source: SourceBars
) -> tuple[Outcome, int | None]:
    def finer(time: int, following: int) -> Bars | None:
        """Return finer bars of one bar of the source, behind the entry, ``None`` when they are not all stored."""
        end = following if following > time else time + source.interval.step_s
        found = read_finer(reader, source.interval, time, end)
        return _behind_entry(reader, task, found)[0] if len(found.bars) else None

    bars, cut = _behind_entry(reader, task, source)
    if cut is not None and find_outcome(inputs, cut)[0] != "open":
        time = int(cut.open_time[0])
        inner = finer(time, int(bars.open_time[0]) if len(bars) else time)
        if inner is None:
            return "unknown", time
        outcome, at = find_outcome(inputs, inner)
        if outcome != "open":
            return outcome, at
    return find_outcome(inputs, bars, finer)


def _behind_entry(reader: StudyBarsReader, task: PositionTask, source: SourceBars) -> tuple[Bars, Bars | None]:
    """Return the bars behind that of the entry, and the one that began before and ends later, ``None`` for none."""
    start, behind = _entry(reader, task, source.interval)
    times = source.bars.open_time
    at = int(np.searchsorted(times, behind))
    is_mixed = source.interval.is_daily and not task.drawn.is_daily  # the day of the entry, which is not over then
    is_cut = at > 0 and ((is_mixed and int(times[at - 1]) == start) or times[at - 1] + source.interval.step_s > behind)
    return source.bars.take(slice(at, None)), source.bars.take(slice(at - 1, at)) if is_cut else None
