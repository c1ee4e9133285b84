"""The chart endpoint: limits, errors and rows as Yahoo sends them (yahoo.md §1, §3, §4)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from candledesk.demo.http.meta import VALID_RANGES, make_meta, trading_periods
from candledesk.demo.prices.actions import adjusted_closes, state_events
from candledesk.demo.prices.listing import DemoListing, Quote, join, widen
from candledesk.demo.prices.minutes import Minutes, minute_grid
from candledesk.demo.prices.noise import hash_counters, noise_key
from candledesk.demo.prices.oddities import add_oddities, phantom_rows
from candledesk.domain.calendar.sessions import utc_of_wall
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.demo.prices.listings import Prices
    from candledesk.domain.bars import FloatArray, IntArray

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """The provider's limits for an interval: step, look-back and widest span in seconds; ``None``: unlimited."""

    label: str
    step: int
    lookback: int | None = None
    span: int | None = None


_MIDDLE = 60 * DAY_S
_LONG = 730 * DAY_S
RULES: dict[str, Rule] = {
    "1m": Rule("1m", MINUTE_S, 30 * DAY_S, 8 * DAY_S),
    "2m": Rule("2m", 2 * MINUTE_S, _MIDDLE),
    "5m": Rule("5m", 5 * MINUTE_S, _MIDDLE),
    "15m": Rule("15m", 15 * MINUTE_S, _MIDDLE),
    "30m": Rule("30m", 30 * MINUTE_S, _MIDDLE),
    "60m": Rule("1h", HOUR_S, _LONG),
    "90m": Rule("90m", 90 * MINUTE_S, _MIDDLE),
    "1h": Rule("1h", HOUR_S, _LONG),
    "4h": Rule("4h", 4 * HOUR_S, _LONG),
    "1d": Rule("1d", DAY_S),
    "5d": Rule("5d", 7 * DAY_S),
    "1wk": Rule("1wk", 7 * DAY_S),
    "1mo": Rule("1mo", 28 * DAY_S),
    "3mo": Rule("3mo", 90 * DAY_S),
}
_CENTURY = 100 * 366 * DAY_S
_RANGE_MONTHS = {"1mo": 1, "3mo": 3, "6mo": 6, "1y": 12, "2y": 24, "5y": 60, "10y": 120}


class ChartRefusedError(Exception):
    """A request that the provider refuses: HTTP status, error code and description."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status, self.code, self.description = status, code, description

    @property
    def payload(self) -> Payload:
        """The JSON body."""
        return {"chart": {"result": None, "error": {"code": self.code, "description": self.description}}}


@dataclass(frozen=True, slots=True)
class _Request:
    interval: str
    rule: Rule
    start: int
    end: int
    extended: bool
    range: str | None


def answer_chart(prices: Prices, symbol: str, query: Mapping[str, str], now: int) -> Payload:
    """Return the JSON body of a chart answer; raise ``ChartRefusedError`` for a request that the provider refuses."""
    listing = prices.listing(symbol, now)
    if listing is None:
        raise ChartRefusedError(404, "Not Found", "No data found, symbol may be delisted")
    request = _read_request(listing, query, now)
    _check_caps(request, listing, now)
    quote = listing.quote(now)
    meta = make_meta(listing, quote, now)
    meta |= {"dataGranularity": request.rule.label, "range": request.range or ""}
    is_intraday = request.rule.step < DAY_S
    if is_intraday:
        meta["tradingPeriods"] = trading_periods(listing, request.start, request.end, extended=request.extended)
        rows = _intraday_rows(listing, request, quote, now)
    else:
        rows = _daily_rows(listing, request, quote, now)
    result: Payload = {"meta": meta, "indicators": {"quote": [{}]}}
    if len(rows):
        result["timestamp"] = rows.time.tolist()
        result["indicators"]["quote"] = [_quote_columns(rows)]
        events = state_events(listing, request.start, request.end, now)
        if events:
            result["events"] = events
    if not is_intraday:
        adjusted = {"adjclose": adjusted_closes(listing, rows, now).tolist()} if len(rows) else {}
        result["indicators"]["adjclose"] = [adjusted]
    return {"chart": {"result": [result], "error": None}}


def _read_request(listing: DemoListing, query: Mapping[str, str], now: int) -> _Request:
    interval = query.get("interval", "1d")
    rule = RULES.get(interval)
    if rule is None:
        valid = ", ".join(RULES)
        text = f"Invalid input - interval={interval} is not supported. Valid intervals: [{valid}]"
        raise ChartRefusedError(400, "Bad Request", text)
    extended = query.get("includePrePost", "false").lower() == "true"
    range_ = query.get("range")
    if range_ is None and "period1" not in query:
        range_ = "1d"
    if range_ is not None:
        return _Request(interval, rule, _range_start(listing, range_, rule, now), now + 1, extended, range_)
    try:
        start, end = int(query["period1"]), int(query.get("period2", now))
    except ValueError:
        raise ChartRefusedError(400, "Bad Request", "Invalid input - period1 and period2 must be integers") from None
    return _Request(interval, rule, start, end, extended, None)


def _range_start(listing: DemoListing, range_: str, rule: Rule, now: int) -> int:
    if range_ in {"1d", "5d"}:
        known = max(1, listing.known_sessions(now))
        return int(listing.hours.open[max(0, known - int(range_[0]))])
    today = datetime.fromtimestamp(now, ZoneInfo(listing.profile.tz)).date()
    if range_ in _RANGE_MONTHS:
        return _midnight(listing, _months_before(today, _RANGE_MONTHS[range_]))
    if range_ == "ytd":
        return _midnight(listing, today.replace(month=1, day=1))
    if range_ == "max":
        first = int(listing.hours.open[0]) - DAY_S
        limits = [limit for limit in (rule.lookback, rule.span) if limit is not None]
        return max(first, now - min(limits)) if limits else first
    text = f"Invalid input - range={range_} is not supported. Valid ranges: [{', '.join(VALID_RANGES)}]"
    raise ChartRefusedError(422, "Unprocessable Entity", text)


def _months_before(day: date, n_months: int) -> date:
    """Return the same day of an earlier month, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - n_months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _midnight(listing: DemoListing, day: date) -> int:
    """Return the instant at which a day begins at the exchange."""
    wall = np.array([(day - date(1970, 1, 1)).days * DAY_S], np.int64)
    return int(utc_of_wall(listing.profile.tz, wall)[0])


def _check_caps(request: _Request, listing: DemoListing, now: int) -> None:
    rule, start, end = request.rule, request.start, request.end
    if start > end:
        text = f"Invalid input - start date cannot be after end date. startDate = {start}, endDate = {end}"
        raise ChartRefusedError(400, "Bad Request", text)
    prefix = f"{rule.label} data not available for startTime={start} and endTime={end}."
    if rule.span is not None and end - start > rule.span:
        text = f"Only {rule.span // DAY_S} days worth of 1m granularity data are allowed to be fetched per request."
        raise ChartRefusedError(422, "Unprocessable Entity", f"{prefix} {text}")
    if rule.lookback is not None and start < now - rule.lookback:
        text = f"The requested range must be within the last {rule.lookback // DAY_S} days."
        raise ChartRefusedError(422, "Unprocessable Entity", f"{prefix} {text}")
    if end - start > _CENTURY:
        text = "Only 100 years worth of day granularity data are allowed to be fetched per request."
        raise ChartRefusedError(422, "Unprocessable Entity", f"{prefix} {text}")
    if end <= int(listing.stamps(np.zeros(1, np.int64))[0]):
        text = f"Data doesn't exist for startDate = {start}, endDate = {end}"
        raise ChartRefusedError(400, "Bad Request", text)


def _intraday_rows(listing: DemoListing, request: _Request, quote: Quote, now: int) -> Minutes:
    step, start, end = request.rule.step, request.start, request.end
    rows = listing.adjusted(listing.rows(step, start, end, now), now)
    rows = add_oddities(listing, request.rule.label, rows, now)
    extra = [_closing_rows(listing, start, end, now)]
    if listing.profile.traded < 1:
        extra.append(_null_rows(listing, request, rows.time, now))
    rows = _merge(rows, extra)
    opened = int(listing.hours.open[quote.session])
    if quote.is_live and start <= now and end > opened:  # appended even if the end is before now (yahoo.md §4.9)
        rows = join([rows, _flat_rows(np.array([now]), np.array([quote.price]))])
    return rows


def _closing_rows(listing: DemoListing, start: int, end: int, now: int) -> Minutes:
    """Return the extra bars of half days at their early close (yahoo.md §4.12)."""
    hours = listing.hours
    if listing.profile.is_24h or listing.profile.is_fund:
        return _flat_rows(hours.close[:0], np.empty(0))
    length = hours.close - hours.open
    lo, hi = np.searchsorted(hours.close, [start, min(end, now + 1)])
    rows = np.arange(lo, hi)[length[lo:hi] < np.median(length[-250:])]
    closes = listing.days.close[rows] / listing.split_ratio(rows, now)
    return _flat_rows(hours.close[rows], closes)


def _null_rows(listing: DemoListing, request: _Request, present: IntArray, now: int) -> Minutes:
    """Return null rows for half of the bars without a trade; the other half is left out (yahoo.md §4.7)."""
    hours, step = listing.hours, request.rule.step
    first = int(np.searchsorted(hours.close, request.start, side="right"))
    last = max(first, int(np.searchsorted(hours.open, min(request.end, now))))
    session, time = minute_grid(listing.days, first, last)
    origin = listing.origins[session]
    grid = np.unique(origin + (time - origin) // step * step)
    grid = grid[(grid >= request.start) & (grid < min(request.end, now))]
    absent = np.setdiff1d(grid, present)
    coin = hash_counters(noise_key(listing.profile.noise_name, "null"), absent // MINUTE_S) & np.uint64(1)
    absent = absent[coin.astype(np.bool_)]
    return _flat_rows(absent, np.full(len(absent), np.nan))


def _flat_rows(time: IntArray, price: FloatArray) -> Minutes:
    price = widen(price)
    none = np.zeros(len(time), np.int64)
    return Minutes(none, time.astype(np.int64), price, price, price, price, none)


def _merge(rows: Minutes, extra: list[Minutes]) -> Minutes:
    for more in extra:
        if len(more):
            joined = join([rows, more])
            rows = joined.take(np.argsort(joined.time, kind="stable"))
    return rows


def _daily_rows(listing: DemoListing, request: _Request, quote: Quote, now: int) -> Minutes:
    known = listing.known_sessions(now)
    stamps = listing.stamps(np.arange(known))
    lo, hi = np.searchsorted(stamps, [request.start, request.end])
    rows = listing.adjusted(listing.daily(int(lo), int(hi), now), now)
    if request.rule.step > DAY_S:
        return _long_rows(listing, request.interval, rows) if len(rows) else rows
    rows = add_oddities(listing, "1d", rows, now)
    time = stamps[rows.session]
    if len(rows) and quote.is_live and rows.session[-1] == quote.session:
        time[-1] = now  # the forming day is stamped with the current second
    return _merge(replace(rows, time=time), [phantom_rows(listing, request.start, request.end, now)])


def _long_rows(listing: DemoListing, interval: str, rows: Minutes) -> Minutes:
    days = rows.time // DAY_S
    if interval in {"1wk", "5d"}:
        key = (days + 3) // 7 * 7 - 3
    else:
        months = rows.time.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
        months -= months % (3 if interval == "3mo" else 1)
        key = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    _, start = np.unique(key, return_index=True)
    last = np.append(start[1:], len(key)) - 1
    return Minutes(
        rows.session[last],
        utc_of_wall(listing.profile.tz, key[start] * DAY_S),
        rows.open[start],
        np.maximum.reduceat(rows.high, start),
        np.minimum.reduceat(rows.low, start),
        rows.close[last],
        np.add.reduceat(rows.volume, start),
    )


def _quote_columns(rows: Minutes) -> Payload:
    """Return the columns; a missing price is null, and so is the volume of a row without a close."""
    columns: Payload = {}
    for name in ("open", "high", "low", "close", "volume"):
        values: list[float | None] = getattr(rows, name).tolist()
        is_null = np.isnan(rows.close if name == "volume" else getattr(rows, name))
        for index in np.flatnonzero(is_null).tolist():
            values[index] = None
        columns[name] = values
    return columns
