"""A layout (the charts in the cells of a grid, the active one, and chart options) and its JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import DocumentError, InputError
from candledesk.domain.interval import parse_interval
from candledesk.workspace.chart_contents import CONTENTS, check_contents
from candledesk.workspace.grids import GRIDS, check_sizes, parse_sizes, sizes_document, smallest_grid
from candledesk.workspace.links import check_links, links_document, parse_links
from candledesk.workspace.names import MAX_NAME_CHARS, check_text

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.workspace.grids import GridSizes
    from candledesk.workspace.links import LinkSwitches

    Series = tuple[str, Interval]

FORMAT = "candledesk.layout/1"
MAX_CHARTS = 100
MAX_OPTIONS = 200
MAX_OPTION_CHARS = 1_000
_KEYS = ("format", "grid", "sizes", "charts", "front", "maximised", "links", "options")
_FORMER_TYPE = "chart_type"  # an option of earlier versions: the type of all charts of a window


@dataclass(frozen=True, slots=True)
class Layout:
    """``charts``: symbol and interval of each chart, ``None`` for an empty cell; ``front``: the index of the active.

    ``options``: the chart options by name, with JSON values. ``contents``: of each chart the JSON document of how it
    looks, under the names in ``chart_contents.CONTENTS``; empty, or as many as there are charts. ``grid``: a name in
    ``grids.GRIDS``, empty for the smallest one that holds the charts; charts beyond its cells are not shown.
    ``sizes`` ``None``: equal ones. ``is_maximised``: the active chart alone is shown. ``name``: empty without one.
    ``links``: the switches of each link colour, where they are not the usual ones. ``saved_at``: when the named layout
    was stored that the window shows here, in UTC seconds; 0 without one.
    """

    charts: tuple[Series | None, ...] = ()
    front: int = 0
    options: Mapping[str, str | bool] = field(default_factory=dict)
    contents: tuple[Mapping[str, object], ...] = ()
    grid: str = ""
    sizes: GridSizes | None = None
    is_maximised: bool = False
    name: str = ""
    links: Mapping[str, LinkSwitches] = field(default_factory=dict)
    saved_at: int = 0

    @property
    def shown_grid(self) -> str:
        """The grid in which the layout is shown."""
        return self.grid or smallest_grid(len(self.charts))

    def content(self, at: int) -> Mapping[str, object]:
        """Return how a chart looks, by its index; its type may be in the options of a layout of an earlier version."""
        content = self.contents[at] if at < len(self.contents) else {}
        former = self.options.get(_FORMER_TYPE)
        return content if former is None or "type" in content else {"type": former, **content}


def layout_document(layout: Layout) -> dict[str, object]:
    """Return the JSON document of a layout; its name, and when that was stored, are not part of it."""
    document: dict[str, object] = {"format": FORMAT}
    if layout.grid:
        document["grid"] = layout.grid
    if layout.sizes is not None:
        document["sizes"] = sizes_document(layout.sizes)
    document["charts"] = [
        _chart_document(series, layout.contents[at] if at < len(layout.contents) else {})
        for at, series in enumerate(layout.charts)
    ]
    document["front"] = layout.front
    if layout.is_maximised:
        document["maximised"] = True
    if layout.links:
        document["links"] = links_document(layout.links)
    return document | {"options": dict(layout.options)}


def _chart_document(series: Series | None, content: Mapping[str, object]) -> dict[str, object]:
    return ({} if series is None else {"symbol": series[0], "interval": series[1].name}) | dict(content)


def parse_layout(document: Mapping[str, object]) -> Layout:
    """Return the layout of a document; invalid parts, as after an edit by hand, are left out.

    In a grid, a chart that is not valid is an empty cell.
    """
    charts = document.get("charts")
    options = document.get("options")
    grid = document.get("grid")
    is_gridded = isinstance(grid, str) and grid in GRIDS
    rows = [chart for chart in charts if isinstance(chart, Mapping)] if isinstance(charts, list) else []
    layout = make_layout(
        [(chart.get("symbol"), chart.get("interval")) for chart in rows],
        document.get("front"),
        options if isinstance(options, Mapping) else {},
        [{name: chart[name] for name in CONTENTS if name in chart} for chart in rows],
        is_gridded=is_gridded,
    )
    layout = replace(layout, links=parse_links(document.get("links")))
    if not isinstance(grid, str) or not is_gridded:
        return layout
    sizes = parse_sizes(grid, document["sizes"]) if "sizes" in document else None
    return replace(layout, grid=grid, sizes=sizes, is_maximised=document.get("maximised") is True)


def make_layout(
    charts: list[tuple[object, object]],
    front: object,
    options: Mapping[object, object],
    contents: list[dict[str, object]] | None = None,
    *,
    is_gridded: bool = False,
) -> Layout:
    """Return the layout of unchecked values; pairs that are not a series and options of other types are left out.

    ``front``: an index of ``charts``; ``contents``: of each of them, unchecked. ``is_gridded``: a pair that is not a
    series is an empty cell instead. The same chart stays in front when another is left out.
    """
    parsed = [(at, _parse_series(*pair)) for at, pair in enumerate(charts)]
    series = [(at, found) for at, found in parsed if is_gridded or found is not None]
    return Layout(
        tuple(found for _, found in series),
        next((index for index, (at, _) in enumerate(series) if at == front), 0),
        {name: value for name, value in options.items() if isinstance(name, str) and isinstance(value, str | bool)},
        tuple(contents[at] for at, _ in series) if contents and any(contents) else (),
    )


def check_layout(document: Mapping[str, object]) -> Layout:
    """Return the layout of a document of which every part is valid, such as one that a person or a program sends.

    Raises ``DocumentError``, whose ``field`` is the path of the first part that is not (``charts[1].interval``).
    """
    for key in document:
        if key not in _KEYS:
            raise DocumentError(key[:MAX_NAME_CHARS], f"A layout has no {key[:MAX_NAME_CHARS]!r}: {' '.join(_KEYS)}")
    if document.get("format") != FORMAT:
        raise DocumentError("format", f"The format must be {FORMAT}")
    grid = _check_grid(document)
    charts = document.get("charts")
    if not isinstance(charts, list) or len(charts) > MAX_CHARTS:
        raise DocumentError("charts", f"The charts must be an array of at most {MAX_CHARTS} objects")
    pairs = [_check_chart(chart, f"charts[{at}]") for at, chart in enumerate(charts)]
    contents = tuple(check_contents(chart, f"charts[{at}]") for at, chart in enumerate(charts))
    front = document.get("front", 0)
    if not isinstance(front, int) or isinstance(front, bool) or not 0 <= front < max(1, len(pairs)):
        raise DocumentError("front", "The front must be the index of a chart, 0 without charts")
    is_maximised = document.get("maximised", False)
    if not isinstance(is_maximised, bool):
        raise DocumentError("maximised", "The value of maximised must be true or false")
    return Layout(
        tuple(pairs),
        front,
        _check_options(document.get("options", {})),
        contents if any(contents) else (),
        grid,
        check_sizes(grid or smallest_grid(len(pairs)), document["sizes"]) if "sizes" in document else None,
        is_maximised,
        links=check_links(document.get("links", {})),
    )


def _check_grid(document: Mapping[str, object]) -> str:
    grid = document.get("grid", "")
    if not isinstance(grid, str) or ("grid" in document and grid not in GRIDS):
        raise DocumentError("grid", f"The grid must be one of {' '.join(GRIDS)}")
    return grid


def _check_chart(chart: object, path: str) -> Series | None:
    keys = set(chart) - set(CONTENTS) if isinstance(chart, Mapping) else {"chart"}
    if not isinstance(chart, Mapping) or keys not in ({"symbol", "interval"}, set()):
        raise DocumentError(
            path,
            f"{path} must be an object with symbol and interval, or an empty cell; it may have {' '.join(CONTENTS)}",
        )
    if not keys or chart["symbol"] is None:
        return None
    for key, parse in (("symbol", parse_charted), ("interval", parse_interval)):
        text = chart[key]
        try:
            parse(text if isinstance(text, str) and text.isascii() else "")
        except InputError as error:
            raise DocumentError(f"{path}.{key}", f"{path}.{key} is not valid: {error}") from None
    return parse_charted(chart["symbol"]), parse_interval(chart["interval"])


def _check_options(options: object) -> dict[str, str | bool]:
    if not isinstance(options, Mapping) or len(options) > MAX_OPTIONS:
        raise DocumentError("options", f"The options must be an object of at most {MAX_OPTIONS} chart options")
    for name, value in options.items():
        check_text(name, "options", MAX_NAME_CHARS)
        if not isinstance(value, str | bool):
            raise DocumentError(f"options.{name}", f"The option {name} must be a text, true or false")
        if isinstance(value, str):
            check_text(value, f"options.{name}", MAX_OPTION_CHARS)
    return dict(options)


def _parse_series(symbol: object, interval: object) -> Series | None:
    if not isinstance(symbol, str) or not isinstance(interval, str):
        return None
    try:
        return parse_charted(symbol), parse_interval(interval)
    except InputError:
        return None
