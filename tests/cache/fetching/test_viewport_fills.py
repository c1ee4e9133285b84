"""What a chart asks for: one fill task a view, and bars that have expired again."""

from candledesk.cache.messages import BarsStored, EdgeState, JobState
from tests.cache.conftest import DAY_S, HOUR, INTERVALS, NOW, WAIT_S, days_back


def test_a_view_has_one_fill_task_however_it_scrolls(harness, yahoo):
    harness.bars("1d", HOUR)
    yahoo.gate.clear()
    for back in range(60):
        harness.view("1h", anchor=NOW - back * DAY_S, n_before=100)
        assert len(harness.service._fill_scheduler._live) <= 2
    harness.view("1d")
    yahoo.gate.set()
    harness.settle()
    assert not harness.cache._viewport_loader._views
    assert harness.view("1d").edge in {EdgeState.MORE, EdgeState.LOADING}


def test_an_overtaken_request_does_not_steal_the_view(harness, yahoo):
    harness.bars("1d", HOUR)
    yahoo.gate.clear()
    harness.view("1h", anchor=NOW, n_before=10)
    harness.view("1h", anchor=NOW, n_before=20)
    (task,) = harness.cache._viewport_loader._views.values()
    target = task.target
    harness.generations = iter([1])
    harness.view("1h", anchor=NOW - 90 * DAY_S, n_before=10)
    assert task.target == target
    yahoo.gate.set()


def test_a_forming_bar_is_refreshed_when_it_has_expired(harness, yahoo):
    before = harness.bars("1h", days_back(2)).bars
    n = len(yahoo.requests)
    harness.view("1h", n_before=5)
    harness.settle()
    assert len(yahoo.requests) == n
    yahoo.now, yahoo.salt = NOW + 1_000, 1.5
    first = harness.view("1h", n_before=5)
    assert first.n_provisional >= 1
    harness.settle()
    assert len(yahoo.requests) == n + 1
    fresh = harness.view("1h", n_before=5)
    assert fresh.bars.close[-1] == before.close[-1] + 1.5
    assert any(isinstance(event, BarsStored) for event in harness.events)


def test_an_update_reads_the_last_sessions_again_once(harness, yahoo):
    harness.bars("1h", days_back(10))
    n = len(yahoo.requests)
    yahoo.salt = 0.5
    job = harness.cache.start_update([("AAA", INTERVALS["1h"])]).result(WAIT_S)
    assert harness.cache.wait_job(job.job_id).result(WAIT_S).state is JobState.SUCCEEDED
    assert len(yahoo.requests) == n + 1
    assert harness.bars("1h", days_back(1)).bars.close[-1] == yahoo.truth("AAA", "1h", days_back(1)).close[-1] + 0.5
