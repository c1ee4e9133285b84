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
CONTENTS = ("indicators", "panes")
"""The parts of a chart's document beside its series; ``ui`` reads and writes them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """``charts``: symbol and interval of each chart; ``front``: the index of the chart in front, 0 without charts.

    ``options``: the chart options by name, with JSON values. ``contents``: of each chart the JSON document of what is
    drawn in it, under the names in ``CONTENTS``; empty, or as many as there are charts.
    """

    charts: tuple[tuple[str, Interval], ...] = ()
    front: int = 0
    options: Mapping[str, str | bool] = field(default_factory=dict)
    contents: tuple[Mapping[str, object], ...] = ()

    def content(self, at: int) -> Mapping[str, object]:
        """Return what is drawn in a chart, by its index."""
        return self.contents[at] if at < len(self.contents) else {}


@dataclass(frozen=True, slots=True)
class LoadedLayout:
    """``layout``: the stored layout, ``None`` when there is none; ``notice``: a sentence for people, or empty."""

    layout: Layout | None
    notice: str = ""


def layout_document(layout: Layout) -> dict[str, object]:
    """Return the JSON document of a layout."""
    return {
        "format": FORMAT,
        "charts": [
            {"symbol": symbol, "interval": interval.name, **layout.content(at)}
            for at, (symbol, interval) in enumerate(layout.charts)
        ],
        "front": layout.front,
        "options": dict(layout.options),
    }


def parse_layout(document: Mapping[str, object]) -> Layout:
    """Return the layout of a document; invalid parts, as after an edit by hand, are left out."""
    charts = document.get("charts")
    options = document.get("options")
    rows = [chart for chart in charts if isinstance(chart, Mapping)] if isinstance(charts, list) else []
    return make_layout(
        [(chart.get("symbol"), chart.get("interval")) for chart in rows],
        document.get("front"),
        options if isinstance(options, Mapping) else {},
        [{name: chart[name] for name in CONTENTS if name in chart} for chart in rows],
    )


def make_layout(
    charts: list[tuple[object, object]],
    front: object,
    options: Mapping[object, object],
    contents: list[dict[str, object]] | None = None,
) -> Layout:
    """Return the layout of unchecked values; pairs that are not a series and options of other types are left out.

    ``front``: an index of ``charts``; ``contents``: of each of them, unchecked.
    The same chart stays in front when another is left out.
    """
    series = [(at, parsed) for at, pair in enumerate(charts) if (parsed := _parse_series(*pair)) is not None]
    return Layout(
        tuple(parsed for _, parsed in series),
        next((index for index, (at, _) in enumerate(series) if at == front), 0),
        {name: value for name, value in options.items() if isinstance(name, str) and isinstance(value, str | bool)},
        tuple(contents[at] for at, _ in series) if contents and any(contents) else (),
    )


def _parse_series(symbol: object, interval: object) -> tuple[str, Interval] | None:
    if not isinstance(symbol, str) or not isinstance(interval, str):
        return None
    try:
        return parse_symbol(symbol), parse_interval(interval)
    except InputError:
        return None
