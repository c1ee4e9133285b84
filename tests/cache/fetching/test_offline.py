"""Symbols that could not be looked up without a network: when they are asked for again."""

import pytest

from candledesk.providers.answers import FaultAnswer
from tests.cache.conftest import DAY_S, INTERVALS, NOW, WAIT_S, Span

HOUR = Span(NOW // DAY_S * DAY_S - 7 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr("candledesk.providers.rate_limiter.MAX_OFFLINE_S", 0.0)


def test_back_online_a_symbol_that_could_not_be_looked_up_is_asked_for_at_once(harness, yahoo):
    yahoo.unknown.add("NOSUCH")
    harness.view("1d", symbol="NOSUCH", view_id=7)
    harness.settle()
    yahoo.script = lambda request: FaultAnswer("no route", is_offline=True)
    harness.view("1d")
    harness.settle()
    assert "cannot be reached" in harness.view("1d").error
    yahoo.script = None
    harness.bars("1d", HOUR, symbol="BBB")  # the first request that gets through
    assert not harness.view("1d").error
    harness.settle()
    assert len(harness.view("1d").bars)
    assert "NOSUCH" in harness.view("1d", symbol="NOSUCH", view_id=7).error


@pytest.mark.parametrize("start", ["start_update", "start_backfills"])
def test_who_starts_a_job_of_a_symbol_that_could_not_be_looked_up_means_now(harness, yahoo, start):
    yahoo.script = lambda request: FaultAnswer("no route", is_offline=True)
    harness.view("1d")
    harness.settle()
    yahoo.script = None
    wished = [("AAA", INTERVALS["1d"])]
    made = (
        harness.cache.start_update(wished) if start == "start_update" else harness.cache.start_backfills(wished, HOUR)
    )
    assert made.result(WAIT_S)
