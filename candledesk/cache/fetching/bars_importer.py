"""Imports of foreign bars: into a symbol that its provider knows, else into a local instrument of that name."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.fetching.fill_task import Priority
from candledesk.cache.messages import Listing
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.cache.runtime.threads import run_into
from candledesk.cache.storing.imports import write_import
from candledesk.domain.errors import InputError, NotCachedError, UnknownSymbolError
from candledesk.domain.instrument import Instrument, decimals_of
from candledesk.domain.interval import DAY_S
from candledesk.domain.prices.digits import sent_bars
from candledesk.domain.symbols import DEFAULT_PROVIDER, spell_symbol, split_symbol
from candledesk.domain.venue import UnknownCalendarError
from candledesk.providers.local import provider as local
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.messages import ImportReport
    from candledesk.domain.bars import Bars
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection

_SATURDAY = 5


class BarsImporter:
    """Stores foreign bars on the fetch threads, since a symbol may have to be looked up first."""

    def __init__(self, context: CacheContext, catalog: Catalog, fill_scheduler: FillScheduler) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler

    def import_bars(
        self, symbol: str, interval: Interval, bars: Bars, listing: Listing | None = None
    ) -> Future[ImportReport]:
        """Store ``bars`` of a stored interval through the same checks as fetched ones.

        A symbol of which nothing is stored costs one request; one that the default provider does not know is stored
        as the local instrument of that name, with what ``listing`` says of it. Fails with ``InputError`` for a derived
        interval or an exchange without a calendar, with ``OfflineError`` when the provider cannot be asked now.
        """
        return start_coroutine(self._import_bars(symbol, interval, bars, listing or Listing()))

    async def _import_bars(self, symbol: str, interval: Interval, bars: Bars, listing: Listing) -> ImportReport:
        if interval.base is not interval:
            raise InputError("interval", f"{interval.name} is derived: import {interval.base.name}")
        provider, own = split_symbol(symbol)
        target, scheduler = symbol, self._fill_scheduler
        if provider != local.ID:
            found = await wait_for(scheduler.resolve_instrument(symbol, interval, is_daily_first_request=True))
            if isinstance(found.error, UnknownSymbolError) and provider == DEFAULT_PROVIDER:
                target = spell_symbol(local.ID, own)
            elif found.error is not None:
                raise found.error
        imported: Future[ImportReport] = Future()
        scheduler.run(Priority.UPDATE, lambda: run_into(imported, self._import, target, interval, bars, listing))
        return await wait_for(imported)

    def _import(self, symbol: str, interval: Interval, bars: Bars, listing: Listing) -> ImportReport:
        """Write the bars; on a fetch thread."""
        known = self._catalog.load(symbol, interval)
        instrument = known.instrument
        if split_symbol(symbol)[0] == local.ID:
            instrument, calendar = self._write_local(symbol, instrument, bars, listing)
        elif instrument is None:
            raise NotCachedError(symbol)
        else:
            bars = sent_bars(bars)  # a text states them with fewer digits
            calendar = known.facts.calendar if known.facts else self._catalog.load_calendar(instrument)
        now = self._context.now()

        task = partial(write_import, symbol=symbol, interval=interval, raw=bars, calendar=calendar, now=now)
        report, event = self._context.damage.submit(task).result()
        if event is not None:
            self._context.emit(event)
        return replace(report, symbol=symbol)

    def _write_local(
        self, symbol: str, stored: Instrument | None, bars: Bars, listing: Listing
    ) -> tuple[Instrument, SessionCalendar]:
        """Store a local instrument, or what is new of it, and return it with the sessions that it trades in."""
        if stored is not None and listing.exchange not in {"", stored.exchange}:
            raise InputError("exchange", f"{symbol} is stored with the exchange {stored.exchange or 'unknown'} already")
        instrument = stored or describe_local(symbol, bars, listing)
        instrument = replace(
            instrument, name=listing.name or instrument.name, currency=listing.currency or instrument.currency
        )
        try:
            calendar = self._catalog.load_calendar(instrument)
            if calendar.tz != instrument.tz:
                instrument = replace(instrument, tz=calendar.tz)
                calendar = self._catalog.load_calendar(instrument)
        except UnknownCalendarError as error:
            text = f"No calendar is known of the exchange {instrument.exchange}: use a MIC such as XNYS, XLON or XTKS"
            raise InputError("exchange", text) from error
        now = self._context.now()

        def write(connection: Connection) -> None:
            with transaction(connection):
                instrument_store.write_instrument(connection, instrument, calendar.mic, calendar.mic, now)

        self._context.writer.submit(write).result()
        return instrument, calendar


def describe_local(symbol: str, bars: Bars, listing: Listing) -> Instrument:
    """Return the instrument that foreign bars are of, as far as they and ``listing`` tell (pure).

    Bars on a weekend show that it trades every day; without them it trades on weekdays.
    """
    has_weekends = bool(np.any((bars.open_time // DAY_S + 3) % 7 >= _SATURDAY))
    quote_type = local.EVERY_DAY if has_weekends and not listing.exchange else "EQUITY"
    return Instrument(
        symbol=symbol,
        exchange=listing.exchange,
        quote_type=quote_type,
        tz="UTC",
        currency=listing.currency,
        price_decimals=decimals_of(bars.close),
        first_open_time=None,
        name=listing.name,
    )
