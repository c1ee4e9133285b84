"""What each route accepts, declared once: the same rows validate requests and describe the API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from candledesk.domain.errors import InputError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.times import parse_time
from candledesk.web.problems import RangeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from candledesk.domain.interval import Interval

MAX_LIMIT = 5_000
MAX_TIMEOUT_S = 30.0
MAX_SERIES = 100


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: ``parse`` turns its text into the value and raises ``InputError``; ``schema`` is JSON Schema.

    ``is_list``: a JSON body may give an array of at most ``MAX_SERIES`` texts.
    """

    name: str
    text: str
    parse: Callable[[str, str], object]
    schema: Mapping[str, object]
    default: object = None
    is_required: bool = False
    is_list: bool = False


def choose(*allowed: str) -> Callable[[str, str], str]:
    """Return a parser that accepts only these words."""

    def parse(text: str, field: str) -> str:
        if text not in allowed:
            raise InputError(field, f"{field} cannot be {text!r}: use one of {' '.join(allowed)}")
        return text

    return parse


def whole_number(low: int, high: int) -> Callable[[str, str], int]:
    """Return a parser of an integer between ``low`` and ``high``."""

    def parse(text: str, field: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,15}", text):
            raise InputError(field, f"{field} must be a whole number, not {text!r}")
        if not low <= int(text) <= high:
            raise RangeError(field, f"{field} must be between {low} and {high}, not {text}")
        return int(text)

    return parse


def _seconds(text: str, field: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        raise InputError(field, f"{field} must be a number of seconds, not {text!r}")
    if float(text) > MAX_TIMEOUT_S:
        raise RangeError(field, f"{field} must be at most {MAX_TIMEOUT_S:.0f} seconds, not {text}")
    return float(text)


def _symbol(text: str, _field: str) -> str:
    return parse_symbol(text)


def _interval(text: str, _field: str) -> Interval:
    return parse_interval(text)


def _words(text: str, field: str) -> str:
    if len(text) > 64:  # noqa: PLR2004 a search, not a book
        raise RangeError(field, f"{field} must have at most 64 characters")
    return text.strip()


_TIME_SCHEMA = {"type": "string", "examples": ["2026-11-02", "2026-11-02T14:30:00Z"]}
SYMBOL = Param("symbol", "Yahoo's ticker", _symbol, {"type": "string", "examples": ["AAPL"]})
INTERVAL = Param("interval", "bar length; 60m is 1h", _interval, {"type": "string", "enum": [*INTERVALS, "60m"]})
FROM = Param("from", "first instant (inclusive)", parse_time, _TIME_SCHEMA)
TO = Param("to", "last instant (exclusive)", parse_time, _TIME_SCHEMA)
CURSOR = Param("cursor", "`next` of the answer before", parse_time, _TIME_SCHEMA)
ADJUST = Param(
    "adjust",
    "what prices are adjusted for",
    choose("none", "splits", "all"),
    {"type": "string", "enum": ["none", "splits", "all"]},
    default="splits",
)
FILL = Param(
    "fill",
    "wait for what is missing, read only the database, or start the fill and answer at once",
    choose("wait", "none", "async"),
    {"type": "string", "enum": ["wait", "none", "async"]},
    default="wait",
)
TIMEOUT = Param(
    "timeout",
    "seconds that fill=wait may take",
    _seconds,
    {"type": "number", "minimum": 0, "maximum": MAX_TIMEOUT_S},
    default=8.0,
)
LIMIT = Param(
    "limit",
    "at most so many candles, the oldest first",
    whole_number(1, MAX_LIMIT),
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT},
    default=MAX_LIMIT,
)
FORMAT = Param(
    "format",
    "one object per candle or one array per field",
    choose("rows", "columns"),
    {"type": "string", "enum": ["rows", "columns"]},
    default="rows",
)
QUERY = Param("query", "part of the symbol or name", _words, {"type": "string", "maxLength": 64}, default="")
STATES = ("queued", "running", "paused", "succeeded", "failed", "cancelled")
STATE = Param("state", "only jobs in this state", choose(*STATES), {"type": "string", "enum": list(STATES)})
JOB_LIMIT = Param(
    "limit",
    "at most so many jobs, the newest first",
    whole_number(1, 500),
    {"type": "integer", "minimum": 1, "maximum": 500},
    default=200,
)
JOB_CURSOR = Param("cursor", "`next` of the answer before", whole_number(1, 2**53), {"type": "integer"})


def read_query(declared: Iterable[Param], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the values of a query string; an unknown, doubled or missing parameter is an ``InputError``."""
    rows = {param.name: param for param in declared}
    given: dict[str, str] = {}
    for name, text in pairs:
        if name not in rows:
            raise InputError(name[:40], f"unknown parameter {name[:40]!r}: use {' '.join(rows) or 'none'}")
        if name in given:
            raise InputError(name, f"{name} is given twice")
        given[name] = text
    return _complete(rows, {name: rows[name].parse(text, name) for name, text in given.items()})


def read_body(declared: Iterable[Param], body: bytes) -> dict[str, Any]:
    """Return the values of a JSON object; an empty body is an empty object. ``InputError`` as in ``read_query``."""
    rows = {param.name: param for param in declared}
    try:
        document = orjson.loads(body) if body.strip() else {}
    except (orjson.JSONDecodeError, RecursionError):
        raise InputError("body", "the body is not JSON") from None
    if not isinstance(document, dict):
        raise InputError("body", "the body must be a JSON object")
    values: dict[str, Any] = {}
    for name, value in document.items():
        if name not in rows:
            raise InputError(name[:40], f"unknown field {name[:40]!r}: use {' '.join(rows) or 'none'}")
        if value is not None:
            values[name] = _read_value(rows[name], value)
    return _complete(rows, values)


def _read_value(param: Param, value: object) -> object:
    if not param.is_list:
        return param.parse(_text(param.name, value), param.name)
    if not isinstance(value, list):
        raise InputError(param.name, f"{param.name} must be an array of strings")
    if len(value) > MAX_SERIES:
        raise RangeError(param.name, f"{param.name} may have at most {MAX_SERIES} entries")
    return [param.parse(_text(param.name, item), param.name) for item in value]


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise InputError(field, f"{field} must be a string")
    return value


def _complete(rows: Mapping[str, Param], values: dict[str, Any]) -> dict[str, Any]:
    for name, param in rows.items():
        if name not in values:
            if param.is_required:
                raise InputError(name, f"{name} is missing: {param.text}")
            values[name] = param.default
    return values
