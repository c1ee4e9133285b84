"""Job rows: joined while live, honest after a restart."""

from __future__ import annotations

import pytest

from candledesk.domain.errors import JobStateError
from candledesk.domain.span import Span
from candledesk.store.database import transaction
from candledesk.store.jobs import claim_job, insert_or_join_job, list_jobs, read_job, requeue_orphans, update_job

SPAN = Span(0, 100)


@pytest.fixture
def add(writer, series):
    def insert(kind="backfill", span=SPAN, priority=2, now=1):
        with transaction(writer):
            return insert_or_join_job(writer, series, kind, span, priority=priority, bars_expected=7, now=now)

    return insert


@pytest.fixture
def update(writer):
    def change(job_id, now=2, **changes):
        with transaction(writer):
            return update_job(writer, job_id, now=now, **changes)

    return change


def test_a_job_reads_back_as_it_was_queued(add, reader):
    job = add()
    assert (job.symbol, job.interval, job.kind, job.lo, job.hi) == ("AAPL", "1m", "backfill", 0, 100)
    assert (job.state, job.attempts, job.bars_done, job.bars_expected, job.error) == ("queued", 0, 0, 7, "")
    assert read_job(reader, job.job_id) == job
    assert read_job(reader, 99) is None


def test_the_same_live_job_is_joined_and_takes_the_more_urgent_priority(add):
    first = add(priority=2)
    assert add(priority=3, now=9) == first
    joined = add(priority=0, now=9)
    assert (joined.job_id, joined.priority, joined.updated_at) == (first.job_id, 0, 9)
    assert add(span=Span(0, 101)).job_id != first.job_id
    assert add(kind="update").job_id != first.job_id


def test_an_ended_job_is_not_joined_and_cannot_run_beside_a_live_one(add, update):
    first = add()
    update(first.job_id, state="failed", error="no answer")
    second = add()
    assert second.job_id != first.job_id
    with pytest.raises(JobStateError, match="another job does the same"):
        update(first.job_id, state="queued")
    update(second.job_id, state="cancelled")
    assert update(first.job_id, state="queued").state == "queued"


def test_changes_are_stored_and_others_kept(add, update, reader):
    job = add()
    changed = update(job.job_id, now=5, bars_done=3, cursor=40, next_try_at=77, error="slow")
    assert read_job(reader, job.job_id) == changed
    assert (changed.bars_done, changed.cursor, changed.next_try_at, changed.updated_at) == (3, 40, 77, 5)
    assert (changed.priority, changed.created_at) == (job.priority, job.created_at)
    assert update(99, state="failed") is None
    with pytest.raises(TypeError):
        update(job.job_id, nonsense=1)


def test_claims_go_by_urgency_then_age_and_wait_for_their_time(add, update, writer):
    late, urgent, plain = add(priority=0), add(span=Span(0, 1), priority=1), add(span=Span(0, 2), priority=2)
    update(late.job_id, next_try_at=100)

    def claim(now):
        with transaction(writer):
            job = claim_job(writer, now)
        return job and (job.job_id, job.state, job.attempts)

    assert claim(50) == (urgent.job_id, "running", 1)
    assert claim(50) == (plain.job_id, "running", 1)
    assert claim(50) is None
    assert claim(100) == (late.job_id, "running", 1)


def test_running_jobs_are_orphans_at_start(add, update, writer):
    first, second = add(), add(kind="update")
    update(first.job_id, state="running")
    update(second.job_id, state="succeeded")
    with transaction(writer):
        assert requeue_orphans(writer, 9) == 1
        assert requeue_orphans(writer, 9) == 0
    assert read_job(writer, first.job_id).state == "queued"
    assert read_job(writer, second.job_id).state == "succeeded"


def test_lists_the_newest_first_in_pages(add, update, reader):
    ids = [add(span=Span(0, n)).job_id for n in range(1, 6)]
    update(ids[2], state="paused")
    assert [job.job_id for job in list_jobs(reader, limit=2)] == ids[:2:-1]
    assert [job.job_id for job in list_jobs(reader, before=ids[3])] == ids[2::-1]
    assert [job.job_id for job in list_jobs(reader, state="paused")] == [ids[2]]
