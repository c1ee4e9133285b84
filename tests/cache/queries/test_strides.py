"""Charts of many bars: rows of several bars each, whole, cut at gaps, and asked for like single ones."""

import numpy as np
import pytest

from candledesk.cache.messages import EdgeState
from candledesk.domain.span import Span
from tests.cache.conftest import DAY_S, NOW, days_back

MIDNIGHT = NOW // DAY_S * DAY_S


def check_rows(reply, truth):
    """Each row is what its bars are together."""
    starts = reply.starts
    bars = truth.within(Span(int(reply.bars.open_time[0]), NOW + 1)).take(slice(0, int(starts[-1])))
    assert starts[0] == 0
    np.testing.assert_array_equal(reply.bars.open_time, bars.open_time[starts[:-1]])
    np.testing.assert_array_equal(reply.bars.open, bars.open[starts[:-1]])
    np.testing.assert_array_equal(reply.bars.high, np.maximum.reduceat(bars.high, starts[:-1]))
    np.testing.assert_array_equal(reply.bars.low, np.minimum.reduceat(bars.low, starts[:-1]))
    np.testing.assert_array_equal(reply.bars.close, bars.close[starts[1:] - 1])
    np.testing.assert_array_equal(reply.bars.volume, np.add.reduceat(bars.volume, starts[:-1]))


@pytest.mark.parametrize("stride", [8, 64, 512])
@pytest.mark.parametrize("symbol", ["AAA", "BTC-USD"])
def test_rows_equal_the_bars_they_stand_for(harness, yahoo, stride, symbol):
    harness.bars("1m", days_back(20), symbol=symbol)
    reply = harness.view("1m", n_before=3_000, symbol=symbol, stride=stride)
    truth = yahoo.truth(symbol, "1m", days_back(20))
    check_rows(reply, truth)
    assert reply.at_latest
    assert reply.edge is EdgeState.MORE
    assert int(reply.starts[-1]) >= 3_000
    assert reply.n_older + int(reply.starts[-1]) + reply.n_newer == len(truth)


def test_a_window_in_the_middle_counts_what_lies_beside_it(harness, yahoo):
    harness.bars("1m", days_back(20))
    truth = yahoo.truth("AAA", "1m", days_back(20))
    anchor = int(truth.open_time[3_000])
    for stride in (1, 8):
        reply = harness.view("1m", anchor=anchor, n_before=600, n_after=600, stride=stride)
        n_here = len(reply.bars) if reply.starts is None else int(reply.starts[-1])
        assert (reply.n_older + n_here + reply.n_newer, reply.at_latest) == (len(truth), False)
        assert reply.n_older == int(np.searchsorted(truth.open_time, reply.bars.open_time[0]))


def test_a_chart_of_many_bars_asks_for_nothing_that_is_stored_and_for_what_is_not(harness, yahoo):
    harness.bars("1h", days_back(60))
    harness.settle()
    n = len(yahoo.requests)
    reply = harness.view("1h", n_before=200, stride=8)
    harness.settle()
    assert (reply.edge, len(yahoo.requests)) == (EdgeState.MORE, n)
    reply = harness.view("1h", n_before=2_000, stride=8)
    assert reply.edge is EdgeState.LOADING
    harness.settle()
    reply = harness.view("1h", n_before=2_000, stride=8)
    check_rows(reply, yahoo.truth("AAA", "1h", Span(MIDNIGHT - 600 * DAY_S, NOW + 1)))
    assert int(reply.starts[-1]) >= 2_000


def test_rows_end_at_a_gap_on_either_side(harness, yahoo):
    harness.bars("1h", Span(MIDNIGHT - 90 * DAY_S, MIDNIGHT - 60 * DAY_S))
    harness.bars("1h", Span(MIDNIGHT - 20 * DAY_S, NOW + 1))
    yahoo.gate.clear()
    truth = yahoo.truth("AAA", "1h", Span(MIDNIGHT - 100 * DAY_S, NOW + 1))
    reply = harness.view("1h", n_before=500, stride=8)
    assert reply.edge is EdgeState.LOADING
    assert reply.bars.open_time[0] > MIDNIGHT - 21 * DAY_S
    check_rows(reply, truth)
    older = harness.view("1h", anchor=MIDNIGHT - 75 * DAY_S, n_before=20, n_after=500, stride=8, view_id=2)
    assert older.bars.open_time[-1] < MIDNIGHT - 59 * DAY_S
    assert not older.at_latest
    check_rows(older, truth)
    yahoo.gate.set()
    harness.settle()
    reply = harness.view("1h", n_before=500, stride=8)
    assert reply.bars.open_time[0] < MIDNIGHT - 60 * DAY_S
    check_rows(reply, truth)


def test_derived_intervals_answer_with_bars(harness):
    harness.bars("4h", days_back(100))
    reply = harness.view("4h", n_before=60, stride=64)
    assert reply.starts is None
    assert len(reply.bars) == 60


def test_the_start_of_history_is_seen_in_rows_too(harness, yahoo):
    harness.backfill("1d")
    reply = harness.view("1d", n_before=100_000, stride=8)
    assert (reply.edge, reply.n_older) == (EdgeState.START, 0)
    assert "listing" in reply.edge_reason
    n = len(yahoo.requests)
    harness.view("1d", n_before=100_000, stride=64)
    harness.settle()
    assert len(yahoo.requests) == n
