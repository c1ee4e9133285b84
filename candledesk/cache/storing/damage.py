"""Repairs bars that a read has found damaged, on the writer thread, and emits one event about each damage.

What was lost becomes coverage that has failed with the reason ``damaged``, which the ordinary planner fetches again
(DESIGN.md, rule 7).
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from candledesk.cache.events import CoverageChanged, DamageFound
from candledesk.domain.errors import ClosingError, EnvironmentFaultError
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market.chunks.proof import DamagedBarsError, Verdict, lost_spans
from candledesk.store.market.chunks.repair import repair_findings
from candledesk.store.market.chunks.verification import find_damage
from candledesk.store.market.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from candledesk.cache.events import Event
    from candledesk.cache.runtime.writer import Writer
    from candledesk.domain.interval import Interval
    from candledesk.store import Connection
    from candledesk.store.market.chunks.proof import Finding

T = TypeVar("T")
log = logging.getLogger(__name__)
BATCH = 16  # chunks of one transaction: about 60 ms, for which another write may have to wait
RESTORED = "they were restored from their second copy"
_LAST_TIME = 253_402_300_799  # 9999-12-31
UNHARMED = "the bars are unharmed, and it was written again"
LOST = "they are a gap now, which is fetched again as far as the provider still has them"


class DamageRepair:
    """The damage that was found in this run of the program; safe from any thread."""

    def __init__(self, writer: Writer, emit: Callable[[Event], None]) -> None:
        """Start without any."""
        self._writer = writer
        self._emit = emit
        self._lock = threading.Lock()
        self._known: set[Finding] = set()
        self._last: Future[None] | None = None
        self.is_refused = False
        """Whether some damage could not be repaired (a read-only home, a page that SQLite cannot write)."""

    def report(self, connection: Connection, findings: Sequence[Finding]) -> Future[None] | None:
        """Repair what a read has found, if that is not under way; return the end of all repairs that were begun.

        ``connection``: of the read. ``None`` when there is nothing to wait for. What could not be repaired is not tried
        again in this run.
        """
        if not findings:
            return None
        with self._lock:
            new = [finding for finding in dict.fromkeys(findings) if finding not in self._known]
            self._known.update(new)
            if new:
                self._last = Future()
                self._submit(_by_series(connection, new), new, self._last)
            return None if self._last is None or self._last.done() else self._last

    def check(self, connection: Connection, series_id: int, span: Span) -> Future[None] | None:
        """Look for damage of the stored bars of ``span``, and repair it as ``report`` does."""
        return self.report(connection, find_damage(connection, series_id, span))

    def note_repaired(self, connection: Connection, findings: Sequence[Finding]) -> None:
        """Emit events about damage that was repaired by the write that found it; on the writer thread."""
        for series in _by_series(connection, findings):
            for event in describe_damage(series, findings):
                self._emit_found(event)
            rev = instrument_store.series_rev(connection, series.series_id)
            for span in lost_spans(findings, series.series_id):
                self._emit(CoverageChanged(series.symbol, series.interval, span, rev))

    def submit(self, task: Callable[[Connection], T]) -> Future[T]:
        """Queue a task of the writer that compares with stored bars; those that are lost are repaired first."""
        return self._writer.submit(lambda connection: self._run(connection, task))

    def _run(self, connection: Connection, task: Callable[[Connection], T]) -> T:
        seen: set[Finding] = set()
        while True:
            try:
                return task(connection)
            except DamagedBarsError as error:
                if seen.issuperset(error.findings):
                    raise
                seen.update(error.findings)
                try:
                    self._repair(connection, error.findings)
                except EnvironmentFaultError:
                    self.is_refused = True
                    raise

    def _submit(self, series: Sequence[_Series], findings: Sequence[Finding], end: Future[None]) -> None:
        batch, rest = findings[:BATCH], findings[BATCH:]

        def on_end(done: Future[None]) -> None:
            error = done.exception()
            if error is None and rest:
                self._submit(series, rest, end)
                return
            if isinstance(error, EnvironmentFaultError):
                self._note_refused(series, findings, error)
            elif error is not None and not isinstance(error, ClosingError):
                log.error("a repair of stored bars ended with an internal error", exc_info=error)
            end.set_result(None)

        self._writer.submit(lambda connection: self._repair_reported(connection, batch)).add_done_callback(on_end)

    def _repair_reported(self, connection: Connection, findings: Sequence[Finding]) -> None:
        self._repair(connection, findings)
        with self._lock:
            self._known.difference_update(findings)

    def _repair(self, connection: Connection, findings: Sequence[Finding]) -> None:
        with transaction(connection):
            repaired = repair_findings(connection, findings)
        self.note_repaired(connection, repaired)

    def _note_refused(self, series: Sequence[_Series], findings: Sequence[Finding], error: Exception) -> None:
        self.is_refused = True
        for one in series:
            for event in describe_damage(one, findings, str(error)):
                self._emit_found(event)

    def _emit_found(self, event: DamageFound) -> None:
        log.warning("%s", event.text)
        self._emit(event)


@dataclass(frozen=True, slots=True)
class _Series:
    """The series of some findings."""

    series_id: int
    symbol: str
    interval: Interval


def _by_series(connection: Connection, findings: Sequence[Finding]) -> list[_Series]:
    found = {finding.series_id for finding in findings}
    listed = instrument_store.list_series(connection) if found else []
    return [_Series(number, symbol, parse_interval(name)) for number, symbol, name in listed if number in found]


def describe_damage(series: _Series, findings: Sequence[Finding], refusal: str = "") -> list[DamageFound]:
    """Return the events that say what was damaged of a series and what was done (pure).

    One for lost bars and one for the rest; ``refusal``: why it could not be repaired, as a sentence.
    """
    own = [finding for finding in findings if finding.series_id == series.series_id]
    lost, rest = lost_spans(own), [finding for finding in own if not finding.lost]
    events: list[DamageFound] = []
    if lost:
        done = f"they cannot be made a gap: {refusal}" if refusal else LOST
        events.append(_event(series, lost, f"are damaged, and so is their second copy; {done}", is_lost=True))
    if rest:
        is_checksum = all(finding.verdict is Verdict.BOTH for finding in rest)
        verb = "are" if refusal else "were"
        what = "have a damaged checksum" if is_checksum else f"{verb} damaged in one of their two copies"
        done = UNHARMED if is_checksum else RESTORED
        done = f"the other copy is used, and this one cannot be repaired: {refusal}" if refusal else done
        extents = [finding.extent(series.interval.step_s) for finding in rest]
        events.append(_event(series, extents, f"{what}; {done}", is_lost=False))
    return events


def _event(series: _Series, spans: Sequence[Span], what: str, *, is_lost: bool) -> DamageFound:
    start = max(min(span.start for span in spans), HISTORY_START)  # a damaged key can lie in any millennium
    end = min(max(span.end for span in spans), _LAST_TIME)
    span = Span(min(start, _LAST_TIME - 1), max(end, start + 1))
    dates = (f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d}" for time in (span.start, span.end))
    text = f"Stored {series.interval.name} bars of {series.symbol} between {' and '.join(dates)} {what}".rstrip(".")
    return DamageFound(series.symbol, series.interval, span, is_lost=is_lost, text=f"{text}.")
