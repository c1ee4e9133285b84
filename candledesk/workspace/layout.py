"""A layout: which charts a window shows, which one is in front, and how charts look; and its JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from candledesk.domain.errors import InputError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import parse_interval

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval

FORMAT = "candledesk.layout/1"


@dataclass(frozen=True, slots=True)
class Layout:
    """``charts``: symbol and interval of each chart; ``front``: the index of the one in front, 0 without charts.

    ``options``: how charts look, as names and values that JSON can hold.
    """

    charts: tuple[tuple[str, Interval], ...] = ()
    front: int = 0
    options: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedLayout:
    """``layout``: what was stored, ``None`` for nothing; ``notice``: a sentence for people, empty for none."""

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
    """Return the layout of a document; what cannot be understood, as after an edit by hand, is left out."""
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
    """Return the layout of values that may be wrong: pairs that are no series and options of other types are left out.

    ``front`` counts in ``charts``: the same chart stays in front when another is left out.
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
