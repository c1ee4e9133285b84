"""Job rows: the same live job is joined, states survive a restart."""

from __future__ import annotations

import pytest

from candledesk.domain.errors import JobStateError
from candledesk.domain.span import Span
from candledesk.store.market.database import transaction
from candledesk.store.market.jobs import (
    JobKey,
    count_jobs,
    delete_jobs,
    forget_jobs,
    insert_or_join_jobs,
    list_jobs,
    move_jobs,
    next_jobs,
    read_job,
    update_job,
)

SPAN = Span(0, 100)


@pytest.fixture
def add(writer, series):
    def insert(kind="backfill", span=SPAN, priority=2, now=1):
        with transaction(writer):
            return insert_or_join_jobs(writer, [JobKey(series, kind, span.start, span.end, priority)], now)[0]

    return insert


@pytest.fixture
def update(writer):
    def change(job_id, now=2, **changes):
        with transaction(writer):
            return update_job(writer, job_id, now=now, **changes)

    return change


def test_a_job_reads_back_as_it_was_queued(add, reader):
    job = add()
    assert (job.symbol, job.interval, job.kind, job.start, job.end) == ("AAPL", "1m", "backfill", 0, 100)
    assert (job.state, job.attempts, job.bars_done, job.bars_expected, job.error) == ("queued", 0, 0, 0, "")
    assert read_job(reader, job.job_id) == job
    assert read_job(reader, 99) is None


def test_the_same_live_job_is_joined_and_takes_the_more_urgent_priority(add):
    first = add(priority=2)
    assert add(priority=3, now=9) == first
    joined = add(priority=0, now=9)
    assert (joined.job_id, joined.priority, joined.updated_at) == (first.job_id, 0, 9)
    assert add(span=Span(0, 101)).job_id != first.job_id
    assert add(kind="update").job_id != first.job_id


@pytest.mark.parametrize("state", ["queued", "running", "paused"])
def test_a_live_job_is_joined_in_any_state(add, update, state):
    first = add()
    update(first.job_id, state=state)
    assert (add().job_id, add().state) == (first.job_id, state)


def test_many_jobs_come_back_in_their_order(writer, series, add):
    old = add(span=Span(0, 2))
    keys = [JobKey(series, "backfill", 0, hi, 2) for hi in (3, 2, 1)]
    with transaction(writer):
        rows = insert_or_join_jobs(writer, keys, 5)
    assert [row.end for row in rows] == [3, 2, 1]
    assert rows[1].job_id == old.job_id


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
    with pytest.raises((TypeError, ValueError), match="nonsense"):  # a TypeError from Python 3.13 on
        update(job.job_id, nonsense=1)


def test_the_next_jobs_are_sorted_by_priority_then_age(add, update, reader):
    plain, urgent, paused = add(), add(span=Span(0, 1), priority=1), add(span=Span(0, 2))
    late = add(span=Span(0, 3))
    update(paused.job_id, state="paused")

    def ids(lane, limit=9):
        return [job.job_id for job in next_jobs(reader, lane, limit)]

    assert ids((0, 99)) == [urgent.job_id, plain.job_id, late.job_id]
    assert ids((2, 99), 1) == [plain.job_id]
    assert ids((1, 1)) == [urgent.job_id]
    assert ids((0, 0)) == []


def test_many_jobs_change_state_at_once(add, update, writer, reader):
    first, second, third = add(), add(kind="update"), add(kind="viewport")
    for job in (first, third):
        update(job.job_id, state="running")
    update(second.job_id, state="succeeded")
    with transaction(writer):
        assert move_jobs(writer, ["running"], "cancelled", 9, kind="viewport") == 1
        assert move_jobs(writer, ["running"], "queued", 9) == 1
        assert move_jobs(writer, ["running"], "queued", 9) == 0
    assert read_job(reader, first.job_id).updated_at == 9
    assert count_jobs(reader) == {"queued": 1, "succeeded": 1, "cancelled": 1}
    with transaction(writer):
        assert delete_jobs(writer, ["succeeded", "cancelled"]) == 2
    assert [job.job_id for job in list_jobs(reader)] == [first.job_id]


def test_lists_the_newest_first_in_pages(add, update, reader):
    ids = [add(span=Span(0, n)).job_id for n in range(1, 6)]
    update(ids[2], state="paused")
    assert [job.job_id for job in list_jobs(reader, limit=2)] == ids[:2:-1]
    assert [job.job_id for job in list_jobs(reader, before=ids[3])] == ids[2::-1]
    assert [job.job_id for job in list_jobs(reader, state="paused")] == [ids[2]]


def test_old_jobs_of_some_kinds_are_deleted_except_the_newest(writer, reader, series):
    with transaction(writer):
        for at in range(6):
            kind = "backfill" if at == 1 else "update"
            (row,) = insert_or_join_jobs(writer, [JobKey(series, kind, at, at + 1, 1)], 1)
            state = "running" if at == 0 else "succeeded"
            update_job(writer, row.job_id, now=1, state=state)
        assert forget_jobs(writer, ["update", "viewport"], ["succeeded", "failed"], 2) == 2
    assert [(row.kind, row.start) for row in list_jobs(reader)] == [
        ("update", 5),
        ("update", 4),
        ("backfill", 1),
        ("update", 0),
    ]
