import pytest
from PySide6.QtCore import QPoint, Qt

from candledesk.ui.chart.core.panes import PRICE

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def view(chart, qtbot):
    chart.open()
    yield chart.view
    qtbot.keyClick(chart.view, Qt.Key.Key_Escape)  # Qt takes Shift for pressed until an event comes without it


def _begin(qtbot, view, x=300, y=200):
    qtbot.mouseClick(view.viewport(), LEFT, SHIFT, QPoint(x, y))


def test_shift_and_a_click_measure_until_the_second_click(chart, view, qtbot):
    model, before = view.model, view.model.scene.viewport
    _begin(qtbot, view)
    qtbot.mouseMove(view.viewport(), QPoint(400, 120))
    chart.settle()
    measured = model.scene.measured
    frame = model.frame()
    assert (measured.pane, measured.is_up, measured.is_done) == (PRICE, True, False)
    assert measured.start_value == pytest.approx(frame.price.value_at(200))
    assert measured.end_value == pytest.approx(frame.price.value_at(120))
    spacing = model.placed.view.spacing
    assert model.series.axis.index_at(measured.end_time) - model.series.axis.index_at(
        measured.start_time
    ) == pytest.approx(100 / spacing, abs=1)
    qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(420, 130))
    assert model.scene.measured.is_done
    done = model.scene.measured
    qtbot.mouseMove(view.viewport(), QPoint(500, 300))
    chart.settle()
    assert model.scene.measured == done, "it stays where the second click was"
    assert model.scene.viewport == before, "nothing was dragged"


def test_a_third_click_ends_it_and_the_next_drag_pans(chart, view, qtbot):
    _begin(qtbot, view)
    for at in (QPoint(400, 120), QPoint(200, 300)):
        qtbot.mouseMove(view.viewport(), at)
        qtbot.mouseClick(view.viewport(), LEFT, pos=at)
    assert (view.model.scene.measured, view.model.tool) == (None, None)
    edge = view.model.placed.right_edge
    qtbot.mousePress(view.viewport(), LEFT, pos=QPoint(300, 200))
    qtbot.mouseMove(view.viewport(), QPoint(380, 200))
    qtbot.mouseRelease(view.viewport(), LEFT, pos=QPoint(380, 200))
    assert view.model.placed.right_edge < edge


def test_a_drag_measures_from_point_to_point(chart, view, qtbot):
    qtbot.mousePress(view.viewport(), LEFT, SHIFT, QPoint(300, 200))
    qtbot.mouseMove(view.viewport(), QPoint(400, 260))
    qtbot.mouseRelease(view.viewport(), LEFT, pos=QPoint(400, 260))
    assert view.model.scene.measured.is_done
    assert not view.model.scene.measured.is_up


@pytest.mark.parametrize("is_done", [False, True])
def test_escape_ends_it(chart, view, qtbot, is_done):
    _begin(qtbot, view)
    qtbot.mouseMove(view.viewport(), QPoint(400, 120))
    if is_done:
        qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(400, 120))
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert (view.model.scene.measured, view.model.tool) == (None, None)


def test_a_click_on_an_axis_measures_nothing(chart, view, qtbot):
    _begin(qtbot, view, view.width() - 10, 200)
    assert (view.model.scene.measured, view.model.tool) == (None, None)


def test_what_is_measured_stays_at_its_bars_while_the_chart_moves(chart, view, qtbot):
    _begin(qtbot, view)
    qtbot.mouseMove(view.viewport(), QPoint(400, 120))
    qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(400, 120))
    measured = view.model.scene.measured
    view.model.pan(60)
    assert view.model.scene.measured == measured


def _blueness(view, y):
    picture = view.grab().toImage()
    pixels = [picture.pixelColor(x, y) for x in range(320, 480)]
    return sum(pixel.blue() - pixel.red() for pixel in pixels)


@pytest.mark.parametrize(("y", "is_up"), [(120, True), (300, False)])
def test_the_box_is_blue_when_it_rises_and_red_when_it_falls(chart, view, qtbot, y, is_up):
    within = (200 + y) // 2 + 10
    before = _blueness(view, within)
    _begin(qtbot, view)
    qtbot.mouseMove(view.viewport(), QPoint(500, y))
    chart.settle()
    assert (_blueness(view, within) > before) is is_up
