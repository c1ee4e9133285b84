"""Pieces of long series and their rows, by themselves: where pieces are cut, and what a row says of its bars."""

from types import SimpleNamespace

import numpy as np
import pytest

from candledesk.cache.indicator_messages import IndicatorRowsRequest
from candledesk.cache.queries.studies.computation import piece_start
from candledesk.cache.queries.studies.rows import _begin_of, _reduce, join_rows, plan_pieces
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.indicators.computing import Values
from candledesk.indicators.studies import parse_study

MINUTE = INTERVALS["1m"]
PIECE, TAIL = 512 * 512 * 60, 8 * 512 * 60  # seconds
NAN = np.nan


def request(start, end, stride=8):
    return IndicatorRowsRequest("AAA", MINUTE, parse_study("sma"), Span(start, end), stride)


def rows(times, line, settled, width=480, rev=3):
    flags = np.array([one == "1" for one in settled], np.bool_)
    return _reduce(np.array(times, np.int64), Values({"value": np.array(line, np.float64)}, flags), width, rev)


def test_a_row_has_the_extremes_and_the_last_value_of_its_bars():
    found = rows([0, 60, 120, 480, 900, 960], [2, NAN, 1, NAN, NAN, 7], "110111")
    assert found.open_time.tolist() == [0, 480, 960]
    assert found.n_bars.tolist() == [3, 2, 1]
    np.testing.assert_array_equal(found.least["value"], [1, NAN, 7])
    np.testing.assert_array_equal(found.greatest["value"], [2, NAN, 7])
    np.testing.assert_array_equal(found.last["value"], [1, NAN, 7])
    assert found.settled.tolist() == [False, True, True]
    assert found.rev == 3


def test_no_bars_make_no_rows():
    found = rows([], [], "")
    assert [len(part) for part in (found.open_time, found.n_bars, found.settled, found.last["value"])] == [0] * 4


@pytest.mark.parametrize(
    ("start", "end", "times"),
    [
        (0, 2_000, [0, 480, 960, 1_440]),
        (479, 2_000, [0, 480, 960, 1_440]),
        (480, 2_000, [480, 960, 1_440]),
        (0, 1_440, [0, 480, 960]),
        (0, 1_441, [0, 480, 960, 1_440]),
        (2_000, 3_000, []),
    ],
)
def test_pieces_are_joined_to_the_rows_of_a_span(start, end, times):
    first = rows([0, 60, 480], [1, 2, 3], "111", rev=3)
    second = rows([960, 1_440], [4, 5], "10", rev=7)
    found = join_rows(request(start, end), [first, second])
    assert found.open_time.tolist() == times
    place = [[0, 480, 960, 1_440].index(time) for time in times]
    assert found.n_bars.tolist() == [[2, 1, 1, 1][at] for at in place]
    assert found.least["value"].tolist() == [[1, 3, 4, 5][at] for at in place]
    assert found.greatest["value"].tolist() == found.last["value"].tolist() == [[2, 3, 4, 5][at] for at in place]
    assert found.settled.tolist() == [[True, True, True, False][at] for at in place]
    assert found.rev == 7
    assert join_rows(request(start, end), []).rev == 0


def reader(now, oldest=0):
    return SimpleNamespace(oldest=oldest, facts=SimpleNamespace(now=now), interval=MINUTE)


@pytest.mark.parametrize(("time", "start"), [(0, 0), (PIECE - 1, 0), (PIECE, PIECE), (-1, -PIECE)])
def test_pieces_lie_at_the_same_times_for_all(time, start):
    assert piece_start(MINUTE, time) == start


NOW = PIECE + 5 * TAIL + 7
CUT = PIECE + 4 * TAIL


@pytest.mark.parametrize(
    ("start", "end", "pieces"),
    [
        (0, NOW, [(0, PIECE), (PIECE, CUT), (CUT, 2 * PIECE)]),
        (10, PIECE, [(0, PIECE)]),
        (10, PIECE + 1, [(0, PIECE), (PIECE, CUT)]),
        (CUT - 1, NOW, [(PIECE, CUT), (CUT, 2 * PIECE)]),
        (CUT, NOW, [(CUT, 2 * PIECE)]),
        (PIECE, 9 * PIECE, [(PIECE, CUT), (CUT, 2 * PIECE)]),
        (-9 * PIECE, 10, [(0, PIECE)]),
        (3 * PIECE, 4 * PIECE, []),
    ],
)
def test_the_piece_with_the_latest_bars_is_cut(start, end, pieces):
    found = plan_pieces(reader(NOW), request(start, end))
    assert [(one.start, one.end) for one in found] == pieces


@pytest.mark.parametrize("now", [PIECE, PIECE + TAIL, PIECE + 2 * TAIL - 1])
def test_a_piece_that_has_only_just_begun_is_not_cut(now):
    found = plan_pieces(reader(now), request(0, now + 1))
    assert [(one.start, one.end) for one in found][-1] == (PIECE, 2 * PIECE)
    assert (found[0].start, found[0].end) in {(0, PIECE), (0, PIECE - TAIL)}


def test_pieces_begin_with_the_oldest_stored_bar():
    assert plan_pieces(reader(NOW, oldest=PIECE + 60), request(0, CUT)) == [Span(PIECE, CUT)]
    assert [one.start for one in plan_pieces(reader(NOW, oldest=-60), request(-PIECE, 1))] == [-PIECE, 0]


@pytest.mark.parametrize(
    ("text", "first", "begin"),
    [
        ("sma", 1_000, 1_000),
        ("sma", 160, HISTORY_START),
        ("sma", 161, 161),
        ("obv", 1_000, HISTORY_START),
        ("sma:source=obv", 1_000, HISTORY_START),
        ("sma", None, HISTORY_START),
    ],
)
def test_older_bars_are_part_of_a_sum_and_of_what_began_with_the_oldest_bar(text, first, begin):
    n = 0 if first is None else 2
    bars = Bars(np.arange(n, dtype=np.int64) * 60 + (first or 0), *([np.zeros(n)] * 5))
    asked = SimpleNamespace(reader=reader(NOW, oldest=100), study=parse_study(text))
    assert _begin_of(asked, SimpleNamespace(bars=bars)) == begin
