"""``candledesk backfill``: fills gaps of many symbols and waits, with progress bars on a terminal."""

from __future__ import annotations

import sys
from concurrent.futures import FIRST_EXCEPTION
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from candledesk.cache.messages import JobState
from candledesk.commands.context import INTERVAL_HELP, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE, EXIT_GAPS, EXIT_UNKNOWN
from candledesk.commands.printing import gap_line, iso, parse_span
from candledesk.commands.waiting import saying_what_is_awaited
from candledesk.domain.errors import UnknownSymbolError
from candledesk.domain.interval import parse_interval
from candledesk.domain.symbols import parse_symbol
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import Job
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span

POLL_S = 0.5
N_SHOWN = 5  # progress bars of jobs under way, below the one of all

Progress = tuple[int, int, "Sequence[Job]"]
"""Jobs that have ended, all jobs, and those under way."""


@click.command()
@click.argument("symbols", nargs=-1, required=True)
@click.option("--interval", metavar="I", required=True, help=INTERVAL_HELP)
@click.option("--from", "start", metavar="T", help="default: back to the listing date or the look-back")
@click.option("--to", "end", metavar="T", help="default: now")
@common_options
def backfill(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """Fill gaps of one or many symbols and wait, with progress bars on a terminal."""
    return run_backfill(context.cache(), **options)


def run_backfill(
    cache: CommandApi, *, symbols: tuple[str, ...], interval: str, start: str | None, end: str | None
) -> int:
    """Backfill every symbol and wait; one summary line per series, gaps with their reasons on stderr.

    A symbol that the provider does not know is named on stderr, and the others are filled.
    """
    chosen = parse_interval(interval)
    span = None if start is None and end is None else parse_span(start, end)
    names = list(dict.fromkeys(parse_symbol(symbol) for symbol in symbols))
    with saying_what_is_awaited(cache):
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
    """Wait for the end of every job, with progress bars on a terminal; raise the error that prevents an end."""
    waits = {job.job_id: cache.wait_job(job.job_id) for job in jobs}
    with _shown(sys.stderr.isatty()) as show:
        while (done := wait_for(waits.values(), POLL_S, FIRST_EXCEPTION)).not_done:
            for future in done.done:
                future.result()  # a full disk ends the wait; the job continues when there is space
            show((len(done.done), len(waits), _under_way(cache, waits)))
    return [future.result() for future in waits.values()]


def _under_way(cache: CommandApi, waits: Mapping[int, Future[Job]]) -> list[Job]:
    pending = [job_id for job_id, future in waits.items() if not future.done()][:N_SHOWN]
    return [cache.read_job(job_id).result() for job_id in pending]


@contextmanager
def _shown(is_terminal: bool) -> Iterator[Callable[[Progress], None]]:  # noqa: FBT001 - the only question there is
    """Yield a function that shows the progress on stderr; it does nothing without a terminal."""
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
    """Return the time left of a job, or why and until when it waits."""
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
