"""Reads the session texts of a symbol into instants, from the description of the format alone (notes of the protocol).

Sunday is day 1; what starts at or after its end began on the day before; a correction replaces a day, a holiday has no
session; days that are not named are Monday to Friday.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DEFAULT_DAYS = "23456"


def _minutes(text):
    return int(text[:2]) * 60 + int(text[2:])


def _pieces(text):
    """Return ``(day offset, start minute, end minute)`` of each piece; the end belongs to the day itself."""
    found = []
    for piece in text.split(","):
        start, end = (_minutes(part) for part in piece.split("-"))
        end = end or 24 * 60
        found.append((-1 if start >= end else 0, start, end))
    return found


def _week(session):
    if session == "24x7":
        session = "0000-0000:1234567"
    session = session.rpartition(";")[2]
    week = {}
    for group in session.split("|"):
        hours, _, days = group.partition(":")
        for day in days or DEFAULT_DAYS:
            week[int(day)] = _pieces(hours)
    return week


def _corrections(text):
    found = {}
    for group in filter(None, text.split(";")):
        hours, _, days = group.partition(":")
        for day in days.split(","):
            found[day] = _pieces(hours)
    return found


def sessions_of_day(symbol, day):
    """Return ``(start, end)`` in UTC seconds of the trading of one date, ascending."""
    zone, key = ZoneInfo(symbol["timezone"]), f"{day:%Y%m%d}"
    corrections = _corrections(symbol["corrections"])
    pieces = _week(symbol["session"]).get(day.isoweekday() % 7 + 1, [])
    if key in corrections:
        pieces = corrections[key]
    elif key in symbol["session_holidays"].split(","):
        pieces = []

    def instant(offset, minutes):
        at = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=offset, minutes=minutes)
        return int(at.timestamp())

    return sorted((instant(offset, start), instant(0, end)) for offset, start, end in pieces)


def join(spans):
    """Return ascending spans with those joined between which there is no pause."""
    joined = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def trading_of_week(symbol, first):
    """Return the trading of seven dates from ``first`` on as texts in UTC, joined where it goes on without a pause."""
    joined = join(part for n in range(-1, 8) for part in sessions_of_day(symbol, first + timedelta(days=n)))
    lo = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
    cut = [(max(start, lo), min(end, lo + 7 * 86_400)) for start, end in joined]
    return [f"{_text(start)}-{_text(end)}" for start, end in cut if start < end]


def _text(seconds):
    return f"{datetime.fromtimestamp(seconds, UTC):%d %H:%M}"


def is_trading(symbol, seconds):
    """Return whether an instant lies in a session."""
    day = datetime.fromtimestamp(seconds, ZoneInfo(symbol["timezone"])).date()
    near = [day + timedelta(days=n) for n in (-1, 0, 1)]
    return any(start <= seconds < end for one in near for start, end in sessions_of_day(symbol, one))


def week_of(text):
    """Return a date."""
    return date.fromisoformat(text)
