"""How long a job will still take: what was measured, and never less than the limiter allows."""

import pytest

from candledesk.cache.fetching.eta import FASTEST_S, N_MARKS, EtaEstimator, remaining_s
from candledesk.cache.queries.estimates import guess_cost
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.rate_limiter import LimiterCore
from candledesk.providers.yahoo.capabilities import LIMITS

NOW = 1_795_631_490


@pytest.mark.parametrize(
    ("marks", "allowed_s", "expected"),
    [
        ([], 9.0, None),
        ([(0.0, 10)], 25.0, 25.0),  # nothing is measured yet: the limiter's rate
        ([(0.0, 10)], 0.0, 10 * FASTEST_S),  # a burst does not hide that requests take time
        ([(0.0, 10), (4.0, 8)], 1.0, 16.0),
        ([(0.0, 10), (1.0, 8)], 20.0, 20.0),  # the first ones went with the burst
        ([(0.0, 8), (5.0, 9)], 3.0, 9 * FASTEST_S),  # a window was halved
        ([(0.0, 3), (6.0, 0)], 0.0, 0.0),
    ],
)
def test_what_remains(marks, allowed_s, expected):
    assert remaining_s(marks, allowed_s) == expected


class Rate:
    def time_for(self, symbol, n_requests, priority):
        assert priority == 2
        return n_requests * 2.5


def test_running_jobs_share_the_limiter_and_old_marks_are_forgotten():
    now = [0.0]
    eta_estimator = EtaEstimator(Rate(), lambda: now[0])
    assert eta_estimator.eta_s(1) is None
    eta_estimator.note(1, "AAA", 100)
    assert eta_estimator.eta_s(1) == 250.0
    eta_estimator.note(2, "BBB", 100)
    assert eta_estimator.eta_s(1) == 500.0
    eta_estimator.forget(2)
    now[0] = 1_000.0  # a pause of the breaker
    for n_left in range(99, 99 - N_MARKS, -1):
        eta_estimator.note(1, "AAA", n_left)
        now[0] += 4.0
    assert eta_estimator.eta_s(1) == (99 - N_MARKS + 1) * 4.0
    eta_estimator.forget(1)
    assert eta_estimator.eta_s(1) is None


def test_the_limiter_knows_how_long_many_requests_take():
    core = LimiterCore(24.0, 6, 60.0, random=lambda: 0.5)
    assert core.time_for(0.0, 0) == 0.0
    assert core.time_for(0.0, 6) == 0.0
    assert core.time_for(0.0, 30) == 60.0
    assert core.time_for(0.0, 30, priority=2) == 65.0  # two tokens are left for the next scroll
    from candledesk.providers.rate_limiter import RequestOutcome

    core.take(0.0)
    core.report(0.0, 1, RequestOutcome.RATE_LIMITED)
    assert core.time_for(0.0, 5) == 60.0


def test_an_estimate_for_a_symbol_that_is_not_in_the_cache():
    n_requests, n_bars = guess_cost(INTERVALS["1d"], None, NOW, LIMITS["1d"])
    assert n_requests == 1
    assert 7_000 < n_bars < 8_500  # thirty years of some 252 sessions, holidays not known
    week = Span(NOW - 7 * DAY_S, NOW)
    assert guess_cost(INTERVALS["1m"], week, NOW, LIMITS["1m"])[1] == 5 * 390
    assert guess_cost(INTERVALS["1m"], Span(NOW - 90 * DAY_S, NOW - 60 * DAY_S), NOW, LIMITS["1m"]) == (0, 0)
    assert guess_cost(INTERVALS["30m"], None, NOW, LIMITS["15m"]) == guess_cost(
        INTERVALS["15m"], None, NOW, LIMITS["15m"]
    )
    assert guess_cost(INTERVALS["1d"], None, NOW, None) == (0, 0)  # nobody can be asked
