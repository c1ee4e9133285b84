"""The fetch process ends when nothing is asked of it, and the next call starts it again."""

import threading

import pytest

from candledesk.cache.runtime.fetch_process import Child, ChildConfig
from candledesk.cache.service import provider_options
from candledesk.domain.venue import TradingDays, Venue
from candledesk.settings import load_settings
from tests.cache.conftest import wait_until

VENUE = Venue("TIDE", "UTC", TradingDays.EVERY_DAY, settle_s=0)
IDLE_NAME = "candledesk-child-idle"


@pytest.fixture
def make_child(tmp_path):
    children = []

    def make(idle_s):
        children.append(Child(ChildConfig(provider_options(load_settings({}), tmp_path / "yfinance"), 1), idle_s))
        return children[-1]

    yield make
    for child in children:
        child.close()


@pytest.fixture
def waiting():
    """Return a function that lists the waiting threads of this test, not those that other tests left."""
    others = set(threading.enumerate())
    return lambda: [one for one in threading.enumerate() if one.name == IDLE_NAME and one not in others]


def test_a_process_of_which_nothing_is_asked_ends_and_the_next_call_starts_another(make_child):
    child = make_child(0.2)
    first = child.load_calendar(VENUE, 1_700_000_000)
    wait_until(lambda: not child.is_running)
    again = child.load_calendar(VENUE, 1_700_000_000)
    assert first.open.tolist() == again.open.tolist()
    wait_until(lambda: not child.is_running)


def test_a_process_that_was_only_started_ends_too(make_child):
    child = make_child(0.05)
    child.warm_up()
    wait_until(lambda: not child.is_running)


def test_the_process_stays_while_it_is_asked_and_for_the_whole_time_after_it(make_child, waiting):
    child = make_child(3600.0)
    child.load_calendar(VENUE, 1_700_000_000)
    child.load_calendar(VENUE, 1_700_000_000)
    assert child.is_running
    assert len(waiting()) == 1  # the time runs once, from the last call


def test_closing_ends_the_wait_too(make_child, waiting):
    child = make_child(3600.0)
    child.warm_up()
    child.close()
    wait_until(lambda: not waiting())
