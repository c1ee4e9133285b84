"""The archive: series that are kept complete, so that more is stored than the provider still has."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.messages import ArchiveEntry
from candledesk.cache.rules.update_rules import next_archive_run, unbroken
from candledesk.cache.runtime.coroutines import start_coroutine, wait_for
from candledesk.domain.errors import ClosingError, NotCachedError
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.domain.symbols import parse_symbol
from candledesk.store.market import archive as archive_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.cache.context import CacheContext
    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.domain.errors import CandleDeskError
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.archive import ArchiveRow

log = logging.getLogger(__name__)
NOT_RUN = "not run yet"
STALE_S = 7 * DAY_S  # a list that has not been run for so long says so


class Archive:
    """Reads and changes the list of archived series; the updater fetches their bars."""

    def __init__(self, context: CacheContext, catalog: Catalog, fill_scheduler: FillScheduler) -> None:
        """Start nothing."""
        self._context = context
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler

    def entries(self) -> Future[list[ArchiveEntry]]:
        """Return the list by symbol and interval, each entry with what its coverage shows."""
        return self._context.readers.submit(
            lambda connection: [
                self._entry(connection, row.symbol, parse_interval(row.interval), row) for row in self.rows(connection)
            ]
        )

    def rows(self, connection: Connection) -> list[ArchiveRow]:
        """Read the list as it is stored."""
        return archive_store.list_archive(connection)

    def change(self, symbol: str, interval: Interval, *, is_on: bool) -> Future[ArchiveEntry]:
        """Put a series on the list or take it off; a symbol that is not known yet costs one request first."""
        parse_symbol(symbol)
        refusal = self._catalog.refusal(symbol, interval.base) if is_on else None
        return start_coroutine(self._change(symbol, interval.base, refusal, is_on=is_on))

    async def _change(
        self, symbol: str, interval: Interval, refusal: CandleDeskError | None, *, is_on: bool
    ) -> ArchiveEntry:
        if refusal is not None:
            raise refusal
        found = await wait_for(self._fill_scheduler.resolve_instrument(symbol, interval))
        if found.error is not None:
            raise found.error
        task = partial(_write_set, symbol=symbol, interval=interval, is_on=is_on, now=self._context.now())
        await wait_for(self._context.writer.submit(task))
        return await wait_for(self._context.readers.submit(lambda c: self._read_entry(c, symbol, interval)))

    def note_run(self, symbol: str, interval: Interval, last_run_at: int | None, note: str) -> Future[None]:
        """Note how a run ended; ``last_run_at`` ``None``: not well."""
        task = partial(_write_note, symbol=symbol, interval=interval, last_run_at=last_run_at, note=note)
        noted = self._context.writer.submit(task)
        noted.add_done_callback(_log_failure)
        return noted

    def _read_entry(self, connection: Connection, symbol: str, interval: Interval) -> ArchiveEntry:
        key = (symbol, interval.name)
        row = next((row for row in self.rows(connection) if (row.symbol, row.interval) == key), None)
        return self._entry(connection, symbol, interval, row)

    def _entry(self, connection: Connection, symbol: str, interval: Interval, row: ArchiveRow | None) -> ArchiveEntry:
        facts = self._catalog.read(connection, symbol, interval).readable
        last_run = None if row is None else row.last_run_at
        if facts is None:
            return ArchiveEntry(symbol, interval, None, last_run, None, NOT_RUN, is_on=row is not None)
        stretch = unbroken(facts)
        notes = [] if row is None else [row.note or ("" if row.last_run_at else NOT_RUN)]
        if stretch is not None and stretch.until < facts.now - STALE_S:
            notes.append(f"nothing since {datetime.fromtimestamp(stretch.until, UTC):%Y-%m-%d}")
        if stretch is not None and stretch.n_empty:
            notes.append(f"{facts.provider} has no bars in {stretch.n_empty} of its spans")
        return ArchiveEntry(
            symbol,
            interval,
            None if stretch is None else stretch.since,
            last_run,
            None if row is None else next_archive_run(facts, last_run),
            "; ".join(note for note in notes if note),
            is_on=row is not None,
        )


def _series_id(connection: Connection, symbol: str, interval: Interval) -> int:
    found = instrument_store.series_id(connection, symbol, interval, create=True)
    if found is None:
        raise NotCachedError(symbol)
    return found


def _write_set(connection: Connection, *, symbol: str, interval: Interval, is_on: bool, now: int) -> None:
    with transaction(connection):
        series_id = _series_id(connection, symbol, interval)
        if is_on:
            archive_store.add_to_archive(connection, series_id, now)
        else:
            archive_store.remove_from_archive(connection, series_id)


def _write_note(connection: Connection, *, symbol: str, interval: Interval, last_run_at: int | None, note: str) -> None:
    with transaction(connection):
        archive_store.note_archive_run(connection, _series_id(connection, symbol, interval), last_run_at, note)


def _log_failure(written: Future[None]) -> None:
    error = written.exception()
    if error is not None and not isinstance(error, ClosingError):
        log.warning("the end of a harvest could not be noted: %s", error)
