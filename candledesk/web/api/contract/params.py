"""What each route accepts, declared once: the same rows validate requests and describe the API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from candledesk.domain.compare.ratio import CHARTED_PATTERN, parse_charted
from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S, INTERVAL_PATTERN, INTERVALS, parse_interval, typed_interval
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.symbols import SYMBOL_PATTERN, not_a_symbol, parse_symbol
from candledesk.domain.times import TIME_HELP, iso_time, parse_time
from candledesk.web.server.problems import RangeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from candledesk.domain.interval import Interval
    from candledesk.web.codec import Schema

MAX_TIMEOUT_S = 30.0
MAX_SERIES = 100
MAX_COUNT = 5_000  # candles of one answer
MAX_WORDS = 64
MAX_PATH = 1_000
EPOCH_PATTERN = "^(0|-?[1-9][0-9]{8,10})$"
"""Seconds since 1970 up to the year 5138; fewer digits are a year or a date without its dashes, and refused."""
CHART_INTERVAL_PATTERN = "^([1-9][0-9]{0,2}|1[0-3][0-9]{2}|14[0-3][0-9]|1440|1?[DWM]|[2-9]D|[23]W|[236]M|12M)$"
"""Bar lengths as charting libraries write them: a number of minutes, or days, weeks and months in upper case."""
SHORT, STORED = "short", "stored"
"""What ``digits`` can be."""
MAX_ID = 2**53  # the largest integer that every JSON reader holds exactly


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of value is read and described: ``parse(text, field)`` raises ``InputError``; a JSON Schema."""

    parse: Callable[[str, str], object]
    schema: Schema


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a path, a query or a JSON body.

    ``is_list``: a JSON array of at most ``MAX_SERIES`` texts; ``is_json``: a body gives it in JSON's own type (a
    number, a boolean) instead of as a text; ``is_raw``: the value of a body is handed over as it is, and the model
    that takes it checks it.
    """

    name: str
    text: str
    kind: Kind
    default: object = None
    is_required: bool = False
    is_list: bool = False
    is_json: bool = False
    is_raw: bool = False

    def describe(self) -> dict[str, object]:
        """Return the parameter's JSON Schema with its default."""
        schema: dict[str, object] = dict(self.kind.schema)
        if self.is_list:
            schema = {"type": "array", "items": schema, "maxItems": MAX_SERIES}
        if self.default is not None:
            schema["default"] = self.default
        return schema


def choice(*allowed: str) -> Kind:
    """Return the kind of one of these words."""

    def parse(text: str, field: str) -> str:
        if text not in allowed:
            raise InputError(field, f"{field} cannot be {text!r}: use one of {' '.join(allowed)}")
        return text

    return Kind(parse, {"type": "string", "enum": list(allowed)})


def whole_number(low: int, high: int) -> Kind:
    """Return the kind of an integer between ``low`` and ``high``."""

    def parse(text: str, field: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,16}", text):
            raise InputError(field, f"{field} must be a whole number, not {text[:40]!r}")
        if not low <= int(text) <= high:
            raise RangeError(field, f"{field} must be between {low} and {high}, not {text}")
        return int(text)

    return Kind(parse, {"type": "integer", "minimum": low, "maximum": high})


def number(low: float, high: float, what: str = "number", unit: str = "") -> Kind:
    """Return the kind of a number between ``low`` and ``high``; ``what`` and ``unit``: what messages call it."""

    def parse(text: str, field: str) -> float:
        if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", text):
            raise InputError(field, f"{field} must be a {what}, not {text[:40]!r}")
        if not low <= float(text) <= high:
            raise RangeError(field, f"{field} must be between {low:g} and {high:g}{unit}, not {text[:40]}")
        return float(text)

    return Kind(parse, {"type": "number", "minimum": low, "maximum": high})


def seconds(high: float) -> Kind:
    """Return the kind of a duration from 0 to ``high`` seconds."""
    return number(0, high, "number of seconds", " seconds")


def yes_or_no() -> Kind:
    """Return the kind of ``true`` or ``false``."""

    def parse(text: str, field: str) -> bool:
        if text not in {"true", "false"}:
            raise InputError(field, f"{field} must be true or false, not {text[:40]!r}")
        return text == "true"

    return Kind(parse, {"type": "boolean"})


def raw_field(name: str, text: str, schema: Schema, *, is_required: bool = False) -> Param:
    """Return a field of a body whose value, of any JSON type, is checked by the model that takes it."""
    return Param(name, text, Kind(_unchanged, schema), is_required=is_required, is_raw=True)


def _unchanged(text: str, _field: str) -> str:
    return text


def _symbol(text: str, _field: str) -> str:
    return parse_symbol(_matching(text, SYMBOL_PATTERN))


def _charted(text: str, field: str) -> str:
    try:
        return parse_charted(_matching(text, CHARTED_PATTERN))
    except InputError as error:
        raise InputError(field, str(error)) from None


def _matching(text: str, pattern: str) -> str:
    """Return the text; raise ``InputError`` where the schema refuses it.

    ``parse_symbol`` alone takes spaces around a symbol, and upper-casing turns some other letters into ASCII.
    """
    if not re.fullmatch(pattern, text):
        raise not_a_symbol(text)
    return text


def _interval(text: str, _field: str) -> Interval:
    return parse_interval(text)


def _any_interval(text: str, field: str) -> Interval:
    """Return the interval of a name, or of what charting libraries write: ``5`` (minutes), ``D``, ``1W``, ``3M``."""
    if re.fullmatch(CHART_INTERVAL_PATTERN, text):
        return typed_interval(text)
    return _interval(text, field)


def _time(text: str, field: str) -> int:
    """Return UTC seconds of a date, an instant or seconds since 1970."""
    if re.fullmatch(EPOCH_PATTERN, text):
        return int(text)
    if re.fullmatch(r"-?[0-9]+", text):
        raise InputError(field, f"{field} cannot be {text[:40]}: seconds since 1970 have 9 to 11 digits; {TIME_HELP}")
    return parse_time(text, field)


def _words(text: str, field: str) -> str:
    if len(text) > MAX_WORDS:
        raise RangeError(field, f"{field} may have at most {MAX_WORDS} characters")
    return text.strip()


def _path(text: str, field: str) -> str:
    if len(text) > MAX_PATH:
        raise RangeError(field, f"{field} may have at most {MAX_PATH} characters")
    if not text.isprintable():
        raise InputError(field, f"{field} has characters that no path of CandleDesk has")
    return text


PATH_KIND = Kind(_path, {"type": "string", "maxLength": MAX_PATH})
SYMBOL_KIND = Kind(_symbol, {"type": "string", "pattern": SYMBOL_PATTERN, "examples": ["AAPL", "local:ACME"]})
CHARTED_KIND = Kind(_charted, {"type": "string", "pattern": CHARTED_PATTERN, "examples": ["AAPL", "AAPL/SPY"]})
INTERVAL_KIND = Kind(
    _interval,
    {"type": "string", "anyOf": [{"enum": [*INTERVALS]}, {"pattern": INTERVAL_PATTERN}], "examples": [*INTERVALS]},
)
ANY_INTERVAL_KIND = Kind(
    _any_interval,
    {
        "type": "string",
        "anyOf": [{"enum": [*INTERVALS]}, {"pattern": INTERVAL_PATTERN}, {"pattern": CHART_INTERVAL_PATTERN}],
        "examples": [*INTERVALS, "5", "60", "D", "1W", "3M"],
    },
)
TIME_KIND = Kind(
    _time,
    {
        "type": "string",
        "anyOf": [{"format": "date"}, {"format": "date-time"}, {"pattern": EPOCH_PATTERN}],
        "examples": ["2026-11-02", "2026-11-02T14:30:00Z", "1793629800"],
    },
)
_END_EXAMPLES = ("2026-11-03", "2026-11-03T14:30:00Z", "1793716200")  # a day after those of a span's start
END_KIND = Kind(_time, {**TIME_KIND.schema, "examples": [*_END_EXAMPLES]})
WORDS_KIND = Kind(_words, {"type": "string", "maxLength": MAX_WORDS})

SYMBOL = Param(
    "symbol", "AAPL, or local:ACME for an imported series; case does not matter", SYMBOL_KIND, is_required=True
)
CHARTED = Param(
    "symbol",
    "AAPL, local:ACME for an imported series, or AAPL/SPY for the ratio of two; case does not matter",
    CHARTED_KIND,
    is_required=True,
)
INTERVAL = Param(
    "interval",
    "bar length: one of the names, or any other multiple (10m, 45m, 2h, 2d, 6mo, 1y); 60m is another name of 1h",
    INTERVAL_KIND,
    is_required=True,
)
ANY_INTERVAL = Param(
    "interval",
    f"{INTERVAL.text}; also as charts write it: 1 5 60 240 (minutes), D W M",
    ANY_INTERVAL_KIND,
    is_required=True,
)
COUNTBACK = Param(
    "countback", "at least so many candles before to, if they exist; outranks from", whole_number(1, MAX_COUNT)
)
SYMBOLS = Param("symbols", "tickers, as symbol", SYMBOL_KIND, is_list=True)
INTERVALS_LIST = Param("intervals", "bar lengths; 1d unless given", INTERVAL_KIND, is_list=True)
ONLY_SYMBOL = Param("symbol", "only what concerns this ticker", SYMBOL_KIND)
ONLY_INTERVAL = Param("interval", "only what concerns this bar length or its base", INTERVAL_KIND)
FROM = Param("from", "first instant (inclusive): a date, an instant with its offset, or seconds since 1970", TIME_KIND)
TO = Param("to", "last instant (exclusive); now unless given", END_KIND)

DIGITS = Param(
    "digits",
    "of prices in JSON: the shortest form of the 32-bit float that was sent (395.7), or that of the stored 64-bit one "
    "(395.70001220703125)",
    choice(SHORT, STORED),
    default=SHORT,
)


def read_span(values: Mapping[str, Any], interval: Interval, now: int) -> Span | None:
    """Return the requested span ``[from, to)``; ``cursor`` moves its start; ``None`` when neither end is given.

    An open end is now, and for daily bars a day later: a session's date at 00:00 UTC can lie ahead of the clock.
    Raises ``RangeError`` for a span that is empty.
    """
    start, end, cursor = values.get("from"), values.get("to"), values.get("cursor")
    if start is None and end is None and cursor is None:
        return None
    if end is None:
        end = now + (DAY_S if interval.is_daily else 1)
    if start is None:
        start = min(HISTORY_START, end - 1)
    if start >= end:
        raise RangeError("to", f"The span is empty: from {iso_time(start)} is not before to {iso_time(end)}")
    if cursor is not None:
        start = max(start, cursor)
        if start >= end:
            raise RangeError("cursor", f"The cursor {iso_time(cursor)} is not before to {iso_time(end)}")
    return Span(start, end)


def read_path(declared: Iterable[Param], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the path's parameters; a malformed one is an ``InputError``."""
    return {param.name: param.kind.parse(given[param.name], param.name) for param in declared}


def read_query(declared: Iterable[Param], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the values of a query string; an unknown, doubled or missing parameter is an ``InputError``."""
    rows = {param.name: param for param in declared}
    given: dict[str, str] = {}
    for name, text in pairs:
        if name not in rows:
            raise InputError(name[:40], f"Unknown parameter {name[:40]!r}: use {' '.join(rows) or 'none'}")
        if name in given:
            raise InputError(name, f"{name} is given twice")
        given[name] = text
    return _complete(rows, {name: rows[name].kind.parse(text, name) for name, text in given.items()})


def read_body(declared: Iterable[Param], body: bytes, *, takes_others: bool = False) -> dict[str, Any]:
    """Return the values of a JSON object; an empty body is an empty object, and a field of null is not given.

    ``takes_others``: fields that are not declared are handed over as they are. ``InputError`` as in ``read_query``.
    """
    rows = {param.name: param for param in declared}
    try:
        document = orjson.loads(body) if body else {}
    except (orjson.JSONDecodeError, RecursionError):
        raise InputError("body", "The body is not JSON") from None
    if not isinstance(document, dict):
        raise InputError("body", "The body must be a JSON object")
    values: dict[str, Any] = {}
    for name, value in document.items():
        if name not in rows and takes_others:
            values[name] = value
        elif name not in rows:
            raise InputError(name[:40], f"Unknown field {name[:40]!r}: use {' '.join(rows) or 'none'}")
        elif value is not None:
            values[name] = _read_value(rows[name], value)
    return _complete(rows, values)


def _read_value(param: Param, value: object) -> object:
    if param.is_raw:
        return value
    if not param.is_list:
        return param.kind.parse(_text(param, value), param.name)
    if not isinstance(value, list):
        raise InputError(param.name, f"{param.name} must be an array of strings")
    if len(value) > MAX_SERIES:
        raise RangeError(param.name, f"{param.name} may have at most {MAX_SERIES} entries")
    return [param.kind.parse(_text(param, item), param.name) for item in value]


def _text(param: Param, value: object) -> str:
    """Return a JSON value as the text that its kind reads; a text where JSON has an own type is refused."""
    if isinstance(value, str) is param.is_json or isinstance(value, list | dict):
        raise InputError(param.name, f"{param.name} must be a {param.kind.schema.get('type')}")
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _complete(rows: Mapping[str, Param], values: dict[str, Any]) -> dict[str, Any]:
    for name, param in rows.items():
        if name not in values:
            if param.is_required:
                raise InputError(name, f"{name} is missing: {param.text}")
            values[name] = param.default
    return values
