"""Jobs: their rows, which survive a restart. The transitions between states are in ``domain.job_states``."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from candledesk.domain.errors import JobStateError
from candledesk.store.market.database import require_transaction
from candledesk.store.market.row_copies.reading import fetch_one, fetch_proven
from candledesk.store.sqlite_errors import translate_faults

if TYPE_CHECKING:
    from collections.abc import Sequence


class JobRow(NamedTuple):
    """One job as stored. ``start``/``end``: its span; times in UTC seconds.

    ``interval``: the name; ``priority``: lower runs first; ``cursor``: from here on all was requested; ``next_try_at``:
    ``None`` for at once; ``gaps``: the gaps that an ended job left, as a JSON array of ``[lo, hi, reason, retry_at]``.
    """

    job_id: int
    kind: str
    symbol: str
    interval: str
    start: int
    end: int
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
    gaps: str


class JobChanges(TypedDict, total=False):
    """The columns of ``JobRow`` that ``update_job`` can change."""

    cursor: int | None
    state: str
    priority: int
    attempts: int
    next_try_at: int | None
    bars_done: int
    bars_expected: int
    error: str
    gaps: str


class JobKey(NamedTuple):
    """A job to be queued: live jobs with the same series, kind and span are one job; and the priority."""

    series_id: int
    kind: str
    start: int
    end: int
    priority: int


_NAMES = {"symbol": "spelling", "start": "lo", "end": "hi"}  # columns with other names than the fields of a row
_COLUMNS = ", ".join(_NAMES.get(name, name) for name in JobRow._fields)
_TABLES = ("backfill_job", "series", "instrument")
_FROM = "FROM backfill_job JOIN series USING (series_id) JOIN instrument USING (instrument_id)"
_SELECT = f"SELECT {_COLUMNS} {_FROM}"
_LIVE = "state IN ('queued', 'running', 'paused')"
_INSERT = f"""
INSERT INTO backfill_job (series_id, kind, lo, hi, state, priority, created_at, updated_at)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, 'queued', value ->> 4, ?2, ?2 FROM json_each(?1) WHERE true
ON CONFLICT (series_id, kind, lo, hi) WHERE {_LIVE}
DO UPDATE SET priority = excluded.priority, updated_at = excluded.updated_at WHERE excluded.priority < priority
"""
_SAME = f"SELECT series_id, {_COLUMNS} {_FROM} WHERE kind = ? AND lo = ? AND hi = ? AND {_LIVE}"
_ONE_SERIES = " AND series_id = ?"
_BY_SERIES = " ORDER BY series_id"
_NEXT = f"""
{_SELECT} WHERE state = 'queued' AND priority BETWEEN ?1 AND ?2
    AND (?3 IS NULL OR job_id IN (SELECT value FROM json_each(?3))) ORDER BY priority, job_id LIMIT ?4
"""


@translate_faults()
def insert_or_join_jobs(conn: sqlite3.Connection, keys: Sequence[JobKey], now: int) -> list[JobRow]:
    """Queue jobs; a live job with the same series, kind and span is joined and gets the more urgent priority.

    Returns the rows in the order of ``keys``. A joined job keeps its state, also ``paused``.
    """
    require_transaction(conn)
    conn.execute(_INSERT, (json.dumps(keys), int(now)))
    by_span: dict[tuple[str, int, int], list[int]] = {}
    for key in keys:
        by_span.setdefault((key.kind, key.start, key.end), []).append(key.series_id)
    found: dict[tuple[int, str, int, int], JobRow] = {}
    for span, series_ids in by_span.items():
        where, values = (
            (_SAME + _ONE_SERIES, (*span, series_ids[0])) if len(series_ids) == 1 else (_SAME + _BY_SERIES, span)
        )
        found |= {(row[0], *span): JobRow._make(row[1:]) for row in fetch_proven(conn, _TABLES, where, values)}
    return [found[key.series_id, key.kind, key.start, key.end] for key in keys]


@translate_faults()
def update_job(conn: sqlite3.Connection, job_id: int, *, now: int, **changes: Unpack[JobChanges]) -> JobRow | None:
    """Change a job and return its new row, ``None`` when it does not exist.

    Raises ``JobStateError`` when it would become live while another job of the same series, kind and span is live.
    """
    require_transaction(conn)
    job = read_job(conn, job_id)
    if job is None:
        return None
    new = job._replace(updated_at=int(now), **changes)
    names = ("updated_at", *changes)
    places = ", ".join(f"{name} = ?" for name in names)
    try:
        conn.execute(
            f"UPDATE backfill_job SET {places} WHERE job_id = ?", (*(getattr(new, name) for name in names), job_id)
        )
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
            raise
        raise JobStateError(
            f"Job {job_id} cannot run: another job does the same at this moment; wait for it."
        ) from error
    return new


@translate_faults()
def next_jobs(
    conn: sqlite3.Connection, priorities: tuple[int, int], limit: int, ids: Sequence[int] | None = None
) -> list[JobRow]:
    """Return queued jobs with a priority in the given range (both ends included), the most urgent and oldest first.

    ``ids``: only jobs with these numbers.
    """
    chosen = None if ids is None else json.dumps(ids)
    return [JobRow(*row) for row in fetch_proven(conn, _TABLES, _NEXT, (*priorities, chosen, int(limit)))]


@translate_faults()
def read_job(conn: sqlite3.Connection, job_id: int) -> JobRow | None:
    """Return one job, ``None`` when it does not exist."""
    row = fetch_one(conn, _TABLES, f"{_SELECT} WHERE job_id = ?", (int(job_id),))
    return None if row is None else JobRow(*row)


@translate_faults()
def list_jobs(
    conn: sqlite3.Connection, *, state: str | None = None, limit: int | None = None, before: int | None = None
) -> list[JobRow]:
    """Return at most ``limit`` jobs, the newest first; ``before``: only jobs with a smaller number."""
    rows = fetch_proven(
        conn,
        _TABLES,
        f"{_SELECT} WHERE (:state IS NULL OR state = :state) AND (:before IS NULL OR job_id < :before)"
        " ORDER BY job_id DESC LIMIT :limit",
        {"state": state, "before": before, "limit": -1 if limit is None else int(limit)},
    )
    return [JobRow(*row) for row in rows]


@translate_faults()
def move_jobs(
    conn: sqlite3.Connection, sources: Sequence[str], target: str, now: int, *, kind: str | None = None
) -> int:
    """Set the state of all jobs in the states ``sources`` to ``target``; return how many. ``kind``: only this kind."""
    require_transaction(conn)
    marks = ", ".join("?" for _ in sources)
    return conn.execute(
        f"UPDATE backfill_job SET state = ?, updated_at = ? WHERE state IN ({marks}) AND (? IS NULL OR kind = ?)",
        (target, int(now), *sources, kind, kind),
    ).rowcount


@translate_faults()
def delete_jobs(conn: sqlite3.Connection, states: Sequence[str], job_id: int | None = None) -> int:
    """Delete the jobs in ``states``, or of these only ``job_id``; return how many."""
    require_transaction(conn)
    marks = ", ".join("?" for _ in states)
    sql = f"DELETE FROM backfill_job WHERE state IN ({marks}) AND (? IS NULL OR job_id = ?)"
    return conn.execute(sql, (*states, job_id, job_id)).rowcount


@translate_faults()
def delete_jobs_before(conn: sqlite3.Connection, state: str, since: int) -> int:
    """Delete the jobs in ``state`` that changed last before ``since`` (UTC seconds); return how many."""
    require_transaction(conn)
    sql = "DELETE FROM backfill_job WHERE state = ? AND updated_at < ?"
    return conn.execute(sql, (state, int(since))).rowcount


@translate_faults()
def forget_jobs(conn: sqlite3.Connection, kinds: Sequence[str], states: Sequence[str], keep: int) -> int:
    """Delete the jobs of ``kinds`` in ``states`` except the ``keep`` newest; return how many."""
    require_transaction(conn)
    which = f"kind IN ({', '.join('?' for _ in kinds)}) AND state IN ({', '.join('?' for _ in states)})"
    newest = f"SELECT job_id FROM backfill_job WHERE {which} ORDER BY job_id DESC LIMIT -1 OFFSET ?"
    sql = f"DELETE FROM backfill_job WHERE job_id IN ({newest})"
    return conn.execute(sql, (*kinds, *states, int(keep))).rowcount


@translate_faults()
def count_jobs(conn: sqlite3.Connection) -> dict[str, int]:
    """Return the number of jobs by state, without states that have none."""
    sql = "SELECT state, count(*) FROM backfill_job GROUP BY state ORDER BY state"
    return dict(fetch_proven(conn, ("backfill_job",), sql))
