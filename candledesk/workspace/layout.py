"""The layout of a window (its charts, the chart in front, and chart options) and its JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from candledesk.domain.errors import InputError
from candledesk.domain.interval import parse_interval
from candledesk.domain.symbols import parse_symbol

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval

FORMAT = "candledesk.layout/1"


@dataclass(frozen=True, slots=True)
class Layout:
    """``charts``: symbol and interval of each chart; ``front``: the index of the chart in front, 0 without charts.

    ``options``: the chart options by name, with JSON values.
    """

    charts: tuple[tuple[str, Interval], ...] = ()
    front: int = 0
    options: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedLayout:
    """``layout``: the stored layout, ``None`` when there is none; ``notice``: a sentence for people, or empty."""

    layout: Layout | None
    notice: str = ""


def layout_document(layout: Layout) -> dict[str, object]:
    """Return the JSON document of a layout."""
    return {
        "format": FORMAT,
        "charts": [{"symbol": symbol, "interval": interval.name} for symbol, interval in layout.charts],
        "front": layout.front,
        "options": dict(layout.options),
    }


def parse_layout(document: Mapping[str, object]) -> Layout:
    """Return the layout of a document; invalid parts, as after an edit by hand, are left out."""
    charts = document.get("charts")
    options = document.get("options")
    return make_layout(
        [(chart.get("symbol"), chart.get("interval")) for chart in charts if isinstance(chart, Mapping)]
        if isinstance(charts, list)
        else [],
        document.get("front"),
        options if isinstance(options, Mapping) else {},
    )


def make_layout(charts: list[tuple[object, object]], front: object, options: Mapping[object, object]) -> Layout:
    """Return the layout of unchecked values; pairs that are not a series and options of other types are left out.

    ``front``: an index of ``charts``; the same chart stays in front when another is left out.
    """
    series = [(at, parsed) for at, pair in enumerate(charts) if (parsed := _parse_series(*pair)) is not None]
    return Layout(
        tuple(parsed for _, parsed in series),
        next((index for index, (at, _) in enumerate(series) if at == front), 0),
        {name: value for name, value in options.items() if isinstance(name, str) and isinstance(value, str | bool)},
    )


def _parse_series(symbol: object, interval: object) -> tuple[str, Interval] | None:
    if not isinstance(symbol, str) or not isinstance(interval, str):
        return None
    try:
        return parse_symbol(symbol), parse_interval(interval)
    except InputError:
        return None
