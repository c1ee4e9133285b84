"""Yahoo's chart documents as JSON, made readable for yfinance without a change of what they say. Pure.

yfinance 1.7.0 raises on shapes that cost no bar (fields left out, columns of unequal length, two trading periods on
one date, a first trade that no date can hold), keeps the first of several rows with one stamp even if it has no price,
and lets a last row without a price take the place of the one before it (yahoo.md §2.4, §4.4, §4.9).
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.prices.clean import FLOAT_NOISE
from candledesk.providers.yahoo.values import instant, local_date, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_PRICES = ("open", "high", "low", "close")
_COLUMNS = (*_PRICES, "volume")
_NO_PERIOD = {"start": 0, "end": DAY_S + 3 * HOUR_S, "timezone": "", "gmtoffset": 0}  # longer than any session
_PERIOD_FIELDS = {"start", "end", "timezone", "gmtoffset"}
_LARGEST = 1e18  # yfinance makes int64 of volumes
_SHORTEST_DAY_S = DAY_S - 2 * HOUR_S  # between two daily stamps, where the clock changes
_SAME_GRANULARITY = {"60m": "1h"}
TradingPeriod = dict[str, Any]


def mend_chart(body: bytes, *, step_s: int) -> bytes:
    """Return a chart answer that yfinance can read and that says the same; ``body`` itself when there is no need.

    ``step_s``: the length of the asked bars. Columns get one number or null a stamp, of several rows for one bar the
    best remains (``_rank``), rows are ascending and have a time, trading periods are one a date; events are left out
    (``events.read_actions`` reads them). A daily live row is merged with the row of its day (§4.9). Prices stay as they
    were sent, whatever they are. What is no chart at all is returned as it is, to be judged as such.
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
            is_mended |= _mend_columns(stamps, quote, indicators) | _mend_stamps(result, quote, indicators)
            is_mended |= _mend_rows(result, quote, indicators, step_s, now_open)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError):  # OSError: an absurd zone
        return body
    return json.dumps(document).encode() if is_mended or not quote else body


def is_answer_for(symbol: str, meta: Mapping[str, Any]) -> bool:
    """Tell whether a chart's ``meta`` is about ``symbol``; one that names no symbol counts as such.

    Yahoo knows dollar pairs by two names (USDJPY=X and JPY=X).
    """
    named = meta.get("symbol")
    return not isinstance(named, str) or not named or _plain(named) == _plain(symbol)


def is_in_interval(name: str, meta: Mapping[str, Any]) -> bool:
    """Tell whether a chart's ``meta`` says that its bars are of the interval ``name``, or does not say."""
    said = meta.get("dataGranularity")
    if not isinstance(said, str) or not said.strip():
        return True
    said = said.strip().lower()
    return _SAME_GRANULARITY.get(said, said) == _SAME_GRANULARITY.get(name, name)


def _plain(symbol: str) -> str:
    plain = unquote(symbol).upper()
    return plain.removeprefix("USD") if plain.endswith("=X") and len(plain) == len("USDJPY=X") else plain


def _mend_meta(meta: dict[str, Any]) -> bool:
    """Leave out what yfinance cannot read, and leave one trading period a date; tell whether all was so."""
    today = meta.get("currentTradingPeriod")
    is_mended = "currency" not in meta
    meta.setdefault("currency", None)
    for name in ("firstTradeDate", "regularMarketTime"):
        if meta.get(name) is not None and instant(meta[name]) is None:
            meta[name], is_mended = None, True
    if today is not None and not (isinstance(today, dict) and all(map(_is_whole_period, today.values()))):
        del meta["currentTradingPeriod"]
        is_mended = True
    given = meta.get("tradingPeriods")
    periods = _periods(given, ZoneInfo(meta["exchangeTimezoneName"]))
    usable = [[period] for period in periods] or [[_NO_PERIOD]]
    if given == usable:
        return is_mended
    meta["tradingPeriods"] = usable
    return True


def _is_period(period: object) -> bool:
    return isinstance(period, dict) and all(instant(period.get(name)) is not None for name in ("start", "end"))


def _is_whole_period(period: object) -> bool:
    return isinstance(period, dict) and _is_period(period) and period.keys() >= _PERIOD_FIELDS


def _periods(given: object, zone: ZoneInfo) -> list[TradingPeriod]:
    """Return the regular trading periods, one a local date from its first start to its last end, ascending."""
    days = given.get("regular") if isinstance(given, dict) else given
    days = days if isinstance(days, list) else []
    segments = [segment for day in days for segment in (day if isinstance(day, list) else [day])]
    by_date: dict[int, TradingPeriod] = {}
    for segment in segments:
        if not _is_period(segment) or segment["start"] >= segment["end"]:
            continue
        period = {"timezone": "", "gmtoffset": 0, **segment, "start": int(segment["start"]), "end": int(segment["end"])}
        previous = by_date.setdefault(local_date(period["start"], zone), period)
        previous["start"], previous["end"] = (
            min(previous["start"], period["start"]),
            max(previous["end"], period["end"]),
        )
    return sorted(by_date.values(), key=lambda period: int(period["start"]))


def _mend_columns(stamps: list[object], quote: dict[str, Any], indicators: dict[str, Any]) -> bool:
    """Give every column one number or null a stamp; tell whether one had others."""
    is_mended, n = False, len(stamps)
    for name in _COLUMNS:
        column = quote.get(name)
        if not isinstance(column, list) or len(column) != n:
            column = quote[name] = ([*column, *[None] * n] if isinstance(column, list) else [None] * n)[:n]
            is_mended = True
        if not _is_numeric(column):
            quote[name], is_mended = [_moderate(value) for value in column], True
    adjusted = indicators.get("adjclose")
    if adjusted is not None and not _has_length(adjusted, n):
        del indicators["adjclose"]  # computed at read time; never used
        is_mended = True
    return is_mended


def _is_numeric(column: list[Any]) -> bool:
    """Tell whether a column holds nothing but nulls and numbers of a size that can be stored."""
    if not {*map(type, column)} <= {float, int, type(None)}:
        return False
    present = [value for value in column if value is not None]
    return not present or (min(present) > -_LARGEST and max(present) < _LARGEST)


def _moderate(value: object) -> float | None:
    found = number(value)
    return found if found is not None and abs(found) < _LARGEST else None


def _has_length(adjusted: Any, n: int) -> bool:  # noqa: ANN401 - anything that JSON can hold
    try:
        return len(adjusted[0]["adjclose"]) == n and _is_numeric(adjusted[0]["adjclose"])
    except (KeyError, IndexError, TypeError):
        return False


def _mend_stamps(result: dict[str, Any], quote: dict[str, Any], indicators: dict[str, Any]) -> bool:
    """Leave out the rows that have no time; tell whether there was one."""
    stamps = result["timestamp"]
    if {*map(type, stamps)} == {int} and all(instant(stamp) is not None for stamp in (min(stamps), max(stamps))):
        return False
    times = [instant(stamp) for stamp in stamps]
    rows = [row for row, time in enumerate(times) if time is not None]
    _keep_rows(result, quote, indicators, rows)
    result["timestamp"] = [times[row] for row in rows]
    return True


def _keep_rows(result: dict[str, Any], quote: dict[str, Any], indicators: dict[str, Any], rows: Sequence[int]) -> None:
    for name in _COLUMNS:
        quote[name] = [quote[name][row] for row in rows]
    result["timestamp"] = [result["timestamp"][row] for row in rows]
    indicators.pop("adjclose", None)


def _mend_rows(
    result: dict[str, Any],
    quote: dict[str, Any],
    indicators: dict[str, Any],
    step_s: int,
    now_open: tuple[float, float] | None,
) -> bool:
    """Leave one row for each bar, ascending; tell whether any had to go or to move."""
    is_mended = _keep_best(result, quote, indicators, lambda stamp: stamp)
    zone = ZoneInfo(result["meta"]["exchangeTimezoneName"])
    if step_s >= DAY_S:
        is_mended |= _merge_live_day(result, quote, indicators, now_open)
        stamps = result["timestamp"]
        if any(b - a < _SHORTEST_DAY_S for a, b in itertools.pairwise(stamps)):
            is_mended |= _keep_best(result, quote, indicators, lambda stamp: local_date(stamp, zone))
    return is_mended | _drop_lost_end(result, quote, indicators, step_s)


def _keep_best(
    result: dict[str, Any], quote: dict[str, Any], indicators: dict[str, Any], key_of: Callable[[int], int]
) -> bool:
    """Sort the rows and keep the best of those with one key; tell whether any moved."""
    keys = [key_of(stamp) for stamp in result["timestamp"]]
    if all(a < b for a, b in itertools.pairwise(keys)):
        return False
    best: dict[int, tuple[bool, bool, bool, int]] = {}
    for row, key in enumerate(keys):
        rank = _rank(quote, row)
        best[key] = max(best.get(key, rank), rank)
    _keep_rows(result, quote, indicators, [best[key][-1] for key in sorted(best)])
    return True


def _rank(quote: dict[str, Any], row: int) -> tuple[bool, bool, bool, int]:
    """Rank a row among several for one bar: with a close, sound, with volume, the last."""
    prices = [quote[name][row] for name in _PRICES]
    return _has_close(quote, row), _is_sound(prices), (number(quote["volume"][row]) or 0) > 0, row


def _has_close(quote: dict[str, Any], row: int) -> bool:
    return number(quote["close"][row]) is not None


def _regular_today(meta: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the regular trading period of the current or the next session, ``None`` when it is not given."""
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
    if not is_live or local_date(stamps[-1], zone) != local_date(stamps[-2], zone) or not _has_close(quote, -2):
        return False
    last, stamp = quote["close"][-1], stamps[-1]
    _keep_rows(result, quote, indicators, range(len(stamps) - 1))
    if regular is not None and regular[0] <= stamp < regular[1] and number(last) is not None:
        quote["close"][-1] = last
        for name, choose in (("high", max), ("low", min)):
            if number(quote[name][-1]) is not None:
                quote[name][-1] = choose(quote[name][-1], last)
    return True


def _drop_lost_end(result: dict[str, Any], quote: dict[str, Any], indicators: dict[str, Any], step_s: int) -> bool:
    """Leave out a last row without a close inside the bar of the row before: yfinance would take its nulls over."""
    stamps = result["timestamp"]
    is_lost = len(stamps) > 1 and not _has_close(quote, -1) and _has_close(quote, -2)
    if not is_lost or step_s >= DAY_S or stamps[-1] - stamps[-2] >= step_s:
        return False
    _keep_rows(result, quote, indicators, range(len(stamps) - 1))
    return True


def _is_sound(prices: list[object]) -> bool:
    """Tell whether all four prices are positive, and the high and the low bound the others."""
    numbers = [found for found in map(number, prices) if found is not None and found > 0]
    if len(numbers) < len(prices):
        return False
    return numbers[1] >= max(numbers) * (1 - FLOAT_NOISE) and numbers[2] <= min(numbers) * (1 + FLOAT_NOISE)
