"""Jobs of older versions: none is lost when paused ones become live, and twins cannot be."""

from __future__ import annotations

import pytest

from candledesk.domain.interval import INTERVALS
from candledesk.store.market.database import transaction
from candledesk.store.market.jobs import JobKey, insert_or_join_jobs, list_jobs
from tests.store.market.conftest import insert_old_series, versions_before

NAME = "paused jobs are live, and gaps stay with their job"
ROWS = [  # state, lo, hi, state afterwards
    ("succeeded", 0, 1, "succeeded"),
    ("failed", 0, 1, "failed"),
    ("running", 0, 2, "running"),
    ("paused", 0, 2, "cancelled"),  # its twin is live
    ("paused", 0, 3, "cancelled"),  # an older one of two
    ("paused", 0, 3, "paused"),
    ("queued", 0, 4, "queued"),
    ("cancelled", 0, 4, "cancelled"),
]


@pytest.mark.parametrize("version", versions_before(NAME))
def test_jobs_survive_from_every_older_version(old_database, version):
    with old_database.made_by(version) as conn:
        series = insert_old_series(conn, INTERVALS["1m"])
        for state, lo, hi, _after in ROWS:
            conn.execute(
                "INSERT INTO backfill_job (series_id, kind, lo, hi, state, created_at, updated_at)"
                " VALUES (?, 'backfill', ?, ?, ?, 1, 1)",
                (series, lo, hi, state),
            )
    with old_database.upgraded() as conn:
        jobs = list_jobs(conn)[::-1]
        assert [(job.state, job.lo, job.hi) for job in jobs] == [(after, lo, hi) for _, lo, hi, after in ROWS]
        assert {job.gaps for job in jobs} == {"[]"}
        with transaction(conn):
            (joined,) = insert_or_join_jobs(conn, [JobKey(series, "backfill", 0, 3, 2)], 9)
        assert (joined.job_id, joined.state) == (6, "paused")
