"""Flags of bars, and dropped rows: written, replaced, deleted, counted."""

import pytest

from candledesk.domain.span import Span
from candledesk.store.market.database import transaction
from candledesk.store.market.odd_bars import OddBar, count_dropped, count_odd, note_dropped, read_odd, write_odd
from tests.domain.strategies import column

ALL = Span(0, 1_000)
ODD = [
    OddBar(60, 1),
    OddBar(120, 128, (0.1, None, 0.3, 0.4), 5.0),
    OddBar(180, 128, (None, None, None, 0.4), None),
    OddBar(240, 64),
]


@pytest.fixture
def stored(writer, series):
    with transaction(writer):
        write_odd(writer, series, column([bar.open_time for bar in ODD]), ODD)
    return writer


def test_flags_are_read_ascending_within_the_span(stored, series):
    assert read_odd(stored, series, ALL) == ODD
    assert read_odd(stored, series, Span(120, 240)) == ODD[1:3]
    assert read_odd(stored, series + 1, ALL) == []
    assert count_odd(stored, series) == {1: 1, 128: 2, 64: 1}


def test_a_missing_price_is_read_back_as_missing(writer, series):
    with transaction(writer):
        write_odd(writer, series, column([60]), [OddBar(60, 4, (float("nan"), 1.0, 1.0, 1.0), 2.0)])
    assert read_odd(writer, series, ALL) == [OddBar(60, 4, (None, 1.0, 1.0, 1.0), 2.0)]


@pytest.mark.parametrize(
    ("times", "odd", "left"),
    [
        ([120, 180], [], [60, 240]),
        ([60, 240], [], [120, 180]),  # those between them were not written
        ([60], [OddBar(60, 2)], [60, 120, 180, 240]),
        ([], [], [60, 120, 180, 240]),
        ([], [OddBar(300, 2)], [60, 120, 180, 240, 300]),
        ([1, 999], [], [60, 120, 180, 240]),
    ],
)
def test_flags_are_removed_when_bars_are_written_without_them(stored, series, times, odd, left):
    with transaction(stored):
        write_odd(stored, series, column(times), odd)
    found = {bar.open_time: bar for bar in read_odd(stored, series, ALL)}
    assert sorted(found) == left
    for bar in odd:
        assert found[bar.open_time] == bar


def test_a_bar_that_is_stored_as_sent_again_has_no_prices_as_sent(stored, series):
    with transaction(stored):
        write_odd(stored, series, column([120]), [OddBar(120, 2)])
    assert read_odd(stored, series, Span(120, 121)) == [OddBar(120, 2)]


def test_dropped_rows_are_counted_until_a_bar_is_stored(writer, series):
    rows = [(60, "no_close"), (120, "no_close"), (180, "phantom")]
    with transaction(writer):
        note_dropped(writer, series, rows, column([]))
        note_dropped(writer, series, rows[:1], column([]))  # the same once more
    assert count_dropped(writer, series, ALL) == {"no_close": 2, "phantom": 1}
    assert count_dropped(writer, series, Span(120, 180)) == {"no_close": 1}
    assert count_dropped(writer, series + 1, ALL) == {}
    with transaction(writer):
        note_dropped(writer, series, [(60, "off_grid")], column([120, 500]))
    assert count_dropped(writer, series, ALL) == {"off_grid": 1, "phantom": 1}


def test_only_inside_a_transaction(writer, series):
    with pytest.raises(RuntimeError, match="transaction"):
        write_odd(writer, series, column([]), ODD)
    with pytest.raises(RuntimeError, match="transaction"):
        note_dropped(writer, series, [], column([]))
