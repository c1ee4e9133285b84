"""A full disk loses nothing."""

import threading

import pytest

from candledesk.cache.messages import EdgeState, FaultRaised, JobState
from candledesk.domain.errors import (
    EnvironmentFaultError,
)
from candledesk.domain.span import Span
from tests.cache.conftest import DAY_S, HOUR, WAIT_S, same, wait_until


class FullDisk:
    def __init__(self, monkeypatch):
        self.is_full = False
        from candledesk.store.market import bars as bar_store

        write = bar_store.write_bars

        def refuse(*args):
            if self.is_full:
                raise EnvironmentFaultError("The disk is full.")
            return write(*args)

        monkeypatch.setattr(bar_store, "write_bars", refuse)


def test_a_full_disk_loses_nothing_and_goes_on_by_itself(harness, yahoo, monkeypatch):
    disk = FullDisk(monkeypatch)
    harness.bars("1h", HOUR)
    wide = Span(HOUR.start - 30 * DAY_S, HOUR.end)
    disk.is_full = True
    with pytest.raises(EnvironmentFaultError, match="disk is full"):
        harness.backfill("1h", wide)
    (job,) = harness.cache.list_jobs(state="running").result(WAIT_S)
    n = len(yahoo.requests)
    for _ in range(5):
        assert harness.view("1h", anchor=HOUR.start, n_before=50).edge is EdgeState.FAILED
        assert same(harness.bars("1h", HOUR).bars, yahoo.truth("AAA", "1h", HOUR))
    wait_until(lambda: len(yahoo.requests) >= n + 2)  # the job tries now and then
    assert "disk is full" in str(harness.cache.wait_job(job.job_id).exception(WAIT_S))
    reported = [event.text for event in harness.events if isinstance(event, FaultRaised)]
    assert reported == ["The disk is full."]
    disk.is_full = False
    wait_until(lambda: harness.cache.read_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED)
    assert harness.service._fill_scheduler.n_in_flight == 0
    assert same(harness.bars("1h", wide).bars, yahoo.truth("AAA", "1h", wide))
    assert [event.text for event in harness.events if isinstance(event, FaultRaised)] == [*reported, ""]
    alive = {t.name for t in threading.enumerate()}
    assert {"candledesk-writer", "candledesk-clockwork"} <= alive
    assert sum(name.startswith("candledesk-fetch") for name in alive) >= 4
