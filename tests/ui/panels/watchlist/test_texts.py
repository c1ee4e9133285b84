"""The words of a row: price, change, how old it is and how it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from candledesk.cache.quote_messages import Quote
from candledesk.domain.calendar.countdown import TradingHours, TradingSession
from candledesk.domain.interval import DAY_S
from candledesk.ui.panels.watchlist.rows.texts import Column, QuoteState, age_text, quote_state, quote_texts, quote_tip
from tests.fake_data import make_instrument

FRIDAY = 1_763_683_200 // DAY_S * DAY_S  # 2025-11-21
OPEN, CLOSE = FRIDAY + 52_200, FRIDAY + 75_600  # 9:30 and 16:00 in New York
NOON = FRIDAY + 61_200
HOURS = TradingHours(NOON, 0, (TradingSession(OPEN, OPEN, CLOSE, None, CLOSE),))
QUOTE = Quote(
    "AAPL",
    make_instrument("AAPL"),
    price=201.5,
    as_of=NOON - 120,
    previous_close=200.0,
    volume=1_234_567.0,
    hours=HOURS,
    closed_at=CLOSE - DAY_S,
)


def test_the_cells_of_a_trading_symbol():
    texts = quote_texts(QUOTE, NOON)
    assert (texts.last, texts.change, texts.percent, texts.age) == ("201.50", "+1.50", "+0.75%", "2 min")
    assert (texts.state, texts.state_text, texts.sign) == (QuoteState.OPEN, "open", 1)
    assert texts.cell(Column.VOLUME).startswith("1.2")
    assert texts.cell(Column.SYMBOL) == ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, "2 min"), ({"as_of": NOON - 3_000}, "50 min · stale"), ({"delay_s": 900}, "2 min · delayed")],
)
def test_the_line_below_a_symbol_says_how_old_its_price_is(changes, expected):
    assert quote_texts(replace(QUOTE, **changes), NOON).age_line == expected


def test_a_fall_has_a_minus_sign_and_no_change_has_neither_colour():
    texts = quote_texts(replace(QUOTE, price=199.0), NOON)
    assert (texts.change, texts.percent, texts.sign) == ("−1.00", "−0.50%", -1)
    assert quote_texts(replace(QUOTE, price=200.0), NOON).sign == 0


def test_what_is_not_stored_says_so_and_what_is_not_read_yet_says_nothing():
    assert quote_texts(Quote("AAPL"), NOON).last == "not stored"
    assert quote_texts(None, NOON).last == ""


def test_no_change_is_said_without_a_previous_close_or_in_percent_of_a_debt():
    texts = quote_texts(replace(QUOTE, previous_close=None), NOON)
    assert (texts.change, texts.percent) == ("", "")
    texts = quote_texts(replace(QUOTE, previous_close=-37.0), NOON)
    assert (texts.change, texts.percent) == ("+238.50", "")


@pytest.mark.parametrize(
    ("as_of", "now", "expected"),
    [
        (NOON - 30, NOON, "now"),
        (NOON - 59 * 60, NOON, "59 min"),
        (NOON - 2 * 3_600, NOON, "10:00"),
        (CLOSE, CLOSE + 7_200, "close"),
        (CLOSE, CLOSE + 2 * DAY_S, "Fri close"),
        (CLOSE - 3_600, CLOSE + DAY_S, "Fri 15:00"),
        (CLOSE, CLOSE + 30 * DAY_S, "21 Nov"),
        (CLOSE, CLOSE + 90 * DAY_S, "21 Nov 2025"),
    ],
)
def test_the_age_of_a_price_in_words(as_of, now, expected):
    assert age_text(replace(QUOTE, as_of=as_of, closed_at=CLOSE), now) == expected


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        ({}, NOON, "open"),
        ({"delay_s": 1_200, "as_of": NOON - 1_500}, NOON, "delayed 20 min"),
        ({"as_of": NOON - 3_000}, NOON, "stale since 50 min"),
        ({"as_of": CLOSE, "closed_at": CLOSE, "hours": None}, CLOSE + 60, "closed"),
        ({"as_of": CLOSE - 60, "closed_at": CLOSE, "hours": None}, CLOSE + DAY_S, "stale since Fri 15:59"),
        ({"closed_at": None, "hours": None}, NOON, ""),
    ],
)
def test_how_a_price_stands(changes, now, expected):
    assert quote_texts(replace(QUOTE, **changes), now).state_text == expected


def test_a_pause_of_the_venue_is_not_trading():
    assert quote_state(replace(QUOTE, as_of=CLOSE, closed_at=CLOSE), CLOSE + 60) is QuoteState.CLOSED


def test_the_tooltip_has_the_age_of_the_price_and_the_note():
    lines = quote_tip("AAPL", QUOTE, "my note", NOON).split("\n")
    assert lines[0].startswith("AAPL")
    assert "201.50  2 min ago" in lines
    assert lines[-1] == "my note"
    assert "Backfill" in quote_tip("ZZZ", Quote("ZZZ"), "", NOON)
