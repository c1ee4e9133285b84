"""What is measured in words: the change of the value, bars, time and volume. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.scales import format_percent, format_price, format_volume

if TYPE_CHECKING:
    from candledesk.ui.chart.core.geometry.measurement import Measurement
    from candledesk.ui.chart.core.scene import Series

_MINUS = "\N{MINUS SIGN}"
_PERCENT = 100
_WHOLE_PERCENT_FROM = 1_000


def measurement_lines(measured: Measurement, series: Series, decimals: int) -> tuple[str, ...]:
    """Return what is measured in words, a line each; ``decimals``: of a value.

    The volume is that of the bars after the first point, up to the second one; it is left out unless all of them are
    loaded one by one.
    """
    change = measured.end_value - measured.start_value
    text = format_price(change, decimals)
    text = f"+{text}" if change > 0 else text
    if measured.start_value > 0:
        percent = change / measured.start_value * _PERCENT
        text += f"  ({format_percent(percent, is_whole=abs(percent) >= _WHOLE_PERCENT_FROM)})"
    axis = series.axis
    n_bars = round(axis.index_at(measured.end_time) - axis.index_at(measured.start_time))
    lines = [text, f"{_count(n_bars)}, {duration_text(measured.end_time - measured.start_time)}"]
    volume = _volume(measured, series)
    return (*lines, f"Volume {format_volume(volume)}") if volume else tuple(lines)


def _count(n_bars: int) -> str:
    words = f"{abs(n_bars):,} {'bar' if abs(n_bars) == 1 else 'bars'}"
    return f"{_MINUS}{words}" if n_bars < 0 else words


def duration_text(seconds: int) -> str:
    """Return ``33d``, ``2d 4h``, ``3h 15m`` or ``45m``, with a minus sign toward the past."""
    days, rest = divmod(abs(seconds), DAY_S)
    hours, minutes = rest // HOUR_S, rest % HOUR_S // MINUTE_S
    parts = [f"{n:,}{unit}" for n, unit in ((days, "d"), (hours, "h"), (0 if days else minutes, "m")) if n]
    return (_MINUS if seconds < 0 else "") + (" ".join(parts) or "0m")


def _volume(measured: Measurement, series: Series) -> float:
    times = series.bars.open_time
    first, last = sorted((measured.start_time, measured.end_time))
    if measured.pane != PRICE or not series.is_single or not len(times) or first < times[0] or last > times[-1]:
        return 0.0
    lo, hi = (int(np.searchsorted(times, time, side="right")) for time in (first, last))
    return float(np.nansum(series.bars.volume[lo:hi]))
