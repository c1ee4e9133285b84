"""Splits of any ratio: those of the profiles, and those that are made while the market runs (yahoo.md §4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar

_GREATEST_PART = 10_000


@dataclass(frozen=True, slots=True)
class SplitEvent:
    """``numerator`` new shares for ``denominator`` old ones from the first session on or after ``date``.

    ``since``: UTC second from which history is on the new basis and the split is stated; ``None``: the open of its
    session. ``forgotten``: how many daily rows the provider leaves on the old basis although it states the split; the
    last of them is two sessions before its date (as 4063.T in March 2023, yahoo.md §4.1).
    """

    date: date
    numerator: int
    denominator: int = 1
    since: int | None = None
    forgotten: int = 0

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for parts that are not whole numbers from 1 to 10,000 and a negative ``forgotten``."""
        for part in (self.numerator, self.denominator):
            if not isinstance(part, int) or not 1 <= part <= _GREATEST_PART:
                raise ValueError(f"a split has whole parts from 1 to {_GREATEST_PART}, not {part!r}")
        if not isinstance(self.forgotten, int) or self.forgotten < 0:
            raise ValueError(f"forgotten is a number of daily rows, not {self.forgotten!r}")

    @property
    def ratio(self) -> float:
        """New shares per old share."""
        return self.numerator / self.denominator

    def row(self, hours: SessionCalendar) -> int:
        """Return the row of its session in ``hours``; ``len(hours)`` when it is after the last one."""
        return int(np.searchsorted(hours.date, int(datetime.combine(self.date, time(), UTC).timestamp())))

    def is_known(self, hours: SessionCalendar, now: int) -> bool:
        """Tell whether history is on the new basis and the split is stated at ``now``."""
        row = self.row(hours)
        if row == len(hours):
            return False
        return int(hours.open[row]) <= now or (self.since is not None and self.since <= now)


def split_ratio(splits: tuple[SplitEvent, ...], hours: SessionCalendar, sessions: IntArray, now: int) -> FloatArray:
    """Return the number by which the prices of each session are divided at ``now``, float64, shaped as ``sessions``."""
    ratio = np.ones(len(sessions))
    for split in splits:
        if split.is_known(hours, now):
            ratio[sessions < split.row(hours)] *= split.ratio
    return ratio


def forgotten_ratio(splits: tuple[SplitEvent, ...], hours: SessionCalendar, sessions: IntArray, now: int) -> FloatArray:
    """Return the factor by which the daily row of each session is too high at ``now``; 1 where it is right."""
    ratio = np.ones(len(sessions))
    for split in splits:
        if split.forgotten and split.is_known(hours, now):
            last = split.row(hours) - 1
            ratio[(sessions >= last - split.forgotten) & (sessions < last)] *= split.ratio
    return ratio


def next_session_date(hours: SessionCalendar, now: int) -> date:
    """Return the date of the session that is open at ``now``, or of the next one to open."""
    row = min(int(np.searchsorted(hours.close, now, side="right")), len(hours) - 1)
    return datetime.fromtimestamp(int(hours.date[row]), UTC).date()
