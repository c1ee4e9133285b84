"""Rows of a list are polite: how often their prices are asked for, and what goes first (WORKBENCH.md §3.7)."""

import threading
from collections import Counter

import pytest

from candledesk.cache.upkeep.schedule import UpdateRate, UpdateScheduler
from candledesk.cache.upkeep.watched_prices import WatchedPrices
from candledesk.domain.interval import DAY_S, INTERVALS
from tests.cache.conftest import NOW, days_back, wait_until
from tests.cache.upkeep.conftest import advance, run, run_one_round

TODAY = NOW // DAY_S * DAY_S
CLOSE = TODAY + 75_600
RATE = 24
ROWS = [f"R{at:03}" for at in range(200)]


def store_days(harness, symbols):
    """Store the days of symbols, and give the updater the usual rate."""
    for symbol in symbols:
        harness.bars("1d", days_back(3), symbol=symbol)
    rate = UpdateRate(60.0, RATE)
    updater = harness.service.updater
    updater._scheduler, updater._watched = UpdateScheduler(rate), WatchedPrices(rate)
    harness.bars("1m", days_back(1), symbol="CHART")
    harness.elapsed_s += 3_600  # so that no request of a script counts as active any more
    harness.yahoo.requests.clear()
    return harness


@pytest.fixture
def listed(harness):
    """A cache with the days of 200 symbols."""
    return store_days(harness, ROWS)


@pytest.fixture
def few(harness):
    """A cache with the days of eight symbols."""
    return store_days(harness, ROWS[:8])


def test_200_rows_take_at_most_half_the_rate_in_ten_minutes(listed, yahoo):
    listed.cache.set_watched(ROWS)
    run(listed, 600, step=5)
    assert 100 < len(yahoo.requests) <= RATE / 2 * 10
    counts = Counter(request.symbol for request in yahoo.requests)
    assert set(counts.values()) == {1}  # the one that was asked longest ago is the next one
    assert {request.interval.name for request in yahoo.requests} == {"1d"}


def test_a_row_is_asked_for_once_a_minute_at_most(few, yahoo):
    few.cache.set_watched(ROWS[:3])
    run(few, 600, step=5)
    counts = Counter(request.symbol for request in yahoo.requests)
    assert all(8 <= n <= 10 for n in counts.values())
    assert len(counts) == 3


def test_only_rows_on_screen_are_asked_for(few, yahoo):
    few.cache.set_watched(ROWS[:2])
    run(few, 120)
    few.cache.set_watched(())
    yahoo.requests.clear()
    run(few, 600)
    assert yahoo.requests == []


def test_what_is_not_stored_is_not_asked_for(few, yahoo):
    few.cache.set_watched(["NEVER", "CHART"])  # of the one nothing is stored, of the other no days
    run(few, 300)
    assert yahoo.requests == []


def test_while_the_venue_is_closed_nothing_is_asked_once_the_last_session_is_stored(few, yahoo):
    few.cache.set_watched(ROWS[:5])
    advance(few, CLOSE + 3_600 - yahoo.now)
    run(few, 1_200)
    assert len(yahoo.requests) == 5
    yahoo.requests.clear()
    run(few, 3_600, step=60)
    assert yahoo.requests == []


def test_the_updates_of_charts_are_as_many_as_without_a_list(listed, yahoo):
    def count_of_chart():
        yahoo.requests.clear()
        run(listed, 600, step=5)
        return sum(request.symbol == "CHART" for request in yahoo.requests)

    listed.cache.follow("CHART", INTERVALS["1m"])
    alone = count_of_chart()
    listed.cache.set_watched(ROWS)
    assert alone > 0
    assert abs(count_of_chart() - alone) <= 1


def test_a_chart_opens_while_rows_wait_for_their_answers(listed, yahoo):
    held = threading.Event()
    yahoo.script = lambda request: held.wait(20) and None if request.symbol in ROWS else None
    listed.cache.set_watched(ROWS)
    advance(listed, 120)
    try:
        for _ in range(4):
            advance(listed, 10)
            listed.service.updater.run_round().result(20)
        listed.view("1d", symbol="OPENED")
        wait_until(lambda: any(request.symbol == "OPENED" for request in yahoo.requests))
        wait_until(lambda: len(listed.view("1d", symbol="OPENED").bars) > 0)
        histories = listed.service.updater._scheduler.histories
        assert sum(row.is_running for key, row in histories.items() if key[0] in ROWS) == 2
    finally:
        held.set()


def test_days_that_were_missed_come_with_the_same_request(few, yahoo):
    few.cache.set_watched(ROWS[:1])
    advance(few, 12 * DAY_S)
    run_one_round(few)
    assert len(yahoo.requests) == 1
    found = few.bars("1d", days_back(20, yahoo.now), symbol=ROWS[0], fill="none")
    assert len([time for time in found.bars.open_time if time > TODAY]) == 8
