"""A drawing while it is made: clicks, drags, and what stands in for the points that are missing."""

import pytest

from candledesk.drawings.figures import Point
from candledesk.drawings.registry import TOOLS
from candledesk.indicators.volatility.atr import average_range
from candledesk.ui.chart.core.drawings.placing import DRAG_PX, Placement
from tests.ui.chart.core.drawings.panes import BARS, pane_on, scene_of

A, B, C = Point(500, 200), Point(600, 260), Point(560, 150)


@pytest.fixture
def pane(qapp):
    return pane_on(scene_of())


def click(placement, pane, at):
    return placement.move(at, pane.spot(at)).press("price", at, pane.spot(at)).release()


def drawn(placement, pane, **style):
    return placement.drawing(pane, "a", style)


def test_clicks_set_one_point_each_and_the_open_one_follows(pane):
    placement = click(Placement(TOOLS["trend_line"]), pane, A)
    assert (len(placement.spots), placement.is_done) == (1, False)
    placement = placement.move(B, pane.spot(B))
    assert drawn(placement, pane).points == (pane.spot(A).anchor, pane.spot(B).anchor)
    placement = click(placement, pane, C)
    assert placement.is_done
    assert drawn(placement, pane).points == (pane.spot(A).anchor, pane.spot(C).anchor)


@pytest.mark.parametrize(("reach", "n_spots"), [(DRAG_PX, 1), (DRAG_PX + 1, 2)])
def test_a_press_that_moves_farther_than_a_click_is_a_drag_from_point_to_point(pane, reach, n_spots):
    placement = Placement(TOOLS["trend_line"]).press("price", A, pane.spot(A))
    at = Point(A.x + reach, A.y)
    placement = placement.move(at, pane.spot(B)).release()
    assert len(placement.spots) == n_spots
    assert placement.spots[0] == pane.spot(A)


def test_a_tool_of_one_click_follows_until_the_button_is_up(pane):
    placement = Placement(TOOLS["horizontal_line"]).press("price", A, pane.spot(A))
    placement = placement.move(B, pane.spot(B)).release()
    assert placement.spots == (pane.spot(B),)
    assert placement.is_done


def test_a_drag_sets_two_of_three_points(pane):
    placement = Placement(TOOLS["parallel_channel"]).press("price", A, pane.spot(A)).move(B, pane.spot(B)).release()
    assert (len(placement.spots), placement.is_done) == (2, False)
    placement = click(placement, pane, C)
    assert placement.is_done
    assert drawn(placement, pane).points == tuple(pane.spot(at).anchor for at in (A, B, C))


@pytest.mark.parametrize("tool", ["parallel_channel", "fib_extension"])
def test_while_two_points_are_missing_a_line_is_shown(pane, tool):
    placement = click(Placement(TOOLS[tool]), pane, A).move(B, pane.spot(B))
    assert drawn(placement, pane, color="#ff0000", width=4).type == "trend_line"
    assert dict(drawn(placement, pane, color="#ff0000", extend="both").style) == {"color": "#ff0000"}
    placement = click(placement, pane, B).move(C, pane.spot(C))
    assert drawn(placement, pane, width=4).type == tool
    assert dict(drawn(placement, pane, width=4).style) == {"width": 4}


def test_a_second_click_on_the_same_place_sets_no_point(pane):
    placement = click(click(Placement(TOOLS["trend_line"]), pane, A), pane, A)
    assert (len(placement.spots), placement.is_done) == (1, False)


def test_nothing_happens_before_the_first_press(pane):
    placement = Placement(TOOLS["trend_line"])
    assert placement.move(A, pane.spot(A)) == placement
    assert placement.release() == placement
    assert not placement.is_begun


@pytest.mark.parametrize("tool", [tool for tool, one in TOOLS.items() if not one.has_prices])
def test_tools_without_prices_store_none(pane, tool):
    placement = Placement(TOOLS[tool])
    for at in (A, B)[: TOOLS[tool].clicks]:
        placement = click(placement, pane, at)
    assert {point.price for point in drawn(placement, pane).points} == {None}


@pytest.mark.parametrize(("tool", "sign"), [("long_position", 1), ("short_position", -1)])
def test_a_position_begins_two_average_ranges_away_at_a_sixth_of_the_screen(pane, tool, sign):
    placement = click(Placement(TOOLS[tool]), pane, A)
    entry, target, stop = drawn(placement, pane).points
    row = int(BARS.open_time.searchsorted(entry.time))
    away = round(2 * float(average_range(BARS.take(slice(max(0, row - 139), row + 1)), 14)[-1]), 2)
    assert target.price == pytest.approx(entry.price + sign * away)
    assert stop.price == pytest.approx(entry.price - sign * away)
    n_bars = round(pane.frame.placed.view.width / 8 / 6)
    assert target.time == stop.time == pane.bars.time_at(row + n_bars)


def test_a_position_on_too_few_bars_is_a_share_of_its_price_away(qapp):
    pane = pane_on(scene_of(bars=BARS.take(slice(290, None)), spacing=40.0))
    placement = click(Placement(TOOLS["long_position"]), pane, Point(pane.x_of(3), 200))
    entry, target, _ = drawn(placement, pane).points
    assert target.price - entry.price == pytest.approx(round(2 * 0.02 * entry.price, 2), abs=0.011)
