"""How a list of panes shares the height, how a separator moves, and what lies under a pixel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.ui.chart.core.panes import (
    DEFAULT_PANES,
    MIN_PANE_PX,
    PRICE,
    VOLUME,
    Hit,
    Pane,
    Zone,
    hit_axes,
    hit_plot,
    move_separator,
    place_panes,
)

AXIS = 80, 30  # width of the value axes, height of the time axis
WIDTH, HEIGHT = 900, 630
THREE = (Pane("a", 3.0), Pane("b", 2.0), Pane("c", 1.0))


def place(panes=THREE, height=HEIGHT, dpr=1.0, maximised=""):
    return place_panes(panes, (WIDTH, height), AXIS, dpr, maximised=maximised)


def edges(placed):
    return [(box.pane.id, box.top, box.bottom) for box in placed.boxes]


def test_panes_share_the_height_by_their_weights_with_a_line_between_them():
    placed = place()
    assert (placed.plot_w, placed.time_top) == (820, 600)
    assert edges(placed) == [("a", 0, 299), ("b", 300, 499), ("c", 500, 600)]


def test_the_volume_has_eighteen_hundredths():
    assert edges(place(DEFAULT_PANES)) == [(PRICE, 0, 491), (VOLUME, 492, 600)]


weights = st.lists(st.floats(0.01, 10), min_size=1, max_size=6)


@given(weights, st.integers(60, 1_500), st.sampled_from([1.0, 1.25, 1.5, 2.0]))
def test_every_pane_has_room_and_together_they_fill_the_height(shares, height, dpr):
    panes = [Pane(str(at), share) for at, share in enumerate(shares)]
    placed = place(panes, round(height * dpr), dpr)
    line, least = max(1, round(dpr)), round(MIN_PANE_PX * dpr)
    assert (placed.boxes[0].top, placed.boxes[-1].bottom) == (0, placed.time_top)
    assert all(lower.top - upper.bottom == line for upper, lower in placed.separators())
    assert len(placed.boxes) == 1 or min(box.height for box in placed.boxes) >= least
    assert [box.pane for box in placed.boxes] == panes[: len(placed.boxes)]


@pytest.mark.parametrize(("time_top", "n"), [(0, 1), (119, 1), (120, 2), (149, 2), (150, 3), (600, 3)])
def test_a_low_chart_leaves_out_the_last_panes(time_top, n):
    assert len(place(height=time_top + AXIS[1]).boxes) == n


def test_a_maximised_pane_has_all_of_the_height():
    assert edges(place(maximised="b")) == [("b", 0, 600)]
    assert place(maximised="b").box("a").height == 0


def test_a_pane_that_is_not_there_cannot_be_maximised():
    assert edges(place(maximised="gone")) == edges(place())
    assert edges(place(height=100, maximised="c")) == [("a", 0, 70)]  # there is no room for it


def test_a_separator_moves_only_the_panes_on_either_side():
    before = place()
    after = place(move_separator(THREE, before, "b", 200, 1.0))
    assert edges(after) == [("a", 0, 199), ("b", 200, 499), ("c", 500, 600)]
    after = place(move_separator(THREE, before, "c", 400, 1.0))
    assert edges(after) == [("a", 0, 299), ("b", 300, 399), ("c", 400, 600)]


@pytest.mark.parametrize(("lower", "y", "top"), [("b", -900, 30), ("b", 900, 470), ("c", 0, 330), ("c", 900, 570)])
def test_both_panes_beside_a_separator_keep_thirty_pixels(lower, y, top):
    after = place(move_separator(THREE, place(), lower, y, 1.0))
    assert after.box(lower).top == pytest.approx(top, abs=1)
    assert min(box.height for box in after.boxes) >= MIN_PANE_PX - 1


@given(st.floats(40, 560), st.sampled_from([1.0, 1.5, 2.0]))
def test_a_separator_follows_the_pointer_at_every_scale(y, dpr):
    panes = DEFAULT_PANES
    placed = place(panes, round(HEIGHT * dpr), dpr)
    after = place(move_separator(panes, placed, VOLUME, y, dpr), round(HEIGHT * dpr), dpr)
    assert after.box(VOLUME).top / dpr == pytest.approx(y, abs=1)


def test_panes_that_are_not_shown_keep_their_weight():
    placed = place((THREE[0], THREE[2]))
    moved = move_separator(THREE, placed, "c", 300, 1.0)
    assert moved[1] == THREE[1]
    assert moved[0].weight == pytest.approx(moved[2].weight) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("x", "y", "hit"),
    [
        (10, 600, Hit(Zone.TIME_AXIS)),
        (890, 620, Hit(Zone.TIME_AXIS)),
        (10, 296, Hit(Zone.SEPARATOR, "b")),
        (10, 303, Hit(Zone.SEPARATOR, "b")),
        (890, 500, Hit(Zone.SEPARATOR, "c")),
        (10, 295, None),
        (10, 304, None),
        (820, 10, Hit(Zone.VALUE_AXIS, "a")),
        (820, 400, Hit(Zone.VALUE_AXIS, "b")),
        (819, 400, None),
    ],
)
def test_axes_and_separators_are_hit_before_panes(x, y, hit):
    assert hit_axes(place(), x, y, 1.0) == hit


def test_separators_are_as_easy_to_hit_on_a_fine_screen():
    placed = place(height=2 * HEIGHT, dpr=2.0)
    middle = (placed.box("a").bottom + placed.box("b").top) / 2
    assert hit_axes(placed, 10, middle + 8, 2.0) == Hit(Zone.SEPARATOR, "b")
    assert hit_axes(placed, 10, middle + 9, 2.0) is None


@pytest.mark.parametrize(("y", "pane"), [(0, "a"), (299, "a"), (300, "b"), (499, "b"), (500, "c"), (599, "c")])
def test_a_pixel_belongs_to_the_pane_that_begins_above_it(y, pane):
    assert hit_plot(place(), y) == Hit(Zone.PLOT, pane)
