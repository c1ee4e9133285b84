"""Fill jobs: rows that survive a restart. What the states mean and when they change is the cache's business."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, TypedDict, Unpack

from candledesk.domain.errors import JobStateError
from candledesk.store.database import require_transaction
from candledesk.store.faults import translate_faults

if TYPE_CHECKING:
    from candledesk.domain.span import Span


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job as stored. ``lo``/``hi``: its span; ``cursor``: the policy's own mark; times in UTC seconds.

    ``interval`` is the name; ``priority``: lower runs first; ``next_try_at`` ``None``: at once.
    """

    job_id: int
    kind: str
    symbol: str
    interval: str
    lo: int
    hi: int
    cursor: int | None
    state: str
    priority: int
    attempts: int
    next_try_at: int | None
    bars_done: int
    bars_expected: int
    error: str
    created_at: int
    updated_at: int


class JobChanges(TypedDict, total=False):
    """What may change of a job."""

    cursor: int | None
    state: str
    priority: int
    attempts: int
    next_try_at: int | None
    bars_done: int
    bars_expected: int
    error: str


_COLUMNS = ", ".join(field.name for field in fields(JobRow))
_SELECT = f"SELECT {_COLUMNS} FROM backfill_job JOIN series USING (series_id) JOIN instrument USING (instrument_id)"
_INSERT = """
INSERT INTO backfill_job (series_id, kind, lo, hi, state, priority, bars_expected, created_at, updated_at)
VALUES (:series_id, :kind, :lo, :hi, 'queued', :priority, :bars_expected, :now, :now)
ON CONFLICT (series_id, kind, lo, hi) WHERE state IN ('queued', 'running')
DO UPDATE SET priority = excluded.priority, updated_at = excluded.updated_at WHERE excluded.priority < priority
"""
_LIVE = " WHERE series_id = :series_id AND kind = :kind AND lo = :lo AND hi = :hi AND state IN ('queued', 'running')"
_UPDATE = """
UPDATE backfill_job SET cursor = ?, state = ?, priority = ?, attempts = ?, next_try_at = ?, bars_done = ?,
    bars_expected = ?, error = ?, updated_at = ? WHERE job_id = ?
"""
_CLAIM = """
SELECT job_id FROM backfill_job
WHERE state = 'queued' AND (next_try_at IS NULL OR next_try_at <= ?) ORDER BY priority, job_id LIMIT 1
"""


@translate_faults()
def insert_or_join_job(
    conn: sqlite3.Connection,
    series_id: int,
    kind: str,
    span: Span,
    *,
    priority: int,
    bars_expected: int,
    now: int,
) -> JobRow:
    """Queue a job, or join the live one of the same series, kind and span (it takes the more urgent priority)."""
    require_transaction(conn)
    key = {"series_id": int(series_id), "kind": kind, "lo": int(span.start), "hi": int(span.end)}
    conn.execute(_INSERT, {**key, "priority": int(priority), "bars_expected": int(bars_expected), "now": int(now)})
    return JobRow(*conn.execute(_SELECT + _LIVE, key).fetchone())


@translate_faults()
def update_job(conn: sqlite3.Connection, job_id: int, *, now: int, **changes: Unpack[JobChanges]) -> JobRow | None:
    """Change a job and return it as it is now, ``None`` when it does not exist.

    Raises ``JobStateError`` when it would become live beside another live job of the same series, kind and span.
    """
    require_transaction(conn)
    job = read_job(conn, job_id)
    if job is None:
        return None
    new = replace(job, updated_at=int(now), **changes)
    try:
        conn.execute(
            _UPDATE,
            (
                new.cursor,
                str(new.state),
                new.priority,
                new.attempts,
                new.next_try_at,
                new.bars_done,
                new.bars_expected,
                new.error,
                new.updated_at,
                job_id,
            ),
        )
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
            raise
        raise JobStateError(
            f"Job {job_id} cannot run: another job does the same at this moment; wait for it."
        ) from error
    return new


@translate_faults()
def claim_job(conn: sqlite3.Connection, now: int) -> JobRow | None:
    """Turn the most urgent queued job whose time has come into a running one (one more attempt) and return it."""
    require_transaction(conn)
    found = conn.execute(_CLAIM, (int(now),)).fetchone()
    if found is None:
        return None
    conn.execute(
        "UPDATE backfill_job SET state = 'running', attempts = attempts + 1, next_try_at = NULL, updated_at = ?"
        " WHERE job_id = ?",
        (int(now), found[0]),
    )
    return read_job(conn, found[0])


@translate_faults()
def read_job(conn: sqlite3.Connection, job_id: int) -> JobRow | None:
    """Return one job, ``None`` when it does not exist."""
    row = conn.execute(f"{_SELECT} WHERE job_id = ?", (int(job_id),)).fetchone()
    return None if row is None else JobRow(*row)


@translate_faults()
def list_jobs(
    conn: sqlite3.Connection, *, state: str | None = None, limit: int = 200, before: int | None = None
) -> list[JobRow]:
    """Return jobs, the newest first; ``before``: only those with a smaller number (the next page)."""
    rows = conn.execute(
        f"{_SELECT} WHERE (:state IS NULL OR state = :state) AND (:before IS NULL OR job_id < :before)"
        " ORDER BY job_id DESC LIMIT :limit",
        {"state": state, "before": before, "limit": int(limit)},
    ).fetchall()
    return [JobRow(*row) for row in rows]


@translate_faults()
def requeue_orphans(conn: sqlite3.Connection, now: int) -> int:
    """Queue every ``running`` job again; return how many. At start, when only this process runs, all are orphans."""
    require_transaction(conn)
    return conn.execute(
        "UPDATE backfill_job SET state = 'queued', updated_at = ? WHERE state = 'running'", (int(now),)
    ).rowcount
