"""Gaps and settled spans together contain exactly the expected bars."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.gaps import count_uncovered, find_gaps
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from tests.domain.strategies import calendars, column, settled_spans, spans


def inside(times, some_spans):
    return np.array([any(span.start <= time < span.end for span in some_spans) for time in times.tolist()], np.bool_)


@given(calendars(), st.sampled_from([INTERVALS["1h"], INTERVALS["90m"], INTERVALS["1d"]]), spans(30), settled_spans())
def test_every_expected_bar_is_either_settled_or_in_a_gap(calendar, interval, span, settled):
    expected = expected_open_times(calendar, interval, span)
    gaps = find_gaps(expected, interval.step_s, settled)
    assert (inside(expected, gaps) ^ inside(expected, settled)).all()
    assert count_uncovered(expected, settled) == inside(expected, gaps).sum()


@given(calendars(), st.sampled_from([INTERVALS["1h"], INTERVALS["1d"]]), spans(30), settled_spans())
def test_gaps_ascend_overlap_nothing_and_start_at_a_bar(calendar, interval, span, settled):
    expected = expected_open_times(calendar, interval, span)
    gaps = find_gaps(expected, interval.step_s, settled)
    assert all(left.end <= right.start for left, right in itertools.pairwise(gaps))
    assert not any(gap.overlaps(known) for gap in gaps for known in settled)
    assert np.isin([gap.start for gap in gaps], expected).all()


@given(calendars(), spans(30), settled_spans())
def test_gaps_are_maximal(calendar, span, settled):
    interval = INTERVALS["1h"]
    gaps = find_gaps(expected_open_times(calendar, interval, span), interval.step_s, settled)
    for left, right in itertools.pairwise(gaps):
        between = Span(left.end - 1, right.start + 1)
        assert any(known.overlaps(between) for known in settled)


@given(calendars(), spans(30), settled_spans())
def test_filling_the_gaps_leaves_none(calendar, span, settled):
    interval = INTERVALS["1h"]
    expected = expected_open_times(calendar, interval, span)
    gaps = find_gaps(expected, interval.step_s, settled)
    assert find_gaps(expected, interval.step_s, [*settled, *gaps]) == []
    assert count_uncovered(expected, [*settled, *gaps]) == 0


@pytest.mark.parametrize(
    ("settled", "gaps"),
    [
        ([], [Span(0, 70)]),
        ([Span(0, 70)], []),
        ([Span(10, 20)], [Span(0, 10), Span(20, 70)]),
        ([Span(25, 55)], [Span(0, 25), Span(60, 70)]),  # knows no bar, yet no gap may overlap it
        ([Span(20, 21), Span(65, 90)], [Span(0, 20), Span(60, 65)]),
        ([Span(15, 30), Span(0, 15)], [Span(60, 70)]),
    ],
)
def test_runs_end_where_a_settled_span_begins(settled, gaps):
    assert find_gaps(column([0, 10, 20, 60]), 10, settled) == gaps


def test_no_expected_bars_have_no_gap():
    assert find_gaps(column([]), 60, [Span(0, 10)]) == []
    assert count_uncovered(column([]), []) == 0
