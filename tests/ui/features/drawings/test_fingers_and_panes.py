"""Drawing with a finger, and in the panes of indicators and volumes."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest

from candledesk.drawings.placing.magnet import Magnet
from candledesk.ui.chart.core.panes import VOLUME

A, B = (300, 220), (500, 120)


@pytest.fixture(scope="module")
def screen(qapp):
    return QTest.createTouchDevice(QPointingDevice.DeviceType.TouchScreen)


@pytest.fixture
def finger(hand, screen):
    """Touch the chart at one place after the other, and let go."""

    def touch(*places):
        QTest.touchEvent(hand.target, screen).press(0, QPoint(*places[0]), hand.target).commit()
        for place in places[1:]:
            QTest.touchEvent(hand.target, screen).move(0, QPoint(*place), hand.target).commit()
        QTest.touchEvent(hand.target, screen).release(0, QPoint(*places[-1]), hand.target).commit()

    return touch


def rounded(at):
    return round(at[0]), round(at[1])


def test_a_finger_draws_from_point_to_point(hand, finger):
    hand.editor.arm("trend_line")
    finger(A, (350, 200), (450, 150), B)
    assert [point.time for point in hand.only.points] == [hand.time_at(A[0]), hand.time_at(B[0])]


@pytest.mark.parametrize(("gap", "is_hit"), [(13, True), (16, False)])
def test_a_finger_takes_a_line_within_14_pixels(hand, finger, gap, is_hit):
    level = hand.draw("horizontal_line", A)
    hand.editor.select("", ())
    y = hand.pixels(level)[0][1]
    finger(rounded((450, y + gap)))
    assert bool(hand.editor.selection.ids) is is_hit


def test_a_finger_on_a_locked_drawing_drags_the_chart(hand, finger):
    line = hand.draw("trend_line", A, B)
    hand.editor.lock_all = True
    (x0, y0), (x1, y1) = hand.pixels(line)
    middle = rounded(((x0 + x1) / 2, (y0 + y1) / 2))
    finger(middle, (middle[0] + 30, middle[1]), (middle[0] + 60, middle[1]))
    assert hand.only == line
    assert hand.pixels(line)[0][0] == pytest.approx(x0 + 60, abs=0.5)
    assert hand.editor.selection.ids == {line.id}


def test_a_finger_drags_a_drawing_and_a_tap_elsewhere_selects_nothing(hand, finger):
    line = hand.draw("trend_line", A, B)
    (x0, y0), (x1, y1) = hand.pixels(line)
    middle = rounded(((x0 + x1) / 2, (y0 + y1) / 2))
    finger(middle, (middle[0] + 30, middle[1]), (middle[0] + 60, middle[1]))
    assert hand.only.points[0].time > line.points[0].time
    assert hand.only.points[0].price == line.points[0].price
    finger((620, 330))
    assert hand.editor.selection.ids == frozenset()


def test_a_second_finger_puts_back_what_the_first_one_dragged(hand, screen):
    line = hand.draw("trend_line", A, B)
    (x0, y0), (x1, y1) = hand.pixels(line)
    middle = QPoint(round((x0 + x1) / 2), round((y0 + y1) / 2))
    QTest.touchEvent(hand.target, screen).press(0, middle, hand.target).commit()
    QTest.touchEvent(hand.target, screen).move(0, middle + QPoint(60, 0), hand.target).commit()
    assert hand.model.scene.drawings.drawings != (line,)
    both = QTest.touchEvent(hand.target, screen)
    both.stationary(0).press(1, middle + QPoint(120, 0), hand.target).commit()
    assert hand.model.scene.drawings.drawings == (line,)
    both = QTest.touchEvent(hand.target, screen)
    both.release(0, middle + QPoint(60, 0), hand.target).release(1, middle + QPoint(120, 0), hand.target).commit()
    assert hand.only == line


@pytest.fixture
def pinch(hand, screen):
    """Put a second finger on the chart, spread both, lift the second one, move the first one and lift it."""

    def touch(first, second, *, down=0, is_together=False, stays=True):
        one, two = QPoint(*first), QPoint(*second)
        event = QTest.touchEvent(hand.target, screen).press(0, one, hand.target)
        if is_together:
            event.press(1, two, hand.target).commit()
        else:
            event.commit()
            QTest.touchEvent(hand.target, screen).move(0, one, hand.target).press(1, two, hand.target).commit()
        for _ in range(4):
            one, two = one + QPoint(-8, down // 4), two + QPoint(8, down // 4)
            QTest.touchEvent(hand.target, screen).move(0, one, hand.target).move(1, two, hand.target).commit()
        if stays:
            QTest.touchEvent(hand.target, screen).move(0, one, hand.target).release(1, two, hand.target).commit()
            QTest.touchEvent(hand.target, screen).move(0, one + QPoint(20, 10), hand.target).commit()
            QTest.touchEvent(hand.target, screen).release(0, one + QPoint(20, 10), hand.target).commit()
        else:
            QTest.touchEvent(hand.target, screen).release(0, one, hand.target).release(1, two, hand.target).commit()

    return touch


@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize("is_together", [False, True])
@pytest.mark.parametrize("tool", ["trend_line", "horizontal_line", "text"])
def test_two_fingers_zoom_while_a_drawing_tool_is_in_use_and_set_no_point(hand, pinch, tool, is_together, stays):
    hand.editor.arm(tool)
    spacing = hand.model.placed.view.spacing
    pinch((300, 200), (420, 200), is_together=is_together, stays=stays)
    assert hand.model.placed.view.spacing > spacing
    assert hand.drawings == ()
    assert hand.model.scene.drawings.drawings == (), "nor is one begun"
    assert hand.editor.tool == tool


@pytest.mark.parametrize("stays", [False, True])
def test_a_point_that_was_set_before_two_fingers_zoom_stays_and_the_next_one_follows(hand, finger, pinch, stays):
    hand.editor.arm("trend_line")
    finger(A)
    time = hand.time_at(A[0])
    pinch((320, 200), (440, 200), stays=stays)
    assert hand.drawings == ()
    assert len(hand.model.scene.drawings.drawings) == 1, "it is still being drawn"
    finger(B)
    assert [point.time for point in hand.only.points] == [time, hand.time_at(B[0])]


@pytest.mark.parametrize("stays", [False, True])
def test_two_fingers_set_no_point_of_a_measurement(hand, finger, harness, pinch, stays):
    harness.run("measure")
    pinch((300, 200), (420, 200), stays=stays)
    assert hand.model.scene.measured is None
    finger(A)
    assert not hand.model.scene.measured.is_done
    pinch((320, 200), (440, 200), stays=stays)
    assert not hand.model.scene.measured.is_done
    finger(B)
    assert hand.model.scene.measured.is_done


def test_the_finger_that_stays_after_a_pinch_pans_and_takes_no_drawing(hand, pinch):
    level = hand.draw("horizontal_line", A)
    hand.editor.select("", ())
    y = round(hand.pixels(level)[0][1])
    edge = hand.model.placed.right_edge
    pinch((400, y - 60), (500, y - 60), down=60)
    assert hand.only == level
    assert hand.editor.selection.ids == frozenset()
    assert hand.model.placed.right_edge < edge


def test_a_finger_beside_drawings_still_pans(hand, finger):
    hand.draw("trend_line", A, B)
    edge = hand.model.placed.right_edge
    finger((600, 330), (640, 330), (700, 330))
    assert hand.model.placed.right_edge < edge


def test_a_finger_measures_from_its_first_point_to_its_last(hand, finger, harness):
    harness.run("measure")
    finger((300, 200), (350, 210), (420, 240))
    measured = hand.model.scene.measured
    assert measured.is_done
    assert measured.start_time == hand.time_at(300)
    assert measured.end_time == hand.time_at(420)


def test_a_drawing_stays_in_the_pane_where_it_was_begun(hand):
    frame = hand.model.frame()
    box = frame.panes.box(VOLUME)
    line = hand.draw("trend_line", (300, box.top + 30), (420, 100))
    assert line.pane == VOLUME
    first, second = (hand.y_of(point.price, VOLUME) for point in line.points)
    assert first == pytest.approx(box.top + 30, abs=0.5)
    assert second == pytest.approx(box.top, abs=0.6), "its second point is cut at the pane"


def test_in_the_pane_of_an_indicator_the_magnet_takes_the_value_of_its_line(hand, qtbot):
    hand.page.studies.add("rsi")
    qtbot.waitUntil(lambda: any(one.lines for one in hand.model.frame().studies))
    frame = hand.model.frame()
    shown = next(one for one in frame.studies if one.lines)
    pane, values = shown.study.pane, next(iter(shown.lines.values()))
    at = len(values.x) // 2
    x, value = float(values.x[at]) / frame.dpr, float(values.last[at])
    hand.editor.magnet = Magnet.STRONG
    line = hand.draw("horizontal_line", (x, frame.panes.box(pane).bottom - 8))
    assert line.pane == pane
    assert line.points[0].price == value
    assert line.points[0].time == hand.time_at(x)


def test_a_drawing_of_another_pane_is_no_obstacle(hand):
    frame = hand.model.frame()
    hand.draw("horizontal_line", (300, frame.panes.box(VOLUME).top + 30))
    hand.editor.select("", ())
    hand.click(400, 200)
    assert hand.editor.selection.ids == frozenset()
    assert hand.target.cursor().shape() == Qt.CursorShape.CrossCursor
