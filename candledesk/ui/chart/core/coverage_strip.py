"""The coverage strip: places the marks of coverage under the gapless axis, in pixels, and describes them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from candledesk.cache.messages import EdgeState
from candledesk.domain.coverage import DAMAGED, CoverageMark, MarkState
from candledesk.domain.span import HISTORY_START, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.chart.core.viewport import Placed

LEAST_PX = 4.0  # closed hours have no width on the axis, and a mark within them must still be visible
CAN_FILL = frozenset({MarkState.MISSING, MarkState.FAILED})
_SILENT = frozenset({MarkState.PROVISIONAL})  # the newest bars always are: all is well (WINDOW.md, look)
_NAMES = {
    MarkState.KNOWN_EMPTY: "Known to be empty",
    MarkState.MISSING: "Missing",
    MarkState.REFUSED: "Not available",
    MarkState.DERIVED: "Derived",
    MarkState.FAILED: "Failed",
    MarkState.ODD: "Stored, flagged",
}
_REFRESH = "Stored, and not updated since"


@dataclass(frozen=True, slots=True)
class Segment:
    """A mark from ``left`` to ``right`` logical pixels.

    ``is_refresh``: the bars are stored all the same, and only their newest state could not be fetched.
    """

    left: float
    right: float
    mark: CoverageMark
    is_refresh: bool = False


def shown_span(series: Series, placed: Placed, now: int) -> Span | None:
    """Return the span whose marks are needed for the bars on screen; ``None`` without bars on screen.

    An empty region on the left stands for all that is older, one on the right for what is newer up to ``now``.
    """
    times = series.bars.open_time
    lo, hi = placed.visible()
    if not len(times) or hi <= lo:
        return None
    start = HISTORY_START if lo == 0 and series.edge is not EdgeState.MORE else int(times[lo])
    end = int(times[hi]) if hi < len(times) else now + 1
    return Span(start, max(end, start + 1))


def place_marks(marks: Sequence[CoverageMark], series: Series, placed: Placed) -> list[Segment]:
    """Return the marks in the order in which they are drawn; there is none where bars are simply stored.

    A mark in closed hours is ``LEAST_PX`` wide and lies between the bars on either side. What could not be fetched of
    bars that are stored is as narrow, behind the newest of them. The newest mark that is older than all bars fills the
    empty region left of them.
    """
    times, axis, width = series.bars.open_time, placed.axis, placed.view.width
    if not len(times):
        return []
    shown = [mark for mark in marks if mark.state not in _SILENT]
    first, segments = _clamped(placed.x_of(-0.5), width), []
    older = [mark for mark in shown if mark.span.start < times[0] and mark.state is not MarkState.ODD]
    for mark in shown:
        lo, hi = axis.rows_in(mark.span.start, mark.span.end)
        if hi <= 0 or (hi == lo == len(times) and mark.span.start > axis.loaded_end):
            continue  # older or newer than all bars: not on the axis
        is_refresh = mark.state in CAN_FILL and hi > lo
        left, right = (float(placed.x_of(axis.start_of(row) - 0.5)) for row in (hi if is_refresh else lo, hi))
        if right - left < LEAST_PX:
            middle = (left + right) / 2
            left, right = middle - LEAST_PX / 2, middle + LEAST_PX / 2
        if right > 0 and left < width:
            segments.append(Segment(_clamped(left, width), _clamped(right, width), mark, is_refresh))
    if first > 0 and older:
        segments.append(Segment(0.0, first, older[-1]))
    return segments


def mark_at(segments: Sequence[Segment], x: float) -> Segment | None:
    """Return the mark under a logical pixel: the last drawn of those that can be fetched, else the last drawn."""
    near = [piece for piece in segments if piece.left - 1 <= x < piece.right + 1]
    fetched = [piece for piece in near if piece.mark.state in CAN_FILL]
    found = fetched or near
    return found[-1] if found else None


def is_lost(mark: CoverageMark) -> bool:
    """Return whether stored bars were damaged, and are not there any more."""
    return mark.state in CAN_FILL and mark.reason.startswith(DAMAGED)


def mark_text(piece: Segment, *, is_daily: bool, tz: str = "UTC") -> str:
    """Return lines of text: state and reason, span, last and next check; times in the chart's zone ``tz``."""
    mark, zone = piece.mark, ZoneInfo(tz)
    name, reason = _REFRESH if piece.is_refresh else _NAMES[mark.state], mark.reason
    is_named = not reason or mark.state is not MarkState.ODD  # the reason of an odd bar contains it
    lines = [reason if not is_named else f"{name}: {reason}" if reason else name]
    start, end = (_place(at, zone, is_daily=is_daily) for at in (mark.span.start, mark.span.end))
    lines.append(f"{'the beginning' if mark.span.start <= HISTORY_START else start} to {end}")
    if mark.fetched_at is not None and mark.state is not MarkState.REFUSED:
        lines.append(f"Last checked {_when(mark.fetched_at, zone)}")
    if mark.expires_at is not None:
        lines.append(f"Next check {_when(mark.expires_at, zone)}")
    return "\n".join(lines)


def _place(seconds: int, zone: ZoneInfo, *, is_daily: bool) -> str:
    """Return an instant as the time axis writes it: daily bars have the same date in every zone."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}" if is_daily else _when(seconds, zone)


def _when(seconds: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M %Z}"


def _clamped(x: float, width: float) -> float:
    return min(max(x, 0.0), width)
