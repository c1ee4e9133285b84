"""What Yahoo is asked for stays inside what it answers (yahoo.md §1)."""

import pytest

from candledesk.domain.interval import DAY_S, INTERVALS, YEAR_S
from candledesk.providers.yahoo.capabilities import LIMITS


def test_every_stored_interval_is_fetched():
    assert list(LIMITS) == [name for name, interval in INTERVALS.items() if interval.base is interval]


@pytest.mark.parametrize(("name", "cap_days"), [("1m", 30), ("2m", 60), ("5m", 60), ("90m", 60), ("1h", 730)])
def test_the_look_back_stays_inside_the_cap(name, cap_days):
    limits = LIMITS[name]
    assert limits.window_s <= limits.lookback_s < cap_days * DAY_S


def test_a_request_is_no_wider_than_allowed():
    assert LIMITS["1m"].window_s < 8 * DAY_S
    assert LIMITS["1d"].lookback_s is None
    assert LIMITS["1d"].window_s < 100 * YEAR_S
