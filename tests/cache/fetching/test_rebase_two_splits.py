"""How stored series come onto the basis of an answer: the rules of ``rebase`` on a small database."""

from contextlib import closing

import numpy as np
import pytest

from candledesk.cache.fetching.rebase import Compared, settle_basis
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market import bars, corporate_actions, instruments, split_basis
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from tests.cache.conftest import instrument, weekday_calendar

CALENDAR = weekday_calendar()
DAYS = CALENDAR.date[100:160]
NOW = int(DAYS[-1]) + DAY_S


def bars_at(times, factor=1.0):
    price = 80.0 / np.broadcast_to(factor, len(times))
    return Bars(times, price.copy(), price.copy(), price.copy(), price.copy(), np.full(len(times), 1200.0))


@pytest.fixture
def stored(tmp_path):
    """A database with dailies and two hours of each day at 80.0, known up to the newest; yields its connection."""
    create_or_open(tmp_path / "candles.db")
    with closing(connect_writer(tmp_path / "candles.db")) as connection:
        with transaction(connection):
            instruments.write_instrument(connection, instrument(), CALENDAR.mic, CALENDAR.mic, NOW)
            for name, times in (("1d", DAYS), ("1h", hours())):
                series_id = instruments.series_id(connection, "AAA", INTERVALS[name], create=True)
                bars.write_bars(connection, series_id, bars_at(times))
            split_basis.write_basis(connection, "AAA", NOW - DAY_S)
        yield connection


def hours():
    opens = CALENDAR.open[100:160]
    return np.sort(np.concatenate([opens, opens + 3600]))


def settle(connection, daily, **new_splits):
    with transaction(connection):
        new = Compared("AAA", INTERVALS["1d"], daily, CALENDAR, Span(int(DAYS[0]), NOW), NOW, **new_splits)
        return settle_basis(connection, new)


def closes(connection, name):
    series_id = instruments.series_id(connection, "AAA", INTERVALS[name])
    return bars.read_bars(connection, series_id, Span(0, NOW)).close


@pytest.mark.parametrize("known_at", [10, 50])
def test_a_split_that_nobody_states_moves_only_what_is_older_than_it(stored, known_at):
    with transaction(stored):
        corporate_actions.write_actions(
            stored, "AAA", [corporate_actions.StoredAction(int(DAYS[known_at]), "split", 2.0)], NOW
        )
    settled = settle(stored, bars_at(DAYS, np.where(np.arange(60) < 30, 3.0, 1.0)))
    assert settled.unproven_since is None
    assert [interval.name for interval in settled.rebased] == ["1d", "1h"]
    np.testing.assert_allclose(closes(stored, "1d"), np.where(np.arange(60) < 30, 80 / 3, 80.0), rtol=1e-6)
    np.testing.assert_allclose(closes(stored, "1h"), np.where(np.arange(120) < 60, 80 / 3, 80.0), rtol=1e-6)


def test_a_new_split_moves_every_series_once(stored):
    split = (int(DAYS[30]), 4.0)
    answer = bars_at(DAYS, np.where(np.arange(60) < 30, 4.0, 1.0))
    assert [interval.name for interval in settle(stored, answer, new_splits=(split,)).rebased] == ["1d", "1h"]
    with transaction(stored):
        corporate_actions.write_actions(
            stored, "AAA", [corporate_actions.StoredAction(*split[:1], "split", split[1])], NOW
        )
    assert settle(stored, answer).rebased == ()
    assert closes(stored, "1d").tolist() == [20.0] * 30 + [80.0] * 30
    assert closes(stored, "1h").tolist() == [20.0] * 60 + [80.0] * 60
