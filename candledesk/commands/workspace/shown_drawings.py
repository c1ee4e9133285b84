"""The stored drawings of a symbol with their prices on the basis of the bars that are drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.errors import EnvironmentFaultError, NotCachedError, OfflineError
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import BarsRequest
    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.drawings.drawing import Anchor, Drawing
    from candledesk.workspace.api import WorkspaceApi

_BEFORE_S = 14 * DAY_S  # a bar is found within it before any day


def load_drawings(cache: CommandApi, workspace: WorkspaceApi, request: BarsRequest) -> list[Drawing]:
    """Return the drawings of a request's symbol; nothing is fetched for them, and without them nothing fails.

    A raw price becomes one of the drawn basis by the ratio that stored daily bars have at its date in both.
    """
    try:
        drawings = workspace.list_drawings(request.symbol).result()
        prices = [drawing for drawing in drawings if drawing.points]
        if not prices:
            return []
        dates, ratios = _ratios(cache, request, [point for drawing in prices for point in drawing.points])
    except (EnvironmentFaultError, NotCachedError, OfflineError):
        return []
    return [
        replace(drawing, points=tuple(_shown(point, dates, ratios) for point in drawing.points)) for drawing in prices
    ]


def _ratios(cache: CommandApi, request: BarsRequest, points: Sequence[Anchor]) -> tuple[IntArray, FloatArray]:
    """Return dates and what a raw price of each is multiplied by, ascending; empty when no daily bars are stored."""
    start = max(min(point.time for point in points) - _BEFORE_S, HISTORY_START)
    span = Span(start, max(point.time for point in points) + DAY_S)
    daily = replace(request, interval=INTERVALS["1d"], span=span, fill="none", limit=None, countback=None)
    shown = cache.load_bars(replace(daily, adjust=request.adjust)).result().bars
    raw = cache.load_bars(replace(daily, adjust="none")).result().bars
    times, at, at_raw = np.intersect1d(shown.open_time, raw.open_time, return_indices=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = shown.close[at] / raw.close[at_raw]
    known = np.isfinite(ratios) & (ratios > 0)
    return times[known], ratios[known]


def _shown(point: Anchor, dates: IntArray, ratios: FloatArray) -> Anchor:
    """Return a point with its shown price: by the last day up to its own, by the first one where there is none."""
    if point.price is None or not len(dates):
        return point
    row = max(int(np.searchsorted(dates, point.time, side="right")) - 1, 0)
    return replace(point, price=point.price * float(ratios[row]))
