"""``candledesk.drawings/1``: drawings as JSON for files, programs and the store, with a strict check. Pure.

Unknown types and fields are kept and written again, behind the known ones, so that a file of a later version of this
format goes through unchanged. A document of another version is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import DocumentError, InputError
from candledesk.domain.interval import parse_interval
from candledesk.drawings.document.checks import (
    FIRST_TIME,
    LAST_TIME,
    as_array,
    as_choice,
    as_flag,
    as_integer,
    as_number,
    as_object,
    as_text,
    as_word,
    check_size,
    refuse,
)
from candledesk.drawings.document.style import check_style
from candledesk.drawings.drawing import BUCKETS, PRICE_PANE, RAW, Anchor, Drawing
from candledesk.drawings.registry import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORMAT = "candledesk.drawings/1"
MAX_DRAWINGS = 5_000  # of one symbol
MAX_ROWS = 100_000  # of one document, which may be of many symbols
MAX_POINTS = 500  # of one drawing of an unknown tool
MAX_Z = 2**53
MAX_SYMBOL = 128
_LONGEST_ID = "0" * 64
MAX_NAME_CHARS = 64
ID_PATTERN = "^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}$"
TYPE_PATTERN = "^[A-Za-z][A-Za-z0-9_.-]{0,63}$"
NAME_PATTERN = r"^[^\x00-\x1f\x7f/\\]*$"
_ID, _TYPE, _NAME = (re.compile(pattern[1:-1]) for pattern in (ID_PATTERN, TYPE_PATTERN, NAME_PATTERN))
_POINT = ("t", "p", "interval")
FIELDS = (
    *("id", "type", "symbol", "pane", "points", "basis", "style", "text", "visible", "locked", "intervals", "z"),
    *("group", "by", "chart"),
)
"""The known fields of a drawing, in the order in which they are written."""


def drawing_json(drawing: Drawing) -> dict[str, Any]:
    """Return a drawing as a JSON object: known fields in their order, then the unknown ones.

    ``by`` and ``chart`` are written only where they are set.
    """
    made: dict[str, Any] = {
        "id": drawing.id,
        "type": drawing.type,
        "symbol": drawing.symbol,
        "pane": drawing.pane,
        "points": [
            {"t": point.time, "p": point.price, "interval": point.interval, **point.extra} for point in drawing.points
        ],
        "basis": RAW,
        "style": dict(drawing.style),
        "text": drawing.text,
        "visible": drawing.visible,
        "locked": drawing.locked,
        "intervals": None if drawing.intervals is None else list(drawing.intervals),
        "z": drawing.z,
        "group": drawing.group,
    }
    seldom = {"by": drawing.by, "chart": drawing.chart}
    return made | {key: value for key, value in seldom.items() if value} | dict(drawing.extra)


def drawings_json(drawings: Iterable[Drawing]) -> dict[str, Any]:
    """Return the document of many drawings."""
    return {"format": FORMAT, "drawings": [drawing_json(drawing) for drawing in drawings]}


def parse_drawings(document: object, symbol: str = "") -> list[Drawing]:
    """Return the drawings of a document; ``symbol``: of those that have none of their own.

    Raises ``DocumentError``, whose ``field`` is the path of what is not valid (``drawings[3].points[0].t``).
    """
    row = as_object(document, "document")
    if row.get("format") != FORMAT:
        refuse("format", f"must be {FORMAT}; another version cannot be read")
    rows = as_array(row.get("drawings"), "drawings", MAX_ROWS)
    drawings = [parse_drawing(one, f"drawings[{at}]", symbol) for at, one in enumerate(rows)]
    known: set[str] = set()
    for at, drawing in enumerate(drawings):
        if drawing.id in known:
            refuse(f"drawings[{at}].id", "is that of another drawing of the document")
        known.update([drawing.id] if drawing.id else [])
    return drawings


def parse_drawing(value: object, path: str = "", symbol: str = "", *, is_stored: bool = False) -> Drawing:
    """Return the drawing of a JSON object; without an ``id`` it gets one when it is stored.

    ``path``: of the object in its document; ``symbol``: what it is of unless it says so; ``is_stored``: it is read from
    the store, where it has whatever size it has. Raises ``DocumentError``.
    """
    row = as_object(value, path or "drawing")
    at = f"{path}." if path else ""
    extra = {key: part for key, part in row.items() if key not in FIELDS}
    given = {key: part for key, part in row.items() if key in FIELDS and part is not None}
    kind = as_word(given.get("type"), f"{at}type", _TYPE, "the name of a tool, such as trend_line")
    points = _points(given.get("points"), f"{at}points", kind)
    as_choice(given.get("basis", RAW), f"{at}basis", (RAW,))
    style = check_style(as_object(given.get("style", {}), f"{at}style"), f"{at}style")
    made = Drawing(
        id=as_word(given["id"], f"{at}id", _ID, "1 to 64 letters, digits or _ . : -")
        if given.get("id", "") != ""
        else "",
        type=kind,
        symbol=_symbol(given.get("symbol", symbol), f"{at}symbol"),
        points=points,
        pane=_name(given.get("pane", PRICE_PANE), f"{at}pane") or PRICE_PANE,
        style=style,
        text=as_text(given.get("text", ""), f"{at}text"),
        visible=as_flag(given.get("visible", True), f"{at}visible"),
        locked=as_flag(given.get("locked", False), f"{at}locked"),
        intervals=_buckets(given.get("intervals"), f"{at}intervals"),
        z=as_integer(given["z"], f"{at}z", -MAX_Z, MAX_Z) if "z" in given else None,
        group=_name(given.get("group", ""), f"{at}group"),
        by=_name(given.get("by", ""), f"{at}by"),
        chart=_name(given.get("chart", ""), f"{at}chart"),
        extra=extra,
    )
    if not is_stored:
        check_size(_longest_json(made), path or "drawing")
    return made


def _longest_json(drawing: Drawing) -> dict[str, Any]:
    """Return what is written of a drawing at most, with the id and the place that it gets when it is stored."""
    row = drawing_json(drawing)
    return {**row, "id": row["id"] or _LONGEST_ID, "z": MAX_Z if row["z"] is None else row["z"]}


def changed_drawing(drawing: Drawing, changes: Mapping[str, Any]) -> Drawing:
    """Return a drawing with the given fields of its JSON replaced; ``style`` is merged, a value of null removes it.

    Its id and its symbol cannot be changed. Raises ``DocumentError``.
    """
    for key, stored in (("id", drawing.id), ("symbol", drawing.symbol)):
        given = changes.get(key)
        if given is not None and given != stored:
            refuse(key, "of a drawing cannot be changed")
    row = drawing_json(drawing)
    style = changes.get("style")
    if isinstance(style, dict):
        merged = {**row["style"], **style}
        changes = {**changes, "style": {key: value for key, value in merged.items() if value is not None}}
    return parse_drawing({**row, **{key: value for key, value in changes.items() if key not in {"id", "symbol"}}})


def _points(value: object, path: str, kind: str) -> tuple[Anchor, ...]:
    tool = TOOLS.get(kind)
    rows = as_array(value, path, MAX_POINTS)
    if tool is not None and len(rows) != tool.n_points:
        refuse(path, f"must be {tool.n_points} of a {kind}, not {len(rows)}")
    return tuple(
        _point(row, f"{path}[{at}]", has_price=tool is not None and tool.has_prices) for at, row in enumerate(rows)
    )


def _point(value: object, path: str, *, has_price: bool) -> Anchor:
    row = as_object(value, path)
    extra = {key: part for key, part in row.items() if key not in _POINT}
    time = as_integer(row.get("t"), f"{path}.t", FIRST_TIME, LAST_TIME)
    price = row.get("p")
    price = as_number(price, f"{path}.p") if price is not None or has_price else None
    return Anchor(time, price, _interval(row.get("interval", "1d"), f"{path}.interval"), extra)


def _interval(value: object, path: str) -> str:
    try:
        return parse_interval(value if isinstance(value, str) else "").name
    except InputError as error:
        raise DocumentError(path, f"{path}: {error}") from None


def _symbol(value: object, path: str) -> str:
    if value == "":
        refuse(path, "is missing: what it is drawn on, such as AAPL or AAPL/SPY")
    if not isinstance(value, str) or not value.isascii() or len(value) > MAX_SYMBOL or value != value.strip():
        refuse(path, "must be a symbol, such as AAPL or AAPL/SPY")
    try:
        return parse_charted(value)
    except InputError as error:
        raise DocumentError(path, f"{path}: {error}") from None


def _name(value: object, path: str) -> str:
    return as_text(as_word(value, path, _NAME, "a name in one line, without a slash"), path, MAX_NAME_CHARS)


def _buckets(value: object, path: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    rows = as_array(value, path, len(BUCKETS))
    return tuple(as_choice(row, f"{path}[{at}]", BUCKETS) for at, row in enumerate(rows))
