"""Yahoo's chart documents as JSON: made readable for yfinance, and read where its frame loses what they say. Pure.

yfinance 1.7.0 raises on shapes that cost no bar (fields left out, columns of unequal length, two trading periods on
one date), keeps the first of several rows with one stamp even if it is unusable, and moves a corporate action to the
session before when its date has no row (yahoo.md §2.4, §4.4).
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from candledesk.domain.clean import FLOAT_NOISE
from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.provider.answers import CorporateAction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PRICES = ("open", "high", "low", "close")
_COLUMNS = (*_PRICES, "volume")
_NEXT_DAY_HOUR = 22  # Brazil's stamps can be 22:00 or 23:00 of the day before (yahoo.md §4.14)
_NO_PERIOD = {"start": 0, "end": DAY_S + 3 * HOUR_S, "timezone": "", "gmtoffset": 0}  # too long to be believed
Period = dict[str, Any]


def mend_chart(body: bytes, *, is_daily: bool) -> bytes:
    """Return a chart answer that yfinance can read and that says the same; ``body`` itself when there is no need.

    Columns get one value a stamp (null where none was sent), of several rows with one stamp the best remains, rows are
    ascending, trading periods are one a date; events are left out (``read_actions`` reads them). A daily live row is
    merged with the row of its day (§4.9). What is no chart at all is returned as it is, to be judged as such.
    """
    try:
        document = json.loads(body)
        result = document["chart"]["result"][0]
        meta, indicators = result["meta"], result["indicators"]
        quote = indicators["quote"][0]
        now_open = _regular_today(meta)
        is_mended = _mend_meta(meta) | (result.pop("events", None) is not None)
        stamps = result.get("timestamp") or []
        if quote and not stamps and not any(quote.values()):
            quote.clear()
        elif quote and stamps:
            is_mended |= _mend_columns(stamps, quote, indicators) | _mend_order(result, quote, indicators)
            is_mended |= is_daily and _merge_live_day(result, quote, indicators, now_open)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return body
    return json.dumps(document).encode() if is_mended or not quote else body


def read_actions(body: bytes, tz: str) -> tuple[CorporateAction, ...]:
    """Return the splits and dividends of a chart answer, each on its exchange-local date, in order.

    ``body``: the answer as it came; ``tz``: the exchange's IANA zone. Events without a usable date or value are left
    out.
    """
    if b'"events"' not in body:
        return ()
    events = json.loads(body)["chart"]["result"][0].get("events") or {}
    zone = ZoneInfo(tz)
    found: dict[tuple[int, str], float] = {}
    for event in _values(events.get("dividends")):
        when, amount = _number(event.get("date")), _number(event.get("amount"))
        if when is not None and amount is not None and amount > 0:
            key = _date_of(when, zone), "dividend"
            found[key] = found.get(key, 0.0) + amount
    for event in _values(events.get("splits")):
        when, new, old = (_number(event.get(name)) for name in ("date", "numerator", "denominator"))
        if when is not None and new is not None and old is not None and new > 0 and old > 0:
            key = _date_of(when, zone), "split"
            found[key] = found.get(key, 1.0) * new / old
    return tuple(CorporateAction(date, kind, value) for (date, kind), value in sorted(found.items()))


def is_answer_for(symbol: str, meta: Mapping[str, Any]) -> bool:
    """Tell whether a chart's ``meta`` is about ``symbol``; one that names no symbol is believed.

    Yahoo knows dollar pairs by two names (USDJPY=X and JPY=X).
    """
    named = meta.get("symbol")
    return not isinstance(named, str) or not named or _plain(named) == _plain(symbol)


def _plain(symbol: str) -> str:
    plain = unquote(symbol).upper()
    return plain.removeprefix("USD") if plain.endswith("=X") and len(plain) == len("USDJPY=X") else plain


def _values(events: object) -> Iterator[Mapping[str, Any]]:
    yield from (event for event in events.values() if isinstance(event, dict)) if isinstance(events, dict) else ()


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and math.isfinite(value)
    return float(value) if is_number else None  # type: ignore[arg-type]


def _date_of(time: float, zone: ZoneInfo) -> int:
    local = dt.datetime.fromtimestamp(time, zone)
    date = int(dt.datetime(local.year, local.month, local.day, tzinfo=dt.UTC).timestamp())
    return date + DAY_S if local.hour >= _NEXT_DAY_HOUR else date


def _mend_meta(meta: dict[str, Any]) -> bool:
    """Drop the periods of today unless they are whole, and leave one trading period a date; tell whether all was so."""
    today = meta.get("currentTradingPeriod")
    is_mended = "currency" not in meta
    meta.setdefault("currency", None)
    if today is not None and not (isinstance(today, dict) and all(map(_is_period, today.values()))):
        del meta["currentTradingPeriod"]
        is_mended = True
    stated = meta.get("tradingPeriods")
    periods = _periods(stated, ZoneInfo(meta["exchangeTimezoneName"]))
    usable = [[period] for period in periods] or [[_NO_PERIOD]]
    if stated == usable:
        return is_mended
    meta["tradingPeriods"] = usable
    return True


def _is_period(period: object) -> bool:
    return isinstance(period, dict) and all(_number(period.get(name)) is not None for name in ("start", "end"))


def _periods(stated: object, zone: ZoneInfo) -> list[Period]:
    """Return the regular trading periods, one a local date from its first start to its last end, ascending."""
    days = stated.get("regular") if isinstance(stated, dict) else stated
    days = days if isinstance(days, list) else []
    segments = [segment for day in days for segment in (day if isinstance(day, list) else [day])]
    by_date: dict[int, Period] = {}
    for segment in segments:
        if not _is_period(segment) or segment["start"] >= segment["end"]:
            continue
        period = {"timezone": "", "gmtoffset": 0, **segment, "start": int(segment["start"]), "end": int(segment["end"])}
        former = by_date.setdefault(_date_of(period["start"], zone), period)
        former["start"], former["end"] = min(former["start"], period["start"]), max(former["end"], period["end"])
    return sorted(by_date.values(), key=lambda period: int(period["start"]))


def _mend_columns(stamps: list[int], quote: dict[str, Any], indicators: dict[str, Any]) -> bool:
    """Give every column one value a stamp; tell whether one had others."""
    is_mended, n = False, len(stamps)
    for name in _COLUMNS:
        column = quote.get(name)
        if not isinstance(column, list) or len(column) != n:
            quote[name] = ([*column, *[None] * n] if isinstance(column, list) else [None] * n)[:n]
            is_mended = True
    adjusted = indicators.get("adjclose")
    if adjusted is not None and not _has_length(adjusted, n):
        del indicators["adjclose"]  # computed at read time; never used
        is_mended = True
    return is_mended


def _has_length(adjusted: Any, n: int) -> bool:  # noqa: ANN401 - anything that JSON can hold
    try:
        return len(adjusted[0]["adjclose"]) == n
    except (KeyError, IndexError, TypeError):
        return False


def _mend_order(result: dict[str, Any], quote: dict[str, Any], indicators: dict[str, Any]) -> bool:
    """Sort the rows and keep the best of each stamp: a usable one, with volume, the last; tell whether any moved."""
    stamps: list[int] = result["timestamp"]
    if all(a < b for a, b in itertools.pairwise(stamps)):
        return False
    best: dict[int, tuple[bool, bool, int]] = {}
    for row, stamp in enumerate(stamps):
        rank = (_is_usable([quote[name][row] for name in _PRICES]), (_number(quote["volume"][row]) or 0) > 0, row)
        best[stamp] = max(best.get(stamp, rank), rank)
    rows = [best[stamp][2] for stamp in sorted(best)]
    result["timestamp"] = sorted(best)
    for name in _COLUMNS:
        quote[name] = [quote[name][row] for row in rows]
    indicators.pop("adjclose", None)
    return True


def _regular_today(meta: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the regular trading period of the current or the next session, ``None`` when it is not stated."""
    today = meta.get("currentTradingPeriod")
    period = today.get("regular") if isinstance(today, dict) else None
    return (period["start"], period["end"]) if isinstance(period, dict) and _is_period(period) else None


def _merge_live_day(
    result: dict[str, Any], quote: dict[str, Any], indicators: dict[str, Any], regular: tuple[float, float] | None
) -> bool:
    """Merge a flat last row without volume into the row of the same day; tell whether there was one.

    yfinance keeps the live row in its place. One that is left from a session that is over only goes: its price may be
    of after the close.
    """
    zone, stamps = ZoneInfo(result["meta"]["exchangeTimezoneName"]), result["timestamp"]
    is_live = len(stamps) > 1 and not quote["volume"][-1] and len({quote[name][-1] for name in _PRICES}) == 1
    if not is_live or _date_of(stamps[-1], zone) != _date_of(stamps[-2], zone):
        return False
    if not _is_usable([quote[name][-2] for name in _PRICES]):
        return False
    last = {name: quote[name].pop() for name in _COLUMNS}
    stamp = stamps.pop()
    indicators.pop("adjclose", None)
    if regular is not None and regular[0] <= stamp < regular[1] and _is_usable([last[name] for name in _PRICES]):
        quote["close"][-1] = last["close"]
        quote["high"][-1] = max(quote["high"][-1], last["close"])
        quote["low"][-1] = min(quote["low"][-1], last["close"])
    return True


def _is_usable(prices: list[object]) -> bool:
    numbers = [number for number in map(_number, prices) if number is not None and number > 0]
    if len(numbers) < len(prices):
        return False
    return numbers[1] >= max(numbers) * (1 - FLOAT_NOISE) and numbers[2] <= min(numbers) * (1 + FLOAT_NOISE)
