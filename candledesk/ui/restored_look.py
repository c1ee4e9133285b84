"""Bringing the look of a chart back from its document, in the window and in pictures (``workspace.chart_look``)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.options import ChartType, PriceMode
from candledesk.ui.chart.core.scales import ValueRange
from candledesk.ui.chart.core.viewport import DEFAULT_RIGHT_BARS
from candledesk.workspace.chart_look import MAX_BARS, MAX_SPACING, is_number, is_price_range, view_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.ui.chart.widget.chart_model import ChartModel

    Contents = Mapping[str, object]


def restore_look(model: ChartModel, contents: Contents) -> None:
    """Set what needs no bars: type, spacing, scale mode and the maximised pane; invalid parts are left out."""
    scene = model.scene
    found = next((kind for kind in ChartType if kind == contents.get("type")), scene.options.chart_type)
    model.set_options(replace(scene.options, chart_type=found))
    scale, view, pane = _part(contents, "scale"), _part(contents, "view"), contents.get("maximised")
    mode, spacing, chart = scale.get("mode"), view.get("spacing"), contents.get("id")
    model.restore(
        spacing=float(spacing) if is_number(spacing, 1e-9, MAX_SPACING) else None,  # type: ignore[arg-type]
        price_mode=next((kind for kind in PriceMode if kind == mode), PriceMode.NORMAL),
        is_inverted=scale.get("inverted") is True,
        chart=chart if isinstance(chart, str) else "",
        maximised=next((row.id for row in scene.panes if row.id == pane), ""),
    )


def restore_place(model: ChartModel, contents: Contents) -> None:
    """Set what needs the bars that are shown: the range of the price axis, and a right edge at the latest bar."""
    fixed = _part(contents, "scale").get("range")
    if is_price_range(fixed):
        model.restore(price_range=_range_of(fixed, model.scene))  # type: ignore[arg-type]
    if right_time(contents) is None:
        model.move_to(model.placed.n_bars - 1 + right_bars(contents, DEFAULT_RIGHT_BARS))


def right_time(contents: Contents) -> int | None:
    """Return the time of the bar at the right edge (UTC seconds), ``None`` where that is the latest one."""
    return view_time(_part(contents, "view").get("right_time"))


def right_bars(contents: Contents, missing: float) -> float:
    """Return how many bars the bar of ``right_time``, or the latest one, lies left of the right edge."""
    bars = _part(contents, "view").get("right_bars")
    return float(bars) if is_number(bars, -MAX_BARS, MAX_BARS) else missing  # type: ignore[arg-type]


def _range_of(prices: Sequence[float], scene: ChartScene) -> ValueRange | None:
    """Return the range of the axis between two prices; ``None`` when the axis has no place for them."""
    lo, hi = prices
    if not scene.is_log:
        return ValueRange(lo, hi, is_inverted=scene.is_inverted)
    return ValueRange(math.log10(lo), math.log10(hi), is_log=True, is_inverted=scene.is_inverted) if lo > 0 else None


def _part(contents: Contents, name: str) -> Contents:
    part = contents.get(name)
    return part if isinstance(part, Mapping) else {}
