"""The table of intervals: their names, their steps, and whether they are stored or derived.

The intervals and the look-back of each provider are in its own table (``providers.base.Provider``).

Any whole multiple of a minute, hour, day, week, month or year is an interval, too: it is derived from a row of the
table (DESIGN.md, rule 4). One length has one name: minutes that make whole hours are hours (``120m`` is ``2h``), 24
hours are ``1d``, 12 months are ``1y``. ``7d`` is not a week: it holds seven sessions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from candledesk.domain.errors import InputError

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400
YEAR_S = 31_557_600


_UNIT_LETTERS = "dhkmowy"
INTERVAL_KINDS = ("minutes", "hours", "days", "weeks", "months")
"""The kinds of intervals, from the shortest; years are months."""


@dataclass(frozen=True, slots=True)
class Interval:
    """One bar length.

    ``step_s``: nominal seconds (months and longer: of the shortest); ``base_name``: the interval from which it is
    derived, ``None`` for an interval that is fetched and stored (DESIGN.md, rule 4).
    """

    name: str
    step_s: int
    base_name: str | None = None

    @property
    def is_daily(self) -> bool:
        """Whether bars are keyed by dates at 00:00 UTC (1d and longer)."""
        return self.step_s >= DAY_S

    @property
    def unit(self) -> str:
        """The unit of the name: ``m``, ``h``, ``d``, ``wk``, ``mo`` or ``y``."""
        return self.name.lstrip("0123456789")

    @property
    def n_units(self) -> int:
        """The number of units in one bar: 45 for ``45m``."""
        return int(self.name.rstrip(_UNIT_LETTERS))

    @property
    def kind(self) -> str:
        """One of ``INTERVAL_KINDS``, by the length: ``90m`` is hours."""
        minutes, hours, days, weeks, months = INTERVAL_KINDS
        if self.step_s < DAY_S:
            return minutes if self.step_s < HOUR_S else hours
        return {"d": days, "wk": weeks}.get(self.unit, months)

    @property
    def is_monthly(self) -> bool:
        """Whether bars are months, quarters or years."""
        return self.unit in {"mo", "y"}

    @property
    def longest_s(self) -> int:
        """The longest calendar time of one bar in seconds, long holidays between its sessions included."""
        if not self.is_daily or self.step_s == DAY_S:
            return self.step_s
        n = self.n_units
        days = {"d": 2 * n + LONGEST_CLOSURE_S // DAY_S, "wk": 7 * (n + 1), "mo": 31 * n, "y": 366 * n}
        return days[self.unit] * DAY_S

    @property
    def base(self) -> Interval:
        """The interval that is fetched and stored for this one; the interval itself when it is not derived."""
        return self if self.base_name is None else INTERVALS[self.base_name]


LONGEST_CLOSURE_S = 14 * DAY_S  # a Golden Week with the weekends around it; longer closures (wars) are not covered

INTERVALS: dict[str, Interval] = {
    row.name: row
    for row in (
        Interval("1m", MINUTE_S),
        Interval("2m", 2 * MINUTE_S),
        Interval("5m", 5 * MINUTE_S),
        Interval("15m", 15 * MINUTE_S),
        Interval("30m", 30 * MINUTE_S, base_name="15m"),
        Interval("1h", HOUR_S),
        Interval("90m", 90 * MINUTE_S),
        Interval("4h", 4 * HOUR_S, base_name="1h"),
        Interval("1d", DAY_S),
        Interval("1wk", 7 * DAY_S, base_name="1d"),
        Interval("1mo", 28 * DAY_S, base_name="1d"),
        Interval("3mo", 90 * DAY_S, base_name="1d"),
    )
}
_INTRADAY_BASES = ("1h", "90m", "15m", "5m", "2m", "1m")
"""In the order of preference: hours are what providers keep longest; of the others the coarsest costs the least."""
ALIASES: dict[str, str] = {"60m": "1h"}

_MOST_MINUTES = 24 * 60
_MONTHS = 12
_SHORTEST_MONTHS_DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)  # of the first n months of a year
_NUMBERS = {  # of each unit, as patterns: 1440m, 24h, 366d, 53wk, 12mo or whole years, 10y
    "m": "[1-9][0-9]{0,2}|1[0-3][0-9]{2}|14[0-3][0-9]|1440",
    "h": "[1-9]|1[0-9]|2[0-4]",
    "d": "[1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6]",
    "wk": "[1-9]|[1-4][0-9]|5[0-3]",
    "mo": "[1-9]|1[0-2]|24|36|48|60|72|84|96|108|120",
    "y": "[1-9]|10",
}
INTERVAL_PATTERN = f"^({'|'.join(f'({numbers}){unit}' for unit, numbers in _NUMBERS.items())})$"
"""The texts that ``parse_interval`` accepts, as a regular expression for schemas."""
_NAME = re.compile(INTERVAL_PATTERN)
_TYPED_UNITS = {"": "m", "H": "h", "D": "d", "W": "wk", "w": "wk", "WK": "wk", "M": "mo", "MO": "mo", "Y": "y"}
_ALONE = frozenset("HDWMY")
_MULTIPLES: dict[str, Interval] = {}  # at most one for each length of the pattern: about 2,000 small objects


def parse_interval(text: str) -> Interval:
    """Return the interval of a canonical name, a multiple or an alias: the same object each time, on any thread.

    Raises ``InputError`` with the list of canonical names and the possible multiples.
    """
    name = _canonical_name(text.strip())
    if name is None:
        msg = (
            f"Unknown interval {text[:40]!r}: use one of {' '.join(INTERVALS)}, or another multiple such as 10m, 45m, "
            f"2h, 6h, 2d, 2wk, 6mo, 1y (up to 23h, 366d, 53wk, 11mo, 10y)"
        )
        raise InputError("interval", msg)
    found = INTERVALS.get(name) or _MULTIPLES.get(name)
    return found or _MULTIPLES.setdefault(name, _derive(name))  # a single dict operation is atomic on any thread


def typed_interval(text: str) -> Interval:
    """Return the interval of a text that a person types over a chart: ``45``, ``3h``, ``D``, ``12M``.

    A bare number is minutes; upper-case ``D``, ``W``, ``M``, ``Y`` and ``H`` are days, weeks, months, years and hours,
    alone or after a number (lower-case ``m`` is minutes, as in the canonical names). Raises ``InputError``.
    """
    found = re.fullmatch(r"([0-9]*)([A-Za-z]*)", text.strip())
    number, unit = found.groups() if found else ("", "")
    if not number and unit not in _ALONE:
        return parse_interval(text)
    return parse_interval(f"{number or '1'}{_TYPED_UNITS.get(unit, unit.lower())}")


def _canonical_name(text: str) -> str | None:
    """Return the one name of a length, ``None`` when there is no such interval."""
    if not _NAME.fullmatch(text):
        return None
    unit = text.lstrip("0123456789")
    n = int(text.removesuffix(unit))
    if unit in {"m", "h"}:
        minutes = n * (60 if unit == "h" else 1)
        if minutes == _MOST_MINUTES:
            return "1d"
        return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"
    return f"{n // _MONTHS}y" if unit == "mo" and n % _MONTHS == 0 else text


def _derive(name: str) -> Interval:
    """Make the interval of a canonical name that the table lacks."""
    unit = name.lstrip("0123456789")
    n = int(name.removesuffix(unit))
    steps = {
        "m": n * MINUTE_S,
        "h": n * HOUR_S,
        "d": n * DAY_S,
        "wk": 7 * n * DAY_S,
        "mo": _SHORTEST_MONTHS_DAYS[n % _MONTHS] * DAY_S,
        "y": 365 * n * DAY_S,
    }
    return Interval(name, steps[unit], base_name=_base_of(steps[unit]))


def _base_of(step_s: int) -> str:
    """Return the name of the stored interval from which a step is derived: 15m for 45m, 1m for 3m, 1h for 3h."""
    if step_s >= DAY_S:
        return "1d"
    return next(name for name in _INTRADAY_BASES if step_s % INTERVALS[name].step_s == 0)
