"""What is tidied up by itself: old jobs, and the weekly backup."""

from dataclasses import replace

import pytest

from candledesk.cache.maintenance.storage_options import StorageOptionsFile
from candledesk.cache.upkeep.housekeeping import WEEK_S, Housekeeping
from candledesk.domain.interval import DAY_S
from candledesk.settings import Settings
from tests.cache.conftest import WAIT_S, days_back


@pytest.fixture
def house(harness):
    """Housekeeping with weekly backups."""
    return _make(harness, backup="weekly")


def _make(harness, **options):
    service = harness.service
    files = service.controller._files
    kept = StorageOptionsFile(harness.folder / "other.json", replace(Settings(), **options))
    return Housekeeping(service._context, service.jobs, service.maintenance, files, kept)


def _round(harness, house):
    """Run a round, and wait for what it started."""
    is_started = house.run_round().result(WAIT_S)
    for task in harness.cache.list_maintenance().result(WAIT_S):
        harness.cache.wait_maintenance(task.task_id).result(WAIT_S)
    return is_started


def _backups(harness):
    return [(backup.reason, backup.made_at) for backup in harness.cache.list_backups().result(WAIT_S)]


def test_a_backup_is_made_each_week(harness, house, yahoo):
    harness.bars("1d", days_back(5))
    started = yahoo.now
    assert _round(harness, house)
    assert not _round(harness, house)
    yahoo.now = started + WEEK_S - 1
    assert not _round(harness, house)
    yahoo.now = started + WEEK_S
    assert _round(harness, house)
    assert _backups(harness) == [("weekly", started + WEEK_S), ("weekly", started)]


def test_a_clock_that_was_wrong_does_not_end_the_backups(harness, house, yahoo):
    yahoo.now += 1_000 * DAY_S
    assert _round(harness, house)
    yahoo.now -= 1_000 * DAY_S
    assert _round(harness, house)


def test_without_the_option_no_backup_is_made(harness):
    assert not _round(harness, _make(harness))
    assert _backups(harness) == []


def test_jobs_that_succeeded_long_ago_are_deleted_and_failed_ones_stay(harness, yahoo):
    good = harness.backfill("1d", days_back(5))
    other = harness.backfill("1d", days_back(9))
    yahoo.now += 89 * DAY_S
    house = _make(harness, jobs_kept_days=90)
    _round(harness, house)
    listed = {job.job_id for job in harness.cache.list_jobs().result(WAIT_S)}
    assert {good.job_id, other.job_id} <= listed
    yahoo.now += 2 * DAY_S
    _round(harness, house)
    assert [job for job in harness.cache.list_jobs().result(WAIT_S) if job.state == "succeeded"] == []


def test_bars_and_coverage_of_a_deleted_job_stay(harness, yahoo):
    harness.backfill("1d", days_back(5))
    before = harness.bars("1d", days_back(5), fill="none").bars
    yahoo.now += 100 * DAY_S
    _round(harness, _make(harness))
    assert harness.bars("1d", days_back(5, yahoo.now - 100 * DAY_S), fill="none").bars.equals(before)
    assert harness.coverage("1d")


def test_after_its_end_no_round_begins(harness, house, monkeypatch):
    house.close()
    rounds = []
    monkeypatch.setattr(house, "run_round", lambda: rounds.append(1))
    house._begin()
    assert rounds == []
