"""A small picture of bars as SVG, for notebooks. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.prices.resample import merge_runs

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars

WIDTH, HEIGHT, MARGIN = 480, 120, 4
MAX_CANDLES = 120
UP, DOWN = "#089981", "#e5484d"  # on white and on black both are at least 3:1


def candles_svg(bars: Bars) -> str:
    """Return the picture of n bars; neighbours share a candle when there are more than ``MAX_CANDLES``.

    Empty for bars without a finite price.
    """
    known = bars.take(np.isfinite(bars.open) & np.isfinite(bars.high) & np.isfinite(bars.low) & np.isfinite(bars.close))
    if not len(known):
        return ""
    shown = _merged(known)
    low, high = float(shown.low.min()), float(shown.high.max())
    scale = (HEIGHT - 2 * MARGIN) / ((high - low) or 1.0)
    step = WIDTH / len(shown)
    body = max(step * 0.6, 0.8)
    paths = {UP: "", DOWN: ""}
    for place, (first, top, bottom, last) in enumerate(
        zip(*(column.tolist() for column in (shown.open, shown.high, shown.low, shown.close)), strict=True)
    ):
        x = (place + 0.5) * step
        wick, ends = [MARGIN + (high - price) * scale for price in (top, bottom)], (max(first, last), min(first, last))
        above, below = (MARGIN + (high - price) * scale for price in ends)
        paths[UP if last >= first else DOWN] += (
            f"M{x - 0.4:.1f} {wick[0]:.1f}h.8V{wick[1]:.1f}h-.8z"
            f"M{x - body / 2:.1f} {above:.1f}h{body:.1f}v{max(below - above, 0.8):.1f}h-{body:.1f}z"
        )
    drawn = "".join(f'<path fill="{colour}" d="{path}"/>' for colour, path in paths.items() if path)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" role="img">{drawn}</svg>'


def _merged(bars: Bars) -> Bars:
    per_candle = -(-len(bars) // MAX_CANDLES)
    first = np.arange(0, len(bars), per_candle)
    return merge_runs(bars, bars.open_time, first)
