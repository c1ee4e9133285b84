"""The times of the bars of a file in UTC, from what its texts show and what a person says of them (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from candledesk.bar_files.messages import ReadOptions, RefusedRow
from candledesk.bar_files.moments import DateOrder, Moment, decide_order, read_by_format, read_moment
from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.domain.bars import IntArray
    from candledesk.domain.interval import Interval

TWICE, NEVER = "this hour comes twice when the clocks go back", "this hour is left out when the clocks go forward"
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a written time, whose zone is found afterwards


_QUARTER_S = 900


class LineError(ValueError):
    """A file cannot be read because of one of its lines."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


@dataclass(slots=True)
class Times:
    """The moments of a file, one for each row, and what they are together."""

    lines: list[int]
    moments: list[Moment] = field(default_factory=list)
    order: DateOrder = DateOrder.YMD

    @property
    def has_clock(self) -> bool:
        """Whether any row has a time of day."""
        return any(moment.second for moment in self.moments) or any(moment.epoch is not None for moment in self.moments)

    def walls(self) -> IntArray:
        """Return the times as written, as seconds since 1970, int64 ``(n,)``; ``LineError`` for a date that is none."""
        found = []
        for line, moment in zip(self.lines, self.moments, strict=True):
            try:
                found.append(moment.wall_second(self.order))
            except ValueError:
                raise LineError(line, "it is no date") from None
        return np.array(found, np.int64)

    def describe(self) -> str:
        """Return in words how times are written."""
        first = self.moments[0]
        if first.unit:
            return f"{first.unit} since 1970"
        words = {DateOrder.YMD: "year first", DateOrder.DMY: "day before month", DateOrder.MDY: "month before day"}
        return words[self.order if first.is_open else DateOrder.YMD]


def read_times(texts: Iterable[tuple[int, str]], options: ReadOptions) -> Times:
    """Read the time of each row; ``LineError`` for one that cannot be read, or that leaves open which is the month."""
    times = Times([])
    order = options.date_format.lower()
    pattern = "" if order in set(DateOrder) else options.date_format
    for line, text in texts:
        try:
            moment = read_by_format(text, pattern) if pattern else read_moment(text)
        except ValueError as error:
            raise LineError(line, str(error)) from None
        if times.moments and moment.unit != times.moments[0].unit:
            raise LineError(line, f"{text!r} is not of the same kind as the times before it")
        times.lines.append(line)
        times.moments.append(moment)
    _set_order(times, order)
    return times


def _set_order(times: Times, order: str) -> None:
    is_open = [moment.is_open for moment in times.moments]
    if not any(is_open):
        return
    found, contradiction = decide_order(times.moments)
    if contradiction is not None:
        first, second = (times.lines[place] for place in contradiction)
        text = f"its day and month are in the other order than on line {min(first, second)}"
        raise LineError(max(first, second), text)
    if order in {DateOrder.DMY, DateOrder.MDY}:
        if found not in {None, order}:
            raise LineError(times.lines[is_open.index(True)], f"the dates are not written as {order}")
        found = DateOrder(order)
    if found is None:
        line = times.lines[is_open.index(True)]
        raise LineError(line, "which is the day and which the month? Say it by --date-format dmy or --date-format mdy")
    times.order = found


def open_times(
    times: Times, walls: IntArray, interval: Interval, zone: str
) -> tuple[IntArray, list[RefusedRow], Sequence[int]]:
    """Return the time of each bar as the cache keys it, the rows that give none, and the places of the others.

    Daily bars: the date as written, at 00:00 UTC; an instant that is not midnight UTC needs ``zone``. Others: UTC; a
    time without an offset needs ``zone``. Raises ``LineError`` where one is needed, ``InputError`` for an unknown one.
    """
    place = zone_named(zone)
    found, refused, kept = [], [], []
    for at, (line, moment, wall) in enumerate(zip(times.lines, times.moments, walls.tolist(), strict=True)):
        try:
            seconds = _session_date(moment, wall, place) if interval.is_daily else _instant(moment, wall, place)
        except LookupError as error:
            refused.append(RefusedRow(line, str(error.args[0])))
            continue
        except ValueError as error:
            raise LineError(line, str(error)) from None
        found.append(seconds)
        kept.append(at)
    return np.array(found, np.int64), refused, kept


def zone_named(name: str) -> ZoneInfo | None:
    """Return a zone by its name in the database of time zones; ``InputError`` for an unknown one."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        text = f"Unknown zone {name!r}: use a name such as UTC, America/New_York or Europe/Berlin"
        raise InputError("zone", text) from error


def _session_date(moment: Moment, wall: int, zone: ZoneInfo | None) -> int:
    if moment.offset == 0 and moment.second:  # an instant, of which the date at the exchange may be another
        if zone is None:
            raise ValueError("the daily bar has an instant in UTC: say by --zone where its session is, for its date")
        local = datetime.fromtimestamp(wall, zone)
        return (local.date().toordinal() - _EPOCH.toordinal()) * DAY_S
    return wall // DAY_S * DAY_S


def _instant(moment: Moment, wall: int, zone: ZoneInfo | None) -> int:
    if moment.offset is not None:
        return wall - moment.offset
    if zone is None:
        raise ValueError("the time names no zone: say it by --zone (UTC, America/New_York, Europe/Berlin …)")
    shift, fault = _shift(zone, wall // _QUARTER_S) if wall >= 0 else _shift_at(zone, wall)
    if fault:
        raise LookupError(fault)
    return wall - shift


def offset_at(zone: ZoneInfo, seconds: int) -> int:
    """Return the seconds east of UTC at an instant."""
    return _offset(zone, seconds // _QUARTER_S * _QUARTER_S if seconds >= 0 else seconds)


@lru_cache(maxsize=4096)
def _offset(zone: ZoneInfo, seconds: int) -> int:
    shift = datetime.fromtimestamp(seconds, zone).utcoffset()
    return 0 if shift is None else int(shift.total_seconds())


@lru_cache(maxsize=4096)
def _shift(zone: ZoneInfo, quarter: int) -> tuple[int, str]:
    """Return ``_shift_at`` of all times in a quarter of an hour; since 1970 clocks change between two of them."""
    return _shift_at(zone, quarter * _QUARTER_S)


def _shift_at(zone: ZoneInfo, wall: int) -> tuple[int, str]:
    """Return the seconds east of UTC at a written time, and why it is no time or two, empty where it is one."""
    local = _EPOCH + timedelta(seconds=wall)
    early, late = (int(local.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    if early == late:
        return wall - early, ""
    is_real = datetime.fromtimestamp(early, UTC).astimezone(zone).replace(tzinfo=None) == local
    return 0, TWICE if is_real else NEVER
