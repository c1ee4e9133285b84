"""Records of many bars equal brute force for any history, and the span around an anchor holds the wanted bars."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.span import Span
from candledesk.store.market.bars import read_bars, read_bars_around, write_bars
from candledesk.store.market.chart_records import count_beside, find_around, has_bars, read_records
from candledesk.store.market.chunks.verification import verify_chunks
from candledesk.store.market.database import transaction
from tests.store.market.strategies import EVER, FEW, apply_history, histories, make_bars, starts

strides = st.sampled_from([1, 8, 64, 512])


def check_rows(rows, bars, stride):
    """Check that every record aggregates the bars of one bucket of time, and that no bar is left out."""
    assert int(rows.n_bars.sum()) == len(bars)
    assert not len(rows.n_bars) or rows.n_bars.min() > 0
    assert rows.n_bars.max(initial=0) <= stride
    firsts = np.cumsum(rows.n_bars) - rows.n_bars
    for row, (first, n_bars) in enumerate(zip(firsts.tolist(), rows.n_bars.tolist(), strict=True)):
        part = bars.take(slice(first, first + n_bars))
        assert len(set((part.open_time // (60 * stride)).tolist())) == 1
        found = [
            float(getattr(rows.bars, name)[row]) for name in ("open_time", "open", "high", "low", "close", "volume")
        ]
        wanted = [part.open_time[0], part.open[0], part.high.max(), part.low.min(), part.close[-1], part.volume.sum()]
        assert found == wanted


@given(histories, starts, st.integers(1, 5_000), strides)
@FEW
def test_records_equal_brute_force_and_spans_cut_them_exactly(writer, series, history, start, n_minutes, stride):
    apply_history(writer, series, history)
    for span in (EVER, Span(start * 60, (start + n_minutes) * 60), Span(start * 60, start * 60 + 61)):
        check_rows(read_records(writer, series, span, stride), read_bars(writer, series, span), stride)


@given(histories, st.one_of(st.none(), starts), st.integers(0, 3_000), st.integers(0, 3_000))
@FEW
def test_the_span_around_an_anchor_holds_the_wanted_bars_and_the_rest_is_counted(
    writer, series, history, minute, n_before, n_after
):
    apply_history(writer, series, history)
    anchor = None if minute is None else minute * 60
    n_after = 0 if minute is None else n_after
    wanted = read_bars_around(writer, series, anchor, n_before, n_after)
    span = find_around(writer, series, anchor, n_before, n_after)
    if not len(wanted):
        return
    assert span is not None
    assert span.start <= wanted.open_time[0]
    assert span.end > wanted.open_time[-1]
    n_here = len(read_bars(writer, series, span))
    assert n_here <= len(wanted) + 2 * 512
    n_older, n_newer = count_beside(writer, series, span)
    assert n_older == len(read_bars(writer, series, Span(EVER.start, span.start)))
    assert n_newer == len(read_bars(writer, series, Span(span.end, EVER.end)))
    assert has_bars(writer, series, span) is (n_here > 0)


def test_a_coarse_record_starts_where_a_record_of_every_finer_level_starts(writer, series):
    with transaction(writer):
        write_bars(writer, series, make_bars(777, 9_000, stride=3))
    times = {
        stride: set(read_records(writer, series, EVER, stride).bars.open_time.tolist()) for stride in (1, 8, 64, 512)
    }
    assert times[512] < times[64] < times[8] < times[1]


def test_stale_chunks_are_not_read_for_records(writer, series):
    bars = make_bars(0, 5_000)
    with transaction(writer):
        write_bars(writer, series, bars)
        writer.execute("UPDATE series SET chunk_rev = -1")
        writer.execute("DELETE FROM chunk")
    check_rows(read_records(writer, series, EVER, 64), bars, 64)
    span = find_around(writer, series, None, 1_000, 0)
    assert span == Span(7 * 512 * 60, 4_999 * 60 + 1)
    assert count_beside(writer, series, Span(600, 1_200)) == (10, 4_980)


def test_other_levels_are_refused(writer, series):
    with pytest.raises(ValueError, match="no level"):
        read_records(writer, series, EVER, 7)


@pytest.mark.parametrize("stride", [8, 64, 512])
def test_a_record_whose_first_open_is_missing_opens_with_the_close_of_that_bar(writer, series, stride):
    """Negative prices and opens outside the range are aggregated as they are; an open of 0 below the low is missing."""
    times = np.arange(1_200, dtype=np.int64) * 60
    close = 100.0 + np.arange(1_200) % 7
    opens = np.where(np.arange(1_200) % 512 == 0, 0.0, close + 50)
    low = np.where(np.arange(1_200) == 100, -40.0, close - 1)
    bars = Bars(times, opens, close + 1, low, close, np.ones(1_200))
    with transaction(writer):
        write_bars(writer, series, bars)
    rows = read_records(writer, series, EVER, stride).bars
    first = np.arange(0, 1_200, stride)
    np.testing.assert_array_equal(rows.open, np.where(first % 512 == 0, close[first], opens[first]))
    assert rows.low[100 // stride] == -40.0
    assert verify_chunks(writer, series) == []
