"""Dividends, splits and gains in words."""

import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.ui.chart.core.events.event_words import cash_words, event_words, mark_words, ratio_words

DATE = 1_770_508_800  # 2026-02-08


def event(kind, value, currency=None):
    return CorporateEvent(DATE, kind, value, currency, DATE)


def test_a_dividend_has_its_amount_and_its_ex_date():
    assert event_words(event(EventKind.DIVIDEND, 0.24), "USD") == "Dividend $0.24, ex-date 8 Feb 2026"
    assert event_words(event(EventKind.CAPITAL_GAIN, 1.5), "USD") == "Capital gain $1.50, ex-date 8 Feb 2026"


def test_the_currency_of_the_payment_has_priority_over_that_of_the_prices():
    assert event_words(event(EventKind.DIVIDEND, 2.0, "EUR"), "GBp") == "Dividend €2.00, ex-date 8 Feb 2026"
    assert event_words(event(EventKind.DIVIDEND, 2.0), "GBp") == "Dividend 2.00 GBp, ex-date 8 Feb 2026"


def test_a_split_has_its_ratio():
    assert event_words(event(EventKind.SPLIT, 4.0), "USD") == "Split 4:1 on 8 Feb 2026"
    assert event_words(event(EventKind.SPLIT, 0.1), "USD") == "Reverse split 1:10 on 8 Feb 2026"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.5, "3:2"),
        (1.046, "1.046:1"),
        (0.001, "1:1000"),
        (7.0, "7:1"),
        (2 / 3, "2:3"),
        (1.05, "21:20"),
        (20.0, "20:1"),
    ],
)
def test_ratios_are_whole_numbers_where_these_are_small(value, words):
    assert ratio_words(value) == words


@pytest.mark.parametrize(
    ("value", "currency", "words"),
    [(0.2425, "USD", "$0.2425"), (0.000123, "USD", "$0.000123"), (1_234.5, "JPY", "¥1,234.50"), (3.0, None, "3.00")],
)
def test_an_amount_has_two_to_six_decimals(value, currency, words):
    assert cash_words(value, currency) == words


def test_a_mark_lists_its_events_the_newest_first_and_counts_many():
    events = [CorporateEvent(DATE + n * 86_400, EventKind.DIVIDEND, 1.0, None, DATE) for n in range(20)]
    lines = mark_words(events, "USD").split("\n")
    assert lines[0] == "Dividend $1.00, ex-date 27 Feb 2026"
    assert lines[-1] == "and 12 more"
    assert len(mark_words(events[:9], "USD").split("\n")) == 9
