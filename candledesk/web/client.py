"""The running instance as a cache: a second process asks it over HTTP instead of opening the database.

Calls block and return futures that are already done, except ``wait_job``: that is all that the commands need.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from candledesk.cache.messages import (
    ArchiveEntry,
    BarsReply,
    BarsRequest,
    Job,
    LimiterState,
    SeriesCoverage,
    SeriesReport,
    SymbolFound,
)
from candledesk.cache.runtime.threads import run_into, start_daemon
from candledesk.domain.compare.ratio import stored_series
from candledesk.domain.errors import CandleDeskError, EnvironmentFaultError
from candledesk.domain.instrument import Instrument
from candledesk.domain.job_states import ENDED, JobState
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.times import iso_time
from candledesk.endpoint_file import read_endpoint
from candledesk.paths import Paths
from candledesk.web.api import actions, compare, sign_in
from candledesk.web.api.coverage import name_series
from candledesk.web.api.jobs import JobPage, Moved
from candledesk.web.api.symbols.instruments import address_of, read_report
from candledesk.web.api_client import ApiClient, answered
from candledesk.web.codec import decode
from candledesk.web.import_client import RemoteImports
from candledesk.web.maintenance_client import RemoteMaintenance
from candledesk.web.remote_bars import load_bars
from candledesk.web.remote_drawings import RemoteDrawingBars
from candledesk.web.remote_indicators import path_of, query_of, read_reply
from candledesk.web.workspace_client import RemoteWorkspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.cache.compare_messages import CompareRequest, CompareRows
    from candledesk.cache.indicator_messages import IndicatorReply, IndicatorRequest
    from candledesk.cache.instrument_messages import InstrumentReport
    from candledesk.domain.interval import Interval

POLL_S = 0.3
N_POLLED = 20  # jobs that are read in one round
N_SYMBOLS = 100  # of one request (``params.MAX_SERIES``)
N_PAGE_ROWS = 500  # of jobs or symbols: the most that the API allows
N_PAGE_SERIES = 5_000  # of the list of coverage: the most that the API allows


class RemoteCache(RemoteMaintenance, RemoteImports):
    """Implements ``CommandApi`` with the answers of the instance that holds the home."""

    def __init__(self, url: str, token: str, imports: Path | None = None) -> None:
        """``url`` and ``token`` as in ``endpoint.json``; ``imports``: the folder for bars that are handed over."""
        self._api = ApiClient(url, token)
        self._imports = imports
        self.workspace = RemoteWorkspace(self._api)
        self.drawing_bars = RemoteDrawingBars(self._api)
        self._lock = threading.Lock()
        self._waits: list[tuple[int, Future[Job]]] = []

    @classmethod
    def find(cls, endpoint: Path) -> RemoteCache | None:
        """Return the cache of the instance that wrote ``endpoint``, ``None`` when it does not answer."""
        written = read_endpoint(endpoint)
        if written is None:
            return None
        remote = cls(written.url, written.token, Paths(endpoint.parent).imports)
        try:
            remote._api.get("/api/v1/limiter")
        except CandleDeskError:
            return None
        return remote

    def make_page_address(self, symbol: str | None = None, interval: Interval | None = None) -> str:
        """Return a new address of the web chart, to be opened once."""
        body = {"symbol": symbol, "interval": None if interval is None else interval.name}
        return decode(sign_in.PageAddress, self._api.post(sign_in.ADDRESS_PATH, body)).url

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        """Fill the span with a job of the running instance, wait for it, and page through the bars."""
        return answered(lambda: load_bars(self._api, request, self._fill))

    def _fill(self, symbol: str, interval: Interval, span: Span) -> None:
        for job in self._start_backfills([(symbol, interval)], span):
            self._wait(job)

    def load_indicator(self, request: IndicatorRequest) -> Future[IndicatorReply]:
        """Return the values of an indicator."""
        return answered(lambda: read_reply(request, self._api.get(path_of(request), query_of(request))))

    def load_compare(self, request: CompareRequest) -> Future[CompareRows]:
        """Return another series' stored closes beside the candles of a series; nothing is requested of the provider."""
        return answered(lambda: compare.read_rows(request, self._api.get(compare.PATH, compare.query_of(request))))

    def read_corporate_events(self, symbol: str, interval: Interval) -> Future[tuple[CorporateEvent, ...]]:
        """Return the stored dividends, splits and gains by date, each with its bar."""
        query = {"symbol": symbol, "interval": interval.name}
        return answered(
            lambda: tuple(decode(actions.CorporateAction, row).event() for row in self._api.get(actions.PATH, query))
        )

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        """Start or join the job."""
        return answered(lambda: self._start_backfills([(symbol, interval)], span)[0])

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        """Start or join the jobs, ``N_SYMBOLS`` symbols of an interval with one request."""
        return answered(lambda: self._start_backfills(series, span))

    def _start_backfills(self, wanted: Sequence[tuple[str, Interval]], span: Span | None) -> list[Job]:
        series = stored_series(wanted)
        started: dict[tuple[str, str], Job] = {}
        for interval in {interval.name: interval for _, interval in series}.values():
            symbols = list(dict.fromkeys(symbol for symbol, one in series if one.name == interval.name))
            for first in range(0, len(symbols), N_SYMBOLS):
                part = symbols[first : first + N_SYMBOLS]
                body = {"symbols": part, "intervals": [interval.name], **_span_fields(span)}
                jobs = decode(JobPage, self._api.post("/api/v1/jobs", body)).jobs
                started |= {(symbol, interval.name): job for symbol, job in zip(part, jobs, strict=True)}
        return [started[symbol, interval.name] for symbol, interval in series]

    def _read_job(self, job_id: int) -> Job:
        return decode(Job, self._api.get(f"/api/v1/jobs/{job_id}"))

    def _wait(self, job: Job) -> Job:
        while job.state not in ENDED:
            _check_stuck(job)
            time.sleep(POLL_S)
            job = self._read_job(job.job_id)
        return job

    def wait_job(self, job_id: int) -> Future[Job]:
        """Resolve when the job has ended: one thread reads all jobs that are waited for until they have."""
        ended: Future[Job] = Future()
        with self._lock:
            self._waits.append((job_id, ended))
            if len(self._waits) == 1:
                start_daemon("candledesk-remote-waits", self._poll)
        return ended

    def _poll(self) -> None:
        """Read the jobs that are waited for in turn, ``N_POLLED`` a round, until none is left."""
        while True:
            with self._lock:
                waits = self._waits[:N_POLLED]
                self._waits = self._waits[N_POLLED:] + waits
            for job_id, ended in waits:
                read = answered(partial(self._read_moving, job_id))
                if read.exception() is not None or read.result().state in ENDED:
                    run_into(ended, read.result)
            with self._lock:
                self._waits = [wait for wait in self._waits if not wait[1].done()]
                if not self._waits:
                    return
            time.sleep(POLL_S)

    def _read_moving(self, job_id: int) -> Job:
        job = self._read_job(job_id)
        _check_stuck(job)
        return job

    def read_job(self, job_id: int) -> Future[Job]:
        """Return one job."""
        return answered(lambda: self._read_job(job_id))

    def list_jobs(
        self, *, state: str | None = None, limit: int | None = None, before: int | None = None
    ) -> Future[list[Job]]:
        """Return the newest jobs first, ``None``: all of them; ``before``: only those with a smaller number."""
        return answered(lambda: [job for jobs in self._job_pages(state, limit, before) for job in jobs])

    def _job_pages(self, state: str | None, limit: int | None, before: int | None) -> Iterator[tuple[Job, ...]]:
        cursor = None if before is None else str(before)
        n_left = limit
        while n_left is None or n_left > 0:
            n_rows = N_PAGE_ROWS if n_left is None else min(n_left, N_PAGE_ROWS)
            page = decode(JobPage, self._api.get("/api/v1/jobs", {"state": state, "limit": n_rows, "cursor": cursor}))
            yield page.jobs
            if page.next is None:
                return
            cursor = page.next
            n_left = None if n_left is None else n_left - n_rows

    def cancel_job(self, job_id: int) -> Future[Job]:
        """Cancel a live job."""
        return self._change_job(job_id, "cancel")

    def pause_job(self, job_id: int) -> Future[Job]:
        """Pause a live job."""
        return self._change_job(job_id, "pause")

    def resume_job(self, job_id: int) -> Future[Job]:
        """Queue a paused job again."""
        return self._change_job(job_id, "resume")

    def retry_job(self, job_id: int) -> Future[Job]:
        """Queue an ended job again."""
        return self._change_job(job_id, "retry")

    def _change_job(self, job_id: int, verb: str) -> Future[Job]:
        return answered(lambda: decode(Job, self._api.post(f"/api/v1/jobs/{job_id}/{verb}", {})))

    def retry_failed_jobs(self) -> Future[int]:
        """Queue every failed job again."""
        return answered(lambda: decode(Moved, self._api.post("/api/v1/jobs/retry-failed", {})).n_jobs)

    def clear_finished_jobs(self) -> Future[int]:
        """Delete every job that has ended from the list."""
        return answered(lambda: decode(Moved, self._api.post("/api/v1/jobs/clear-finished", {})).n_jobs)

    def describe_instrument(self, symbol: str) -> Future[InstrumentReport]:
        """Return an instrument with its next sessions and its corporate events."""
        return answered(lambda: read_report(self._api.get(address_of(symbol))))

    def describe_series(self, symbol: str, interval: Interval) -> Future[SeriesReport]:
        """Return what is known of a series."""
        query = {"symbol": symbol, "interval": interval.name}
        return answered(lambda: decode(SeriesReport, self._api.get("/api/v1/coverage", query)))

    def list_coverage(
        self, *, limit: int | None = None, after: tuple[str, Interval] | None = None
    ) -> Future[list[SeriesCoverage]]:
        """Return what is known of every stored series, ``N_PAGE_SERIES`` of them with one request."""
        return answered(lambda: list(islice(self._coverage(after), limit)))

    def _coverage(self, after: tuple[str, Interval] | None) -> Iterator[SeriesCoverage]:
        cursor = None if after is None else f"{after[0]} {after[1].name}"
        n_rows = N_PAGE_SERIES
        while n_rows == N_PAGE_SERIES:
            page = self._api.get("/api/v1/coverage", {"limit": N_PAGE_SERIES, "cursor": cursor})
            rows = [decode(SeriesCoverage, row) for row in page]
            yield from rows
            n_rows = len(rows)
            cursor = name_series(rows[-1]) if rows else None

    def list_archive(self) -> Future[list[ArchiveEntry]]:
        """Return the series that are archived."""
        return answered(lambda: [decode(ArchiveEntry, row) for row in self._api.get("/api/v1/harvest")])

    def set_archived(self, symbol: str, interval: Interval, *, is_on: bool) -> Future[ArchiveEntry]:
        """Archive a series automatically, or end that."""
        body = {"symbol": symbol, "interval": interval.name, "on": is_on}
        return answered(lambda: decode(ArchiveEntry, self._api.post("/api/v1/harvest", body)))

    def limiter_state(self) -> LimiterState:
        """Return the limiter as it stands."""
        return decode(LimiterState, self._api.get("/api/v1/limiter"))

    def list_instruments(
        self, query: str = "", *, limit: int | None = None, after: str | None = None
    ) -> Future[list[Instrument]]:
        """Return cached instruments; of each only what the API shows."""
        return answered(lambda: [_instrument(row) for row in self._cached_symbols(query, after)][:limit])

    def search_symbols(
        self, query: str, timeout_s: float, *, limit: int | None = None, after: str | None = None
    ) -> Future[list[SymbolFound]]:
        """Return cached instruments, then what the provider's search finds."""
        sent = {"query": query, "timeout": timeout_s, "limit": limit, "cursor": after}
        return answered(lambda: [decode(SymbolFound, row) for row in self._api.get("/api/v1/symbols", sent)])

    def _cached_symbols(self, query: str, after: str | None) -> Iterator[SymbolFound]:
        query_row = {"query": query, "timeout": 0, "limit": N_PAGE_ROWS}
        n_rows = N_PAGE_ROWS
        while n_rows == N_PAGE_ROWS:
            page = [decode(SymbolFound, row) for row in self._api.get("/api/v1/symbols", query_row | {"cursor": after})]
            cached = [row for row in page if row.is_cached]
            yield from cached
            n_rows = len(cached)
            after = cached[-1].symbol if cached else None


def _check_stuck(job: Job) -> None:
    """Raise ``EnvironmentFaultError`` for a live job that waits, with no time for its next try, until it can store."""
    if job.state not in ENDED and job.state is not JobState.PAUSED and job.error and job.next_try_at is None:
        raise EnvironmentFaultError(job.error)


def _span_fields(span: Span | None) -> dict[str, Any]:
    if span is None:
        return {}
    return {"from": iso_time(max(span.start, HISTORY_START)), "to": iso_time(span.end)}


def _instrument(row: SymbolFound) -> Instrument:
    return Instrument(row.symbol, row.exchange, row.quote_type, "UTC", None, 2, None, row.name, row.exchange_name)
