"""How an indicator is declared: its parameters, outputs, lookback and kernel, and what a kernel is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from candledesk.domain.bars import Bars
from candledesk.indicators.past import Past

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval

Value = int | float | str
"""The value of a parameter; a source that is a line of another indicator is given as its text (``source_text``)."""


class ParamType(StrEnum):
    """What a parameter takes; ``SOURCE``: a price of the bar, or a line of another indicator."""

    INTEGER = "integer"
    NUMBER = "number"
    CHOICE = "choice"
    SOURCE = "source"


class Plot(StrEnum):
    """How an output is drawn; ``NONE``: it is a value for programs and for colours."""

    LINE = "line"
    COLUMNS = "columns"
    CROSSES = "crosses"
    LEVEL = "level"
    ZIGZAG = "zigzag"
    NONE = "none"


class Pane(StrEnum):
    """Where an indicator is drawn: over the prices, or in a pane of its own."""

    PRICE = "price"
    OWN = "own"


class Reach(StrEnum):
    """Which bars a value is made of: a number of bars before it, those since an anchor, or the whole history.

    ``RANGE``: those of the range that is asked for.
    """

    BARS = "bars"
    ANCHOR = "anchor"
    HISTORY = "history"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; ``minimum`` and ``maximum`` of numbers are inclusive, ``choices`` are those of a choice."""

    name: str
    type: ParamType
    default: Value
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """One line of an indicator."""

    name: str
    plot: Plot


@dataclass(frozen=True, slots=True)
class Params:
    """The checked parameters of one study, in the order of their declaration; hashable."""

    items: tuple[tuple[str, Value], ...] = ()

    def value(self, name: str) -> Value:
        """Return the value of a parameter; ``KeyError`` when the indicator has none of that name."""
        for own, value in self.items:
            if own == name:
                return value
        raise KeyError(name)

    def integer(self, name: str) -> int:
        """Return a whole number."""
        return int(self.value(name))

    def number(self, name: str) -> float:
        """Return a number."""
        return float(self.value(name))

    def text(self, name: str) -> str:
        """Return a choice or the text of a source."""
        return str(self.value(name))


@dataclass(frozen=True, eq=False, slots=True)
class Market:
    """What an indicator may know beside the bars.

    ``daily``: the stored daily bars of the instrument on the same basis of prices, as far as they are closed;
    ``splits``, ``dividends``: their ex-dates (00:00 UTC), ascending int64; ``lacking``: the dates of sessions whose
    daily bars are missing, ascending int64; ``finer``: bars of a finer interval in the same span, for profiles.
    """

    calendar: SessionCalendar
    interval: Interval
    daily: Bars = field(default_factory=Bars.empty)
    lacking: IntArray | None = None
    splits: IntArray | None = None
    dividends: IntArray | None = None
    finer: Bars = field(default_factory=Bars.empty)


@dataclass(frozen=True, eq=False, slots=True)
class Inputs:
    """What a kernel is given: n consecutive bars, and the source of the study, float64 ``(n,)``, NaN for no value.

    ``past``: what a kernel passes to its recursive parts.
    """

    bars: Bars
    source: FloatArray
    market: Market
    past: Past = field(default_factory=Past)


@dataclass(frozen=True, slots=True)
class Hole:
    """Bars are missing directly before the bar ``index``; ``last_missing``: the open time of the last of them."""

    index: int
    last_missing: int


Compute = Callable[[Inputs, Params], "tuple[FloatArray, ...]"]
"""A kernel: one array of float64 ``(n,)`` per output, NaN where there is no value; the value at a bar depends on that
bar and older ones only (zig zag: on the five that follow a pivot)."""


def _zero(_params: Params) -> int:
    return 0


def _no_shifts(_params: Params) -> dict[str, int]:
    return {}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the registry.

    ``lookback``: how many bars before the first value (the greatest of all outputs); ``settle``: how many more until a
    value is the same from any start, to a relative 1e-9 (WORKBENCH.md §1.5). ``settled_from``: for what has no such
    number, the index of the first bar whose value does not depend on what is missing at a hole. ``is_incomplete``: of
    each bar, whether something else that its value is made of is missing; ``missing_days``: the dates of the sessions
    that are, for the values of bars that open at times. ``anchor_start``: for
    ``Reach.ANCHOR``, the open time from which bars are needed for the value of a bar that opens at a time.
    ``is_known_later``: a value at a bar can still change while later bars come, until two values follow it;
    ``is_same``: of such an indicator, whether it has the same values at the last bars before and after a change; bars
    are the same up to ``lookback`` before the end.
    ``shifts``: by how many bars an output is drawn to the right. ``levels``: horizontal lines of the pane.
    ``version``: of an own indicator, the SHA-256 of its file; studies of different versions are not equal.
    """

    id: str
    title: str
    params: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    pane: Pane
    compute: Compute
    lookback: Callable[[Params], int] = _zero
    settle: Callable[[Params], int] = _zero
    settled_from: Callable[[Inputs, Params, Hole], int] | None = None
    is_incomplete: Callable[[Inputs, Params], BoolArray] | None = None
    missing_days: Callable[[Market, Params, IntArray], IntArray] | None = None
    reach: Reach = Reach.BARS
    anchor_start: Callable[[Market, Params, int], int] | None = None
    needs_volume: bool = False
    needs_daily: bool = False
    is_known_later: bool = False
    is_same: Callable[[Bars, Bars, Params], bool] | None = None
    shifts: Callable[[Params], dict[str, int]] = _no_shifts
    levels: tuple[float, ...] = ()
    version: str = ""

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of the outputs, in the order of ``compute``."""
        return tuple(output.name for output in self.outputs)

    @property
    def has_source(self) -> bool:
        """Whether the study reads one line that can be chosen."""
        return any(row.type is ParamType.SOURCE for row in self.params)


def length_of(default: int, name: str = "length", minimum: int = 1) -> Parameter:
    """Return a parameter that is a number of bars, up to 5,000."""
    return Parameter(name, ParamType.INTEGER, default, minimum, 5_000)


def number_of(name: str, default: float, minimum: float, maximum: float) -> Parameter:
    """Return a parameter that is a number."""
    return Parameter(name, ParamType.NUMBER, default, minimum, maximum)


def choice_of(name: str, default: str, *choices: str) -> Parameter:
    """Return a parameter that is one of some words."""
    return Parameter(name, ParamType.CHOICE, default, choices=choices)


def source_of(default: str = "close") -> Parameter:
    """Return the parameter ``source``."""
    return Parameter("source", ParamType.SOURCE, default)


LINE = (Output("value", Plot.LINE),)
"""The outputs of an indicator with one line."""
