"""A command that waits for a provider says so once it is slow, and not otherwise."""

import time
from types import SimpleNamespace

import pytest

from candledesk.cache.messages import BarsRequest, BreakerState, LimiterState
from candledesk.cache.runtime import answer_watch
from candledesk.commands import waiting
from candledesk.commands.waiting import saying_what_is_awaited
from candledesk.domain.errors import EnvironmentFaultError
from tests.cache.conftest import HOUR, INTERVALS, NOW, WAIT_S, CacheHarness, FakeYahoo, wait_until


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(waiting, "LOOK_S", 0.01)
    monkeypatch.setattr(answer_watch, "SLOW_S", 0.05)


def limiter(since):
    return LimiterState(6.0, 0.0, BreakerState.CLOSED, provider="Yahoo", unanswered_since=since)


def test_a_slow_provider_is_named_once(capsys, monkeypatch):
    monkeypatch.setattr(waiting, "time", SimpleNamespace(time=lambda: NOW + 0.9, monotonic=time.monotonic))
    looks = []

    def limiter_state():
        looks.append(1)
        if len(looks) == 1:
            raise EnvironmentFaultError("The running CandleDesk does not answer")
        return limiter(NOW - 7)

    with saying_what_is_awaited(SimpleNamespace(limiter_state=limiter_state)):
        wait_until(lambda: len(looks) > 5)
    assert capsys.readouterr().err == "candledesk: no answer from Yahoo yet, for 7 s now; Ctrl-C ends the wait\n"


def test_a_provider_that_answers_is_not_mentioned(capsys):
    looks = []
    with saying_what_is_awaited(SimpleNamespace(limiter_state=lambda: looks.append(1) or limiter(None))):
        wait_until(lambda: len(looks) > 3)
    assert capsys.readouterr().err == ""


def test_the_cache_says_what_it_waits_for_until_the_answer_comes(tmp_path):
    yahoo = FakeYahoo()
    harness = CacheHarness(tmp_path, yahoo)
    harness.bars("1d", HOUR)
    yahoo.gate.clear()
    patient = harness.cache.load_bars(BarsRequest("AAA", INTERVALS["1h"], HOUR, timeout_s=None))
    wait_until(lambda: harness.cache.limiter_state().unanswered_since)
    early = harness.bars("1h", HOUR, timeout_s=0.05)
    assert [gap.reason for gap in early.gaps] == ["no answer from Yahoo yet"]
    assert harness.cache.limiter_state().unanswered_since == yahoo.now
    yahoo.gate.set()
    assert patient.result(WAIT_S).complete
    assert harness.cache.limiter_state().unanswered_since is None
    harness.service.close()
