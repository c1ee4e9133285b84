"""Windows partition the gaps, and any two plans agree on where they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span, merge_spans
from candledesk.domain.windows import clamp_to_lookback, plan_windows
from tests.domain.strategies import settled_spans

any_interval = st.sampled_from(list(INTERVALS.values()))
any_size = st.one_of(st.none(), st.integers(DAY_S // 4, 20 * DAY_S))


@given(settled_spans(), any_interval, any_size)
def test_windows_partition_the_gaps_exactly(gaps, interval, window_s):
    windows = plan_windows(gaps, interval, window_s=window_s, newest_first=False)
    assert merge_spans(windows) == merge_spans(gaps)
    assert sum(window.end - window.start for window in windows) == sum(g.end - g.start for g in merge_spans(gaps))
    largest = max(interval.window_s if window_s is None else window_s, interval.step_s)
    assert all(window.end - window.start <= largest for window in windows)


@given(settled_spans(), settled_spans(), any_interval, any_size)
def test_two_plans_agree_on_the_cuts(one, other, interval, window_s):
    """Inside what both want, an edge of one plan that is no edge of its own gaps is a cut of the other as well."""
    plans = [set(plan_windows(gaps, interval, window_s=window_s)) for gaps in (one, other)]
    gap_edges = {edge for span in (*merge_spans(one), *merge_spans(other)) for edge in (span.start, span.end)}
    cuts = [{window.start for window in plan} - gap_edges for plan in plans]
    for mine, theirs in ((0, 1), (1, 0)):
        for cut in cuts[mine]:
            assert not any(window.start < cut < window.end for window in plans[theirs])


@given(settled_spans(), any_interval)
def test_newest_first_is_the_reverse(gaps, interval):
    newest_first = plan_windows(gaps, interval)
    assert newest_first == sorted(newest_first, reverse=True)
    assert newest_first[::-1] == plan_windows(gaps, interval, newest_first=False)


def test_the_grid_counts_whole_steps_from_the_epoch():
    day = INTERVALS["1d"]
    (size,) = {w.end - w.start for w in plan_windows([Span(0, 10 * day.window_s)], day, newest_first=False)[:-1]}
    assert size == 1826 * DAY_S  # five years, whole days


@pytest.mark.parametrize("window_s", [0, -1])
def test_a_window_has_a_size(window_s):
    with pytest.raises(ValueError, match="must be positive"):
        plan_windows([Span(0, 1)], INTERVALS["1m"], window_s=window_s)


@given(any_interval, st.integers(0, 2_000 * DAY_S), st.integers(1, 2_000 * DAY_S))
def test_the_two_parts_of_a_clamped_span_make_it_whole(interval, start, length):
    now, span = 2_000 * DAY_S, Span(start, start + length)
    askable, refused = clamp_to_lookback(span, interval, now)
    assert merge_spans(part for part in (askable, refused) if part) == [span]
    if interval.lookback_s is None:
        assert refused is None
    if askable and interval.lookback_s is not None:
        assert askable.start >= now - interval.lookback_s
    if refused:
        assert refused.end <= now - interval.lookback_s


def test_lookback_cuts_a_minute_span_30_days_back():
    now = 100 * DAY_S
    floor = now - INTERVALS["1m"].lookback_s
    assert clamp_to_lookback(Span(0, now), INTERVALS["1m"], now) == (Span(floor, now), Span(0, floor))
    assert clamp_to_lookback(Span(0, floor), INTERVALS["1m"], now) == (None, Span(0, floor))
    assert clamp_to_lookback(Span(floor, now), INTERVALS["1m"], now) == (Span(floor, now), None)
    assert clamp_to_lookback(Span(0, now), INTERVALS["1d"], now) == (Span(0, now), None)


@given(settled_spans(), any_interval, any_size)
def test_off_the_grid_a_gap_that_fits_is_one_window(gaps, interval, window_s):
    windows = plan_windows(gaps, interval, window_s=window_s, newest_first=False, is_on_grid=False)
    assert merge_spans(windows) == merge_spans(gaps)
    size = (window_s or interval.window_s) // interval.step_s * interval.step_s or interval.step_s
    assert len(windows) == sum(-(-(gap.end - gap.start) // size) for gap in merge_spans(gaps))
