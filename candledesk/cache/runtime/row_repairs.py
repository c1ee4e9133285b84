"""Repairs damaged rows of the database as soon as they are found, and reports it once."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.events import EntriesRestored
from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError
from candledesk.store.market.row_copies.repair import check_rows, pop_damage, repair_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from candledesk.cache.events import Event
    from candledesk.cache.runtime.writer import Writer
    from candledesk.store import Connection
    from candledesk.store.market.row_copies.repair import RowFinding

T = TypeVar("T")
log = logging.getLogger(__name__)
N_LOGGED, N_NAMED = 20, 2
PAUSE_S = 60.0  # after a repair that left damage or was refused; else each read of a damaged row would begin one


def _do_nothing(_connection: Connection, _findings: Sequence[RowFinding]) -> None:
    """Do nothing after a repair."""


class RowRepairs:
    """Repairs rows on the writer thread, after a task there or on a reader has found a damaged one."""

    def __init__(
        self,
        emit: Callable[[Event], None],
        after_repair: Callable[[Connection, Sequence[RowFinding]], object] = _do_nothing,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``emit`` is called with an event after a repair, ``after_repair`` before, on the writer thread."""
        self._clock = clock
        self._paused_until = 0.0
        self._emit = emit
        self._after_repair = after_repair
        self._lock = threading.Lock()
        self._is_waiting = False

    def run(self, task: Callable[[Connection], T], connection: Connection) -> T:
        """Run a task of the writer; one that fails because of damaged rows runs once more after their repair."""
        try:
            result = task(connection)
        except EnvironmentFaultError as error:
            if not pop_damage(connection, error) or not self.repair(connection):
                raise
            return task(connection)
        if pop_damage(connection):
            self._try(connection)
        return result

    def repair(self, connection: Connection) -> bool:
        """Repair all damaged rows; return whether any were repaired. Does nothing in a pause."""
        return self._clock() >= self._paused_until and self.repair_now(connection)

    def repair_now(self, connection: Connection) -> bool:
        """Repair all damaged rows also in a pause, because a person asks for it; return whether any were repaired."""
        self._paused_until = self._clock() + PAUSE_S  # of a repair that fails
        findings = repair_rows(connection)
        left = set(check_rows(connection)) if findings else set()
        repaired = [finding for finding in findings if finding not in left]
        if not left:
            self._paused_until = 0.0
        for finding in findings[:N_LOGGED]:
            log.warning("damaged and %s: %s", "not restored" if finding in left else "restored", finding)
        if repaired:
            self._after_repair(connection, repaired)
            self._emit(EntriesRestored(_text(repaired)))
        return bool(repaired)

    def submit(self, writer: Writer, connection: Connection) -> None:
        """Let the writer repair what a reader has found; does nothing when it found no damage."""
        if not pop_damage(connection) or self._clock() < self._paused_until:
            return
        with self._lock:
            if self._is_waiting:
                return
            self._is_waiting = True
        writer.submit(self._try).add_done_callback(self._on_done)

    def _on_done(self, done: Future[None]) -> None:
        with self._lock:
            self._is_waiting = False
        error = done.exception()
        if isinstance(error, ClosingError) or error is None:
            return
        self._paused_until = self._clock() + PAUSE_S  # the writer cannot open the database
        log.warning("damaged rows cannot be restored yet: %s", error)

    def _try(self, connection: Connection) -> None:
        """Repair, and leave it to a later task where that fails."""
        try:
            self.repair(connection)
        except CandleDeskError as error:
            log.warning("damaged rows cannot be restored yet: %s", error)


def _text(findings: Sequence[RowFinding]) -> str:
    """Return a sentence for people about what was repaired."""
    subjects = list(dict.fromkeys(finding.subject for finding in findings))
    rest = f" and {len(subjects) - N_NAMED} more" if len(subjects) > N_NAMED else ""
    return (
        "Some entries of the database were damaged, and what their copies prove was restored "
        f"({', '.join(subjects[:N_NAMED])}{rest}): check the disk, and run `candledesk doctor`."
    )
