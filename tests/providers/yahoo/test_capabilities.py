"""What Yahoo answers: look-backs and widest requests, a margin inside its own caps."""

import pytest

from candledesk.domain.interval import DAY_S, HOUR_S, YEAR_S
from candledesk.providers.yahoo.capabilities import LIMITS


@pytest.mark.parametrize(
    ("name", "lookback_s", "window_s"),
    [
        ("1m", 30 * DAY_S - HOUR_S, 8 * DAY_S - HOUR_S),
        ("2m", 60 * DAY_S - HOUR_S, 60 * DAY_S - HOUR_S),
        ("5m", 60 * DAY_S - HOUR_S, 60 * DAY_S - HOUR_S),
        ("15m", 60 * DAY_S - HOUR_S, 60 * DAY_S - HOUR_S),
        ("1h", 730 * DAY_S - HOUR_S, 730 * DAY_S - HOUR_S),
        ("90m", 60 * DAY_S - HOUR_S, 60 * DAY_S - HOUR_S),
        ("1d", None, 99 * YEAR_S),
    ],
)
def test_look_backs_and_windows_stay_an_hour_inside_the_caps(name, lookback_s, window_s):
    assert (LIMITS[name].lookback_s, LIMITS[name].window_s) == (lookback_s, window_s)


def test_these_are_the_intervals_that_are_fetched():
    assert list(LIMITS) == ["1m", "2m", "5m", "15m", "1h", "90m", "1d"]
