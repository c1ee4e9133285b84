"""The declaration of an own indicator: what its file says of itself, checked as strictly as any foreign text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.errors import InputError
from candledesk.indicators.declaration import (
    Indicator,
    Output,
    Pane,
    Parameter,
    Params,
    ParamType,
    Plot,
    Reach,
    choice_of,
)

if TYPE_CHECKING:
    from candledesk.indicators.declaration import Compute, Hole, Inputs, Market

OWN = "own:"
"""How the ids of own indicators begin; the stem of the file's name follows."""
NAME_PATTERN = "^[a-z][a-z0-9_]{0,29}$"
"""Stems of files and names of parameters and outputs."""
MAX_REACH = 1_000_000
"""The greatest ``LOOKBACK`` and ``SETTLE``, in bars."""
_NAME = re.compile(NAME_PATTERN)
_CHOICE = re.compile(r"[A-Za-z0-9 ._%+-]{1,40}")
_MAX_TITLE, _MAX_PARAMS, _MAX_OUTPUTS, _MAX_LEVELS, _MAX_CHOICES = 60, 20, 8, 8, 20
_NUMBERS = (-1e12, 1e12)
_RESERVED = frozenset({"symbol", "interval", "from", "to", "countback", "as_of", "id", "params", "source"})
_PLOTS = (Plot.LINE, Plot.COLUMNS, Plot.CROSSES, Plot.NONE)
Term = str | int


def is_own(indicator_id: str) -> bool:
    """Tell whether an id is one of an own indicator."""
    return indicator_id.startswith(OWN)


def is_own_name(stem: str) -> bool:
    """Tell whether a file of this name, without its suffix, can be an own indicator."""
    return _NAME.fullmatch(stem) is not None


def is_own_id(text: str) -> bool:
    """Tell whether a text can be the id of an own indicator, whether or not it is declared."""
    return is_own(text) and is_own_name(text.removeprefix(OWN))


@dataclass(frozen=True, slots=True)
class _Sum:
    """A number of bars: the sum of numbers and of parameters."""

    terms: tuple[Term, ...]

    def __call__(self, params: Params) -> int:
        """Return the sum."""
        return sum(term if isinstance(term, int) else params.integer(term) for term in self.terms)


def _history_start(_market: Market, _params: Params, _time: int) -> int:
    return -(2**62)


def _never(inputs: Inputs, _params: Params, _hole: Hole) -> int:
    return len(inputs.bars)


def declare(stem: str, row: Mapping[str, object], version: str, compute: Compute) -> Indicator:
    """Return the indicator of a file.

    ``row``: its ``TITLE``, ``PANE``, ``PARAMS``, ``OUTPUTS``, ``LEVELS``, ``LOOKBACK`` and ``SETTLE`` as JSON;
    ``version``: the SHA-256 of the file. Without ``LOOKBACK`` every value is made of the whole history, and is
    settled where none of it is missing. Raises ``InputError`` with the name of the first part that is not valid.
    """
    _require(is_own_name(stem), "file", f"{stem[:40]!r} cannot be the name of an indicator: use a-z 0-9 and _")
    params = _read_params(row.get("PARAMS", {}))
    outputs = _read_outputs(row.get("OUTPUTS"))
    reaches = {name: _read_sum(row.get(name), name, params) for name in ("LOOKBACK", "SETTLE")}
    lookback = reaches["LOOKBACK"]
    nothing = _Sum(())
    return Indicator(
        OWN + stem,
        _read_title(row.get("TITLE")),
        params,
        outputs,
        _read_pane(row.get("PANE", "own")),
        compute,
        lookback=lookback or nothing,
        settle=(lookback and reaches["SETTLE"]) or nothing,
        settled_from=None if lookback else _never,
        reach=Reach.BARS if lookback else Reach.ANCHOR,
        anchor_start=None if lookback else _history_start,
        levels=_read_levels(row.get("LEVELS", [])),
        version=version,
    )


def _require(is_valid: bool, part: str, text: str) -> None:  # noqa: FBT001 - read as a sentence
    if not is_valid:
        raise InputError(part, text)


def _read_title(value: object) -> str:
    is_title = isinstance(value, str) and 0 < len(value.strip()) <= _MAX_TITLE and value.isprintable()
    _require(
        is_title, "TITLE", f'TITLE must be a text of 1 to {_MAX_TITLE} characters: TITLE = "Distance from average"'
    )
    return str(value).strip()


def _read_pane(value: object) -> Pane:
    is_pane = isinstance(value, str) and value in set(Pane)
    _require(is_pane, "PANE", 'PANE must be "price" (over the prices) or "own" (a pane of its own)')
    return Pane(str(value))


def _read_params(value: object) -> tuple[Parameter, ...]:
    is_valid = isinstance(value, Mapping) and len(value) <= _MAX_PARAMS
    _require(is_valid, "PARAMS", f'PARAMS must be a dict of at most {_MAX_PARAMS} parameters: {{"length": 20}}')
    rows = value.items() if isinstance(value, Mapping) else ()
    return tuple(_read_param(str(name), given) for name, given in rows)


def _read_param(name: str, given: object) -> Parameter:
    """Read ``20``, ``2.5``, ``(20, 1, 500)`` or ``("first", "second")``."""
    is_name = _NAME.fullmatch(name) is not None and name not in _RESERVED
    _require(
        is_name, "PARAMS", f"{name[:40]!r} cannot be the name of a parameter: use a-z 0-9 and _, not source or from"
    )
    help_text = f'{name} must be a number, (default, minimum, maximum), or ("word", "another word")'
    if isinstance(given, Sequence) and not isinstance(given, str):
        texts = [text for text in given if isinstance(text, str) and _CHOICE.fullmatch(text)]
        if texts and len(texts) == len(given) <= _MAX_CHOICES:
            return choice_of(name, texts[0], *dict.fromkeys(texts))
        _require(len(given) == 3 and all(map(_is_number, given)), "PARAMS", help_text)  # noqa: PLR2004 - as in the text
        default, low, high = given
    else:
        _require(_is_number(given), "PARAMS", help_text)
        default, (low, high) = given, (1, 5_000) if isinstance(given, int) else _NUMBERS
    _require(low <= default <= high, "PARAMS", f"{name} = {default} must be between {low} and {high}")
    kind = ParamType.INTEGER if all(isinstance(one, int) for one in (default, low, high)) else ParamType.NUMBER
    return Parameter(name, kind, default if kind is ParamType.INTEGER else float(default), low, high)


def _is_number(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and _NUMBERS[0] <= value <= _NUMBERS[1]  # type: ignore[arg-type,operator]


def _read_outputs(value: object) -> tuple[Output, ...]:
    """Read ``["value"]`` or ``{"value": "line", "rest": "columns"}``."""
    plots = {str(name): "line" for name in value} if isinstance(value, list) else value
    help_text = f'OUTPUTS must name 1 to {_MAX_OUTPUTS} lines: OUTPUTS = ("value",) or {{"value": "columns"}}'
    _require(isinstance(plots, Mapping) and 0 < len(plots) <= _MAX_OUTPUTS, "OUTPUTS", help_text)
    rows = {str(name): plot for name, plot in plots.items()} if isinstance(plots, Mapping) else {}
    for name, plot in rows.items():
        _require(_NAME.fullmatch(name) is not None, "OUTPUTS", f"{name[:40]!r} cannot name a line: use a-z 0-9 and _")
        _require(plot in _PLOTS, "OUTPUTS", f"{name} must be drawn as one of {' '.join(_PLOTS)}")
    return tuple(Output(name, Plot(str(plot))) for name, plot in rows.items())


def _read_levels(value: object) -> tuple[float, ...]:
    levels = value if isinstance(value, list) else [None]
    is_valid = len(levels) <= _MAX_LEVELS and all(map(_is_number, levels))
    _require(is_valid, "LEVELS", f"LEVELS must be at most {_MAX_LEVELS} numbers: LEVELS = (70, 30)")
    return tuple(map(float, levels))


def _read_sum(value: object, name: str, params: tuple[Parameter, ...]) -> _Sum | None:
    """Read ``50``, ``"length"`` or ``("slow", "signal", 1)``: numbers of bars and parameters, which are added."""
    if value is None:
        return None
    terms = value if isinstance(value, list) else [value]
    whole = {row.name for row in params if row.type is ParamType.INTEGER}
    valid = [
        term
        for term in terms
        if (isinstance(term, str) and term in whole)
        or (isinstance(term, int) and not isinstance(term, bool) and 0 <= term <= MAX_REACH)
    ]
    help_text = f'{name} must be a number of bars, the name of a parameter, or a tuple of them: ("length", 1)'
    _require(0 < len(valid) == len(terms) <= _MAX_PARAMS, name, help_text)
    return _Sum(tuple(valid))
