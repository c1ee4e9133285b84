"""Hours without a stored daily bar: a split that is news divides them once, or not at all where they reflect it."""

from contextlib import closing

import numpy as np
import pytest

from candledesk.cache.fetching.rebase import Compared, settle_basis
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import bars, instruments, split_basis
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from tests.cache.conftest import instrument, weekday_calendar

CALENDAR = weekday_calendar()
DAYS, OPENS = CALENDAR.date[100:160], CALENDAR.open[100:160]
HOURS = np.sort(np.concatenate([OPENS, OPENS + HOUR_S]))
NOW = int(DAYS[-1]) + DAY_S
HOUR = INTERVALS["1h"]


def bars_at(times, divisor=1.0):
    price = 80.0 / np.broadcast_to(divisor, len(times))
    return Bars(times, price.copy(), price.copy(), price.copy(), price.copy(), np.full(len(times), 1200.0))


@pytest.fixture
def connection(tmp_path):
    """A database of the hours at 80.0 up to day 50, known up to its evening."""
    create_or_open(tmp_path / "candles.db")
    with closing(connect_writer(tmp_path / "candles.db")) as connection:
        with transaction(connection):
            instruments.write_instrument(connection, instrument(), CALENDAR.mic, CALENDAR.mic, NOW)
            series_id = instruments.series_id(connection, "AAA", HOUR, create=True)
            bars.write_bars(connection, series_id, bars_at(HOURS[:102]))
            split_basis.write_basis(connection, "AAA", int(DAYS[50]) + 23 * HOUR_S)
        yield connection


def settle(connection, interval, answer, split):
    with transaction(connection):
        asked = Span(int(DAYS[0]), NOW)
        return settle_basis(connection, Compared("AAA", interval, answer, CALENDAR, asked, NOW, (split,))).rebased


def closes(connection):
    series_id = instruments.series_id(connection, "AAA", HOUR)
    return bars.read_bars(connection, series_id, Span(0, NOW)).close


def test_an_answer_of_the_same_hours_divides_them_once(connection):
    answer = bars_at(HOURS, np.where(np.arange(120) < 110, 3.0, 1.0))
    assert settle(connection, HOUR, answer, (int(DAYS[55]), 3.0)) == (HOUR,)
    np.testing.assert_allclose(closes(connection), 80 / 3, rtol=1e-6)


@pytest.mark.parametrize("divisor", [1.0, 3.0])
def test_the_answered_dailies_show_whether_hours_reflect_the_split_of_their_last_day(connection, divisor):
    answer = bars_at(DAYS, np.where(np.arange(60) < 50, divisor, 1.0))
    settle(connection, INTERVALS["1d"], answer, (int(DAYS[50]), 3.0))
    expected = np.where(np.arange(102) < 100, 80.0 / divisor, 80.0)
    np.testing.assert_allclose(closes(connection), expected, rtol=1e-6)
