"""A window that ends now is another one a second later, and still the same that has failed."""

from candledesk.cache.messages import JobState
from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import INTERVALS, WAIT_S


def break_while_time_goes_on(yahoo):
    """Each request takes a second, and none is answered."""

    def script(request):
        if request.interval.name != "1h":
            return None
        yahoo.now += 1
        return FaultAnswer("broken")

    yahoo.script = script


def test_an_update_gives_up_after_its_tries_though_the_end_of_its_window_moves(harness, yahoo):
    break_while_time_goes_on(yahoo)
    job = harness.cache.start_update([("AAA", INTERVALS["1h"])]).result(WAIT_S)
    ended = harness.cache.wait_job(job.job_id).result(WAIT_S)
    assert (ended.state, "broken" in ended.error) == (JobState.FAILED, True)
    assert len(yahoo.asked("1h")) == 3
