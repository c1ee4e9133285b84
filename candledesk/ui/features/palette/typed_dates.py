"""Dates as a person types them: ``2024-03-15``, ``15 Mar 2024 14:30``, ``yesterday``, ``2019``. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
_YEARS = range(1900, 2101)
_MIDNIGHT = time()
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<y>\d{4})",
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})",
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
        r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})",
        r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[ -](?P<name>[a-z]{3,9})[.,]?[ -](?P<y>\d{4})",
        r"(?P<name>[a-z]{3,9})\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})",
        r"(?P<name>[a-z]{3,9})\.? (?P<y>\d{4})",
    )
)
_TIME = re.compile(r"(?P<date>.*?\S)[ t]+(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")
_AGO = re.compile(r"(?P<n>\d{1,3}|an?) (?P<unit>day|week|month|year)s? ago")
_WORDS = {"today": 0, "yesterday": 1}
_DAYS = {"day": 1, "week": 7}
_MONTHS_OF = {"month": 1, "year": 12}
EXAMPLES = ("today", "yesterday", "1 week ago", "1 month ago", "1 year ago")


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date, and a time of day (00:00 where none was typed) in the zone of the chart."""

    day: date
    time: time = _MIDNIGHT

    @property
    def text(self) -> str:
        """``Fri 15 Mar 2024``, with the time where one was typed."""
        day = f"{self.day:%a} {self.day.day} {self.day:%b} {self.day.year}"
        return day if self.time == _MIDNIGHT else f"{day} {self.time:%H:%M}"

    def at(self) -> datetime:
        """Return both as a naive time."""
        return datetime.combine(self.day, self.time)


def parse_typed_date(text: str, today: date) -> TypedDate | None:
    """Return the date of a text, ``None`` when it is none; of a year or a month the first day.

    Numbers between points are day, month, year; between hyphens year, month, day.
    """
    words = " ".join(text.lower().split())
    timed = _TIME.fullmatch(words)
    day = _day_of(timed["date"] if timed else words, today)
    if day is None:
        return None
    return TypedDate(day, time(int(timed["hour"]), int(timed["minute"]))) if timed else TypedDate(day)


def _day_of(words: str, today: date) -> date | None:
    if words in _WORDS:
        return today - timedelta(days=_WORDS[words])
    if ago := _AGO.fullmatch(words):
        return _before(today, 1 if ago["n"].startswith("a") else int(ago["n"]), ago["unit"])
    for form in _FORMS:
        if found := form.fullmatch(words):
            return _calendar_day(found.groupdict())
    return None


def _before(today: date, n: int, unit: str) -> date | None:
    if unit in _DAYS:
        return today - timedelta(days=n * _DAYS[unit])
    months = today.year * 12 + today.month - 1 - n * _MONTHS_OF[unit]
    year, month = divmod(months, 12)
    if year not in _YEARS:
        return None
    first_of_next = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(today.day, (first_of_next - timedelta(days=1)).day))


def _calendar_day(parts: dict[str, str | None]) -> date | None:
    name = parts.get("name")
    month = int(parts.get("m") or 1) if name is None else _month_of(name)
    try:
        day = date(int(parts["y"] or 0), month, int(parts.get("d") or 1))
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def _month_of(name: str) -> int:
    """Return the number of a month by its first letters, 0 for none."""
    is_month = name[:3] in _MONTHS and (_NAMES[_MONTHS.index(name[:3])].startswith(name) or name == "sept")
    return _MONTHS.index(name[:3]) + 1 if is_month else 0
