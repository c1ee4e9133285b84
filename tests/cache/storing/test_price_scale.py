"""Bars beside how they were sent: which are flagged rows of the store, and which are read otherwise now."""

import numpy as np
import pytest

from candledesk.cache.storing.price_scale import OwnScale, settle_scale
from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.prices.clean import clean_bars
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.prices.scale import Evidence
from candledesk.domain.span import Span
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import series_id, write_instrument
from candledesk.store.market.odd_bars import OddBar, write_odd
from tests.cache.conftest import instrument
from tests.domain.strategies import FIRST_DAY_S, all_days

DAY = INTERVALS["1d"]
CALENDAR = all_days(n_days=60)
WHOLE = Span(FIRST_DAY_S, FIRST_DAY_S + 60 * DAY_S)
PENCE = Evidence(100.0, is_small_unit=True)
UNIT, JUMP = int(Oddity.UNIT), int(Oddity.JUMP)


@pytest.fixture
def connection(tmp_path):
    create_or_open(tmp_path / "candles.db")
    connection = connect_writer(tmp_path / "candles.db")
    with transaction(connection):
        write_instrument(connection, instrument(), "TEST", "TEST", 1)
        series_id(connection, "AAA", DAY, create=True)
    yield connection
    connection.close()


def rows(first, closes, volume=7.0):
    return Bars.from_rows([(FIRST_DAY_S + (first + i) * DAY_S, *(c,) * 4, volume) for i, c in enumerate(closes)])


def settle(connection, bars, evidence=PENCE):
    """Judge an answer and store it, as a fill does."""
    number = series_id(connection, "AAA", DAY)
    with transaction(connection):
        clean = clean_bars(bars, CALENDAR, DAY, WHOLE, WHOLE.end)
        scale = settle_scale(connection, number, DAY, clean, CALENDAR, None, evidence)
        write_bars(connection, number, scale.bars)
        write_odd(connection, number, scale.bars.open_time, scale.odd_bars())
    return scale


def days(scale):
    return ((scale.bars.open_time - FIRST_DAY_S) // DAY_S).tolist()


def test_flagged_bars_are_rows_with_what_was_sent_where_that_differs():
    bars = rows(0, [80.0, 80.0, 80.0])
    sent = np.full((4, 3), 80.0)
    sent[:, 1] = 0.8
    scale = OwnScale(bars, np.array([0, UNIT, JUMP]), sent, np.array([7.0, 7.0, 7.0]), np.ones(3, np.bool_))
    times = bars.open_time.tolist()
    assert scale.odd_bars() == [OddBar(times[1], UNIT, (0.8,) * 4, 7.0), OddBar(times[2], JUMP)]
    assert scale.take(np.array([True, False, True])).odd_bars() == [OddBar(times[2], JUMP)]
    other = OwnScale(bars, np.array([0, 0, JUMP]), np.full((4, 3), 80.0), np.array([7.0, 7.0, 3.5]), scale.is_new)
    assert other.odd_bars() == [OddBar(times[2], JUMP, (80.0,) * 4, 3.5)]


def test_an_answer_decides_stored_bars_again_both_ways(connection):
    settle(connection, rows(0, [80.0] * 6))
    first = settle(connection, rows(6, [0.8] * 3))
    assert (days(first), first.odd.tolist(), first.is_new.tolist()) == ([6, 7, 8], [0] * 3, [True] * 3)
    second = settle(connection, rows(9, [81.0] * 3))
    assert days(second) == [6, 7, 8, 9, 10, 11]
    assert second.is_new.tolist() == [False] * 3 + [True] * 3
    assert second.odd.tolist() == [UNIT] * 3 + [0] * 3
    assert second.bars.close.tolist() == [80.0] * 3 + [81.0] * 3
    third = settle(connection, rows(9, [0.81] * 30))  # it was a fall after all
    assert days(third)[:3] == [6, 7, 8]
    assert third.bars.close[:3].tolist() == [0.8] * 3
    stored = read_bars(connection, series_id(connection, "AAA", DAY), WHOLE)
    assert stored.close.tolist() == [80.0] * 6 + [0.8] * 3 + [0.81] * 30


def test_what_was_decided_well_is_left_alone(connection):
    bars = rows(0, [80.0] * 5 + [0.8] * 2 + [80.0] * 5)
    settle(connection, bars)
    again = settle(connection, rows(12, [80.0]))
    assert days(again) == [12]
    assert len(settle(connection, Bars.empty()).bars) == 0


def test_a_tick_is_a_jump_once_the_next_bars_disagree(connection):
    first = settle(connection, rows(0, [80.0] * 5 + [5.0]), Evidence())
    assert first.odd.tolist() == [0] * 6
    second = settle(connection, rows(6, [80.0] * 2), Evidence())
    assert (days(second), second.odd.tolist()) == ([5, 6, 7], [JUMP, 0, 0])
    assert second.bars.close[0] == 5.0


def test_rows_that_a_split_forgot_are_divided_and_their_volume_multiplied(connection):
    splits = [(FIRST_DAY_S + 8 * DAY_S, 4.0)]
    scale = settle(connection, rows(0, [50.0] * 5 + [200.0] * 3 + [50.0] * 4), Evidence(splits=splits))
    assert scale.bars.close.tolist() == [50.0] * 12
    assert scale.bars.volume.tolist() == [7.0] * 5 + [28.0] * 3 + [7.0] * 4
    assert scale.odd.tolist() == [0] * 5 + [int(Oddity.BASIS)] * 3 + [0] * 4
    assert scale.odd_bars()[0].sent == (200.0,) * 4
