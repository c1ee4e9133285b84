"""The layout of a window (its charts, the chart in front, and chart options) and its JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import DocumentError, InputError
from candledesk.domain.interval import parse_interval
from candledesk.workspace.chart_contents import CONTENTS, check_contents
from candledesk.workspace.names import MAX_NAME_CHARS, check_text

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval

FORMAT = "candledesk.layout/1"
MAX_CHARTS = 100
MAX_OPTIONS = 200
MAX_OPTION_CHARS = 1_000
_KEYS = ("format", "charts", "front", "options")


@dataclass(frozen=True, slots=True)
class Layout:
    """``charts``: symbol and interval of each chart; ``front``: the index of the chart in front, 0 without charts.

    ``options``: the chart options by name, with JSON values. ``contents``: of each chart the JSON document of what is
    drawn in it, under the names in ``chart_contents.CONTENTS``; empty, or as many as there are charts.
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


def check_layout(document: Mapping[str, object]) -> Layout:
    """Return the layout of a document of which every part is valid, such as one that a person or a program sends.

    Raises ``DocumentError``, whose ``field`` is the path of the first part that is not (``charts[1].interval``).
    """
    for key in document:
        if key not in _KEYS:
            raise DocumentError(key[:MAX_NAME_CHARS], f"A layout has no {key[:MAX_NAME_CHARS]!r}: {' '.join(_KEYS)}")
    if document.get("format") != FORMAT:
        raise DocumentError("format", f"The format must be {FORMAT}")
    charts = document.get("charts")
    if not isinstance(charts, list) or len(charts) > MAX_CHARTS:
        raise DocumentError("charts", f"The charts must be an array of at most {MAX_CHARTS} objects")
    pairs = [_check_chart(chart, f"charts[{at}]") for at, chart in enumerate(charts)]
    contents = tuple(check_contents(chart, f"charts[{at}]") for at, chart in enumerate(charts))
    front = document.get("front", 0)
    if not isinstance(front, int) or isinstance(front, bool) or not 0 <= front < max(1, len(pairs)):
        raise DocumentError("front", "The front must be the index of a chart, 0 without charts")
    return Layout(tuple(pairs), front, _check_options(document.get("options", {})), contents if any(contents) else ())


def _check_chart(chart: object, path: str) -> tuple[str, Interval]:
    if not isinstance(chart, Mapping) or set(chart) - set(CONTENTS) != {"symbol", "interval"}:
        raise DocumentError(
            path, f"{path} must be an object with symbol and interval, and may have {' and '.join(CONTENTS)}"
        )
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


def _parse_series(symbol: object, interval: object) -> tuple[str, Interval] | None:
    if not isinstance(symbol, str) or not isinstance(interval, str):
        return None
    try:
        return parse_charted(symbol), parse_interval(interval)
    except InputError:
        return None
