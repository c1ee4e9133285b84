"""Studies: an indicator with its parameters, on prices or on a line of another study."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from candledesk.domain.errors import InputError, UnknownIndicatorError
from candledesk.indicators.declaration import Indicator, Parameter, Params, ParamType
from candledesk.indicators.own.declared import OWN, is_own
from candledesk.indicators.primitives.prices import PRICES
from candledesk.indicators.primitives.recursive import with_reserve
from candledesk.indicators.registry import find_indicator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.indicators.declaration import Value

MAX_DEPTH = 8
"""How many studies may stand on one another."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,16}")


@dataclass(frozen=True, slots=True)
class StudyLine:
    """One output of a study."""

    study: Study
    output: str


@dataclass(frozen=True, slots=True)
class Study:
    """An indicator with its checked parameters; ``source``: the line it reads, ``None`` for a price of the bar.

    Hashable: two equal studies have the same values. ``declared``: of an own indicator its declaration, which stays
    that of the study when the file is changed; ``version``: of that declaration.
    """

    id: str
    params: Params
    source: StudyLine | None = None
    version: str = ""
    declared: Indicator | None = field(default=None, compare=False, repr=False)

    @property
    def indicator(self) -> Indicator:
        """The declaration."""
        return self.declared or find_indicator(self.id)

    @property
    def chain(self) -> tuple[Study, ...]:
        """The studies that are computed for this one, the innermost first, this one last."""
        return (self,) if self.source is None else (*self.source.study.chain, self)

    @property
    def lookback(self) -> int:
        """How many bars lie before the first value, those of the studies below included."""
        return sum(one.indicator.lookback(one.params) for one in self.chain)

    @property
    def settle(self) -> int:
        """How many bars behind that a value is the same from any start, those of the studies below included."""
        *below, own = (one.indicator.settle(one.params) for one in self.chain)
        return own + sum(map(with_reserve, below))


def make_study(indicator_id: str, given: Mapping[str, Value] | None = None, *, depth: int = 1) -> Study:
    """Return a study with the parameters ``given``, the others at their defaults.

    Values may be texts, as a command or a request gives them. A source is a price (``close``, ``hl2`` …) or a line:
    ``rsi``, ``macd.signal``, ``ema:length=20`` or ``macd.signal:fast=5,slow=8``; a source within a source stands in
    brackets, ``ema:source=(rsi:length=7)``. Raises ``UnknownIndicatorError`` and, with the name of the parameter,
    ``InputError``.
    """
    indicator = find_indicator(indicator_id)
    values, rows = dict(given or {}), {row.name: row for row in indicator.params}
    for name in values:
        if name not in rows:
            known = " ".join(rows) or "none"
            raise InputError(name[:40], f"{indicator_id} has no parameter {name[:40]!r}: use {known}")
    source: StudyLine | None = None
    items: list[tuple[str, Value]] = []
    for row in indicator.params:
        value = values.get(row.name, row.default)
        if row.type is ParamType.SOURCE:
            source = parse_line(str(value), depth=depth + 1)
            value = str(value) if source is None else line_text(source)
        else:
            value = read_value(row, value)
        items.append((row.name, value))
    declared = indicator if indicator.version else None
    return Study(indicator.id, Params(tuple(items)), source, indicator.version, declared)


def read_value(row: Parameter, value: Value) -> Value:
    """Return a value of a number or a choice, checked; ``InputError`` with the parameter's name and its limits."""
    if row.type is ParamType.CHOICE:
        if value not in row.choices:
            raise InputError(row.name, f"{row.name} cannot be {value!r}: use one of {' '.join(row.choices)}")
        return value
    number = _read_whole(value) if row.type is ParamType.INTEGER else _read_number(value)
    if number is None:
        kind = "whole number" if row.type is ParamType.INTEGER else "number"
        raise InputError(row.name, f"{row.name} must be a {kind}, not {str(value)[:40]!r}")
    if row.minimum is None or row.maximum is None or row.minimum <= number <= row.maximum:
        return number
    raise InputError(row.name, f"{row.name} must be between {row.minimum:g} and {row.maximum:g}, not {str(value)[:40]}")


def _read_whole(value: object) -> int | None:
    """Return a whole number, given as one or as its text; ``None`` for anything else: nothing is rounded."""
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    number = None if isinstance(value, bool) else _read_number(value)
    return int(number) if number is not None and number.is_integer() else None


def _read_number(value: object) -> float | None:
    """Return a number, given as one or as its text; ``None`` for anything else."""
    if isinstance(value, bool) or (isinstance(value, str) and "_" in value):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def parse_line(text: str, *, depth: int = 1) -> StudyLine | None:
    """Return the line that a source names, ``None`` for a price; ``InputError`` for anything else."""
    if text in PRICES:
        return None
    if depth > MAX_DEPTH:
        raise InputError("source", f"At most {MAX_DEPTH} indicators can stand on one another")
    head, tail = _split_head(text)
    name, _, output = head.partition(".")
    if name not in PRICES and not name.removeprefix(OWN).replace("_", "").isalnum():
        raise InputError("source", f"No source {text[:60]!r}: use a price ({' '.join(PRICES)}) or an indicator")
    try:
        study = make_study(name, _parse_params(tail), depth=depth)
    except UnknownIndicatorError as error:
        raise InputError("source", f"No source {text[:60]!r}: use a price ({' '.join(PRICES)}). {error}") from None
    except InputError as error:
        if error.field == "source":
            raise
        raise InputError("source", f"In the source {text[:60]!r}: {error}") from None
    outputs = study.indicator.output_names
    if output and output not in outputs:
        raise InputError("source", f"{name} has no line {output[:40]!r}: use {' '.join(outputs)}")
    return StudyLine(study, output or outputs[0])


def parse_study(text: str) -> Study:
    """Return the study of ``rsi:length=14``, as commands name one; errors as in ``make_study``."""
    name, tail = _split_head(text)
    return make_study(name, _parse_params(tail))


def _split_head(text: str) -> tuple[str, str]:
    """Split at the colon behind an id, which in one of an own indicator is the second."""
    prefix = OWN if is_own(text) else ""
    head, _, tail = text.removeprefix(prefix).partition(":")
    return prefix + head, tail


def line_text(line: StudyLine) -> str:
    """Return the text of a line that ``parse_line`` reads: its indicator, output, and parameters that differ."""
    study = line.study
    outputs = study.indicator.output_names
    name = study.id if line.output == outputs[0] else f"{study.id}.{line.output}"
    defaults = {row.name: row.default for row in study.indicator.params}
    given = [(key, value) for key, value in study.params.items if value != defaults[key]]
    texts = [f"{key}=({value})" if ":" in str(value) else f"{key}={value}" for key, value in given]
    return name + (":" + ",".join(texts) if texts else "")


def _parse_params(text: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for part in _split(text) if text else []:
        name, is_given, value = part.partition("=")
        if not is_given:
            raise InputError("source", f"Write parameters as name=value, not {part[:40]!r}")
        if name in values:
            raise InputError("source", f"{name[:40]} is given twice")
        values[name] = value[1:-1] if value.startswith("(") and value.endswith(")") else value
    return values


def _split(text: str) -> list[str]:
    """Split at the commas that stand in no brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def resolve_studies(studies: Mapping[str, tuple[str, Mapping[str, Value]]]) -> dict[str, Study]:
    """Return the studies of a chart by their names; a source may be ``@name`` or ``@name.output`` of another one.

    ``studies``: the indicator's id and the parameters of each. A circle of sources is refused with ``InputError``.
    """
    found: dict[str, Study] = {}
    for name in studies:
        _resolve(name, studies, found, ())
    return found


def _resolve(
    name: str,
    studies: Mapping[str, tuple[str, Mapping[str, Value]]],
    found: dict[str, Study],
    path: tuple[str, ...],
) -> Study:
    if name in path:
        circle = " → ".join((*path[path.index(name) :], name))
        raise InputError("source", f"An indicator cannot be its own source: {circle}")
    if name not in studies:
        raise InputError("source", f"There is no indicator {name!r} in this chart")
    if len(path) >= MAX_DEPTH:
        raise InputError("source", f"At most {MAX_DEPTH} indicators can stand on one another")
    if name not in found:
        indicator_id, params = studies[name]
        reference = str(params.get("source", ""))
        if not reference.startswith("@"):
            found[name] = make_study(indicator_id, params)
        else:
            below, _, output = reference[1:].partition(".")
            study = make_study(indicator_id, {key: value for key, value in params.items() if key != "source"})
            found[name] = on_line(study, _resolve(below, studies, found, (*path, name)), output)
    return found[name]


def on_line(study: Study, below: Study, output: str = "") -> Study:
    """Return a study that reads a line of another one; ``InputError`` when there is no such line or no source."""
    outputs = below.indicator.output_names
    if not study.indicator.has_source:
        raise InputError("source", f"{study.id} reads whole bars and takes no source")
    if output and output not in outputs:
        raise InputError("source", f"{below.id} has no line {output[:40]!r}: use {' '.join(outputs)}")
    line = StudyLine(below, output or outputs[0])
    items = tuple((key, line_text(line) if key == "source" else value) for key, value in study.params.items)
    return replace(study, params=Params(items), source=line)
