"""Reading the drawings of two other charts, whose forms are documented (WORKBENCH.md §2.5). Pure.

KLineChart: ``{name, points: [{timestamp ms, value}], lock, visible, styles, extendData}``; Vela: ``{type, anchors:
[{time s, price}], style}``. Their prices are taken as they are, as the raw basis. A name without a tool here is kept as
a type of that name, with everything that is not understood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from candledesk.drawings.document.checks import FIRST_TIME, LAST_TIME, as_array, as_number, as_object, refuse
from candledesk.drawings.document.drawings_json import FORMAT, MAX_POINTS, MAX_ROWS, parse_drawing, parse_drawings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.drawing import Drawing

KLINECHART: Mapping[str, str] = {
    "segment": "trend_line",
    "rayLine": "ray",
    "straightLine": "extended_line",
    "horizontalStraightLine": "horizontal_line",
    "horizontalRayLine": "horizontal_ray",
    "verticalStraightLine": "vertical_line",
    "priceLine": "horizontal_ray",
    "priceChannelLine": "parallel_channel",
    "parallelStraightLine": "parallel_channel",
    "fibonacciLine": "fib_retracement",
    "simpleAnnotation": "text",
    "rect": "rectangle",
    "arrow": "arrow",
}
"""The tools by the names of KLineChart 10 and KLineChart Pro."""
VELA: Mapping[str, str] = {
    "trendline": "trend_line",
    "trend-line": "trend_line",
    "ray": "ray",
    "extended-line": "extended_line",
    "horizontal-line": "horizontal_line",
    "horizontal-ray": "horizontal_ray",
    "vertical-line": "vertical_line",
    "arrow": "arrow",
    "parallel-channel": "parallel_channel",
    "channel": "parallel_channel",
    "rectangle": "rectangle",
    "fib-retracement": "fib_retracement",
    "fibonacci": "fib_retracement",
    "text": "text",
}
_DASHES = {"solid": "solid", "dashed": "dashed", "dotted": "dotted"}
_MS = 1_000
_MAX_WIDTH = 4


def read_any(document: object, symbol: str, interval: str = "1d") -> list[Drawing]:
    """Return the drawings of a document of ``candledesk.drawings/1``, of KLineChart or of Vela.

    ``symbol`` and ``interval``: what the drawings of the others are of, because they do not say so. Raises
    ``DocumentError`` with the path of what is not valid.
    """
    rows = document
    if isinstance(document, dict):
        if "format" in document:
            return parse_drawings(document, symbol)
        rows = next((document[key] for key in ("overlays", "drawings") if key in document), [document])
    found = []
    for at, row in enumerate(as_array(rows, "drawings", MAX_ROWS)):
        path = f"drawings[{at}]"
        one = as_object(row, path)
        if "anchors" in one:
            made = _of_vela(one, path, interval)
        elif "name" in one and "points" in one:
            made = _of_klinechart(one, path, interval)
        else:
            refuse(path, f"is no drawing of {FORMAT}, KLineChart or Vela")
        found.append(parse_drawing(made, path, symbol))
    return found


def _of_klinechart(row: Mapping[str, Any], path: str, interval: str) -> dict[str, Any]:
    known = ("name", "points", "lock", "visible", "styles", "extendData", "id")
    lines = row["styles"].get("line", {}) if isinstance(row.get("styles"), dict) else {}
    text = row.get("extendData")
    made = {
        "type": _type(row["name"], KLINECHART),
        "points": _points(row["points"], f"{path}.points", ("timestamp", "value"), interval, _MS),
        "locked": row.get("lock", False),
        "visible": row.get("visible", True),
        "style": _style(lines, width="size"),
        "text": text if isinstance(text, str) else "",
    }
    rest = {key: value for key, value in row.items() if key not in known}
    kept = {} if isinstance(text, str) or text is None else {"extendData": text}
    return _fitted({**rest, **kept, **made})


def _of_vela(row: Mapping[str, Any], path: str, interval: str) -> dict[str, Any]:
    known = ("type", "anchors", "style", "id", "text", "label")
    text = row.get("text", row.get("label", ""))
    made = {
        "type": _type(row.get("type"), VELA),
        "points": _points(row["anchors"], f"{path}.anchors", ("time", "price"), interval, 1),
        "style": _style(row.get("style", {}), width="width"),
        "text": text if isinstance(text, str) else "",
    }
    return _fitted({**{key: value for key, value in row.items() if key not in known}, **made})


def _type(name: object, names: Mapping[str, str]) -> object:
    return names.get(name, name) if isinstance(name, str) else name


def _points(value: object, path: str, keys: tuple[str, str], interval: str, per_s: int) -> list[dict[str, Any]]:
    time_key, price_key = keys
    points = []
    for at, row in enumerate(as_array(value, path, MAX_POINTS)):
        where = f"{path}[{at}]"
        point = as_object(row, where)
        time = as_number(point.get(time_key), f"{where}.{time_key}", FIRST_TIME * per_s, LAST_TIME * per_s)
        points.append({"t": int(time // per_s), "p": point.get(price_key), "interval": interval})
    return points


def _style(lines: object, width: str) -> dict[str, Any]:
    """Return the colour, width and dash of a line's style; what is written otherwise keeps the tool's default."""
    if not isinstance(lines, dict):
        return {}
    found: dict[str, Any] = {}
    colour, size, dash = lines.get("color"), lines.get(width), lines.get("style", lines.get("lineStyle"))
    if isinstance(colour, str) and len(colour) in {7, 9} and colour[0] == "#":
        found["color"] = colour
    if isinstance(size, int | float) and not isinstance(size, bool) and size > 0:
        found["width"] = int(min(max(size, 1), _MAX_WIDTH))
    if isinstance(dash, str) and dash in _DASHES:
        found["dash"] = _DASHES[dash]
    return found


def _fitted(row: dict[str, Any]) -> dict[str, Any]:
    """Return the drawing with one point where its tool has one here and the other chart stores two."""
    singles = ("horizontal_line", "horizontal_ray", "vertical_line", "text")
    points: Sequence[Any] = row["points"]
    return {**row, "points": points[:1]} if row["type"] in singles else row
