"""Span arithmetic against sets of seconds."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.span import HISTORY_START, Span, merge_spans, subtract_spans

few_spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 15)).map(lambda pair: Span(pair[0], sum(pair))), max_size=8
)


def seconds(spans):
    return {second for span in spans for second in range(span.start, span.end)}


@given(few_spans)
def test_merging_keeps_every_second_and_leaves_nothing_touching(spans):
    merged = merge_spans(spans)
    assert seconds(merged) == seconds(spans)
    assert all(left.end < right.start for left, right in itertools.pairwise(merged))


@given(few_spans, few_spans)
def test_subtracting_leaves_the_other_seconds(spans, holes):
    left = subtract_spans(spans, holes)
    assert seconds(left) == seconds(spans) - seconds(holes)
    assert left == merge_spans(left)


@given(few_spans.filter(len), few_spans.filter(len))
def test_overlap_and_intersection_agree(spans, others):
    one, other = spans[0], others[0]
    shared = one.intersect(other)
    assert one.overlaps(other) == other.overlaps(one) == (shared is not None)
    assert (seconds([shared]) if shared else set()) == seconds([one]) & seconds([other])


@pytest.mark.parametrize("end", [0, -1])
def test_a_span_is_never_empty(end):
    with pytest.raises(ValueError, match="empty span"):
        Span(0, end)


def test_history_starts_with_the_year_1900():
    assert int(datetime(1900, 1, 1, tzinfo=UTC).timestamp()) == HISTORY_START
