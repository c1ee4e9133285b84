"""What ``period``, ``start`` and ``end`` of a call mean, as in yfinance 1.7.0 (its ``scrapers/history.py``). Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, SupportsIndex

import pandas as pd

from candledesk.domain.errors import InputError
from candledesk.domain.interval import DAY_S
from candledesk.domain.times import parse_time

if TYPE_CHECKING:
    Moment = str | int | dt.date | dt.datetime | pd.Timestamp
    """What a caller may write for a time; a text is a date."""

PERIODS = "1d 5d 1mo 3mo 6mo 1y 2y 5y 10y ytd max"
_PERIOD = re.compile(r"([1-9]\d{0,4})(d|wk|mo|y)")
_UNITS = {"d": "days", "wk": "weeks", "mo": "months", "y": "years"}
_USUAL = "1mo"
_MAX_DAYS = {"1m": 8, "2m": 60, "5m": 60, "15m": 60, "30m": 60, "90m": 60, "1h": 730, "60m": 730}
"""How far back ``max`` reaches, by the interval's name; every other one: to the beginning (yfinance 1.7.0)."""
_PROCESSING_S = 5  # that yfinance leaves its request to arrive


class CallError(InputError, ValueError):
    """An argument cannot be used; a ``ValueError`` too, which scripts written for yfinance catch."""


@dataclass(frozen=True, slots=True)
class PriceRange:
    """The rows that a call names, UTC seconds: from ``start`` (``None``: the first) to before ``end`` (the latest).

    ``n_sessions``: the last sessions, whenever they were; then ``start`` is not known before they are looked up.
    """

    start: int | None
    end: int | None
    n_sessions: int | None = None


def read_range(
    period: str | None,
    start: Moment | None,
    end: Moment | None,
    *,
    interval: str,
    zone: str,
    now: int,
) -> PriceRange:
    """Return what a call means in the exchange's zone; ``CallError`` for what has no meaning.

    A missing ``end`` is now, a missing ``start`` a month before ``end``; with a period the other end follows from it.
    """
    first = read_moment(start, zone, "start") if start else None
    last = read_moment(end, zone, "end") if end else None
    if period is None:
        if first is None and last is None:
            return read_range(_USUAL, None, None, interval=interval, zone=zone, now=now)
        if first is None and last is not None:
            first = last - _offset(_USUAL)
        return PriceRange(_seconds(first), now if last is None else _seconds(last))
    if period.lower() == "max":
        return _whole(_seconds(first), _seconds(last), interval, now)
    if first is not None and last is not None:
        raise CallError("period", "Setting period, start and end is nonsense. Set maximum 2 of them.")
    if first is not None:
        return PriceRange(_seconds(first), _seconds(first + _offset(period)))
    if last is not None:
        return PriceRange(_seconds(last - _offset(period)), _seconds(last))
    return _latest(period.lower(), zone, now)


def read_moment(value: Moment, zone: str, field: str) -> pd.Timestamp:
    """Return a moment in the exchange's zone, to which a date or a time without a zone belongs.

    Raises ``CallError`` for another type and for a text that is not ``YYYY-MM-DD``.
    """
    if isinstance(value, int):
        return pd.Timestamp(value, unit="s", tz=zone)
    found: object = value
    if isinstance(value, str):
        try:
            found = dt.datetime.strptime(value, "%Y-%m-%d")  # noqa: DTZ007 - it gets the exchange's zone below
        except ValueError:
            raise CallError(field, f"{field} must be a date such as '2026-11-02', not {value!r}") from None
    if not isinstance(found, dt.date):
        raise CallError(field, f"{field} must be a date, a datetime or seconds, not {type(value).__name__}")
    moment = pd.Timestamp(found)
    return moment.tz_localize(zone) if moment.tzinfo is None else moment.tz_convert(zone)


def read_instant(value: Moment, field: str) -> int:
    """Return UTC seconds, for calls that know no exchange: a date is 00:00 UTC; an instant must name its offset."""
    if isinstance(value, SupportsIndex):  # numpy's too
        return int(value)
    if isinstance(value, str):
        return parse_time(value, field)
    if not isinstance(value, dt.date):
        raise CallError(field, f"{field} must be a date, a datetime or seconds, not {type(value).__name__}")
    moment = pd.Timestamp(value)
    if isinstance(value, dt.datetime) and moment.tzinfo is None:
        raise CallError(field, f"{field}={value} names no offset from UTC: give it a tzinfo")
    return _ceil(moment.tz_localize("UTC") if moment.tzinfo is None else moment)


def first_date(instant: int, zone: str, open_s: int) -> int:
    """Return the first session date (00:00 UTC, seconds) whose daily bar is stamped at ``instant`` or later.

    Yahoo stamps a daily bar with the open of its session, which is ``open_s`` seconds after midnight at the exchange.
    """
    local = pd.Timestamp(instant, unit="s", tz=zone)
    midnight = local.normalize()
    date = int(pd.Timestamp(local.date()).timestamp())
    return date if (local - midnight).total_seconds() <= open_s else date + DAY_S


def _seconds(moment: Any) -> Any:  # noqa: ANN401 - None stays None
    return None if moment is None else int(moment.timestamp())


def _ceil(moment: pd.Timestamp) -> int:
    return -int(-moment.timestamp() // 1)


def _offset(period: str) -> pd.DateOffset:
    match = _PERIOD.fullmatch(period.lower())
    if match is None:
        raise CallError("period", f"There is no period {period!r}: use one of {PERIODS}, or 7d, 2wk, 18mo, 3y")
    return pd.DateOffset(**{_UNITS[match[2]]: int(match[1])})  # type: ignore[arg-type] # the stubs want a bool first


def _whole(start: int | None, end: int | None, interval: str, now: int) -> PriceRange:
    end = now if end is None else end
    days = _MAX_DAYS.get(interval)
    if start is None and days is not None:
        start = end - days * DAY_S + _PROCESSING_S
    return PriceRange(start, end)


def _latest(period: str, zone: str, now: int) -> PriceRange:
    """Return the range that Yahoo itself names; its months and years begin at midnight at the exchange."""
    today = pd.Timestamp(now, unit="s", tz=zone).normalize()
    if period == "ytd":
        return PriceRange(_seconds(today.replace(month=1, day=1)), None)
    offset = _offset(period)
    match = _PERIOD.fullmatch(period)
    if match is not None and match[2] == "d":
        return PriceRange(None, None, int(match[1]))
    return PriceRange(_seconds(today - offset), None)
