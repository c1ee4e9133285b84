"""How late closed bars are, in a simulated hour with the product's scheduler and limiter (case F18)."""

import pytest

from candledesk.cache.active_series import LATE_S, ActiveSeries, Waiting
from candledesk.cache.rules.update_budget import UpdateBudget
from candledesk.domain.interval import INTERVALS
from tests.bench.bench_updates import ASKED_S, FRONT_S, MIXES, STORED_S, simulate
from tests.cache.conftest import NOW, WAIT_S
from tests.cache.upkeep.conftest import advance, run_one_round

MINUTE = INTERVALS["1m"]


@pytest.mark.parametrize("name", [name for name in MIXES if "5m" in name])
def test_closed_bars_of_40_series_are_asked_for_in_time(name):
    lags = simulate(MIXES[name])
    assert lags.n_bars == sum(n * {"1m": 51, "5m": 11, "15m": 4, "1h": 2, "1d": 1}[i] for i, n in MIXES[name].items())
    assert lags.asked_worst <= ASKED_S
    assert lags.stored_worst <= STORED_S
    assert lags.front_worst <= FRONT_S


def test_more_than_the_rate_can_bring_is_shared_and_the_chart_in_front_is_not_late():
    """40 minutes a minute: the worst is one turn of all series, with a chart that scrolls as well."""
    for scrolls_each_s in (None, 20.0):
        lags = simulate({"1m": 40}, scrolls_each_s)
        assert lags.stored_worst <= STORED_S
        assert lags.front_worst <= FRONT_S
        assert lags.n_requests <= 24 * 60 + 6


def test_a_budget_saves_up_four_minutes_of_half_the_rate():
    budget = UpdateBudget(24)
    assert (budget.refill(0.0, is_alone=False), budget.capacity, budget.per_minute) == (48.0, 48.0, 12.0)
    for _ in range(48):
        budget.take()
    assert budget.tokens == 0.0
    assert budget.wait_s(1.0) == 5.0
    assert budget.refill(10.0, is_alone=False) == 2.0
    assert budget.refill(5.0, is_alone=False) == 2.0  # a clock that goes back brings nothing
    assert budget.refill(15.0, is_alone=True) == pytest.approx(5.6)
    assert budget.per_minute == pytest.approx(21.6)
    assert budget.refill(10_000.0, is_alone=True) == 48.0
    assert budget.wait_s(1.0) == 0.0
    assert UpdateBudget(0.1).capacity == 1.0


def test_the_worst_lag_is_reported_when_it_has_changed():
    elapsed_s = [0.0]
    active = ActiveSeries(lambda: elapsed_s[0])
    active.follow("AAA", MINUTE)
    elapsed_s[0] = 3_600.0
    rows = {("AAA", "1m"): Waiting(NOW - 90, NOW - LATE_S + 1), ("BBB", "1m"): Waiting(NOW, None)}
    assert not active.note_waiting(rows, NOW)
    assert active.worst_lag_s(NOW) == 0
    assert active.worst_lag_s(NOW + 1) == LATE_S
    assert active.note_waiting(rows, NOW + 1)
    assert not active.note_waiting(rows, NOW + 2)
    assert active.note_waiting(rows, NOW + 11)
    assert active.waiting("AAA", MINUTE).asked_at == NOW - 90
    assert active.waiting("CCC", MINUTE) is None
    rows["AAA", "1m"] = Waiting(NOW - 90, NOW - 900, is_failing=True)
    assert active.note_waiting(rows, NOW + 11)
    assert active.worst_lag_s(NOW + 11) == 0  # it waits for its next try, not for its turn


def test_a_bar_that_closed_before_anybody_wanted_the_series_is_late_from_then_on():
    """A start in the morning does not say that the bars of the night are fourteen hours late."""
    elapsed_s = [0.0]
    active = ActiveSeries(lambda: elapsed_s[0])
    leave = active.follow("AAA", MINUTE)
    rows = {("AAA", "1m"): Waiting(NOW - 50_000, NOW - 49_000)}
    assert not active.note_waiting(rows, NOW)
    elapsed_s[0] = LATE_S + 10.0
    assert active.note_waiting(rows, NOW + LATE_S + 10)
    assert active.worst_lag_s(NOW + LATE_S + 10) == LATE_S + 10
    leave()
    active.note_waiting({}, NOW + LATE_S + 10)
    active.follow("AAA", MINUTE)  # wanted again: from now on
    assert active.note_waiting(rows, NOW + LATE_S + 10) is False
    assert active.worst_lag_s(NOW + LATE_S + 10) == 0


def test_a_series_that_was_never_asked_for_is_loaded_and_not_late(harness):
    """The status line once said just after the first start that updates were 29,928,485 minutes late."""
    harness.view("1d")  # so that the instrument is known
    harness.settle()
    harness.cache.follow("AAA", MINUTE)
    advance(harness, 2 * LATE_S)
    found = harness.service.updater.run_round().result(WAIT_S)
    assert (found.waiting["AAA", "1m"].asked_at, found.waiting["AAA", "1m"].since) == (0, None)
    assert harness.cache.limiter_state().update_lag_s == 0


def test_what_is_in_front_is_a_fetched_series():
    active = ActiveSeries(lambda: 0.0)
    active.set_in_front([("AAA", INTERVALS["30m"])])
    assert active.is_in_front("AAA", "15m")
    assert not active.is_in_front("AAA", "1m")
    active.set_in_front([])
    assert not active.is_in_front("AAA", "15m")


def test_the_lag_of_a_followed_series_is_reported_by_every_interface(harness, yahoo):
    harness.view("1m")
    harness.settle()
    report = harness.cache.describe_series("AAA", MINUTE).result(WAIT_S)
    assert (report.lag_s, report.updated_at) == (None, None)
    harness.cache.follow("AAA", MINUTE)
    advance(harness, 100)  # a bar closed 68 s ago
    found = harness.service.updater.run_round().result(WAIT_S)
    since = found.waiting["AAA", "1m"].since
    assert since == NOW // 60 * 60 + 62
    report = harness.cache.describe_series("AAA", MINUTE).result(WAIT_S)
    assert (report.lag_s, report.updated_at) == (yahoo.now - since, NOW)
    assert harness.cache.limiter_state().update_lag_s == yahoo.now - since
    run_one_round(harness)
    run_one_round(harness)
    report = harness.cache.describe_series("AAA", MINUTE).result(WAIT_S)
    assert (report.lag_s, report.updated_at) == (0, yahoo.now)
    assert harness.cache.limiter_state().update_lag_s == 0
    reported = [
        event.state.update_lag_s for event in harness.events if hasattr(getattr(event, "state", None), "update_lag_s")
    ]
    assert reported[-2:] == [68, 0]
