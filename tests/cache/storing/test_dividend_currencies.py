"""Dividends in another currency: converted at a stored rate of that day, or left out and said; never as if it were."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from candledesk.providers.answers import CorporateAction
from tests.cache.conftest import FIRST_DAY

EX = FIRST_DAY + 11 * DAY_S  # a Tuesday
SPAN = Span(FIRST_DAY, FIRST_DAY + 28 * DAY_S)


@pytest.fixture
def pay(yahoo):
    """Let the share ``AAA`` be priced in pence, and pay what is named."""

    def say(*actions, currency="GBp"):
        def script(request):
            answer = yahoo.bars_answer(request)
            paid = actions if request.symbol == "AAA" else ()
            return replace(answer, actions=paid, instrument=replace(answer.instrument, currency=currency))

        yahoo.script = script

    return say


def factor(harness, name="1d", **options):
    """Return by what the first close was multiplied, the close before the ex-date, and the notes."""
    plain = harness.bars("1d", SPAN)
    adjusted = harness.bars(name, SPAN, adjust="all", **options)
    before = plain.bars.close[np.searchsorted(plain.bars.open_time, EX) - 1]
    return adjusted.bars.close[0] / harness.bars(name, SPAN).bars.close[0], before, adjusted.notes


@pytest.mark.parametrize(
    ("paid", "paid_in", "currency"), [(2.0, None, "GBp"), (2.0, "GBp", "GBp"), (0.02, "GBP", "GBp"), (2.0, "USD", None)]
)
def test_a_dividend_in_the_prices_own_currency_is_taken_off(harness, pay, paid, paid_in, currency):
    pay(CorporateAction(EX, "dividend", paid, paid_in), currency=currency)
    found, before, notes = factor(harness)
    assert found == pytest.approx(1 - 2.0 / before)
    assert notes == ()


def test_without_a_rate_it_is_left_out_and_said(harness, pay):
    pay(CorporateAction(EX, "dividend", 0.1, "USD"), CorporateAction(EX + DAY_S, "dividend", 1.0))
    found, _, notes = factor(harness)
    bars = harness.bars("1d", SPAN).bars
    before = bars.close[np.searchsorted(bars.open_time, EX + DAY_S) - 1]
    assert found == pytest.approx(1 - 1.0 / before)
    (note,) = notes
    assert "2024-10-15 dividend 0.1 USD" in note
    assert "prices are in GBp" in note
    assert "USDGBP=X" in note
    assert harness.bars("1d", SPAN).notes == ()
    assert harness.bars("1d", Span(EX, SPAN.end), adjust="all").notes == ()


@pytest.mark.parametrize("name", ["1d", "1wk"])
@pytest.mark.parametrize("symbol", ["USDGBP=X", "GBPUSD=X", "GBP=X"])
def test_a_stored_rate_of_that_day_converts_it(harness, pay, symbol, name):
    pay(CorporateAction(EX, "dividend", 0.1, "USD"))
    rates = harness.bars("1d", Span(EX, EX + DAY_S), symbol=symbol).bars
    (rate,) = rates.close
    in_pence = 0.1 * (rate if symbol != "GBPUSD=X" else 1 / rate) * 100
    found, before, notes = factor(harness, name)
    expected = 1 - in_pence / before if in_pence < before else 1.0
    assert (found, notes) == (pytest.approx(expected), ())


def test_a_rate_of_another_day_is_none(harness, yahoo, pay):
    pay(CorporateAction(EX, "dividend", 0.1, "USD"))
    paying = yahoo.script

    def without_the_day(request):
        answer = paying(request)
        is_pair = request.symbol == "GBPUSD=X"
        return replace(answer, bars=answer.bars.take(answer.bars.open_time != EX)) if is_pair else answer

    yahoo.script = without_the_day
    assert len(harness.bars("1d", Span(EX - DAY_S, EX + 2 * DAY_S), symbol="GBPUSD=X").bars) == 2
    found, _, notes = factor(harness)
    assert (found, len(notes)) == (1.0, 1)


def test_many_are_counted_by_currency(harness, pay):
    dollars = [CorporateAction(EX + n * DAY_S, "dividend", 0.1, "USD") for n in range(5)]
    pay(*dollars, CorporateAction(EX + 6 * DAY_S, "capital_gain", 0.2, "EUR"))
    notes = factor(harness)[2]
    assert len(notes) == 2
    assert "and 2 more" in notes[0]
    assert "capital gain 0.2 EUR" in notes[1]
