"""What a symbol and a provider's facts of an instrument may be."""

import numpy as np
import pytest

from candledesk.domain.instrument import believable_first_trade, decimals_for, decimals_of
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import HISTORY_START


@pytest.mark.parametrize(
    ("time", "is_believed"),
    [
        (HISTORY_START + 7 * DAY_S - 1, False),
        (HISTORY_START + 7 * DAY_S, True),
        (7_258_118_399, True),
        (7_258_118_400, False),  # the year 2200
    ],
)
def test_a_first_trade_lies_between_the_first_bars_and_the_year_2200(time, is_believed):
    assert believable_first_trade(time) == (time if is_believed else None)
    assert believable_first_trade(None) is None


def test_a_first_trade_more_than_a_day_after_the_last_one_has_not_happened():
    assert believable_first_trade(1_000_000_000, 1_000_000_000 - DAY_S) == 1_000_000_000
    assert believable_first_trade(1_000_000_000, 1_000_000_000 - DAY_S - 1) is None


@pytest.mark.parametrize(
    ("stated", "price", "decimals"),
    [
        (2, 11.0, 2),
        (2, 1.0, 2),
        (2, 0.9999, 4),
        (2, 0.1, 4),
        (2, 0.0999, 5),
        (6, 0.5, 6),
        (2, 4e-6, 9),
        (2, -0.05, 5),
        (0, 742_000.0, 0),
        (2, 1e-12, 10),
        (99, 11.0, 10),
        (-3, 11.0, 0),
        (2, None, 2),
        (2, 0.0, 2),
        (2, float("nan"), 2),
        (2, float("inf"), 2),
    ],
)
def test_a_price_below_one_shows_four_digits(stated, price, decimals):
    assert decimals_for(stated, price) == decimals


@pytest.mark.parametrize(
    ("prices", "decimals"),
    [
        ([10.5, 11.0], 2),
        ([1.0853, 1.08, np.nan], 4),
        ([0.000004, 1.0], 6),
        ([100.1234567, 100.7654321], 2),  # computed: as many as a price of 100 needs
        ([0.00123456789, 0.00123456788], 6),
    ],
)
def test_prices_of_a_file_show_the_digits_that_they_were_written_with(prices, decimals):
    assert decimals_of(np.array(prices)) == decimals
