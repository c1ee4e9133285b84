"""Dates and times as files write them, in two steps: what a text shows by itself, then what all texts decide (pure).

Whether 03/04/2026 is in March or in April is decided only by a date of the same file that cannot be the other, or by
``--date-format``: it is never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterable

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?\s?[+-]\d{2}:?\d{2})?"
)
_TAIL = rf"(?:(?:[T,;]|\s)+{_TIME})?"
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})(?P<mark>[-./])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_TAIL}")
_YEAR_LAST = re.compile(rf"(?P<first>\d{{1,2}})(?P<mark>[-./])(?P<second_>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_TAIL}")
_SHORT_YEAR = re.compile(rf"\d{{1,2}}([-./])\d{{1,2}}\1\d{{2}}{_TAIL}")
_NAME_FIRST = re.compile(rf"(?P<name>[^\W\d]{{3,9}})\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_TAIL}")
_NAME_SECOND = re.compile(rf"(?P<day>\d{{1,2}})\.?[-\s]+(?P<name>[^\W\d]{{3,9}})\.?[-,\s]+(?P<year>\d{{4}}){_TAIL}")
_PACKED = re.compile(
    r"(?P<year>(?:1[89]|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[T ]?(?P<hour>[01]\d|2[0-3]):?(?P<minute>[0-5]\d)(?::?(?P<second>[0-5]\d))?\s*(?P<zone>Z)?)?"
)
_EPOCH = re.compile(r"-?\d{9,19}(\.\d*)?")
_SERIAL = re.compile(r"[1-9]\d{4}([.,]\d+)?")
_DAY_CHARS = len("2026-03-05")
_PLAIN_DAY = re.compile(r"(\d{4})[-./](\d{2})[-./](\d{2})")
_PLAIN_CLOCK = re.compile(
    r"[T ](?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?P<zone>Z|[+-]\d{2}:\d{2})?"
)
_MONTHS = {
    name: at + 1
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "jan feb mär apr mai jun jul aug sep okt nov dez",
        "jan feb mrz apr mai jun jul aug sep okt nov dez",
    )
    for at, name in enumerate(names.split())
}
_EPOCH_UNITS = ((11, 1, "seconds"), (14, 1_000, "milliseconds"), (17, 1_000_000, "microseconds"))
_NANOSECONDS = 1_000_000_000
_LAST_MONTH, _HALF_DAY = 12, 12


class DateOrder(StrEnum):
    """In which order a date is written."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


@dataclass(frozen=True, slots=True)
class Moment:
    """What one text shows. ``parts``: year, month and day, or (``is_open``) two numbers whose order others decide.

    ``second``: of the day as written, ``None`` without a time; ``offset``: seconds east of UTC, ``None`` where none is
    written; ``epoch``: UTC seconds where the text is such a number (then all else is of UTC), with its ``unit``.
    """

    year: int
    parts: tuple[int, int]
    second: int | None = None
    offset: int | None = None
    epoch: int | None = None
    unit: str = ""
    is_open: bool = False

    def wall_second(self, order: DateOrder) -> int:
        """Return the written date and time as seconds since 1970; ``ValueError`` for a date that is none."""
        month, day = self.parts
        if self.is_open and order is DateOrder.DMY:
            day, month = self.parts
        days = date(self.year, month, day).toordinal() - _FIRST_DAY
        return days * DAY_S + (self.second or 0)


_FIRST_DAY = date(1970, 1, 1).toordinal()


def read_moment(text: str) -> Moment:
    """Return what a text shows; ``ValueError`` with words for one that cannot be read."""
    day, clock = _read_day(text[:_DAY_CHARS]), _read_clock(text[_DAY_CHARS:])
    if day is not None and clock is not None:
        return Moment(day[0], (day[1], day[2]), *clock)
    bare = " ".join(text.split())
    for pattern in (_YEAR_FIRST, _PACKED, _YEAR_LAST, _NAME_FIRST, _NAME_SECOND):
        match = pattern.fullmatch(bare)
        if match is not None:
            return _moment(match.groupdict(), text)
    if _EPOCH.fullmatch(bare):
        return _epoch(bare)
    if _SHORT_YEAR.fullmatch(bare):
        raise ValueError(f"{text!r} has a year of two digits: say how it is written by --date-format, as %d.%m.%y")
    if _SERIAL.fullmatch(bare):
        raise ValueError(f"{text!r} is a serial number of a spreadsheet: format its column as a date, and save again")
    raise ValueError(f"{text!r} is not a time that can be read: say how it is written by --date-format")


@lru_cache(maxsize=4096)
def _read_day(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of 2026-03-05, ``None`` of a text that is written otherwise or is no date."""
    match = _PLAIN_DAY.fullmatch(text)
    try:
        found = None if match is None else date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return None if found is None else (found.year, found.month, found.day)


@lru_cache(maxsize=4096)
def _read_clock(text: str) -> tuple[int, int | None] | None:
    """Return the second of the day and the offset of the usual form of both, ``None`` of anything else."""
    match = _PLAIN_CLOCK.fullmatch(text)
    if match is None:
        return None
    found = match.groupdict()
    return int(found["hour"]) * HOUR_S + int(found["minute"]) * MINUTE_S + int(found["second"] or 0), _offset(
        found["zone"]
    )


def read_by_format(text: str, pattern: str) -> Moment:
    """Return what a text says by a pattern of ``strptime`` (``%d.%m.%Y``); ``ValueError`` when it does not fit."""
    try:
        found = datetime.strptime(" ".join(text.split()), pattern)  # noqa: DTZ007 - the offset is read below
    except ValueError:
        raise ValueError(f"{text!r} is not written as {pattern}") from None
    offset = found.utcoffset()
    has_time = any(code in pattern for code in ("%H", "%I", "%T", "%X", "%c"))
    second = found.hour * HOUR_S + found.minute * MINUTE_S + found.second
    return Moment(
        found.year,
        (found.month, found.day),
        second if has_time else None,
        None if offset is None else int(offset.total_seconds()),
    )


def decide_order(moments: Iterable[Moment]) -> tuple[DateOrder | None, tuple[int, int] | None]:
    """Return the order of all dates whose year is last, and the places of two of them that contradict each other.

    ``None``: no date shows which number is the month.
    """
    day_first, month_first = None, None
    for place, moment in enumerate(moments):
        if moment.is_open and moment.parts[0] > _LAST_MONTH:
            day_first = place
        if moment.is_open and moment.parts[1] > _LAST_MONTH:
            month_first = place
        if day_first is not None and month_first is not None:
            return None, (day_first, month_first)
    if day_first is not None:
        return DateOrder.DMY, None
    return (None if month_first is None else DateOrder.MDY), None


def _moment(found: dict[str, str | None], text: str) -> Moment:
    year = int(found["year"] or 0)
    second, offset = _second(found, text), _offset(found.get("zone"))
    if "second_" in found:
        parts = int(found["first"] or 0), int(found["second_"] or 0)
        if not 0 < min(parts) <= _LAST_MONTH:
            raise ValueError(f"{text!r} is no date")
        return Moment(year, parts, second, offset, is_open=True)
    month = found.get("month")
    number = _month(found["name"] or "", text) if "name" in found else int(month or 0)
    day = int(found["day"] or 0)
    try:
        date(year, number, day)
    except ValueError:
        raise ValueError(f"{text!r} is no date") from None
    return Moment(year, (number, day), second, offset)


def _month(name: str, text: str) -> int:
    found = _MONTHS.get(name.lower()[:3])
    if found is None:
        raise ValueError(f"{text!r}: {name} is no month that is known")
    return found


def _second(found: dict[str, str | None], text: str) -> int | None:
    if found.get("hour") is None:
        return None
    hour, minute, second = int(found["hour"] or 0), int(found["minute"] or 0), int(found.get("second") or 0)
    half = (found.get("half") or "").lower().replace(".", "")
    if half:
        if not 1 <= hour <= _HALF_DAY:
            raise ValueError(f"{text!r} has no such hour")
        hour = hour % _HALF_DAY + (_HALF_DAY if half == "pm" else 0)
    if hour * HOUR_S + minute * MINUTE_S + second >= DAY_S or max(minute, second) * MINUTE_S >= HOUR_S:
        raise ValueError(f"{text!r} has no such time of day")
    return hour * HOUR_S + minute * MINUTE_S + second


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    digits = re.sub(r"[^\d]", "", zone)
    if not digits:
        return 0
    seconds = int(digits[:2]) * HOUR_S + int(digits[2:]) * MINUTE_S
    return -seconds if "-" in zone else seconds


def _epoch(text: str) -> Moment:
    digits = text.lstrip("-").partition(".")[0]
    factor, unit = next(
        ((factor, unit) for most, factor, unit in _EPOCH_UNITS if len(digits) <= most), (_NANOSECONDS, "nanoseconds")
    )
    seconds = int(text.partition(".")[0]) // factor
    found = datetime.fromtimestamp(seconds, UTC)
    return Moment(found.year, (found.month, found.day), seconds % DAY_S, 0, seconds, unit)
