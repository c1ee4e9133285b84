"""How a chart of a layout looks: indicators, panes and compared series, and the rules of that part of the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import DocumentError, InputError, UnknownIndicatorError
from candledesk.domain.interval import INTERVAL_KINDS
from candledesk.indicators.own.declared import is_own_id
from candledesk.workspace.chart_look import CHECKS as LOOK_CHECKS
from candledesk.workspace.names import MAX_NAME_CHARS, check_text

if TYPE_CHECKING:
    from candledesk.indicators.declaration import Value

CONTENTS = ("indicators", "panes", "compares", *LOOK_CHECKS)
"""The parts of a chart's document beside its series; the window reads and writes them."""
MAX_INDICATORS = 60
MAX_COMPARES = 12
PLACES = ("percent", "left", "right", "pane")
"""Where a compared series is drawn."""
_MAX_PANES = MAX_INDICATORS + MAX_COMPARES + 2
_MAX_WEIGHT = 1_000.0
_MAX_WIDTH = 4
_MAX_TEXT = 1_000
_COLOUR_CHARS = 7


def check_contents(chart: Mapping[str, object], path: str) -> dict[str, object]:
    """Return the parts of a chart's document beside its series; ``path``: of the chart, for errors.

    Raises ``DocumentError``, whose ``field`` is the path of the first part that is not valid.
    """
    found: dict[str, object] = {}
    for name, check, most in _PARTS:
        if name not in chart:
            continue
        rows, where = chart[name], f"{path}.{name}"
        if not isinstance(rows, list) or len(rows) > most:
            raise DocumentError(where, f"{where} must be an array of at most {most} objects")
        found[name] = [check(row, f"{where}[{at}]") for at, row in enumerate(rows)]
    _check_follows(found.get("indicators", []), f"{path}.indicators")
    return found | {name: check(chart[name], f"{path}.{name}") for name, check in LOOK_CHECKS.items() if name in chart}


def _check_parts(row: object, path: str, checks: Mapping[str, Callable[[object], bool]]) -> dict[str, object]:
    """Return an object with no other keys than those of ``checks``, all of whose values they accept."""
    if not isinstance(row, Mapping) or not set(row) <= set(checks):
        raise DocumentError(path, f"{path} must be an object with {' '.join(checks)}")
    for key, value in row.items():
        if not checks[key](value):
            raise DocumentError(f"{path}.{key}", f"{path}.{key} is not valid")
    return dict(row)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME_CHARS and value.isprintable()


def _is_colours(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_name(name) and _is_colour(colour) for name, colour in value.items())


def _is_colour(value: object) -> bool:
    is_long = isinstance(value, str) and len(value) == _COLOUR_CHARS and value[0] == "#"
    return is_long and all(letter in "0123456789abcdefABCDEF" for letter in str(value)[1:])


def _is_params(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_name(name) for name in value)


_INDICATOR: dict[str, Callable[[object], bool]] = {
    "key": _is_name,
    "id": _is_name,
    "params": _is_params,
    "pane": _is_name,
    "shown": lambda value: isinstance(value, bool),
    "colours": _is_colours,
    "off": lambda value: isinstance(value, list) and all(_is_name(name) for name in value),
    "hidden_on": lambda value: (
        isinstance(value, list) and all(kind in INTERVAL_KINDS for kind in value) and len(set(value)) == len(value)
    ),
    "follows": _is_name,
    "width": lambda value: isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_WIDTH,
}
_PANE: dict[str, Callable[[object], bool]] = {
    "id": _is_name,
    "weight": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _MAX_WEIGHT,
}


def _check_indicator(row: object, path: str) -> dict[str, object]:
    checked = _check_parts(row, path, _INDICATOR)
    for key in ("key", "id"):
        if key not in checked:
            raise DocumentError(f"{path}.{key}", f"{path}.{key} is missing")
    params: dict[str, Value] = {}
    given = checked.get("params", {})
    for name, value in given.items() if isinstance(given, Mapping) else ():
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise DocumentError(f"{path}.params.{name}", f"{path}.params.{name} must be a number or a text")
        params[name] = check_text(value, f"{path}.params.{name}", _MAX_TEXT) if isinstance(value, str) else value
    from candledesk.indicators.studies import make_study  # here, for charts without indicators to be shown sooner

    try:
        make_study(str(checked["id"]), params)
    except UnknownIndicatorError as error:
        if not is_own_id(str(checked["id"])):  # an own one is kept: its file may be allowed later
            raise DocumentError(f"{path}.id", str(error)) from None
    except (InputError, OverflowError) as error:
        raise DocumentError(f"{path}.params", f"{path}.params is not valid: {error}") from None
    return checked


def _check_follows(rows: object, path: str) -> None:
    """Refuse an indicator that follows a line that is not in the chart, or that depends on itself."""
    checked = rows if isinstance(rows, list) else []
    followed = {row["key"]: row.get("follows", "").rpartition(".")[0] for row in checked}
    for at, row in enumerate(checked):
        seen, other = {row["key"]}, followed[row["key"]]
        while other:
            if other not in followed or other in seen:
                why = "there is no such indicator" if other not in followed else "it would be its own source"
                raise DocumentError(f"{path}[{at}].follows", f"{path}[{at}].follows is not valid: {why}")
            seen.add(other)
            other = followed[other]


def _check_pane(row: object, path: str) -> dict[str, object]:
    checked = _check_parts(row, path, _PANE)
    if set(checked) != set(_PANE):
        raise DocumentError(path, f"{path} must be an object with {' '.join(_PANE)}")
    return checked


_COMPARE: dict[str, Callable[[object], bool]] = {
    "key": _is_name,
    "symbol": lambda value: isinstance(value, str),
    "colour": _is_colour,
    "place": lambda value: value in PLACES,
    "shown": lambda value: isinstance(value, bool),
}


def _check_compare(row: object, path: str) -> dict[str, object]:
    checked = _check_parts(row, path, _COMPARE)
    for key in ("key", "symbol"):
        if key not in checked:
            raise DocumentError(f"{path}.{key}", f"{path}.{key} is missing")
    text = str(checked["symbol"])
    try:
        checked["symbol"] = parse_charted(text if text.isascii() else "")
    except InputError as error:
        raise DocumentError(f"{path}.symbol", f"{path}.symbol is not valid: {error}") from None
    return checked


_PARTS = (
    ("indicators", _check_indicator, MAX_INDICATORS),
    ("panes", _check_pane, _MAX_PANES),
    ("compares", _check_compare, MAX_COMPARES),
)
