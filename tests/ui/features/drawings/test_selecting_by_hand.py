"""Drawings are selected, dragged, cloned and removed with real mouse events."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from candledesk.drawings.figures import Point
from candledesk.drawings.placing.magnet import Magnet
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.paint.snapshot import Shot, render_shot
from tests.ui.features.drawings.hand import ALT, CTRL, SHIFT

A, B = (300.0, 220.0), (500.0, 120.0)
MIDDLE = (400.0, 170.0)
AWAY = (620.0, 320.0)


@pytest.fixture
def line(hand):
    drawn = hand.draw("trend_line", A, B)
    hand.click(*AWAY)
    assert hand.editor.selection.ids == frozenset()
    return drawn


def middle_of(hand, drawing):
    (x0, y0), (x1, y1) = hand.pixels(drawing)
    return (x0 + x1) / 2, (y0 + y1) / 2


def selected(hand):
    return hand.editor.selection.ids


@pytest.mark.parametrize(("gap", "is_hit"), [(4, True), (6.5, False)])
def test_a_click_on_a_line_selects_it_and_a_click_elsewhere_nothing(hand, gap, is_hit):
    level = hand.draw("horizontal_line", (300, 200))
    hand.click(*AWAY)
    y = hand.pixels(level)[0][1]
    hand.click(450, y + gap)
    assert bool(selected(hand)) is is_hit
    hand.click(*AWAY)
    assert selected(hand) == frozenset()


def test_panning_keeps_the_selection_and_a_drawing_is_no_obstacle_beside_its_stroke(hand, line):
    hand.click(*middle_of(hand, line))
    edge = hand.model.placed.right_edge
    hand.drag(AWAY, (AWAY[0] + 80, AWAY[1]))
    assert hand.model.placed.right_edge < edge
    assert selected(hand) == {line.id}


def test_the_pointer_shows_the_handles_of_what_it_is_on_and_the_shape_of_a_hand(hand, line):
    at = middle_of(hand, line)
    hand.move(*at)
    assert hand.target.cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert hand.view._overlay.picture.handles == tuple(Point(*one) for one in hand.pixels(line))
    hand.move(*hand.pixels(line)[0])
    assert hand.target.cursor().shape() == Qt.CursorShape.SizeAllCursor
    hand.editor.lock_all = True
    hand.move(*at)
    assert hand.target.cursor().shape() == Qt.CursorShape.ArrowCursor
    hand.move(*AWAY)
    assert hand.view._overlay.picture.handles == ()
    assert hand.target.cursor().shape() == Qt.CursorShape.CrossCursor


def test_a_handle_is_dragged_alone_as_one_step_of_undo(hand, harness, line):
    x, y = hand.pixels(line)[0]
    hand.drag((x, y), (x - 60, y + 40))
    moved = hand.only
    assert moved.points[1] == line.points[1]
    assert moved.points[0].time == hand.time_at(x - 60)
    assert hand.y_of(moved.points[0].price) == pytest.approx(y + 40, abs=0.5)
    assert harness.actions["undo"].text() == "Undo move point of trend line"
    harness.run("undo")
    assert hand.only == line


def test_a_body_is_dragged_by_whole_bars_and_by_price(hand, harness, line):
    x, y = middle_of(hand, line)
    spacing = hand.model.placed.view.spacing
    hand.drag((x, y), (x + 7.4 * spacing, y - 30))
    rows = [int(hand.model.series.bars.open_time.searchsorted(p.time)) for p in (*line.points, *hand.only.points)]
    assert (rows[2] - rows[0], rows[3] - rows[1]) in {(7, 7), (8, 8)}
    deltas = [after.price - before.price for before, after in zip(line.points, hand.only.points, strict=True)]
    assert deltas[0] == pytest.approx(deltas[1], abs=1e-9)
    assert hand.pixels(hand.only)[0][1] == pytest.approx(hand.pixels(line)[0][1] - 30, abs=0.6)
    assert harness.actions["undo"].text() == "Undo move trend line"
    harness.run("undo")
    assert hand.only == line


@pytest.mark.parametrize(("mode", "is_inverted"), [(PriceMode.LOG, False), (PriceMode.PERCENT, True)])
def test_a_body_keeps_its_shape_on_screen_on_every_scale(hand, line, mode, is_inverted):
    hand.model.price_axis.set_mode(mode)
    hand.model.price_axis.set_inverted(is_on=is_inverted)
    before = hand.pixels(line)
    x, y = middle_of(hand, line)
    hand.drag((x, y), (x, y + 45))
    after = hand.pixels(hand.only)
    for old, new in zip(before, after, strict=True):
        assert new[0] == old[0]
        assert new[1] - old[1] == pytest.approx(45, abs=0.8)


def test_shift_moves_along_one_axis(hand, line):
    x, y = middle_of(hand, line)
    hand.move(x, y)
    hand.press(x, y)
    hand.move(x + 90, y + 20, SHIFT)
    hand.release(x + 90, y + 20, SHIFT)
    assert [p.price for p in hand.only.points] == [p.price for p in line.points]
    assert hand.only.points[0].time > line.points[0].time


def test_shift_turns_a_handle_in_steps_of_45_degrees(hand, line):
    hand.click(*middle_of(hand, line))
    (x, y), (x1, _) = hand.pixels(line)
    hand.move(x, y)
    hand.press(x, y)
    hand.move(x - 20, hand.pixels(line)[1][1] + 12, SHIFT)
    hand.release(x - 20, hand.pixels(line)[1][1] + 12, SHIFT)
    assert hand.only.points[0].price == hand.only.points[1].price
    assert hand.pixels(hand.only)[1][0] == x1


def test_a_dragged_handle_snaps_as_a_new_point_does(hand, line):
    hand.editor.magnet = Magnet.STRONG
    (x, y), _ = hand.pixels(line)
    hand.drag((x, y), (x - 50, y))
    row, bars = hand.row_at(x - 50), hand.model.series.bars
    taken = hand.only.points[0].price
    assert taken in {float(column[row]) for column in (bars.open, bars.high, bars.low, bars.close)}


def test_what_a_handle_does_not_move_stays_exactly_as_it_is_stored(hand):
    box = hand.draw("rectangle", A, B)
    (_, y0), (x1, y1) = hand.pixels(box)
    hand.drag((x1, (y0 + y1) / 2), (x1 + 40, (y0 + y1) / 2))
    assert hand.only.points[0] == box.points[0]
    assert hand.only.points[1].price == box.points[1].price
    assert hand.only.points[1].time == hand.time_at(x1 + 40)


def test_a_drag_shows_in_the_other_chart_of_the_symbol_in_the_same_frame(two_hands):
    one, other = two_hands
    level = one.draw("horizontal_line", (200, 200))
    y = one.pixels(level)[0][1]
    one.press(250, y)
    one.move(250, y + 30)
    here, there = (hand.model.scene.drawings.drawings[0] for hand in two_hands)
    assert here == there != level
    assert other.model.scene.selected_drawings == {level.id}
    one.release(250, y + 30)
    assert one.only == there
    one.key(Qt.Key.Key_Delete)
    assert [hand.model.scene.drawings.drawings for hand in two_hands] == [(), ()]


def test_ctrl_and_a_drag_clone_and_leave_the_drawing_where_it_is(hand, harness, line):
    x, y = middle_of(hand, line)
    hand.drag((x, y), (x + 60, y + 50), CTRL)
    first, second = hand.drawings
    assert first == line
    assert second.id != line.id
    assert second.points != line.points
    assert second.style == line.style
    assert selected(hand) == {second.id}
    assert harness.actions["undo"].text() == "Undo clone trend line"
    harness.run("undo")
    assert hand.only == line


def test_ctrl_and_a_click_add_to_the_selection_and_take_away(hand, line):
    level = hand.draw("horizontal_line", (300, 330))
    hand.click(*middle_of(hand, line))
    hand.click(450, hand.pixels(level)[0][1], CTRL)
    assert selected(hand) == {line.id, level.id}
    hand.click(*middle_of(hand, line), CTRL)
    assert selected(hand) == {level.id}


def test_several_selected_drawings_move_together_and_a_click_selects_one_again(hand, harness, line):
    other = hand.draw("trend_line", (250, 330), (420, 300))
    hand.click(*middle_of(hand, line), CTRL)
    assert selected(hand) == {line.id, other.id}
    x, y = middle_of(hand, line)
    hand.drag((x, y), (x + 50, y))
    shifts = {
        int(after.time > before.time)
        for old, new in zip((line, other), hand.drawings, strict=True)
        for before, after in zip(old.points, new.points, strict=True)
    }
    assert shifts == {1}
    assert harness.actions["undo"].text() == "Undo move 2 drawings"
    hand.click(*middle_of(hand, hand.drawings[0]))
    assert selected(hand) == {line.id}


def test_ctrl_and_a_box_select_what_it_touches(hand, line):
    level = hand.draw("horizontal_line", (300, 330))
    hand.click(*AWAY[:1], AWAY[1] - 40)
    hand.drag((380, 140), (420, 240), CTRL)
    assert selected(hand) == {line.id}
    hand.drag((380, 280), (390, 345), CTRL)
    assert selected(hand) == {line.id, level.id}
    hand.drag((600, 60), (610, 70), CTRL)
    assert selected(hand) == {line.id, level.id}, "an empty box changes nothing"


def test_a_fill_is_taken_when_selected_or_with_alt(hand):
    box = hand.draw("rectangle", A, B)
    hand.click(*AWAY)
    (x0, y0), (x1, y1) = hand.pixels(box)
    inside = x0 + 0.3 * (x1 - x0), y0 + 0.3 * (y1 - y0)
    hand.click(*inside)
    assert selected(hand) == frozenset()
    hand.click(*inside, ALT)
    assert selected(hand) == {box.id}
    hand.drag(inside, (inside[0] + 40, inside[1]))
    assert hand.only != box


def test_locked_drawings_are_selected_but_do_not_move_and_the_chart_is_dragged_instead(hand, harness, line):
    locked = replace(line, locked=True)
    hand.editor.apply("lock", "MSFT", hand.editor.list_of("MSFT").changed([locked]))
    x, y = middle_of(hand, line)
    hand.drag((x, y), (x + 60, y + 30))
    assert hand.only == locked
    assert selected(hand) == {line.id}
    assert middle_of(hand, line)[0] == pytest.approx(x + 60, abs=0.5)
    hand.key(Qt.Key.Key_Right)
    assert hand.only == locked
    assert harness.page.toast == "Locked drawings are not moved"
    hand.key(Qt.Key.Key_Delete)
    assert harness.page.toast == "Locked drawings are not removed: unlock them first"
    assert hand.only == locked


def test_lock_all_holds_for_new_drawings_too(hand):
    hand.editor.lock_all = True
    drawn = hand.draw("trend_line", A, B)
    x, y = middle_of(hand, drawn)
    hand.drag((x, y), (x + 60, y + 30))
    hand.drag((x, y), (x + 60, y + 30), CTRL)
    assert hand.drawings == (drawn,)


def test_escape_puts_back_what_is_being_dragged(hand, harness, line):
    x, y = middle_of(hand, line)
    hand.press(x, y)
    hand.move(x + 80, y + 30)
    assert hand.model.scene.drawings.drawings != (line,)
    hand.key(Qt.Key.Key_Escape)
    assert hand.model.scene.drawings.drawings == (line,)
    hand.release(x + 80, y + 30)
    assert hand.only == line
    assert harness.actions["undo"].text() == "Undo draw trend line"


def test_a_drawing_that_someone_else_changed_during_a_drag_keeps_their_change(hand, workspace, qtbot, line):
    qtbot.waitUntil(lambda: len(workspace.list_drawings("MSFT").result(5)) == 1)
    x, y = middle_of(hand, line)
    hand.press(x, y)
    hand.move(x + 80, y + 30)
    workspace.change_drawing(line.id, {"text": "theirs"}).result(5)
    qtbot.waitUntil(lambda: hand.only.text == "theirs")
    hand.release(x + 80, y + 30)
    assert hand.only.points == line.points
    assert hand.model.scene.drawings.drawings == hand.drawings


def test_a_double_click_asks_for_the_settings_and_does_not_enlarge_the_pane(hand, line, qtbot):
    with qtbot.waitSignal(hand.editor.settings_requested):
        hand.double_click(*middle_of(hand, line))
    assert selected(hand) == {line.id}
    assert hand.model.scene.maximised == ""


def test_the_right_button_selects_what_its_menu_is_about(hand, line, qtbot):
    hand.view.customContextMenuRequested.disconnect()
    x, y = middle_of(hand, line)
    qtbot.mousePress(hand.target, Qt.MouseButton.RightButton, pos=QPoint(round(x), round(y)))
    assert selected(hand) == {line.id}


def test_a_level_moves_in_price_only(hand):
    level = hand.draw("horizontal_line", (300, 200))
    y = hand.pixels(level)[0][1]
    hand.drag((450, y), (520, y + 40))
    assert hand.only.points[0].time == level.points[0].time
    assert hand.y_of(hand.only.points[0].price) == pytest.approx(y + 40, abs=0.6)


def test_the_handle_of_a_level_whose_bar_is_off_screen_is_at_the_edge_of_the_pane(hand):
    level = hand.draw("horizontal_line", (300, 200))
    hand.model.page(-2)
    hand.move(500, hand.y_of(level.points[0].price))
    handles = hand.view._overlay.picture.handles
    assert len(handles) == 1
    assert 0 < handles[0].x < hand.model.placed.view.width


def test_handles_are_painted_when_selected_and_not_in_pictures(hand, line):
    def shot():
        return render_shot(Shot(hand.model.scene, hand.view.theme, 900, 500), ".png")

    plain, plain_shot = hand.view.grab().toImage(), shot()
    hand.click(*middle_of(hand, line))
    hand.move(*AWAY)
    assert hand.view.grab().toImage() != plain
    assert shot() == plain_shot
