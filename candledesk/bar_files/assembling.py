"""Makes bars of the times and the numbers of a file, and says how both were understood."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.bar_files.messages import BarFile, ReadOptions, RefusedRow
from candledesk.bar_files.spacing import find_interval, require_interval
from candledesk.bar_files.times import Times, open_times
from candledesk.domain.bars import Bars
from candledesk.domain.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.bar_files.tools import Tool
    from candledesk.domain.bars import FloatArray
    from candledesk.domain.interval import Interval

NO_CLOSE = "it has no close"


def assemble(
    name: str,
    tool: Tool,
    times: Times,
    values: FloatArray,
    options: ReadOptions,
    facts: Sequence[tuple[str, str]],
    notes: Sequence[str],
) -> BarFile:
    """Return what was read: ``values`` float64 ``(5, n)`` of the rows whose times are ``times``, brought to UTC.

    Without an interval that is named or found there are no bars yet, for nothing says what their times mean.
    """
    if tool.is_utc:
        times.moments = [replace(one, offset=one.offset or 0) for one in times.moments]
    walls, notes = times.walls(), list(notes)
    if options.interval is not None:
        require_interval(walls, options.interval, has_clock=times.has_clock)
    interval = options.interval or find_interval(walls)
    said = [*facts, ("times", times.describe())]
    if interval is None:
        raise InputError("interval", f"{name}: the distances of its bars tell no interval: say it by --interval")
    moments, refused, kept = open_times(times, walls, interval, options.zone)
    bars = Bars(moments, *(np.ascontiguousarray(column[list(kept)]) for column in values))
    if not interval.is_daily and (options.times or ("close" if tool.is_close_time else "open")) == "close":
        bars = replace(bars, open_time=bars.open_time - interval.step_s)
        said.append(("times are", "the ends of the bars"))
        if not options.times:
            notes.append(f"{tool.title} writes the ends of bars: if these are their beginnings, say it by --times open")
    said.append(("zone", _zone_text(times, interval, options.zone)))
    is_empty = np.isnan(values[3])
    refused += [RefusedRow(times.lines[at], NO_CLOSE, is_dropped=False) for at in np.flatnonzero(is_empty).tolist()]
    refused.sort(key=lambda row: row.line)
    return BarFile(name, bars, len(walls), tool.title, tuple(said), interval, tuple(refused), tuple(notes))


def _zone_text(times: Times, interval: Interval, zone: str) -> str:
    if interval.is_daily:
        return f"dates of sessions in {zone}" if zone else "dates of sessions, as they are written"
    if all(moment.offset is not None for moment in times.moments):
        return "UTC" if not any(moment.offset for moment in times.moments) else "as each time says"
    return zone
