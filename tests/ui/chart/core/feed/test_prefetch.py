"""Which bars a chart requests: a screen of 100 bars on a loaded window of 3,000, in the middle of a longer history."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import INTERVALS
from candledesk.indicators.studies import parse_study
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.feed.prefetch import (
    MAX_ROWS,
    FollowView,
    GoToDate,
    GoToLatest,
    PrefetchWindow,
    grain_of,
    latest_window,
    opening_window,
    plan_prefetch,
    plan_window,
    study_lookback,
    window_around,
    window_at_date,
)
from candledesk.ui.chart.core.scene import Series
from candledesk.ui.chart.core.studies.chart_study import new_study
from candledesk.ui.chart.core.viewport import Logical, Viewport
from tests.fake_data import make_bars

N, SCREEN = 3_000, 100
BARS = make_bars(N)
AXIS = BarAxis(BARS.open_time)
WINDOW = replace(
    Series.empty(), symbol="AAPL", bars=BARS, edge=EdgeState.MORE, at_latest=False, axis=replace(AXIS, n_newer=5_000)
)
LATEST = replace(WINDOW, at_latest=True, axis=AXIS)
WHOLE = replace(LATEST, edge=EdgeState.START)
VIEW = FollowView()


def with_bars(series, bars, *, origin=0, **changes):
    """Return a window of other bars."""
    return replace(series, bars=bars, axis=replace(series.axis, open_time=bars.open_time, origin=origin), **changes)


def placed_at(series, right_edge, n_screen=SCREEN):
    """Show ``n_screen`` bars of which the last is ``right_edge``."""
    placed = Viewport(width=800.0).place(series.axis)
    return placed.moved(Logical(right_edge), 800 / n_screen).place(series.axis)


def time_of(index):
    return int(BARS.open_time[index])


@pytest.mark.parametrize(
    ("series", "right_edge", "is_requested"),
    [
        (WINDOW, 1_500, False),
        (WINDOW, 201, False),  # exactly a screen is loaded on the left
        (WINDOW, 199, True),
        (replace(WINDOW, edge=EdgeState.LOADING), 199, True),
        (replace(WINDOW, edge=EdgeState.START), 199, False),
        (replace(WINDOW, edge=EdgeState.FAILED), 199, False),
        (WINDOW, N - 1 - SCREEN - 1, False),
        (WINDOW, N - 1 - SCREEN + 1, True),  # less than a screen is loaded on the right
        (WINDOW, N - 1, True),
        (LATEST, N - 1, False),  # there is nothing on the right
    ],
)
def test_a_screen_is_loaded_on_each_side_where_there_is_something(series, right_edge, is_requested):
    assert (plan_prefetch(placed_at(series, right_edge), series) is not None) == is_requested


def test_rows_of_another_width_are_requested_anew():
    assert plan_prefetch(placed_at(WHOLE, 1_500), WHOLE, stride=8) == PrefetchWindow(None, 2_500, 0, 8)
    assert plan_prefetch(placed_at(WHOLE, 1_500), WHOLE, stride=1) is None


def test_a_huge_screen_prefetches_a_limited_number_of_bars_beside_it():
    series = with_bars(WINDOW, make_bars(90_000, INTERVALS["5m"]), edge=EdgeState.START)
    assert plan_prefetch(placed_at(series, 89_999 - 20_000, n_screen=30_000), series) is None
    assert plan_prefetch(placed_at(series, 89_999 - 19_999, n_screen=30_000), series) is not None


def test_without_bars_nothing_is_prefetched():
    empty = Series.empty()
    assert plan_prefetch(placed_at(empty, 0), empty) is None
    assert window_around(placed_at(empty, 0), empty, 4) == latest_window(SCREEN, 4)


@pytest.mark.parametrize(
    ("n_screen", "n_before"), [(100, 500), (166, 500), (167, 1_000), (10_000, 30_000), (20_000, 40_000)]
)
def test_a_series_opens_with_three_screens_or_a_limited_number(n_screen, n_before):
    assert latest_window(n_screen, 8) == PrefetchWindow(None, n_before, 0, 8)


@pytest.mark.parametrize(("n_screen", "n_beside"), [(100, 500), (251, 1_000), (30_000, 50_000)])
def test_a_date_is_requested_with_two_screens_on_each_side(n_screen, n_beside):
    assert window_at_date(900, n_screen, 8) == PrefetchWindow(900, n_beside, n_beside, 8)


def test_near_the_latest_bar_the_window_ends_with_it():
    """Three screens before the left edge, to the next multiple of 500, and everything after it."""
    assert window_around(placed_at(LATEST, 2_900), LATEST) == PrefetchWindow(None, 1_000, 0)


def test_a_short_way_to_the_latest_bar_stays_in_the_window():
    series = LATEST
    assert window_around(placed_at(series, 300), series).anchor is None
    many = with_bars(LATEST, make_bars(MAX_ROWS + 4_000, end=3_900_000_000))
    assert window_around(placed_at(many, 1_000), many).anchor is not None
    assert window_around(placed_at(many, 1_000), many, stride=8).anchor is None


def test_two_more_screens_are_requested_left_of_the_screen():
    """The left edge is bar 2,300: from bar 2,000 two screens of 600 back, and everything after that."""
    assert window_around(placed_at(LATEST, 2_900, n_screen=600), LATEST) == PrefetchWindow(None, 2_500, 0)


def test_a_window_that_ends_with_the_latest_bar_may_have_a_limited_number_of_rows():
    """Scrolled before the oldest bar, 300 bars more than are loaded are requested."""
    few, many = (
        with_bars(LATEST, make_bars(MAX_ROWS + n, INTERVALS["5m"]), edge=EdgeState.LOADING) for n in (-400, 100)
    )
    assert window_around(placed_at(few, 150), few).anchor is None
    assert window_around(placed_at(many, 150), many).anchor is not None


def test_within_two_screens_of_the_latest_bar_a_window_of_any_size_ends_with_it():
    series = with_bars(LATEST, make_bars(24_000, INTERVALS["5m"]))
    assert window_around(placed_at(series, 12_500, n_screen=6_000), series).anchor is None
    assert window_around(placed_at(series, 11_500, n_screen=6_000), series).anchor is not None


def test_where_the_latest_bar_is_not_loaded_the_window_lies_around_the_screen():
    """From three screens before the left edge to two after the next multiple of 500, anchored to that."""
    assert window_around(placed_at(WINDOW, 1_620), WINDOW) == PrefetchWindow(time_of(2_000), 1_000, 500)


@pytest.mark.parametrize(("n_newer", "n_after"), [(0, 1_000), (350, 1_000), (1_000, 1_500), (50_000, 1_500)])
def test_on_the_right_as_many_bars_are_requested_as_are_stored(n_newer, n_after):
    """Up to two screens of 600, at least one; the window is anchored to its last bar, of which one is loaded."""
    series = replace(WINDOW, axis=replace(AXIS, n_newer=n_newer))
    window = window_around(placed_at(series, N - 1, n_screen=600), series)
    assert window.anchor == time_of(N - 1)
    assert window.n_after == n_after


def test_a_view_left_of_the_oldest_bar_requests_as_deep_as_it_can_be_scrolled():
    windows = {window_around(placed_at(WINDOW, edge), WINDOW) for edge in (20, 60, 99)}
    assert windows == {PrefetchWindow(time_of(500), 1_000, 500)}


def test_a_screen_wider_than_any_window_requests_from_its_left_edge_on():
    series = replace(LATEST, axis=replace(AXIS, n_older=900_000))
    assert [window_around(placed_at(series, edge, n_screen=300_000), series).n_before for edge in (2_900, 10)] == [
        4 * grain_of(300_000)
    ] * 2  # 297,100 bars before the oldest, 20,000 more, and 3,000 after it, to the next multiple
    assert window_around(placed_at(series, 2_900, n_screen=200_000), series).n_before == 4 * grain_of(200_000)


@given(st.integers(700, 2_400), st.integers(-60, 60))
def test_small_moves_request_nothing_new(right_edge, n_moved):
    first = window_around(placed_at(WINDOW, right_edge), WINDOW)
    second = window_around(placed_at(WINDOW, right_edge + n_moved), WINDOW)
    is_same_grain = (right_edge // 500, (right_edge - 100) // 500) == (
        (right_edge + n_moved) // 500,
        (right_edge + n_moved - 100) // 500,
    )
    assert first == second or not is_same_grain


@given(st.integers(300, 2_700), st.integers(0, 20_000))
def test_the_window_of_a_place_does_not_depend_on_what_was_loaded_before(right_edge, n_dropped):
    """The same place, seen in a window whose first bar has another absolute index."""
    n_dropped %= 250
    shorter = replace(
        WINDOW, bars=BARS.take(slice(n_dropped, None)), axis=BarAxis(BARS.open_time[n_dropped:], origin=n_dropped)
    )
    first = window_around(placed_at(WINDOW, right_edge), WINDOW)
    second = window_around(placed_at(shorter, right_edge - n_dropped), shorter)
    assert first == second or right_edge - n_dropped < 300


@pytest.mark.parametrize(("screen", "grain"), [(1, 500), (1_024, 500), (1_025, 512), (8_192, 2_048), (8_193, 4_096)])
def test_windows_are_aligned_to_a_quarter_of_a_screen_or_more(screen, grain):
    assert grain_of(screen) == grain


AROUND = window_around(placed_at(WINDOW, 1_500), WINDOW)
LAST = PrefetchWindow(1, 2, 3)


@pytest.mark.parametrize(
    ("goal", "right_edge", "last", "is_required", "expected"),
    [
        (VIEW, 1_500, LAST, False, None),
        (VIEW, 1_500, LAST, True, LAST),  # the same window again: something changed in it
        (VIEW, 1_500, None, True, AROUND),
        (VIEW, 50, LAST, False, window_around(placed_at(WINDOW, 50), WINDOW)),
        (VIEW, 50, window_around(placed_at(WINDOW, 50), WINDOW), False, None),
        (VIEW, 50, LAST, True, window_around(placed_at(WINDOW, 50), WINDOW)),
        (GoToLatest(), 1_500, LAST, False, latest_window(SCREEN)),
        (GoToLatest(), 1_500, latest_window(SCREEN), False, None),
        (GoToLatest(), 1_500, latest_window(SCREEN), True, latest_window(SCREEN)),
        (GoToDate(900), 1_500, LAST, False, window_at_date(900, SCREEN)),
        (GoToDate(900), 1_500, window_at_date(900, SCREEN), False, None),
    ],
)
def test_a_window_is_requested_again_only_when_that_is_required(goal, right_edge, last, is_required, expected):
    placed = placed_at(WINDOW, right_edge)
    assert plan_window(goal, placed, WINDOW, 1, last, is_required=is_required) == expected


def test_a_view_at_the_border_of_two_windows_does_not_ask_for_both_in_turn():
    """The labels of other bars on the price axis move the right edge; that went on without end."""
    left, right = (placed_at(WINDOW, edge, n_screen=400) for edge in (499, 501))
    first, second = (window_around(placed, WINDOW) for placed in (left, right))
    assert first != second
    for placed, last in ((left, second), (right, first)):
        assert plan_window(VIEW, placed, WINDOW, 1, last, is_required=False) is None
    shallower = replace(second, n_before=second.n_before - 500)
    assert plan_window(VIEW, right, WINDOW, 1, shallower, is_required=False) == second
    far = placed_at(WINDOW, N - 50, n_screen=400)  # the windows end too early for it
    assert plan_window(VIEW, far, WINDOW, 1, second, is_required=False) == window_around(far, WINDOW)
    assert plan_window(VIEW, right, WINDOW, 8, first, is_required=False) is not None


def _studies(*texts):
    studies = []
    for text in texts:
        studies.append(new_study(parse_study(text), studies))
    return studies


def test_the_window_holds_the_bars_that_indicators_are_settled_with():
    assert study_lookback(()) == 0
    ema = parse_study("ema:length=200")
    assert study_lookback(_studies("rsi", "ema:length=200")) == ema.lookback + ema.settle > 2_000
    assert study_lookback(_studies("ema:length=5000")) == 5_000
    plain, deep = (opening_window(GoToLatest(), SCREEN, n_lookback=n) for n in (0, 2_300))
    assert plain == latest_window(SCREEN)
    assert deep == replace(plain, n_before=3_000)
    dated = GoToDate(int(BARS.open_time[5]))
    before, behind = opening_window(dated, SCREEN), opening_window(dated, SCREEN, n_lookback=600)
    assert (behind.n_before - before.n_before, behind.n_after) == (1_000, before.n_after)


def test_nothing_is_requested_for_the_lookback_alone():
    inside = placed_at(WINDOW, 1_500)
    assert plan_window(VIEW, inside, WINDOW, 1, None, is_required=False, n_lookback=5_000) is None
    last = PrefetchWindow(None, 1_500, 0)
    assert plan_window(VIEW, inside, WINDOW, 1, last, is_required=True, n_lookback=5_000) == last
    near = placed_at(WINDOW, 199)
    plain, deep = (plan_window(VIEW, near, WINDOW, 1, None, is_required=False, n_lookback=n) for n in (0, 1_000))
    assert deep == replace(plain, n_before=plain.n_before + 1_000)
    assert plan_window(VIEW, near, WINDOW, 1, deep, is_required=False, n_lookback=1_000) is None, "not twice"
