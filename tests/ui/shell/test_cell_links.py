"""Linked cells with real events: crosshairs, symbols, intervals, views, and the menu of the dot."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from candledesk.domain.interval import INTERVALS
from candledesk.workspace.layout import check_layout, layout_document
from candledesk.workspace.links import LinkSwitches
from tests.fake_data import make_bars
from tests.ui.conftest import copied_areas, settle
from tests.ui.window_harness import WindowHarness

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def opened(qapp, cache, tmp_path):
    for symbol in ("AAPL", "MSFT", "TSLA"):
        for interval in ("1d", "1h", "5m"):
            cache.add(symbol, interval, make_bars(2_000, INTERVALS[interval]))
    made = WindowHarness(qapp, cache, tmp_path)
    made.window.resize(1280, 800)
    settle(qapp)
    made.open("AAPL")
    made.run("grid_4")
    for page, (symbol, interval) in zip(
        made.charts.pages()[1:], (("AAPL", "1h"), ("MSFT", "1d"), ("TSLA", "5m")), strict=True
    ):
        made.charts.show_page(page)
        made.open(symbol, interval)
    made.charts.show_page(made.charts.pages()[0])
    for page in made.charts.pages():
        qapp.sendEvent(page.view, QEvent(QEvent.Type.Leave))
    settle(qapp)
    yield made
    made.close()


def _point_at(opened, page, x, y=150.0):
    view, at = page.view, QPointF(x, y)
    nothing = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, at, view.mapToGlobal(at), nothing, nothing, NONE)
    opened.qapp.sendEvent(view.viewport(), event)
    settle(opened.qapp)


def _time(page):
    point = page.view.point
    return None if point is None else int(page.model.series.axis.slot_times[point.slot])


def _link(opened, *, of="blue", **switches):
    for aspect, is_on in switches.items():
        opened.charts.grid.links.set_switch(of, aspect, is_on=is_on)


def test_the_crosshair_stands_at_the_same_time_in_the_other_cells_with_their_own_value(opened):
    first, hours, other, _ = opened.charts.pages()
    x = first.model.placed.x_of(first.model.placed.n_bars - 3)
    _point_at(opened, first, x)
    assert _time(other) == _time(first)
    assert _time(hours) // 86_400 == _time(first) // 86_400
    row = other.view.point.row
    assert other.view.point.value_text == f"{other.model.series.bars.close[row]:.2f}"
    assert not other.view.point.has_line, "another symbol has no line across"
    assert other.view.legend != ""
    assert f"{other.model.series.bars.close[row]:.2f}" in other.view.legend


def test_the_price_line_is_drawn_for_the_same_symbol(opened):
    first, hours = opened.charts.pages()[:2]
    x = first.model.placed.x_of(first.model.placed.n_bars - 2)
    opened.charts.show_page(hours)
    opened.open("AAPL", "1d")
    _point_at(opened, first, x, y=200)
    ghost = hours.view.point
    assert ghost.has_line
    assert hours.model.frame().price.value_at(ghost.y) == pytest.approx(
        first.model.frame().price.value_at(first.view.point.y), rel=0.005
    )


def test_nothing_is_shown_outside_of_what_the_other_cell_shows(opened):
    first, _, _, fives = opened.charts.pages()
    _point_at(opened, first, 40.0)
    assert first.view.point is not None
    assert fives.view.point is None


def test_the_linked_crosshair_goes_with_the_mouse(opened):
    first, _, other, _ = opened.charts.pages()
    _point_at(opened, first, 300.0)
    assert other.view.point is not None
    opened.qapp.sendEvent(first.view, QEvent(QEvent.Type.Leave))
    settle(opened.qapp)
    assert other.view.point is None


def test_the_own_mouse_goes_before_a_linked_crosshair(opened):
    first, _, other, _ = opened.charts.pages()
    _point_at(opened, first, 300.0)
    _point_at(opened, other, 100.0)
    assert other.view.point.has_line
    assert abs(other.view.point.x - 100) <= other.model.placed.view.spacing


def test_a_linked_crosshair_repaints_its_own_pixels_only(opened, monkeypatch):
    first, _, other, _ = opened.charts.pages()
    _point_at(opened, first, 300.0)
    areas = copied_areas(other, monkeypatch)
    paints = []
    monkeypatch.setattr(other.view.canvas, "paint", lambda *_: paints.append(1))
    for x in (310.0, 330.0, 350.0, 370.0):
        _point_at(opened, first, x)
    assert paints == [], "the chart itself is not painted"
    assert areas
    assert sum(areas) / 4 < other.view.width() * other.view.height() / 5


def test_cells_of_another_colour_or_none_do_not_follow(opened):
    first, hours, other, _ = opened.charts.pages()
    grid = opened.charts.grid
    grid.links.set_colour(grid.cells[2], "red")
    _point_at(opened, first, first.model.placed.x_of(first.model.placed.n_bars - 3))
    assert hours.view.point is not None
    assert other.view.point is None


def test_a_symbol_is_taken_over_and_the_own_interval_stays(opened):
    _link(opened, symbol=True)
    opened.charts.enter_symbol("TSLA")
    settle(opened.qapp)
    assert [page.title() for page in opened.charts.pages()] == ["TSLA 1d", "TSLA 1h", "TSLA 1d", "TSLA 5m"]


def test_an_interval_is_taken_over_and_the_own_symbol_stays(opened, cache):
    _link(opened, interval=True)
    n_before = len(cache.requests)
    opened.charts.set_interval(INTERVALS["1h"])
    settle(opened.qapp)
    assert [page.title() for page in opened.charts.pages()] == ["AAPL 1h", "AAPL 1h", "MSFT 1h", "TSLA 1h"]
    asked = [(request.symbol, request.interval.name) for request in cache.requests[n_before:]]
    assert asked.count(("MSFT", "1h")) <= 2, "opened once"


def test_a_symbol_that_is_refused_is_not_taken_over(opened):
    _link(opened, symbol=True)
    opened.charts.enter_symbol("ZZZZ")
    settle(opened.qapp)
    assert [page.symbol for page in opened.charts.pages()] == ["AAPL", "AAPL", "MSFT", "TSLA"]


def test_a_linked_view_keeps_the_time_of_the_right_edge_and_other_intervals_their_own_spacing(opened):
    _link(opened, range=True)
    first, hours, other, _ = opened.charts.pages()
    spacing = hours.model.placed.view.spacing
    first.model.zoom_right(2.0)
    first.model.step(-120)
    settle(opened.qapp)
    edge = first.model.placed.right_edge
    assert other.model.placed.right_edge == pytest.approx(edge, abs=0.01)
    assert other.model.placed.view.spacing == pytest.approx(first.model.placed.view.spacing)
    assert hours.model.placed.view.spacing == spacing
    day = int(first.model.series.bars.open_time[round(edge)]) // 86_400
    row = hours.model.placed.axis.row_at(hours.model.placed.right_edge - 0.5)
    assert int(hours.model.series.bars.open_time[row]) // 86_400 == day


def test_a_linked_view_moves_each_chart_once_for_a_change(opened):
    _link(opened, range=True)
    first, _, other, _ = opened.charts.pages()
    moves = []
    for page in (first, other):
        page.model.moved.connect(lambda page=page: moves.append(page))
    first.model.step(-30)
    settle(opened.qapp)
    assert sorted(map(id, moves)) == sorted(map(id, (first, other)))


def test_views_are_left_alone_unless_they_are_linked(opened):
    first, _, other, _ = opened.charts.pages()
    before = other.model.placed.right_edge
    first.model.step(-30)
    settle(opened.qapp)
    assert other.model.placed.right_edge == before


def test_the_dot_opens_a_menu_that_changes_the_colour_and_the_switches(opened, qtbot):
    grid = opened.charts.grid
    cell = grid.cells[2]
    assert cell.dot.isVisible()

    def menu():
        qtbot.mouseClick(cell.dot, LEFT)
        return next(menu for menu in cell.dot.findChildren(QMenu) if menu.isVisible())

    def choose(text):
        found = menu()
        action = next(action for action in found.actions() if action.text() == text)
        QTest.mouseClick(found, LEFT, pos=found.actionGeometry(action).center())
        settle(opened.qapp)

    choose("Green")
    assert opened.page is cell.page, "the cell is active then"
    assert grid.links.colour_of(cell) == "green"
    choose("Same symbol")
    assert grid.links.rules.switches_of("green") == LinkSwitches(symbol=True)
    choose("No link")
    assert grid.links.colour_of(cell) == "none"
    found = menu()
    assert [action.isEnabled() for action in found.actions()][-4:] == [False] * 4
    found.close()


def test_a_single_chart_has_no_dot(opened):
    opened.run("grid_1")
    assert [cell.dot.isVisible() for cell in opened.charts.grid.cells] == [False]


def test_colours_and_switches_are_part_of_the_layout(opened):
    grid = opened.charts.grid
    grid.links.set_colour(grid.cells[1], "red")
    grid.links.set_colour(grid.cells[2], "none")
    _link(opened, of="red", symbol=True, crosshair=False)
    document = layout_document(grid.layout_document())
    assert [chart.get("link") for chart in document["charts"]] == [None, "red", "none", None]
    assert document["links"] == {"red": {"symbol": True, "interval": False, "crosshair": False, "range": False}}
    layout = check_layout(document)
    opened.charts.add_chart()
    opened.charts.grid.restore(layout)
    settle(opened.qapp)
    again = opened.charts.grid
    assert [again.links.colour_of(cell) for cell in again.cells] == ["blue", "red", "none", "blue"]
    assert again.links.rules.switches_of("red") == LinkSwitches(symbol=True, crosshair=False)


def test_restored_cells_do_not_follow_each_other(opened):
    _link(opened, symbol=True, interval=True, range=True)
    layout = opened.charts.grid.layout_document()
    opened.charts.add_chart()
    opened.charts.grid.restore(layout)
    opened.charts._on_page_changed()
    settle(opened.qapp)
    assert [page.title() for page in opened.charts.grid.pages()] == ["AAPL 1d", "AAPL 1h", "MSFT 1d", "TSLA 5m"]


def test_added_cells_are_linked_to_the_active_one(opened):
    grid = opened.charts.grid
    grid.links.set_colour(grid.cells[0], "teal")
    opened.run("grid_6")
    assert [grid.links.colour_of(cell) for cell in grid.cells] == ["teal", "blue", "blue", "blue", "teal", "teal"]
