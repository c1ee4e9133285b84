"""Instruments and their calendars: from memory, else from the database, else from the child process."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from candledesk.cache.fetching.recheck_sessions import reopen_sessions
from candledesk.cache.messages import LimiterChanged
from candledesk.cache.rules.planner import Facts
from candledesk.domain.calendar.observed_sessions import without_sessions
from candledesk.domain.calendar.session_overrides import apply_overrides, session_dates
from candledesk.domain.errors import OfflineError, UnknownSymbolError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START
from candledesk.store.market import calendars as calendar_store
from candledesk.store.market import coverage as coverage_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from candledesk.cache.fetching.provider_limits import ProviderLimits
    from candledesk.cache.messages import Event
    from candledesk.cache.runtime.workers import Writer
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.calendar.session_overrides import SessionOverrides
    from candledesk.domain.errors import CandleDeskError
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.calendars import SessionSource

UNKNOWN_FOR_S = 3_600.0  # an unknown symbol costs one request an hour at most
_SOURCES: tuple[SessionSource, ...] = ("idle", "observed", "stated")
CALENDAR_MARGIN_S = 30 * DAY_S
USUAL_START = DAY_S  # few instruments are older than 1970, and each decade of a calendar costs time


class Calendars(Protocol):
    """Who can compute a venue's sessions: the child process."""

    def load_calendar(self, exchange: str, quote_type: str, tz: str, start: int) -> SessionCalendar:
        """Compute a venue's sessions; may block for seconds."""
        ...


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
    """Name the calendar that the instrument's venue follows."""
    return f"{instrument.exchange}/{instrument.quote_type}/{instrument.tz}"


def calendar_start(instrument: Instrument) -> int:
    """Return from when sessions are needed (UTC seconds): 1970, or the first trade when that is earlier."""
    first = instrument.first_open_time
    return max(HISTORY_START, min(USUAL_START, USUAL_START if first is None else first) // DAY_S * DAY_S)


class Catalog:
    """Looks instruments and calendars up, and remembers symbols that the provider does not know."""

    def __init__(self, child: Calendars, writer: Writer, limits: ProviderLimits, now: Callable[[], int]) -> None:
        """Start empty."""
        self._child = child
        self._writer = writer
        self.limits = limits
        self._now = now
        self._lock = threading.Lock()
        self._calendars: dict[str, SessionCalendar] = {}
        self._loaded_from: dict[str, int] = {}
        self._blocked: dict[str, tuple[float, CandleDeskError]] = {}
        self._is_offline = False

    def mark_unknown(self, symbol: str) -> UnknownSymbolError:
        """Remember that the provider knows no such symbol, and return the error to raise."""
        error = UnknownSymbolError(symbol)
        self.mark_unreachable(symbol, error, UNKNOWN_FOR_S)
        return error

    def mark_unreachable(self, symbol: str, error: CandleDeskError, pause_s: float) -> None:
        """Remember why nothing could be learnt of a symbol that the database does not know, for ``pause_s``."""
        with self._lock:
            self._blocked[symbol] = (time.monotonic() + pause_s, error)

    def clear_backoff(self, symbols: Iterable[str] | None = None) -> None:
        """Let symbols (``None``: all) be asked for at once that could not be reached; what is unknown stays so."""
        with self._lock:
            for symbol in list(self._blocked) if symbols is None else symbols:
                if isinstance(self._blocked.get(symbol, (0.0, None))[1], OfflineError):
                    del self._blocked[symbol]

    def on_event(self, event: Event) -> None:
        """Hear of the network: once it is back, nobody waits for the end of a pause that was made without it."""
        if not isinstance(event, LimiterChanged):
            return
        with self._lock:
            is_back = self._is_offline and not event.state.is_offline
            self._is_offline = event.state.is_offline
        if is_back:
            self.clear_backoff()

    def blocked_error(self, symbol: str) -> CandleDeskError | None:
        """Return why an unknown symbol is not asked for at this moment, if that is so."""
        with self._lock:
            until, error = self._blocked.get(symbol, (0.0, None))
        return error if time.monotonic() < until else None

    def read(self, connection: Connection, symbol: str, interval: Interval) -> SeriesState:
        """Read what the database knows of a series; on a reader thread."""
        instrument = instrument_store.read_instrument(connection, symbol)
        if instrument is None:
            return SeriesState(None, None, None)
        series_id = instrument_store.series_id(connection, symbol, interval)
        calendar = self._calendar(connection, instrument)
        now = self._now()
        if calendar is None:
            return SeriesState(instrument, series_id, None, now=now)
        rows = () if series_id is None else tuple(coverage_store.read_coverage(connection, series_id))
        lookback_s = self.limits.lookback_s(interval)
        facts = Facts(interval, calendar, rows, instrument.first_open_time, now, lookback_s)
        is_serving = self._serves(calendar, instrument)
        return SeriesState(instrument, series_id, facts if is_serving else None, None if is_serving else facts, now)

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
        if not len(calendar) or int(calendar.close[-1]) <= self._now() + CALENDAR_MARGIN_S:
            return False
        start = calendar_start(instrument)
        is_all_there_is = self._loaded_from.get(calendar_key(instrument), start + 1) <= start
        return is_all_there_is or int(calendar.date[0]) <= start + CALENDAR_MARGIN_S

    def load_calendar(self, instrument: Instrument) -> SessionCalendar:
        """Compute the calendar in the child process and store it; blocks, so only on a fetch thread."""
        key = calendar_key(instrument)
        start = calendar_start(instrument)
        calendar = self._child.load_calendar(instrument.exchange, instrument.quote_type, instrument.tz, start)
        valid_until = int(calendar.close[-1]) if len(calendar) else self._now()

        def write(connection: Connection) -> SessionCalendar:
            with transaction(connection):
                whole = _with_sessions(connection, calendar)
                calendar_store.write_calendar(connection, key, whole, valid_until)
            with self._lock:  # on the writer thread, so that the newest is remembered last
                self._calendars[key], self._loaded_from[key] = whole, start
            return whole

        return self._writer.submit(write).result()

    def save_session_overrides(
        self, instrument: Instrument, calendar: SessionCalendar, overrides: SessionOverrides
    ) -> None:
        """Keep what an answer told of the venue's sessions that ``calendar`` has otherwise.

        It holds for every interval and instrument of the venue: what their series call known of new sessions is asked
        for again.
        """
        key, venue = calendar_key(instrument), venue_key(calendar)

        def write(connection: Connection) -> None:
            with transaction(connection):
                calendar_store.write_sessions(connection, venue, overrides.idle, "idle")
                calendar_store.write_sessions(connection, venue, overrides.observed, "observed")
                calendar_store.write_sessions(connection, venue, overrides.stated, "stated")
                changed = {key: _with_sessions(connection, calendar)}
                for other in calendar_store.list_calendars(connection, venue):
                    stored = calendar_store.read_calendar(connection, other)
                    if stored is not None:
                        changed[other] = _with_sessions(connection, stored[0])
                for name, one in changed.items():
                    calendar_store.write_calendar(connection, name, one, int(one.close[-1]))
                reopen_sessions(connection, calendar, changed[key])
            with self._lock:  # as in load_calendar
                self._calendars.update(changed)

        self._writer.submit(write).result()


def venue_key(calendar: SessionCalendar) -> str:
    """Name the venue whose sessions ``calendar`` holds, for all exchange codes and kinds of instrument alike."""
    return f"{calendar.mic}/{calendar.tz}"


def _with_sessions(connection: Connection, calendar: SessionCalendar) -> SessionCalendar:
    """Return the calendar with what is remembered of the venue's sessions: by its rows, and over it what is stated."""
    venue = venue_key(calendar)
    idle, observed, stated = (calendar_store.read_sessions(connection, venue, source) for source in _SOURCES)
    whole = without_sessions(calendar, session_dates(calendar, idle))
    whole = apply_overrides(apply_overrides(whole, observed, is_observed=True), stated)
    return replace(whole, observed=session_dates(calendar, observed)) if observed else whole
