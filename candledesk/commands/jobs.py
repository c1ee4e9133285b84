"""What the commands about jobs do: start backfills and wait for them, list jobs, and decide about them."""

from __future__ import annotations

import sys
from concurrent.futures import FIRST_EXCEPTION
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from candledesk.cache.messages import JobState
from candledesk.commands.candles import EXIT_DONE, EXIT_GAPS, count_text, gap_line, iso, parse_span, print_table
from candledesk.domain.errors import InputError, UnknownSymbolError
from candledesk.domain.instrument import parse_symbol
from candledesk.domain.interval import parse_interval
from candledesk.domain.span import HISTORY_START
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import Job
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span

EXIT_UNKNOWN = 4
POLL_S = 0.5
N_SHOWN = 5  # progress bars of jobs under way, below the one of all

Progress = tuple[int, int, "Sequence[Job]"]
"""Jobs that have ended, all jobs, and those under way."""


def run_backfill(
    cache: CommandApi, *, symbols: tuple[str, ...], interval: str, start: str | None, end: str | None
) -> int:
    """Backfill every symbol and wait; one summary line per series, gaps with their reasons on stderr.

    A symbol that the provider does not know is named and the others are filled all the same.
    """
    chosen = parse_interval(interval)
    span = None if start is None and end is None else parse_span(start, end)
    names = list(dict.fromkeys(parse_symbol(symbol) for symbol in symbols))
    jobs, n_unknown = _start(cache, names, chosen, span)
    ended = _wait(cache, jobs)
    for job in ended:
        print(_summary(chosen, job))
        for gap in job.gaps:
            print(gap_line(gap), file=sys.stderr)
    if n_unknown:
        return EXIT_UNKNOWN
    return EXIT_DONE if all(job.state is JobState.SUCCEEDED and not job.gaps for job in ended) else EXIT_GAPS


def _start(cache: CommandApi, names: list[str], interval: Interval, span: Span | None) -> tuple[list[Job], int]:
    """Start what can be started; return the jobs and how many symbols are unknown."""
    n_unknown = 0
    while names:
        try:
            return cache.start_backfills([(name, interval) for name in names], span).result(), n_unknown
        except UnknownSymbolError as error:
            print(printable(f"candledesk: {error}"), file=sys.stderr)
            n_unknown += 1
            names = [name for name in names if name != error.symbol]  # the others have been started: now joined
    return [], n_unknown


def _summary(interval: Interval, job: Job) -> str:
    left = job.bars_expected - job.bars_done
    text = (
        f"{job.symbol} {interval.name}: {job.state.value}, {job.bars_done} of {job.bars_expected} expected bars known"
    )
    return printable(text + (f", {left} missing: {job.error}" if job.error else ""))


def _wait(cache: CommandApi, jobs: Sequence[Job]) -> list[Job]:
    """Wait for the end of every job, with progress bars on a terminal; raise what keeps one from ending."""
    waits = {job.job_id: cache.wait_job(job.job_id) for job in jobs}
    with _shown(sys.stderr.isatty()) as show:
        while (done := wait_for(waits.values(), POLL_S, FIRST_EXCEPTION)).not_done:
            for future in done.done:
                future.result()  # a disk that is full ends the wait; the job itself goes on when there is room
            show((len(done.done), len(waits), _under_way(cache, waits)))
    return [future.result() for future in waits.values()]


def _under_way(cache: CommandApi, waits: Mapping[int, Future[Job]]) -> list[Job]:
    pending = [job_id for job_id, future in waits.items() if not future.done()][:N_SHOWN]
    return [cache.read_job(job_id).result() for job_id in pending]


@contextmanager
def _shown(is_terminal: bool) -> Iterator[Callable[[Progress], None]]:  # noqa: FBT001 - the only question there is
    """Give a function that shows the progress on stderr, one that does nothing where nobody looks."""
    if not is_terminal:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    texts = [TextColumn(form, markup=False) for form in ("{task.description}", "{task.fields[note]}")]
    columns = (texts[0], BarColumn(), MofNCompleteColumn(), texts[1])
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = [bars.add_task("jobs", note="")] + [bars.add_task("", visible=False, note="") for _ in range(N_SHOWN)]

        def show(progress: Progress) -> None:
            n_done, n_all, jobs = progress
            bars.update(tasks[0], completed=n_done, total=n_all, visible=n_all > 1)
            for place, task in enumerate(tasks[1:]):
                job = jobs[place] if place < len(jobs) else None
                bars.update(task, visible=job is not None)
                if job is not None:
                    name, note = f"{job.symbol} {job.interval.name}", printable(describe_wait(job))
                    bars.update(task, description=name, completed=job.bars_done, total=job.bars_expected, note=note)

        yield show


def describe_wait(job: Job) -> str:
    """Say what a live job is at: its time left, or why and until when it waits."""
    if job.state is not JobState.RUNNING:
        return job.state.value
    if job.error and job.next_try_at is not None:
        return f"{job.error}, next try {iso(job.next_try_at)}"
    return "" if job.eta_s is None else f"{describe_seconds(job.eta_s)} left"


def describe_seconds(seconds: float) -> str:
    """Return ``45 s``, ``12 min`` or ``3 h 20 min``."""
    minutes = round(seconds / 60)
    if minutes < 2:  # noqa: PLR2004 - below that, seconds say more
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004


def run_jobs(cache: CommandApi, *, action: str, job_id: int | None, as_json: bool) -> int:
    """List jobs, show one with its gaps, or decide about one, the failed ones or the ended ones."""
    many: dict[str, tuple[Callable[[], Future[int]], str]] = {
        "retry-failed": (cache.retry_failed_jobs, "queued again"),
        "clear": (cache.clear_finished_jobs, "forgotten"),
    }
    if action in many:
        ask, what = many[action]
        n_jobs = ask().result()
        print_table([{"n_jobs": n_jobs}], as_json=True) if as_json else print(f"{n_jobs} jobs {what}")
        return EXIT_DONE
    found = cache.list_jobs().result() if action == "list" else [_decide(cache, action, job_id)]
    print_table([_job_row(job, is_whole=as_json) for job in found], as_json=as_json)
    if action == "show" and not as_json:
        for gap in found[0].gaps:
            print(gap_line(gap))
        if found[0].dropped:
            print(f"  rows dropped: {count_text(found[0].dropped)}")
    return EXIT_DONE


def _decide(cache: CommandApi, action: str, job_id: int | None) -> Job:
    if job_id is None:
        raise InputError("ID", f"`jobs {action}` needs the job's number: see `candledesk jobs`")
    ask: dict[str, Callable[[int], Future[Job]]] = {
        "show": cache.read_job,
        "cancel": cache.cancel_job,
        "pause": cache.pause_job,
        "resume": cache.resume_job,
        "retry": cache.retry_job,
    }
    return ask[action](job_id).result()


def _job_row(job: Job, *, is_whole: bool) -> dict[str, Any]:
    """Return a row of the table; ``is_whole``: with every field, for scripts."""
    row: dict[str, Any] = {
        "job_id": job.job_id,
        "kind": job.kind,
        "symbol": job.symbol,
        "interval": job.interval.name,
        "from": None if job.span.start <= HISTORY_START else iso(job.span.start),
        "to": iso(job.span.end),
        "state": job.state.value,
        "bars_done": job.bars_done,
        "bars_expected": job.bars_expected,
        "eta_s": None if job.eta_s is None else round(job.eta_s),
        "next_try_at": None if job.next_try_at is None else iso(job.next_try_at),
        "error": job.error,
    }
    if is_whole:
        gaps = [
            {
                "from": iso(gap.span.start),
                "to": iso(gap.span.end),
                "reason": gap.reason,
                "retry_at": None if gap.retry_at is None else iso(gap.retry_at),
            }
            for gap in job.gaps
        ]
        cursor = None if job.cursor is None else iso(job.cursor)
        times = {"created_at": iso(job.created_at), "updated_at": iso(job.updated_at)}
        row |= {"cursor": cursor, "attempts": job.attempts, **times, "gaps": gaps, "dropped": dict(job.dropped)}
    return row
