"""How stored series come onto the basis of an answer: the rules of ``rebase`` on small databases."""

from contextlib import closing

import numpy as np
import pytest

from candledesk.cache.storing.rebase import Compared, settle_basis
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import bars, corporate_actions, instruments, split_basis
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from tests.cache.conftest import instrument, weekday_calendar

CALENDAR = weekday_calendar()
DAYS, OPENS = CALENDAR.date[100:160], CALENDAR.open[100:160]
HOURS = np.sort(np.concatenate([OPENS, OPENS + HOUR_S]))  # two of each day
NOW = int(DAYS[-1]) + DAY_S
DAY, HOUR = INTERVALS["1d"], INTERVALS["1h"]


def bars_at(times, divisor=1.0):
    price = 80.0 / np.broadcast_to(divisor, len(times))
    return Bars(times, price.copy(), price.copy(), price.copy(), price.copy(), np.full(len(times), 1200.0))


@pytest.fixture
def connection(tmp_path):
    create_or_open(tmp_path / "candles.db")
    with closing(connect_writer(tmp_path / "candles.db")) as connection:
        yield connection


def store(connection, known_until, **times):
    """Store bars at 80.0 of each interval, known to be on the basis of an instant."""
    with transaction(connection):
        instruments.write_instrument(connection, instrument(), CALENDAR.mic, CALENDAR.mic, NOW)
        for interval, open_times in times.items():
            series_id = instruments.series_id(connection, "AAA", INTERVALS[interval], create=True)
            bars.write_bars(connection, series_id, bars_at(open_times))
        split_basis.write_basis(connection, "AAA", known_until)


@pytest.fixture
def stored(connection):
    """Dailies and hours of all days, known up to the newest."""
    store(connection, NOW - DAY_S, **{"1d": DAYS, "1h": HOURS})
    return connection


@pytest.fixture
def hours_alone(connection):
    """The hours up to day 50, known up to its evening, and no daily bar."""
    store(connection, int(DAYS[50]) + 23 * HOUR_S, **{"1h": HOURS[:102]})
    return connection


def settle(connection, interval, answer, *new_splits):
    with transaction(connection):
        asked = Span(int(DAYS[0]), NOW)
        return settle_basis(connection, Compared("AAA", interval, answer, CALENDAR, asked, NOW, new_splits))


def state_split(connection, date, factor):
    with transaction(connection):
        split = corporate_actions.StoredAction(date, "split", factor)
        corporate_actions.write_actions(connection, "AAA", [split], NOW)


def closes(connection, interval):
    series_id = instruments.series_id(connection, "AAA", interval)
    return bars.read_bars(connection, series_id, Span(0, NOW)).close


@pytest.mark.parametrize("known_at", [10, 50])
def test_a_split_that_nobody_states_moves_only_what_is_older_than_it(stored, known_at):
    state_split(stored, int(DAYS[known_at]), 2.0)
    settled = settle(stored, DAY, bars_at(DAYS, np.where(np.arange(60) < 30, 3.0, 1.0)))
    assert settled.unproven_since is None
    assert settled.rebased == (DAY, HOUR)
    np.testing.assert_allclose(closes(stored, DAY), np.where(np.arange(60) < 30, 80 / 3, 80.0), rtol=1e-6)
    np.testing.assert_allclose(closes(stored, HOUR), np.where(np.arange(120) < 60, 80 / 3, 80.0), rtol=1e-6)


def test_a_new_split_moves_every_series_once(stored):
    split = (int(DAYS[30]), 4.0)
    answer = bars_at(DAYS, np.where(np.arange(60) < 30, 4.0, 1.0))
    assert settle(stored, DAY, answer, split).rebased == (DAY, HOUR)
    state_split(stored, *split)
    assert settle(stored, DAY, answer).rebased == ()
    assert closes(stored, DAY).tolist() == [20.0] * 30 + [80.0] * 30
    assert closes(stored, HOUR).tolist() == [20.0] * 60 + [80.0] * 60


def test_without_dailies_an_answer_of_the_same_hours_divides_them_once(hours_alone):
    answer = bars_at(HOURS, np.where(np.arange(120) < 110, 3.0, 1.0))
    assert settle(hours_alone, HOUR, answer, (int(DAYS[55]), 3.0)).rebased == (HOUR,)
    np.testing.assert_allclose(closes(hours_alone, HOUR), 80 / 3, rtol=1e-6)


@pytest.mark.parametrize("divisor", [1.0, 3.0])
def test_the_answered_dailies_show_whether_hours_reflect_the_split_of_their_last_day(hours_alone, divisor):
    answer = bars_at(DAYS, np.where(np.arange(60) < 50, divisor, 1.0))
    settle(hours_alone, DAY, answer, (int(DAYS[50]), 3.0))
    expected = np.where(np.arange(102) < 100, 80.0 / divisor, 80.0)
    np.testing.assert_allclose(closes(hours_alone, HOUR), expected, rtol=1e-6)
