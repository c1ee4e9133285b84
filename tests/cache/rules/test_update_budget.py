"""How many updates may start: a share of the limiter's rate, saved up to a limit."""

import pytest

from candledesk.cache.rules.update_budget import UpdateBudget

# 24 requests a minute: 12 updates a minute while others ask, 21.6 while nobody does; 48 are saved up.


def test_a_full_bucket_holds_four_minutes_of_the_shared_rate():
    budget = UpdateBudget(24)
    assert budget.capacity == budget.tokens == 48
    assert budget.refill(0.0, is_alone=False) == 48
    assert UpdateBudget(0.1).capacity == 1.0, "one update must be able to start"


@pytest.mark.parametrize(("is_alone", "per_minute"), [(False, 12.0), (True, pytest.approx(21.6))])
def test_updates_take_half_of_the_rate_or_nearly_all_of_it_alone(is_alone, per_minute):
    budget = UpdateBudget(24)
    budget.refill(100.0, is_alone=is_alone)
    for _ in range(40):
        budget.take()
    assert budget.tokens == 8
    assert budget.per_minute == per_minute
    assert budget.refill(160.0, is_alone=is_alone) == pytest.approx(8 + budget.per_minute)
    assert budget.refill(160.0 + 86_400, is_alone=is_alone) == 48


def test_a_clock_that_goes_back_adds_nothing():
    budget = UpdateBudget(24)
    budget.refill(100.0, is_alone=False)
    budget.take()
    assert budget.refill(40.0, is_alone=False) == 47
    assert budget.refill(45.0, is_alone=False) == 48


def test_how_long_it_takes_until_so_many_may_start():
    budget = UpdateBudget(24)
    assert budget.wait_s(48) == 0.0
    assert budget.wait_s(49) == 5.0  # 12 a minute
    assert budget.wait_s(1) == 0.0
    budget.refill(0.0, is_alone=True)
    assert budget.wait_s(49) == pytest.approx(60 / 21.6)
