"""Forgetting a symbol or one of its series: bars, what is known of them, jobs, and its place in the archive."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from candledesk.cache.events import CoverageChanged, JobsChanged, RefreshDue
from candledesk.cache.maintenance.backup import write_automatic
from candledesk.cache.maintenance.task import TaskKind
from candledesk.domain.errors import CandleDeskError, EnvironmentFaultError, InputError, JobStateError, NotCachedError
from candledesk.domain.interval import parse_interval
from candledesk.domain.job_states import LIVE
from candledesk.domain.progress import Progress
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.backup_folder import list_backups
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import jobs as job_store
from candledesk.store.market.maintenance import forgetting as store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from candledesk.cache.maintenance.task import MaintenanceContext, TaskReport
    from candledesk.cache.maintenance_messages import MaintenanceRequest
    from candledesk.store.market.maintenance.forgetting import StoredSeries

REASON = "forget"
POLL_S = 0.05
STEP = "Deleting bars"


def find_error(_context: MaintenanceContext, request: MaintenanceRequest) -> CandleDeskError | None:
    """Return why nothing can be forgotten by this request."""
    if not request.symbol:
        return InputError("symbol", "Name the symbol that is to be forgotten")
    if request.interval is not None and request.interval.base is not request.interval:
        base = request.interval.base.name
        return InputError("interval", f"{request.interval.name} is made from stored {base} bars: forget {base}")
    return None


def run_forget(context: MaintenanceContext, request: MaintenanceRequest, report: TaskReport) -> None:
    """Make a backup unless one has the same bars, end what fetches the series, and delete them."""
    series = _find(context, request)
    backup = _back_up(context, request, series, report) if request.is_backed_up else None
    forgotten = context.catalog.forgotten
    forgotten.begin(request.symbol, request.interval)
    try:
        _stop_fills(context, request, report)
        _delete(context, request, series, report)
    finally:
        forgotten.end(request.symbol, request.interval)
        _announce(context, request, series)
    names = " ".join(one.interval for one in series)
    report.add_line(f"{request.symbol} {names} deleted.".replace("  ", " "))
    if backup is not None:
        report.add_line(f"To bring the database of that moment back: candledesk restore {backup}")


def _find(context: MaintenanceContext, request: MaintenanceRequest) -> list[StoredSeries]:
    with closing(context.connect_reader()) as connection:
        interval = None if request.interval is None else request.interval.name
        series = store.find_series(connection, request.symbol, interval)
        is_known = instrument_store.read_instrument(connection, request.symbol) is not None
    if not is_known or (request.interval is not None and not series):
        raise NotCachedError(request.symbol)
    return series


def _back_up(
    context: MaintenanceContext, request: MaintenanceRequest, series: Sequence[StoredSeries], report: TaskReport
) -> Path:
    """Return a backup that has the bars of these series: the newest one that has, else a new one."""
    report(Progress("Looking for a backup", 0, 0))
    intervals = [one.interval for one in series]
    with closing(context.connect_reader()) as connection:
        for found in list_backups(context.paths.home):
            if found.reason and store.is_in_backup(connection, found.path, request.symbol, intervals):
                return found.path
    try:
        return write_automatic(context, REASON, report)
    except EnvironmentFaultError as error:
        raise EnvironmentFaultError(f"{error} Nothing was deleted, for it could not be undone.") from error


def _stop_fills(context: MaintenanceContext, request: MaintenanceRequest, report: TaskReport) -> None:
    """Cancel the live jobs and fills, and wait for the end of a request that is under way."""
    with closing(context.connect_reader()) as connection:
        jobs = [job for state in LIVE for job in job_store.list_jobs(connection, state=state)]
    for job in jobs:
        if job.symbol == request.symbol and request.interval in (None, parse_interval(job.interval)):
            _cancel_job(context, job.job_id)
    while context.fill_scheduler.cancel_series(request.symbol, request.interval):
        report(Progress("Waiting for the end of a request", 0, 0))
        time.sleep(POLL_S)


def _cancel_job(context: MaintenanceContext, job_id: int) -> None:
    try:
        context.jobs.cancel(job_id).result()
    except JobStateError:  # it has ended meanwhile
        return


def _delete(
    context: MaintenanceContext, request: MaintenanceRequest, series: Sequence[StoredSeries], report: TaskReport
) -> None:
    for one in series:
        context.write(partial(store.delete_claims, series_id=one.series_id))
    for one in series:
        delete_some = partial(store.delete_newest_bars, series_id=one.series_id)
        n_left = n_chunks = context.write(delete_some)
        while n_left:
            report(Progress(f"{STEP} of {request.symbol} {one.interval}", n_chunks - n_left, n_chunks))
            n_left = context.write(delete_some)
        context.write(partial(store.delete_series, series_id=one.series_id))
    if request.interval is None:
        context.write(partial(store.delete_instrument, symbol=request.symbol))


def _announce(context: MaintenanceContext, request: MaintenanceRequest, series: Sequence[StoredSeries]) -> None:
    """Let charts and lists read again."""
    for one in series:
        interval = parse_interval(one.interval)
        span = Span(HISTORY_START, context.cache.now())
        context.cache.emit(CoverageChanged(request.symbol, interval, span, 0))
        context.cache.emit(RefreshDue(request.symbol, interval))
    context.cache.emit(JobsChanged(0))


FORGET = TaskKind(run_forget, find_error)
