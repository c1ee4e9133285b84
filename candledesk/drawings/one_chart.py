"""Drawings that are shown in one chart of their symbol only (WORKBENCH.md §2.5). Pure.

A drawing names that chart in the field ``chart`` of its JSON, by a key that the layout keeps with the chart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.drawings.drawing import Drawing

CHART = "chart"


def chart_of(drawing: Drawing) -> str:
    """Return the key of the one chart that shows a drawing, empty for all of its symbol."""
    key = drawing.extra.get(CHART, "")
    return key if isinstance(key, str) else ""


def with_chart(drawing: Drawing, key: str) -> Drawing:
    """Return a drawing that the chart with a key shows alone, all charts of its symbol for an empty key."""
    extra = {name: value for name, value in drawing.extra.items() if name != CHART}
    return replace(drawing, extra={**extra, CHART: key} if key else extra)


def on_chart(drawings: Iterable[Drawing], key: str) -> tuple[Drawing, ...]:
    """Return the drawings that the chart with a key shows, in their order; ``key``: empty for one without."""
    return tuple(one for one in drawings if not one.extra or chart_of(one) in {"", key})
