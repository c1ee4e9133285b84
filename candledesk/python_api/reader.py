"""Reads what a call of ``history`` needs from the cache, which fills what is missing."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.messages import BarsRequest
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import wall_of_utc
from candledesk.domain.errors import CandleDeskError, NotCachedError, UnknownSymbolError
from candledesk.domain.instrument import start_of_history
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS, parse_interval
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.symbols import parse_symbol, split_symbol
from candledesk.python_api.backfills import fill_spans
from candledesk.python_api.bars import gaps_text
from candledesk.python_api.frames import Series, local_dates
from candledesk.python_api.ranges import CallError, PriceRange, first_date, read_range
from candledesk.python_api.rows import OF_DAYS, PriceRows, merge_days, merge_half_hours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from candledesk.cache.api import CommandApi
    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.cache.instrument_messages import InstrumentReport
    from candledesk.cache.messages import Adjust, BarsReply
    from candledesk.domain.interval import Interval
    from candledesk.python_api.ranges import Moment

_DAILY = INTERVALS["1d"]
_MADE_FROM = {"30m": "15m", **dict.fromkeys(OF_DAYS, "1d")}
"""Rows that are put together here as yfinance and Yahoo do it, and what they are made from."""
_ALL_DAY_S = 20 * HOUR_S  # a longer session has no open of its own: Yahoo stamps its day with midnight
_LOOKS_AHEAD_S = 2 * DAY_S  # a session's date at 00:00 UTC can lie ahead of the clock


class IncompleteWarning(UserWarning):
    """Bars are missing in an answer, or there is none; the text says why."""


@dataclass(frozen=True, slots=True)
class RangeArguments:
    """Which rows a call names."""

    symbol: str
    interval: str = "1d"
    period: str | None = None
    start: Moment | None = None
    end: Moment | None = None


class PriceReader:
    """Reads series of rows; ``now`` returns UTC seconds."""

    def __init__(self, cache: CommandApi, now: Callable[[], float] = time.time) -> None:
        """Start nothing."""
        self._cache = cache
        self._now = now
        self._reports: dict[str, InstrumentReport] = {}  # by symbol, until it is read

    def prefetch(self, calls: Sequence[RangeArguments]) -> None:
        """Let the cache fill the rows of many calls at once, and wait for it; errors come again when they are read."""
        from candledesk.web.client import RemoteCache

        requests = []
        for call in calls:
            report = self._cached_report(parse_symbol(call.symbol))
            if report is not None:
                self._reports[report.instrument.symbol] = report
            requests.append(self._first_request(call, report))
        if isinstance(self._cache, RemoteCache):  # it waits for the bars of one request after the other
            self._fill_by_jobs(requests)
            return
        for future in [self._cache.load_bars(request) for request in requests]:
            future.exception()

    def _fill_by_jobs(self, requests: Iterable[BarsRequest]) -> None:
        """Fill what is missing of the requests with jobs of the running instance, all at once."""
        wanted: dict[tuple[Interval, Span, str], list[str]] = {}
        for request in requests:
            span = request.span or _days_span(request.countback or 1, int(self._now()))
            if not self._is_filled(request.symbol, request.interval, span):
                key = request.interval, span, split_symbol(request.symbol)[0]
                wanted.setdefault(key, []).append(request.symbol)
        fill_spans(self._cache, wanted)

    def _is_filled(self, symbol: str, interval: Interval, span: Span) -> bool:
        try:
            gaps = self._cache.describe_series(symbol, interval.base).result().gaps
        except CandleDeskError:
            return False
        return not any(gap.span.overlaps(span) for gap in gaps)

    def read(self, call: RangeArguments) -> Series:
        """Return the rows of a call with its corporate events.

        Raises ``UnknownSymbolError``, ``CallError`` for arguments without a meaning, and the other errors of the cache.
        """
        symbol, interval = parse_symbol(call.symbol), fetched_interval(call.interval)
        report = self._reports.pop(symbol, None) or self._cached_report(symbol)
        if report is None:
            self._cache.load_bars(self._first_request(call, None)).result()
        # Read again after the bars: their answers bring the events.
        known = report or self._cache.describe_instrument(symbol).result()
        wanted, span = self._named(call, known)
        if span is None:
            return Series(known.instrument, PriceRows(Bars.empty(), Bars.empty().close))
        rows, reply = self._load(BarsRequest(symbol, interval, span, timeout_s=None, adjust=_adjust_of(interval)))
        report = self._cache.describe_instrument(symbol).result()
        self._warn(reply, span)
        if call.interval == "30m":
            rows = merge_half_hours(rows)
        elif call.interval in OF_DAYS:
            rows = merge_days(rows, call.interval)
        return Series(report.instrument, rows, _events_within(report.events, wanted, int(self._now())))

    def read_instrument(self, symbol: str) -> InstrumentReport:
        """Return the facts and corporate events of an instrument, after its whole daily history was filled."""
        self.prefetch([RangeArguments(symbol, period="max")])
        return self._cache.describe_instrument(parse_symbol(symbol)).result()

    def _cached_report(self, symbol: str) -> InstrumentReport | None:
        """Return what is known of an instrument without a request to the provider; ``None`` when it is not cached."""
        try:
            self._cache.describe_series(symbol, _DAILY).result()
        except (NotCachedError, UnknownSymbolError):
            return None
        return self._cache.describe_instrument(symbol).result()

    def _first_request(self, call: RangeArguments, report: InstrumentReport | None) -> BarsRequest:
        """Return the request that fills what a call surely needs; of a new symbol the zone is not known yet."""
        symbol, interval = parse_symbol(call.symbol), fetched_interval(call.interval)
        wanted = self._range(call, "UTC" if report is None else report.instrument.tz)
        if wanted.n_sessions is not None:
            return _last_days(symbol, wanted.n_sessions)
        span = self._span(wanted, interval, report)
        if span is None:
            return _last_days(symbol, 1)
        if report is None:
            span = Span(max(span.start - DAY_S, HISTORY_START), span.end + DAY_S)
        return BarsRequest(symbol, interval, span, timeout_s=None, adjust=_adjust_of(interval))

    def _named(self, call: RangeArguments, report: InstrumentReport) -> tuple[PriceRange, Span | None]:
        """Return the range of a call, and the open times of its bars; ``None`` for a range without any."""
        zone = report.instrument.tz
        wanted = self._range(call, zone)
        if wanted.n_sessions is not None:
            bars = self._cache.load_bars(_last_days(report.instrument.symbol, wanted.n_sessions)).result().bars
            start = int(local_dates(bars.open_time[:1], zone)[0].timestamp()) if len(bars) else int(self._now())
            wanted = PriceRange(start, None)
        return wanted, self._span(wanted, fetched_interval(call.interval), report)

    def _range(self, call: RangeArguments, zone: str) -> PriceRange:
        return read_range(call.period, call.start, call.end, interval=call.interval, zone=zone, now=int(self._now()))

    def _span(self, wanted: PriceRange, interval: Interval, report: InstrumentReport | None) -> Span | None:
        """Return the open times of the bars in a range: instants, of daily bars and longer ones their dates.

        ``None`` for a range in which no bar can open, such as one in the future.
        """
        now = int(self._now())
        start, end = wanted.start, wanted.end
        if start is not None and end is not None and start >= end and start < now:
            raise CallError("start", "The range is empty: start must be before end")
        if interval.is_daily:
            zone, open_s = ("UTC", 0) if report is None else (report.instrument.tz, _usual_open_s(report))
            start = None if start is None else first_date(start, zone, open_s)
            end = None if end is None else first_date(end, zone, open_s)
        latest = now + (_LOOKS_AHEAD_S if interval.is_daily else 1)
        start = HISTORY_START if start is None else start
        end = latest if end is None else min(end, latest)
        return Span(start, end) if start < end else None

    def _load(self, request: BarsRequest) -> tuple[PriceRows, BarsReply]:
        """Fill and read the bars of a request and their adjusted closes."""
        reply = self._cache.load_bars(request).result()
        if request.adjust == "splits":
            return PriceRows(reply.bars, reply.bars.close), reply
        plain = self._cache.load_bars(replace(request, adjust="splits", fill="none")).result()
        return _with_adjusted_closes(plain.bars, reply.bars), reply

    def _warn(self, reply: BarsReply, span: Span) -> None:
        """Warn of bars that are missing though they are available: not before the listing or the look-back."""
        interval, now = reply.request.interval, int(self._now())
        begin = start_of_history(reply.instrument, interval, reply.lookback_s, now)
        floor = HISTORY_START if begin is None else begin.time
        gaps = [gap for gap in reply.gaps if gap.span.overlaps(span) and gap.span.end > floor + DAY_S]
        if gaps:
            text = f"{reply.request.symbol} {interval.name}: {gaps_text(len(gaps))}: {gaps[-1].reason}"
            warnings.warn(text, IncompleteWarning, stacklevel=4)


def fetched_interval(name: str) -> Interval:
    """Return the interval of the cache that the rows of an interval are made from."""
    return parse_interval(_MADE_FROM.get(name.lower(), name.lower()))


def _adjust_of(interval: Interval) -> Adjust:
    """Return how the bars with the adjusted closes are adjusted; intraday bars have none (yahoo.md §4.3)."""
    return "all" if interval.is_daily else "splits"


def _last_days(symbol: str, n_days: int) -> BarsRequest:
    return BarsRequest(symbol, _DAILY, None, timeout_s=None, countback=n_days)


def _days_span(n_days: int, now: int) -> Span:
    """Return a span with the last ``n_days`` sessions of any venue, also with a week of holidays."""
    return Span(max(now - (2 * n_days + 14) * DAY_S, HISTORY_START), now + _LOOKS_AHEAD_S)


def _usual_open_s(report: InstrumentReport) -> int:
    """Return how long after midnight at the exchange its sessions open."""
    session = next(iter(report.sessions), None)
    if session is None or session.end - session.start > _ALL_DAY_S:
        return 0
    return int(wall_of_utc(report.instrument.tz, np.array([session.start], np.int64))[0]) % DAY_S


def _with_adjusted_closes(plain: Bars, adjusted: Bars) -> PriceRows:
    """Return the rows of both, with the adjusted closes as Yahoo sends them: 32-bit floats (yahoo.md §4.19)."""
    _, own, other = np.intersect1d(plain.open_time, adjusted.open_time, assume_unique=True, return_indices=True)
    closes = adjusted.close[other].astype(np.float32).astype(np.float64)
    return PriceRows(plain.take(own), closes)


def _events_within(events: Sequence[CorporateEvent], wanted: PriceRange, now: int) -> tuple[CorporateEvent, ...]:
    end = now + 1 if wanted.end is None else wanted.end
    return tuple(
        one for one in events if (wanted.start is None or one.open_time >= wanted.start) and one.open_time < end
    )
