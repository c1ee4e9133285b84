"""Prices with the digits that were sent."""

import math

import numpy as np
import pytest

from candledesk.domain.prices.digits import as_sent, with_short_digits


def single(text):
    return float(np.float32(text))


@pytest.mark.parametrize(
    "text", ["395.7", "241.95", "0.000004", "4e-08", "742123.06", "-37.63", "16777215.0", "233.0", "0.0"]
)
def test_a_price_that_came_as_32_bits_has_the_digits_that_were_sent(text):
    assert with_short_digits(np.array([single(text)])).tolist() == [float(text)]


@pytest.mark.parametrize("value", [1 / 3, 395.70001, 123456792.0, 1e300, math.inf, 67234.12345678])
def test_any_other_price_keeps_all_of_its_digits(value):
    assert with_short_digits(np.array([value])).tolist() == [value]


def test_what_is_not_a_number_stays_so():
    assert np.isnan(with_short_digits(np.array([math.nan]))).all()


def test_the_shortest_form_is_that_of_the_32_bit_float():
    rng = np.random.default_rng(17)
    for scale in (1e-6, 1.0, 100.0, 7e5):
        prices = (rng.random(500) * scale).astype(np.float32)
        short = with_short_digits(prices.astype(np.float64))
        assert np.array_equal(short.astype(np.float32), prices)
        assert [float(str(price)) for price in prices] == short.tolist()


def test_the_given_array_is_not_changed():
    prices = np.array([single("395.7")])
    prices.setflags(write=False)
    with_short_digits(prices)
    assert prices[0] == single("395.7")


def test_what_was_sent_can_be_had_back_from_the_short_form():
    rng = np.random.default_rng(18)
    computed = rng.random(100) / 3
    sent = (rng.random(500) * 1e4).astype(np.float32).astype(np.float64)
    prices = np.concatenate([sent, computed, [np.nan, 2.0**31]])
    np.testing.assert_array_equal(as_sent(with_short_digits(prices)), prices)
