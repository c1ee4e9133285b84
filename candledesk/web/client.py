"""The running instance as a cache: a second process asks it over HTTP instead of writing the database beside it.

Calls block and return futures that are already done, but for ``wait_job``; that is all that the command line needs of
``doors.CacheApi``.
"""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import Future
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.cache.messages import ArchiveEntry, BarsReply, BarsRequest, Gap, Job, JobState, SeriesReport
from candledesk.cache.runtime.workers import run_into, start_daemon
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.errors import (
    CandleDeskError,
    EnvironmentFaultError,
    InputError,
    JobStateError,
    UnknownJobError,
    UnknownSymbolError,
)
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import parse_interval
from candledesk.domain.prices.oddity import parse_tokens
from candledesk.domain.span import HISTORY_START, Span
from candledesk.domain.times import parse_time
from candledesk.web.api.wire import iso_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from candledesk.domain.interval import Interval

TIMEOUT_S = 40.0
POLL_S = 0.3
PAGE = 5_000
WAIT_S = 30  # the longest that the endpoint waits for a fill
N_REREADS = 3
N_PATIENT = 30  # tries of a request that the endpoint asks to come back with
N_POLLED = 20  # jobs that are asked for in one round
N_SYMBOLS = 100  # of one request (``params.MAX_SERIES``)
_ENDED = {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}


def _done(function: Callable[[], Any]) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(function())
    except CandleDeskError as error:
        future.set_exception(error)
    return future


def _time(text: str | None) -> int | None:
    return None if text is None else parse_time(text, "answer")


def _gaps(rows: list[dict[str, Any]]) -> tuple[Gap, ...]:
    return tuple(Gap(_span(row), row["reason"], _time(row["retry_at"])) for row in rows)


def _span(row: dict[str, Any]) -> Span:
    return Span(parse_time(row["from"], "from"), parse_time(row["to"], "to"))


def _job(row: dict[str, Any]) -> Job:
    return Job(
        row["job_id"],
        row["kind"],
        row["symbol"],
        parse_interval(row["interval"]),
        _span(row),
        JobState(row["state"]),
        row["bars_done"],
        row["bars_expected"],
        row["attempts"],
        row["error"],
        parse_time(row["created_at"], "created_at"),
        parse_time(row["updated_at"], "updated_at"),
        row["eta_s"],
        _gaps(row["gaps"]),
        _time(row.get("next_try_at")),
        _time(row.get("cursor")),
        row.get("dropped", {}),
    )


def _problem(error: urllib.error.HTTPError, symbol: str | None) -> CandleDeskError:
    try:
        stated = json.loads(error.read())
    except ValueError:
        stated = {}
    detail = stated.get("detail") or stated.get("title") or f"HTTP {error.code}"
    if error.code == HTTPStatus.NOT_FOUND:
        named = re.search(r"no symbol '([^']+)'", detail)  # of a batch: ``UnknownSymbolError`` names the one
        symbol = symbol or (named.group(1) if named else None)
        return UnknownSymbolError(symbol) if symbol else UnknownJobError(detail)
    if error.code == HTTPStatus.CONFLICT:
        return JobStateError(detail)
    if error.code in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
        return InputError(stated.get("field", "request"), detail)
    return EnvironmentFaultError(detail)


class RemoteCache:
    """The part of ``doors.CacheApi`` that commands use, answered by the instance that holds the home."""

    def __init__(self, url: str, token: str) -> None:
        """``url`` and ``token`` as ``endpoint.json`` states them."""
        self._url = url
        self._token = token
        self._lock = threading.Lock()
        self._waits: list[tuple[int, Future[Job]]] = []

    @classmethod
    def find(cls, endpoint: Path) -> RemoteCache | None:
        """Return the door to the instance that wrote ``endpoint``, ``None`` when it serves none."""
        try:
            stated = json.loads(endpoint.read_text(encoding="utf-8"))
            remote = cls(stated["url"], stated["token"])
            remote._get("/api/v1/limiter")
        except (OSError, ValueError, KeyError, CandleDeskError):
            return None
        return remote

    def _get(self, path: str, query: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        given = {key: value for key, value in (query or {}).items() if value is not None}
        return self._ask(
            "GET", path + (f"?{urllib.parse.urlencode(given)}" if given else ""), None, given.get("symbol")
        )

    def _post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        return self._ask("POST", path, json.dumps(body).encode(), body.get("symbol"))

    def _ask(
        self,
        method: str,
        path: str,
        data: bytes | None,
        symbol: str | None,
        n_left: int = N_PATIENT,
    ) -> Any:  # noqa: ANN401 - JSON
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}{path}", data, headers, method=method)  # noqa: S310 - our own loopback address
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT_S) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.TOO_MANY_REQUESTS or not n_left:
                raise _problem(error, symbol) from None
            time.sleep(float(error.headers["Retry-After"]))
        except OSError as error:
            raise EnvironmentFaultError(f"The running CandleDesk at {self._url} does not answer: {error}") from error
        return self._ask(method, path, data, symbol, n_left - 1)

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        """Fill the span with a job of the running instance, wait for it, and page through the bars."""
        return _done(lambda: self._load_bars(request))

    def _load_bars(self, request: BarsRequest) -> BarsReply:
        span = request.span
        if span is None:
            raise InputError("from", "Name a span")
        if request.fill == "wait" and span.end > HISTORY_START and span.start < time.time():
            self._wait(self._start_backfill(request.symbol, request.interval, span))
        start = max(span.start, HISTORY_START)
        query = {
            "symbol": request.symbol,
            "interval": request.interval.name,
            "from": iso_time(start),
            "to": iso_time(max(span.end, start + 1)),
            "adjust": request.adjust,
            "fill": "none",
            "format": "columns",
            "limit": PAGE,
            "raw": "true" if request.raw else None,
        }
        # What the job leaves: a symbol to be met where nothing was to be filled, splits and dividends to adjust for.
        first = query | {"fill": "wait", "timeout": WAIT_S} if request.fill == "wait" else query
        pages = self._pages(first, query)
        for _ in range(N_REREADS):
            if len({page["rev"] for page in pages}) == 1:
                break
            pages = self._pages(query, query)  # the series has changed between two pages: perhaps its basis
        return _reply(request, span, pages)

    def _pages(self, first: dict[str, Any], others: dict[str, Any]) -> list[dict[str, Any]]:
        pages = [self._get("/api/v1/candles", first)]
        while pages[-1]["next"] is not None:
            pages.append(self._get("/api/v1/candles", others | {"cursor": pages[-1]["next"]}))
        return pages

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        """Start or join the job."""
        return _done(lambda: self._start_backfill(symbol, interval, span))

    def _start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Job:
        body = {"symbol": symbol, "interval": interval.name, **_span_fields(span)}
        started = self._post("/api/v1/candles/backfill", body)
        return self._read_job(started["job_id"])

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        """Start or join the jobs, ``N_SYMBOLS`` symbols of an interval with one request."""
        return _done(lambda: self._start_backfills(list(series), span))

    def _start_backfills(self, series: list[tuple[str, Interval]], span: Span | None) -> list[Job]:
        started: dict[tuple[str, str], Job] = {}
        for interval in {interval.name: interval for _, interval in series}.values():
            symbols = [symbol for symbol, one in series if one is interval]
            for first in range(0, len(symbols), N_SYMBOLS):
                part = symbols[first : first + N_SYMBOLS]
                body = {"symbols": part, "intervals": [interval.name], **_span_fields(span)}
                jobs = self._post("/api/v1/jobs", body)["jobs"]
                started |= {(symbol, interval.name): _job(row) for symbol, row in zip(part, jobs, strict=True)}
        return [started[symbol, interval.name] for symbol, interval in series]

    def _read_job(self, job_id: int) -> Job:
        return _job(self._get(f"/api/v1/jobs/{job_id}"))

    def _wait(self, job: Job) -> Job:
        while job.state not in _ENDED:
            time.sleep(POLL_S)
            job = self._read_job(job.job_id)
        return job

    def wait_job(self, job_id: int) -> Future[Job]:
        """Resolve when the job has ended: one thread asks for all that are waited for, again and again."""
        ended: Future[Job] = Future()
        with self._lock:
            self._waits.append((job_id, ended))
            if len(self._waits) == 1:
                start_daemon("candledesk-remote-waits", self._poll)
        return ended

    def _poll(self) -> None:
        """Ask for those that are waited for in turn, ``N_POLLED`` a round, until none is left."""
        while True:
            with self._lock:
                waits = self._waits[:N_POLLED]
                self._waits = self._waits[N_POLLED:] + waits
            for job_id, ended in waits:
                read = self.read_job(job_id)
                if read.exception() is not None or read.result().state in _ENDED:
                    run_into(ended, read.result)
            with self._lock:
                self._waits = [wait for wait in self._waits if not wait[1].done()]
                if not self._waits:
                    return
            time.sleep(POLL_S)

    def read_job(self, job_id: int) -> Future[Job]:
        """Return one job."""
        return _done(lambda: self._read_job(job_id))

    def list_jobs(self, *, state: str | None = None, limit: int = 200) -> Future[list[Job]]:
        """Return the newest jobs first."""
        query = {"state": state, "limit": limit}
        return _done(lambda: [_job(row) for row in self._get("/api/v1/jobs", query)["jobs"]])

    def cancel_job(self, job_id: int) -> Future[Job]:
        """Cancel a live job."""
        return _done(lambda: _job(self._post(f"/api/v1/jobs/{job_id}/cancel", {})))

    def pause_job(self, job_id: int) -> Future[Job]:
        """Let a live job rest."""
        return _done(lambda: _job(self._post(f"/api/v1/jobs/{job_id}/pause", {})))

    def resume_job(self, job_id: int) -> Future[Job]:
        """Queue a paused job again."""
        return _done(lambda: _job(self._post(f"/api/v1/jobs/{job_id}/resume", {})))

    def retry_job(self, job_id: int) -> Future[Job]:
        """Queue an ended job again."""
        return _done(lambda: _job(self._post(f"/api/v1/jobs/{job_id}/retry", {})))

    def retry_failed_jobs(self) -> Future[int]:
        """Queue every failed job again."""
        return _done(lambda: int(self._post("/api/v1/jobs/retry-failed", {})["n_jobs"]))

    def clear_finished_jobs(self) -> Future[int]:
        """Forget every job that has ended."""
        return _done(lambda: int(self._post("/api/v1/jobs/clear-finished", {})["n_jobs"]))

    def describe_series(self, symbol: str, interval: Interval) -> Future[SeriesReport]:
        """Return what is known of a series."""

        def ask() -> SeriesReport:
            found = self._get("/api/v1/coverage", {"symbol": symbol, "interval": interval.name})
            updated = found.get("updated_at")
            return SeriesReport(
                tuple(map(_coverage, found["spans"])),
                _gaps(found["gaps"]),
                found["bars"],
                found.get("odd", {}),
                found.get("dropped", {}),
                found.get("lag_s"),
                None if updated is None else parse_time(updated, "updated_at"),
            )

        return _done(ask)

    def list_archive(self) -> Future[list[ArchiveEntry]]:
        """Return the series that are kept complete."""
        return _done(lambda: [_archive_entry(row) for row in self._get("/api/v1/harvest")])

    def set_archived(self, symbol: str, interval: Interval, *, is_on: bool) -> Future[ArchiveEntry]:
        """Keep a series complete, or stop that."""
        body = {"symbol": symbol, "interval": interval.name, "on": is_on}
        return _done(lambda: _archive_entry(self._post("/api/v1/harvest", body)))

    def list_instruments(self, query: str = "") -> Future[list[Instrument]]:
        """Return cached instruments; of each only what the API tells."""
        rows = self._get("/api/v1/symbols", {"query": query, "timeout": 0})
        return _done(lambda: [_instrument(row) for row in rows])


def _span_fields(span: Span | None) -> dict[str, Any]:
    if span is None:
        return {}
    return {"from": iso_time(max(span.start, HISTORY_START)), "to": iso_time(span.end)}


def _coverage(row: dict[str, Any]) -> Coverage:
    fetched = parse_time(row["fetched_at"], "fetched_at")
    return Coverage(_span(row), CoverageState(row["state"]), fetched, _time(row["expires_at"]), row["reason"])


def _archive_entry(row: dict[str, Any]) -> ArchiveEntry:
    since, last_run, next_run = (_time(row[name]) for name in ("unbroken_since", "last_run_at", "next_run_at"))
    return ArchiveEntry(
        row["symbol"], parse_interval(row["interval"]), since, last_run, next_run, row["note"], is_on=row["on"]
    )


def _instrument(row: dict[str, Any]) -> Instrument:
    return Instrument(
        row["symbol"], row["exchange"], row.get("type", ""), row.get("timezone", "UTC"), None, 2, None, row["name"]
    )


def _reply(request: BarsRequest, span: Span, pages: list[dict[str, Any]]) -> BarsReply:
    def column(name: str, kind: type) -> np.ndarray[Any, Any]:
        return np.concatenate([np.array(page["candles"][name], kind) for page in pages])

    prices = [column(name, np.float64) for name in ("open", "high", "low", "close", "volume")]
    bars = Bars(column("time", np.int64), *prices)
    notes = tuple(dict.fromkeys(note for page in pages for note in page.get("notes", ())))
    finals = [final for page in pages for final in page["candles"]["final"]]
    texts = [text for page in pages for text in page["candles"].get("odd", ())]
    odd = {time: parse_tokens(text) for time, text in zip(bars.open_time.tolist(), texts) if text}  # noqa: B905 - none of an older instance
    head = pages[0]
    begin = head["start"] or {}
    instrument = replace(
        _instrument({"symbol": head["symbol"], "exchange": head["exchange"], "name": head["name"]}),
        tz=head["timezone"],
        currency=head["currency"],
        price_decimals=head["price_decimals"],
        first_open_time=begin.get("time") if begin.get("kind") == "listing" else None,
    )
    derived = tuple((_span(row), row["interval"]) for row in head.get("derived", ()))
    gaps = tuple(gap for gap in _gaps(head["gaps"]) if gap.span.overlaps(span))  # asked from HISTORY_START at most
    return BarsReply(
        request,
        span,
        bars,
        tuple(finals),
        instrument,
        gaps,
        None,
        head["rev"],
        odd=odd,
        notes=notes,
        derived=derived,
    )
