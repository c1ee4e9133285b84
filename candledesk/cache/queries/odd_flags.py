"""Flags of bars for charts and scripts: of each row the flags of its bars, what is left of it, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from candledesk.store.market import bars as bar_store
from candledesk.store.market import odd_bars as odd_store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.odd_bars import OddBar


@dataclass(frozen=True, slots=True, eq=False)
class OddFlags:
    """What is odd in the rows of a reply; see ``ViewportReply.odd`` and ``usual``."""

    odd: Mapping[int, int] = field(default_factory=dict)
    usual: tuple[FloatArray, FloatArray] | None = None


NOTHING_ODD = OddFlags()


def read_oddities(
    connection: Connection, series_id: int, rows: Bars, edges: IntArray, span: Span, interval: Interval
) -> OddFlags:
    """Read what is odd in ``rows``, which are bars of ``span`` or made from them.

    ``edges``: the open times of all rows that ``span`` makes, ascending; ``rows`` are some of them. One query where
    nothing is odd; the bars of a row are read again only where one of them is flagged as a jump.
    """
    found = odd_store.read_odd(connection, series_id, span)
    if not found or not len(rows):
        return NOTHING_ODD
    shown = set(rows.open_time.tolist())
    odd = {time: flags for time, flags in flags_by_row(found, edges, interval).items() if time in shown}
    jumps = [bar.open_time for bar in found if bar.flags & Oddity.JUMP]
    if not any(flags & Oddity.JUMP for flags in odd.values()):
        return OddFlags(odd)
    return OddFlags(odd, _usual(connection, series_id, rows, odd, (edges, span, jumps)))


def without_lost(found: Sequence[OddBar], bars: Bars) -> list[OddBar]:
    """Return the flagged bars that are among ``bars``; the flags of a damaged bar that was lost are still stored."""
    if not found or not len(bars):
        return []
    times = np.array([bar.open_time for bar in found], np.int64)
    rows = np.minimum(np.searchsorted(bars.open_time, times), len(bars) - 1)
    return [bar for bar, is_here in zip(found, (bars.open_time[rows] == times).tolist(), strict=True) if is_here]


def flags_by_row(found: Sequence[OddBar], edges: IntArray, interval: Interval) -> dict[int, int]:
    """Return the union of the flags in each row that holds a flagged bar, by the row's open time.

    ``edges``: the open times of the rows, ascending. A bar belongs to the last row that opens no later; of a derived
    intraday interval only while that row lasts, for such rows leave out bars outside every session.
    """
    odd: dict[int, int] = {}
    if not found or not len(edges):
        return odd
    at = np.searchsorted(edges, [bar.open_time for bar in found], side="right") - 1
    lasts_s = interval.step_s if interval.base is not interval and not interval.is_daily else None
    for row, bar in zip(at.tolist(), found, strict=True):
        if row < 0:
            continue
        time = int(edges[row])
        if lasts_s is None or bar.open_time < time + lasts_s:
            odd[time] = odd.get(time, 0) | bar.flags
    return odd


def _usual(
    connection: Connection,
    series_id: int,
    rows: Bars,
    odd: Mapping[int, int],
    of_rows: tuple[IntArray, Span, Sequence[int]],
) -> tuple[FloatArray, FloatArray]:
    """Return the highest high and the lowest low of each row without its jumps; ``of_rows``: edges, span, jumps."""
    edges, span, jumps = of_rows
    high, low = rows.high.copy(), rows.low.copy()
    bounds = np.append(edges, span.end)
    for time in (time for time, flags in odd.items() if flags & Oddity.JUMP):
        at = int(np.searchsorted(edges, time))
        part = bar_store.read_bars(connection, series_id, Span(time, max(time + 1, int(bounds[at + 1]))), [])
        kept = part.take(~np.isin(part.open_time, jumps))
        row = int(np.searchsorted(rows.open_time, time))
        high[row], low[row] = (kept.high.max(), kept.low.min()) if len(kept) else (np.nan, np.nan)
    return high, low


def as_sent(bars: Bars, found: Sequence[OddBar]) -> Bars:
    """Return the bars as they were sent where they are read otherwise; NaN where a price was not sent."""
    sent = [bar for bar in found if bar.sent is not None]
    at = np.searchsorted(bars.open_time, [bar.open_time for bar in sent])
    columns = [column.copy() for column in (bars.open, bars.high, bars.low, bars.close, bars.volume)]
    for row, bar in zip(at.tolist(), sent, strict=True):
        if row < len(bars) and int(bars.open_time[row]) == bar.open_time and bar.sent is not None:
            volume = columns[4][row] if bar.volume is None else bar.volume
            for column, value in zip(columns, (*bar.sent, volume), strict=True):
                column[row] = np.nan if value is None else value
    opens, highs, lows, closes, volumes = columns
    return Bars(bars.open_time, opens, highs, lows, closes, volumes)
