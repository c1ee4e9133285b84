"""Instruments and their calendars: from memory, else from the database, else from the fetch process."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from candledesk.cache.events import LimiterChanged
from candledesk.cache.fetching.forgotten import ForgottenSeries
from candledesk.cache.rules.damaged_bars import cover_lost
from candledesk.cache.rules.planner import Facts
from candledesk.cache.storing.recheck_sessions import reopen_sessions
from candledesk.domain.calendar.observed_sessions import without_sessions
from candledesk.domain.calendar.session_overrides import apply_overrides, session_dates
from candledesk.domain.errors import EnvironmentFaultError, InputError, OfflineError, UnknownSymbolError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START
from candledesk.domain.symbols import spell_symbol, split_symbol
from candledesk.store.market import calendars as calendar_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.chunks.proof import lost_spans
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.cache.context import CacheContext
    from candledesk.cache.events import Event
    from candledesk.cache.fetching.provider_limits import ProviderLimits
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.calendar.session_overrides import SessionOverrides
    from candledesk.domain.errors import CandleDeskError
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.calendars import SessionSource
    from candledesk.store.market.chunks.proof import Finding

UNKNOWN_FOR_S = 3_600.0  # an unknown symbol costs one request an hour at most
_SOURCES: tuple[SessionSource, ...] = ("idle", "observed", "stated")
CALENDAR_MARGIN_S = 30 * DAY_S
USUAL_START = DAY_S  # few instruments are older than 1970, and each decade of a calendar costs time


@dataclass(frozen=True, slots=True)
class SeriesState:
    """What the database knows of a series: ``facts`` is ``None`` until the instrument and its calendar are known.

    ``outdated``: the same by a calendar that ends too soon to plan with; what is stored can be read by it all the same.
    ``now``: when this was read (UTC seconds).
    """

    instrument: Instrument | None
    series_id: int | None
    facts: Facts | None
    outdated: Facts | None = None
    now: int = 0

    @property
    def readable(self) -> Facts | None:
        """The facts to read stored bars by, planned with or not; ``None`` when no calendar was ever loaded."""
        return self.facts or self.outdated


def calendar_key(instrument: Instrument) -> str:
    """Return the key of the calendar of an instrument's venue: exchange codes are the provider's own."""
    provider, _ = split_symbol(instrument.symbol)
    return spell_symbol(provider, f"{instrument.exchange}/{instrument.quote_type}/{instrument.tz}")


def calendar_start(instrument: Instrument) -> int:
    """Return from when sessions are needed (UTC seconds): 1970, or the first trade when that is earlier."""
    first = instrument.first_open_time
    return max(HISTORY_START, min(USUAL_START, USUAL_START if first is None else first) // DAY_S * DAY_S)


class Catalog:
    """Looks instruments and calendars up, and remembers symbols that the provider does not know."""

    def __init__(self, context: CacheContext, limits: ProviderLimits) -> None:
        """Start empty."""
        self._context = context
        self.limits = limits
        self.forgotten = ForgottenSeries()
        self._lock = threading.Lock()
        self._calendars: dict[str, SessionCalendar] = {}
        self._loaded_from: dict[str, int] = {}
        self._blocked: dict[str, tuple[float, CandleDeskError]] = {}
        self._is_offline = False

    def mark_unknown(self, symbol: str) -> UnknownSymbolError:
        """Remember that the provider knows no such symbol, and return the error to raise."""
        error = self._unknown(symbol)
        self.mark_unreachable(symbol, error, UNKNOWN_FOR_S)
        return error

    def _unknown(self, symbol: str) -> UnknownSymbolError:
        capabilities = self._context.providers.of(symbol).capabilities
        text = f"{capabilities.title} knows no symbol {symbol!r}: {capabilities.unknown_hint}."
        return UnknownSymbolError(symbol, text)

    def mark_unreachable(self, symbol: str, error: CandleDeskError, pause_s: float) -> None:
        """Remember for ``pause_s`` why a symbol that the database does not know could not be looked up."""
        with self._lock:
            self._blocked[symbol] = (time.monotonic() + pause_s, error)

    def clear_backoff(self, symbols: Iterable[str] | None = None) -> None:
        """End the pauses of symbols (``None``: all) that could not be reached; unknown ones stay unknown."""
        with self._lock:
            for symbol in list(self._blocked) if symbols is None else symbols:
                if isinstance(self._blocked.get(symbol, (0.0, None))[1], OfflineError):
                    del self._blocked[symbol]

    def on_event(self, event: Event) -> None:
        """End the pauses of all unreachable symbols once the network is back."""
        if not isinstance(event, LimiterChanged):
            return
        with self._lock:
            is_back = self._is_offline and not event.state.is_offline
            self._is_offline = event.state.is_offline
        if is_back:
            self.clear_backoff()

    def blocked_error(self, symbol: str) -> CandleDeskError | None:
        """Return why an unknown symbol is not asked for at this moment, if that is so."""
        try:
            if not self._context.providers.of(symbol).capabilities.intervals:
                return self._unknown(symbol)
        except InputError as error:
            return error
        with self._lock:
            until, blocked = self._blocked.get(symbol, (0.0, None))
        return blocked if time.monotonic() < until else None

    def refusal(self, symbol: str, interval: Interval) -> CandleDeskError | None:
        """Return why no job can fetch bars of a series, ``None`` when its provider can be asked for them."""
        if self.limits.of(symbol, interval) is not None:
            return None
        try:
            reason = self._context.providers.of(symbol).capabilities.no_bars_text(interval.name)
        except InputError as error:
            return error
        return InputError("symbol", f"{interval.name} bars of {symbol} cannot be fetched: {reason}")

    def read(self, connection: Connection, symbol: str, interval: Interval) -> SeriesState:
        """Read what the database knows of a series; on a reader thread."""
        stored = instrument_store.read_instrument(connection, symbol)
        if stored is None:
            return SeriesState(None, None, None)
        provider = self._context.providers.of(symbol)
        instrument = self.complete(stored)
        series_id = instrument_store.series_id(connection, symbol, interval)
        calendar = self._calendar(connection, instrument)
        now = self._context.now()
        if calendar is None:
            return SeriesState(instrument, series_id, None, now=now)
        rows = () if series_id is None else tuple(coverage_store.read_coverage(connection, series_id))
        limits, capabilities = self.limits.of(symbol, interval), provider.capabilities
        texts = capabilities.title, capabilities.no_bars_text(interval.name)
        facts = Facts(interval, calendar, rows, instrument.first_open_time, now, limits, *texts)
        is_serving = self._serves(calendar, instrument)
        return SeriesState(instrument, series_id, facts if is_serving else None, None if is_serving else facts, now)

    def read_calendar(self, connection: Connection, symbol: str) -> SessionCalendar | None:
        """Return the calendar of a symbol's venue, ``None`` while it or the symbol is not known; on a reader thread."""
        stored = instrument_store.read_instrument(connection, symbol)
        return None if stored is None else self._calendar(connection, self.complete(stored))

    def without_lost(self, known: SeriesState, findings: Sequence[Finding]) -> SeriesState:
        """Return the state of a series in which stored bars that are lost are gaps."""
        lost = [] if known.series_id is None else lost_spans(findings, known.series_id)
        if not lost:
            return known
        retry_at = None if self._context.damage.is_refused else known.now
        states = [
            None if facts is None else replace(facts, coverage=cover_lost(facts.coverage, lost, retry_at))
            for facts in (known.facts, known.outdated)
        ]
        return replace(known, facts=states[0], outdated=states[1])

    def load(self, symbol: str, interval: Interval) -> SeriesState:
        """Read what the database knows of a series, and wait for it; not on a reader thread."""
        return self._context.readers.submit(lambda connection: self.read(connection, symbol, interval)).result()

    def complete(self, instrument: Instrument) -> Instrument:
        """Return a stored instrument with what its provider calls the exchange and itself."""
        provider = self._context.providers.of(instrument.symbol)
        exchange_name = provider.exchange_name(instrument.exchange)
        return replace(instrument, exchange_name=exchange_name, source=provider.capabilities.source)

    def rate_symbols(self, symbol: str, source: str, target: str) -> tuple[tuple[str, bool], ...]:
        """Return the symbols by which the provider of a symbol prices a currency in another (``Provider``)."""
        provider, _ = split_symbol(symbol)
        found = self._context.providers.of(symbol).rate_symbols(source, target)
        return tuple((spell_symbol(provider, own), is_inverse) for own, is_inverse in found)

    def _calendar(self, connection: Connection, instrument: Instrument) -> SessionCalendar | None:
        key = calendar_key(instrument)
        with self._lock:
            calendar = self._calendars.get(key)
        if calendar is not None and self._serves(calendar, instrument):
            return calendar
        stored = calendar_store.read_calendar(connection, key)
        if stored is None:
            return calendar
        whole = _with_sessions(connection, stored[0])
        with self._lock:
            if self._calendars.get(key) is calendar:  # else a newer one has been remembered while this was read
                self._calendars[key] = whole
        return whole

    def _serves(self, calendar: SessionCalendar, instrument: Instrument) -> bool:
        """Tell whether a calendar reaches from the instrument's first trade to well ahead of now."""
        if not len(calendar) or int(calendar.close[-1]) <= self._context.now() + CALENDAR_MARGIN_S:
            return False
        start = calendar_start(instrument)
        is_all_there_is = self._loaded_from.get(calendar_key(instrument), start + 1) <= start
        return is_all_there_is or int(calendar.date[0]) <= start + CALENDAR_MARGIN_S

    def load_calendar(self, instrument: Instrument) -> SessionCalendar:
        """Compute the calendar in the fetch process and store it; blocks, so only on a fetch thread.

        Where nothing can be stored it serves this run, and the ``EnvironmentFaultError`` is raised.
        """
        key = calendar_key(instrument)
        start = calendar_start(instrument)
        calendar = self._context.providers.load_calendar(instrument, start)
        valid_until = int(calendar.close[-1]) if len(calendar) else self._context.now()

        def write(connection: Connection) -> SessionCalendar:
            with transaction(connection):
                whole = _with_sessions(connection, calendar)
                calendar_store.write_calendar(connection, key, whole, valid_until)
            with self._lock:  # on the writer thread, so that the newest is remembered last
                self._calendars[key], self._loaded_from[key] = whole, start
            return whole

        try:
            return self._context.writer.submit(write).result()
        except EnvironmentFaultError:
            whole = self._context.readers.submit(lambda connection: _with_sessions(connection, calendar)).result()
            with self._lock:
                self._calendars.setdefault(key, whole)
                self._loaded_from.setdefault(key, start)
            raise

    def save_session_overrides(
        self, instrument: Instrument, calendar: SessionCalendar, overrides: SessionOverrides
    ) -> bool:
        """Store the venue's sessions that ``calendar`` lacks or has with other hours.

        They hold for every interval and instrument of the venue: coverage of their series that spans new sessions is
        removed, so that these are fetched. Returns whether any was.
        """
        key, venue = calendar_key(instrument), venue_key(calendar)

        def write(connection: Connection) -> bool:
            with transaction(connection):
                calendar_store.write_sessions(connection, venue, overrides.idle, "idle")
                calendar_store.write_sessions(connection, venue, overrides.observed, "observed")
                calendar_store.write_sessions(connection, venue, overrides.reported, "stated")
                changed = {key: _with_sessions(connection, calendar)}
                for other in calendar_store.list_calendars(connection, venue):
                    stored = calendar_store.read_calendar(connection, other)
                    if stored is not None:
                        changed[other] = _with_sessions(connection, stored[0])
                for name, one in changed.items():
                    calendar_store.write_calendar(connection, name, one, int(one.close[-1]))
                is_reopened = reopen_sessions(connection, calendar, changed[key])
            with self._lock:  # as in load_calendar
                self._calendars.update(changed)
            return is_reopened

        return self._context.writer.submit(write).result()


def venue_key(calendar: SessionCalendar) -> str:
    """Return the key of a calendar's venue, the same for all exchange codes and kinds of instrument."""
    return f"{calendar.mic}/{calendar.tz}"


def _with_sessions(connection: Connection, calendar: SessionCalendar) -> SessionCalendar:
    """Return the calendar with what is remembered of the venue's sessions: by its rows, and over it by its answers."""
    venue = venue_key(calendar)
    idle, observed, by_provider = (calendar_store.read_sessions(connection, venue, source) for source in _SOURCES)
    whole = without_sessions(calendar, session_dates(calendar, idle))
    whole = apply_overrides(apply_overrides(whole, observed, is_observed=True), by_provider)
    return replace(whole, observed=session_dates(calendar, observed)) if observed else whole
