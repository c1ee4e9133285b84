"""``candledesk jobs``: lists backfill jobs, shows one, and changes what one or all of them do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from candledesk.commands.context import JSON_OPTION, Action, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import count_text, gap_line, iso, print_table
from candledesk.domain.errors import InputError
from candledesk.domain.span import HISTORY_START

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.cache.api import CommandApi
    from candledesk.cache.messages import Job

_ACTIONS = ("list", "show", "cancel", "pause", "resume", "retry", "retry-failed", "clear")


@click.command()
@click.argument("action", type=Action(_ACTIONS), default="list")
@click.argument("job_id", type=int, required=False)
@JSON_OPTION
@common_options
def jobs(context: CommandContext, **options: Any) -> int:  # noqa: ANN401 - click hands options over by name
    """List backfill jobs, or show, cancel, pause, resume or retry one; retry all failed or clear the finished ones."""
    return run_jobs(context.cache(), **options)


def run_jobs(cache: CommandApi, *, action: str, job_id: int | None, as_json: bool) -> int:
    """List jobs, show one with its gaps, or change one, all failed or all finished ones."""
    many: dict[str, tuple[Callable[[], Future[int]], str]] = {
        "retry-failed": (cache.retry_failed_jobs, "queued again"),
        "clear": (cache.clear_finished_jobs, "forgotten"),
    }
    if action in many:
        ask, what = many[action]
        n_jobs = ask().result()
        print_table([{"n_jobs": n_jobs}], as_json=True) if as_json else print(f"{n_jobs} jobs {what}")
        return EXIT_DONE
    found = cache.list_jobs().result() if action == "list" else [_act_on(cache, action, job_id)]
    print_table([_job_row(job, is_whole=as_json) for job in found], as_json=as_json)
    if action == "show" and not as_json:
        for gap in found[0].gaps:
            print(gap_line(gap))
        if found[0].dropped:
            print(f"  rows dropped: {count_text(found[0].dropped)}")
    return EXIT_DONE


def _act_on(cache: CommandApi, action: str, job_id: int | None) -> Job:
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
