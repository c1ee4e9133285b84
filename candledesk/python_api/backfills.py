"""Backfills that a script waits for, with their progress."""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION
from concurrent.futures import wait as wait_for
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.domain.errors import CandleDeskError, UnknownSymbolError
from candledesk.domain.job_states import ENDED, JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import Gap, Job
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span

POLL_S = 0.3


@dataclass(frozen=True, slots=True)
class BackfillProgress:
    """How far the backfills of a call are; ``eta_s``: seconds, ``None`` while they cannot be estimated."""

    n_ended: int
    n_series: int
    bars_done: int
    bars_expected: int
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """What became of one series; ``error``: why bars are missing, else empty; ``gaps``: where."""

    symbol: str
    interval: str
    bars: int
    bars_expected: int
    gaps: tuple[Gap, ...] = ()
    error: str = ""

    @property
    def complete(self) -> bool:
        """Whether no gap is left."""
        return not self.gaps and not self.error


def run_backfills(
    cache: CommandApi,
    symbols: Sequence[str],
    interval: Interval,
    span: Span | None,
    on_progress: Callable[[BackfillProgress], None] | None,
) -> list[BackfillResult]:
    """Backfill every symbol and wait; return the results in the order of ``symbols``.

    A symbol that the provider does not know has a result with that error; the others are filled. Raises
    ``EnvironmentFaultError`` or ``OfflineError`` while nothing can go on; the jobs go on when they can.
    """
    jobs, unknown = _start(cache, list(dict.fromkeys(symbols)), interval, span)
    ended = _wait(cache, jobs, on_progress)
    return [_result(symbol, interval, ended.get(symbol), unknown.get(symbol, "")) for symbol in dict.fromkeys(symbols)]


def fill_spans(cache: CommandApi, wanted: Mapping[tuple[Interval, Span, str], list[str]]) -> None:
    """Backfill the symbols of each span, all at once, and wait; errors come again when their bars are read.

    The third part of a key is the symbols' provider: one may refuse what another fills.
    """
    jobs: list[Job] = []
    for (interval, span, _), names in wanted.items():
        with suppress(CandleDeskError):
            jobs += _start(cache, names, interval, span)[0]
    for ended in [cache.wait_job(job.job_id) for job in jobs]:
        ended.exception()


def _start(
    cache: CommandApi, names: list[str], interval: Interval, span: Span | None
) -> tuple[list[Job], dict[str, str]]:
    """Start what can be started; return the jobs, and why others could not be, by symbol."""
    unknown: dict[str, str] = {}
    while names:
        try:
            return cache.start_backfills([(name, interval) for name in names], span).result(), unknown
        except UnknownSymbolError as error:
            unknown[error.symbol] = str(error)
            names = [name for name in names if name != error.symbol]  # the others have been started: now joined
    return [], unknown


def _wait(
    cache: CommandApi, jobs: Sequence[Job], on_progress: Callable[[BackfillProgress], None] | None
) -> dict[str, Job]:
    """Wait for the end of every job; return them by symbol."""
    waits = [cache.wait_job(job.job_id) for job in jobs]
    timeout_s = None if on_progress is None else POLL_S
    while (done := wait_for(waits, timeout_s, FIRST_EXCEPTION)).not_done:
        for future in done.done:
            future.result()
        if on_progress is not None:
            on_progress(_progress([cache.read_job(job.job_id).result() for job in jobs]))
    ended = [future.result() for future in waits]
    if on_progress is not None:
        on_progress(_progress(ended))
    return {job.symbol: job for job in ended}


def _progress(jobs: Sequence[Job]) -> BackfillProgress:
    live = [job for job in jobs if job.state not in ENDED]
    left = [job.eta_s for job in live if job.eta_s is not None]
    return BackfillProgress(
        len(jobs) - len(live),
        len(jobs),
        sum(job.bars_done for job in jobs),
        sum(job.bars_expected for job in jobs),
        max(left) if len(left) == len(live) and left else (None if live else 0.0),
    )


def _result(symbol: str, interval: Interval, job: Job | None, error: str) -> BackfillResult:
    if job is None:
        return BackfillResult(symbol, interval.name, 0, 0, (), error)
    failed = "" if job.state is JobState.SUCCEEDED else job.error or f"the job is {job.state.value}"
    return BackfillResult(symbol, interval.name, job.bars_done, job.bars_expected, job.gaps, failed)
