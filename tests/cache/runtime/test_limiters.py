"""Each provider's requests wait for its own limiter, and for no other."""

import threading

import pytest

from candledesk.cache.runtime.limiters import Limiters
from candledesk.providers.rate_limiter import Limiter, RequestOutcome

NOW = 1_795_631_490.0


@pytest.fixture
def limiters():
    clocks = {"clock": lambda: NOW, "monotonic": lambda: 100.0, "random": lambda: 0.5}
    return Limiters({"yahoo": Limiter(60.0, 2, 30.0, **clocks), "tides": Limiter(60.0, 5, 90.0, **clocks)})


def test_a_grant_costs_the_provider_that_is_asked_and_no_other(limiters):
    assert limiters.acquire("AAPL", 0, threading.Event())
    limiters.report("AAPL", 1, RequestOutcome.ANSWERED)
    assert limiters.of("AAPL").state().tokens == 1.0
    assert limiters.of("tides:HAMBURG").state().tokens == 5.0
    assert limiters.time_for("AAPL", 3, 0) == 2.0
    assert limiters.time_for("tides:HAMBURG", 3, 0) == 0.0


def test_a_pause_of_one_provider_holds_the_others_not_back(limiters):
    assert limiters.acquire("tides:HAMBURG", 0, threading.Event())
    limiters.report("tides:HAMBURG", 1, RequestOutcome.RATE_LIMITED, "429")
    assert limiters.wait_s("tides:HAMBURG", 0) == 90.0
    assert limiters.wait_s("AAPL", 0) == 0.0
    assert limiters.acquire("AAPL", 0, threading.Event())


def test_a_provider_without_a_limiter_never_waits(limiters):
    assert limiters.of("local:ACME") is None
    assert limiters.acquire("local:ACME", 2, threading.Event())
    limiters.report("local:ACME", 1, RequestOutcome.RATE_LIMITED)
    assert (limiters.wait_s("local:ACME", 2), limiters.time_for("local:ACME", 99, 2)) == (0.0, 0.0)
    cancelled = threading.Event()
    cancelled.set()
    assert not limiters.acquire("local:ACME", 0, cancelled)


def test_the_state_for_people_is_that_of_the_provider_held_back_longest(limiters):
    assert limiters.most_held()[0] == "yahoo"  # the first, while none is held back
    for symbol in ("AAPL", "tides:HAMBURG"):
        limiters.acquire(symbol, 0, threading.Event())
        limiters.report(symbol, 1, RequestOutcome.RATE_LIMITED, "429")
    name, state = limiters.most_held()
    assert (name, state.breaker, state.retry_at) == ("tides", "open", NOW + 90)
