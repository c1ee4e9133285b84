"""The marks of corporate events: which bar each stands at, which of them are one, and where they lie. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from candledesk.cache.bar_messages import EventKind

if TYPE_CHECKING:
    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.axis import BarAxis
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.chart.core.panes import Panes
    from candledesk.ui.chart.core.viewport import Placed

HEIGHT = 15.0
_WIDTH = 16.0  # of one letter; logical pixels, as all sizes here
_CHAR_W = 7.0  # of each further one
_GAP = 2.0
_BOTTOM = 4.0  # above the time axis
_MOST_WITH_LETTER = 9
_MOST_SHOWN = 99
LETTERS = {EventKind.DIVIDEND: "D", EventKind.SPLIT: "S", EventKind.CAPITAL_GAIN: "G"}


@dataclass(frozen=True, slots=True, eq=False)
class SeriesEvents:
    """The stored corporate events of a series, by date."""

    symbol: str
    interval: Interval
    events: tuple[CorporateEvent, ...] = ()


class EventMark(NamedTuple):
    """One mark: its middle and its box (left, top, width, height) in device pixels, and the events that it stands for.

    ``kind``: that of all of them, ``None`` when they differ.
    """

    x: int
    box: tuple[int, int, int, int]
    text: str
    kind: EventKind | None
    events: tuple[CorporateEvent, ...]


class _Group(NamedTuple):
    """Events whose marks would overlap; ``middle``: the fractional index of the newest one's row."""

    middle: float
    events: tuple[CorporateEvent, ...]


def shown_kinds(options: ChartOptions) -> tuple[EventKind, ...]:
    """Return the kinds of events that have marks."""
    chosen = (
        (EventKind.DIVIDEND, options.has_dividends),
        (EventKind.SPLIT, options.has_splits),
        (EventKind.CAPITAL_GAIN, options.has_gains),
    )
    return tuple(kind for kind, is_on in chosen if is_on)


def place_marks(
    found: SeriesEvents | None, kinds: tuple[EventKind, ...], placed: Placed, panes: Panes, dpr: float
) -> tuple[EventMark, ...]:
    """Return the marks on screen of some kinds of events, the oldest first, at the foot of the lowest pane.

    Events of one bar have one mark, and so have neighbours whose marks would overlap. Which ones these are follows from
    the spacing of bars alone, so that nothing is regrouped while the chart is panned.
    """
    if found is None or not found.events or not placed.axis.n_rows:
        return ()
    groups, middles = _group(found, kinds, placed.axis, placed.view.spacing)
    reach = _WIDTH / placed.view.spacing
    lo, hi = bisect_left(middles, placed.left_edge - reach), bisect_right(middles, placed.right_edge + reach)
    top = panes.time_top - round((HEIGHT + _BOTTOM) * dpr)
    return tuple(_mark(group, round(placed.x_of(group.middle) * dpr), top, dpr) for group in groups[lo:hi])


def mark_at(marks: tuple[EventMark, ...], x: float, y: float) -> EventMark | None:
    """Return the mark under a device pixel; of two that touch the newer one."""
    if not marks or y < marks[0].box[1]:  # all stand at the foot of the chart
        return None
    for mark in reversed(marks):
        left, top, width, height = mark.box
        if left <= x < left + width and top <= y < top + height:
            return mark
    return None


def _mark(group: _Group, x: int, top: int, dpr: float) -> EventMark:
    kinds = {event.kind for event in group.events}
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    text = _text(kind, len(group.events))
    width = round(_width(len(text)) * dpr)
    return EventMark(x, (x - width // 2, top, width, round(HEIGHT * dpr)), text, kind, group.events)


def _text(kind: EventKind | None, n_events: int) -> str:
    """Return the letter of one event; of several their number, behind the letter where both have room."""
    if kind is not None and n_events <= _MOST_WITH_LETTER:
        return LETTERS[kind] if n_events == 1 else f"{LETTERS[kind]}{n_events}"
    return str(min(n_events, _MOST_SHOWN))


def _width(n_chars: int) -> float:
    return _WIDTH + _CHAR_W * (n_chars - 1)


@lru_cache(maxsize=16)
def _group(
    found: SeriesEvents, kinds: tuple[EventKind, ...], axis: BarAxis, spacing: float
) -> tuple[list[_Group], list[float]]:
    """Return the events of some kinds in groups, and the middles of these, ascending.

    Groups are made from the newest event on, so that older ones change none of them.
    """
    events = [event for event in found.events if event.kind in kinds]
    rows = _rows_of([event.open_time for event in events], axis)
    groups: list[_Group] = []
    members: list[CorporateEvent] = []
    index = 0.0
    for event, row in zip(reversed(events), reversed(rows), strict=True):
        if row is None:
            continue
        own = axis.middle_of(row)
        reach = (_width(1) + _width(1 if len(members) == 1 else 2)) / 2 + _GAP
        if members and own != index and (index - own) * spacing >= reach:
            groups.append(_Group(index, tuple(reversed(members))))
            members = []
        index = own if not members else index
        members.append(event)
    if members:
        groups.append(_Group(index, tuple(reversed(members))))
    groups.reverse()
    return groups, [group.middle for group in groups]


def _rows_of(times: list[int], axis: BarAxis) -> list[int | None]:
    """Return the row of the bar that opens at each time, or of the first one after it; ``None`` outside the window."""
    if not times:
        return []
    at = np.array(times, np.int64)
    if axis.is_single:
        rows = np.searchsorted(axis.open_time, at)
        is_here = (rows < axis.n_rows) & (at >= axis.open_time[0])
    else:
        rows = np.searchsorted(axis.open_time, at, side="right") - 1
        is_here = (rows >= 0) & (at < axis.loaded_end)
    return [row if is_in else None for row, is_in in zip(rows.tolist(), is_here.tolist(), strict=True)]
