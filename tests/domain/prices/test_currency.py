"""Currencies, their smaller units, and amounts brought from one into another."""

import pytest

from candledesk.domain.prices.currency import convert, is_smaller_unit, rate_by, unit_factor, units_of


@pytest.mark.parametrize(
    ("currency", "whole", "n_units"),
    [("GBp", "GBP", 100.0), ("KWF", "KWD", 1000.0), ("GBP", "GBP", 1.0), ("USX", "USD", 100.0), ("XXX", "XXX", 1.0)],
)
def test_of_which_currency_a_unit_is(currency, whole, n_units):
    assert units_of(currency) == (whole, n_units)
    assert is_smaller_unit(currency) is (n_units > 1)


@pytest.mark.parametrize(
    ("currency", "factor"),
    [("GBp", 100.0), ("GBP", 100.0), ("KWD", 1000.0), ("USX", 100.0), ("USD", 0.0), ("EUR", 0.0), (None, 0.0)],
)
def test_where_two_units_of_one_currency_are_in_use(currency, factor):
    assert unit_factor(currency) == factor
    assert not is_smaller_unit(None)


def rates(source, target):
    return {("GBP", "USD"): 1.25}.get((source, target))


@pytest.mark.parametrize(
    ("amount", "source", "target", "expected"),
    [
        (250.0, "GBp", "GBP", 2.5),
        (2.5, "GBP", "GBp", 250.0),
        (2.0, "GBP", "USD", 2.5),
        (200.0, "GBp", "USD", 2.5),
        (2.0, "GBP", "USX", 250.0),
        (2.0, "USD", "GBP", None),
        (7.0, "XXX", "XXX", 7.0),
    ],
)
def test_amounts_are_converted_through_whole_units(amount, source, target, expected):
    assert convert(amount, source, target, rates) == expected


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ({"A": 4.0, "B": 5.0}, 4.0),
        ({"B": 4.0}, 0.25),  # its price is the inverse of the rate
        ({"A": 0.0, "B": 4.0}, 0.25),
        ({"A": -1.0}, None),
        ({}, None),
    ],
)
def test_the_first_symbol_with_a_price_states_the_rate(prices, expected):
    assert rate_by([("A", False), ("B", True)], prices.get) == expected
