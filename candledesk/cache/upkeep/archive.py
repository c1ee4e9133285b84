"""The harvest list: series that are kept complete, so that the archive outgrows what the provider keeps."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.messages import ArchiveEntry
from candledesk.cache.rules.update_rules import next_archive_run, unbroken
from candledesk.domain.errors import ClosingError, NotCachedError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import DAY_S, parse_interval
from candledesk.store.market import archive as archive_store
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.fetching.catalog import Catalog
    from candledesk.cache.fetching.fill_scheduler import FillScheduler
    from candledesk.cache.fetching.fill_task import FillResult
    from candledesk.cache.runtime.workers import Readers, Writer
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.archive import ArchiveRow

log = logging.getLogger(__name__)
NOT_RUN = "not run yet"
STALE_S = 7 * DAY_S  # a list that has not been run for so long says so


class Archive:
    """Reads and changes the list; who runs it is the updater."""

    def __init__(
        self, readers: Readers, writer: Writer, catalog: Catalog, fill_scheduler: FillScheduler, now: Callable[[], int]
    ) -> None:
        """Take the parts; nothing starts here."""
        self._readers = readers
        self._writer = writer
        self._catalog = catalog
        self._fill_scheduler = fill_scheduler
        self._now = now

    def entries(self) -> Future[list[ArchiveEntry]]:
        """Return the list by symbol and interval, each entry with what its coverage tells."""
        return self._readers.submit(
            lambda connection: [
                self._entry(connection, row.symbol, parse_interval(row.interval), row) for row in self.rows(connection)
            ]
        )

    def rows(self, connection: Connection) -> list[ArchiveRow]:
        """Read the list as it is stored."""
        return archive_store.list_archive(connection)

    def change(self, symbol: str, interval: Interval, *, is_on: bool) -> Future[ArchiveEntry]:
        """Put a series on the list or take it off; a symbol that was never met costs one request first."""
        parse_symbol(symbol)
        changed: Future[ArchiveEntry] = Future()
        base = interval.base

        def on_read(read: Future[ArchiveEntry]) -> None:
            error = read.exception()
            if error is None:
                changed.set_result(read.result())
            else:
                changed.set_exception(error)

        def on_written(written: Future[None]) -> None:
            error = written.exception()
            if error is not None:
                changed.set_exception(error)
            else:
                self._readers.submit(lambda c: self._read_entry(c, symbol, base)).add_done_callback(on_read)

        def on_resolved(end: Future[FillResult]) -> None:
            error = end.result().error
            if error is not None:
                changed.set_exception(error)
            else:
                task = partial(_write_set, symbol=symbol, interval=base, is_on=is_on, now=self._now())
                self._writer.submit(task).add_done_callback(on_written)

        self._fill_scheduler.resolve_instrument(symbol, base, on_resolved)
        return changed

    def note_run(self, symbol: str, interval: Interval, last_run_at: int | None, note: str) -> Future[None]:
        """Note how a run ended; ``last_run_at`` ``None``: not well."""
        task = partial(_write_note, symbol=symbol, interval=interval, last_run_at=last_run_at, note=note)
        noted = self._writer.submit(task)
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
            notes.append(f"Yahoo has no bars in {stretch.n_empty} of its spans")
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
