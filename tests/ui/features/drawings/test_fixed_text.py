"""A text that is fixed on screen stays at its share of the pane, and is dragged, nudged and written on there."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from candledesk.drawings.placing.magnet import Magnet
from candledesk.drawings.registry import whole_style
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.core.panes import VOLUME
from candledesk.ui.chart.paint.snapshot import Shot, render_shot
from candledesk.ui.features.drawings.pointer.text_entry import TextEntry
from tests.ui.conftest import settle
from tests.ui.features.drawings.hand import CTRL, SHIFT

KEY = Qt.Key
AWAY = (620.0, 320.0)
SHARES = (0.4, 0.25)


@pytest.fixture
def text(hand):
    """A text that was drawn at one place, and is fixed at another."""
    drawn = hand.draw("text", (300.0, 220.0))
    hand.key(KEY.Key_Escape)
    style = {"fixed": True, "fixed_x": SHARES[0], "fixed_y": SHARES[1], "font_size": 20}
    fixed = replace(drawn, text="fixed", style=style)
    hand.editor.apply("fix", "MSFT", hand.editor.list_of("MSFT").changed([fixed]))
    hand.click(*AWAY)
    return fixed


def shown_of(hand, drawing):
    return next(one for _, one in show_drawings(hand.model.scene, hand.model.frame()) if one.id == drawing.id)


def place(hand, drawing):
    return shown_of(hand, drawing).figures[0].at


def edges(hand, pane="price"):
    frame = hand.model.frame()
    box = frame.panes.box(pane)
    return frame.panes.plot_w / frame.dpr, box.top / frame.dpr, box.bottom / frame.dpr


def shares(drawing):
    return whole_style(drawing)["fixed_x"], whole_style(drawing)["fixed_y"]


def pixel_of(hand, share_x, share_y, pane="price"):
    width, top, bottom = edges(hand, pane)
    return share_x * width, top + share_y * (bottom - top)


def test_it_stays_while_the_chart_is_moved_and_zoomed(hand, harness, text):
    where = pytest.approx(pixel_of(hand, *SHARES))
    assert place(hand, text) == where
    assert shown_of(hand, text).handles == (place(hand, text),)
    hand.model.pan(5_000)
    assert place(hand, text) == where
    hand.model.zoom(300.0, 0.3)
    assert place(hand, text) == where
    harness.window.resize(900, 600)
    settle(harness.qapp)
    assert place(hand, text) == pytest.approx(pixel_of(hand, *SHARES)), "the share of a smaller pane"
    assert hand.only.points == text.points


def test_charts_of_other_intervals_and_sizes_show_it_at_the_same_share(two_hands):
    first, _second = two_hands
    drawn = first.draw("text", (200.0, 220.0))
    first.key(KEY.Key_Escape)
    style = {"fixed": True, "fixed_x": 0.75, "fixed_y": 0.5}
    first.editor.apply("fix", "AAPL", first.editor.list_of("AAPL").changed([replace(drawn, style=style)]))
    for hand in two_hands:
        assert place(hand, drawn) == pytest.approx(pixel_of(hand, 0.75, 0.5))


@pytest.mark.parametrize("by_handle", [True, False])
def test_a_drag_moves_it_by_pixels_past_the_magnet_as_one_step(hand, harness, text, by_handle):
    hand.editor.magnet = Magnet.STRONG
    x, y = place(hand, text)
    start = (x, y) if by_handle else (x + 25, y + 14)
    hand.drag(start, (start[0] + 33, start[1] + 47))
    assert place(hand, text) == pytest.approx((x + 33, y + 47), abs=0.1)
    assert hand.only.points == text.points
    assert harness.actions["undo"].text() == "Undo move text"
    harness.run("undo")
    assert hand.only == text


def test_shift_drags_it_along_one_axis_only(hand, text):
    x, y = place(hand, text)
    hand.drag((x, y), (x + 80, y + 20), SHIFT)
    assert place(hand, text) == pytest.approx((x + 80, y), abs=0.1)


@pytest.mark.parametrize("end", [(-500.0, -500.0), (5_000.0, 5_000.0)])
def test_it_cannot_be_dragged_out_of_its_pane(hand, text, end):
    hand.drag(place(hand, text), end)
    width, top, bottom = edges(hand)
    x, y = place(hand, text)
    assert 0 <= x < width - 15
    assert top <= y < bottom - 15
    hand.click(*AWAY)
    hand.click(x + 3, y + 3)
    assert hand.editor.selection.ids == {text.id}


@pytest.mark.parametrize(
    ("key", "step"), [(KEY.Key_Right, (4, 0)), (KEY.Key_Left, (-4, 0)), (KEY.Key_Up, (0, -4)), (KEY.Key_Down, (0, 4))]
)
@pytest.mark.parametrize("is_inverted", [True, False])
def test_arrow_keys_move_it_by_pixels(hand, harness, text, key, step, is_inverted):
    hand.model.price_axis.set_inverted(is_on=is_inverted)
    x, y = place(hand, text)
    hand.click(x + 25, y + 14)
    hand.key(key)
    assert place(hand, text) == pytest.approx((x + step[0], y + step[1]), abs=0.1)
    assert hand.only.points == text.points
    harness.run("undo")
    assert hand.only == text


def test_a_locked_one_stays_and_others_move_without_it(hand, text):
    line = hand.draw("trend_line", (300.0, 220.0), (500.0, 120.0))
    locked = replace(text, locked=True)
    hand.editor.apply("lock", "MSFT", hand.editor.list_of("MSFT").changed([locked]))
    hand.editor.select("MSFT", [text.id, line.id])
    hand.key(KEY.Key_Right)
    hand.drag(place(hand, text), AWAY)
    assert hand.editor.list_of("MSFT").get(text.id) == locked
    assert hand.editor.list_of("MSFT").get(line.id).points != line.points


def test_it_moves_with_other_selected_drawings(hand, text):
    line = hand.draw("trend_line", (300.0, 220.0), (500.0, 120.0))
    hand.editor.select("MSFT", [text.id, line.id])
    x, y = place(hand, text)
    hand.drag((400.0, 170.0), (460.0, 200.0))
    assert place(hand, text) == pytest.approx((x + 60, y + 30), abs=0.1)
    (x0, _), _ = hand.pixels(hand.editor.list_of("MSFT").get(line.id))
    assert x0 == pytest.approx(360, abs=8)


def test_a_clone_lies_where_it_was_dragged_and_the_original_stays(hand, text):
    x, y = place(hand, text)
    hand.drag((x + 25, y + 14), (x + 65, y + 44), CTRL)
    copy = hand.drawings[-1]
    assert place(hand, copy) == pytest.approx((x + 40, y + 30), abs=0.1)
    assert hand.editor.list_of("MSFT").get(text.id) == text
    assert copy.points == text.points


def test_a_copy_has_the_same_share_in_the_chart_of_another_symbol(hand, harness, text):
    hand.editor.select("MSFT", [text.id])
    hand.key(KEY.Key_C, CTRL)
    harness.open("AAPL", "1d")
    hand.key(KEY.Key_V, CTRL)
    (copy,) = hand.editor.drawings_of("AAPL")
    assert (copy.style, copy.points) == (text.style, text.points)


def test_what_is_pasted_over_it_lies_aside(hand, text):
    hand.editor.select("MSFT", [text.id])
    hand.key(KEY.Key_C, CTRL)
    hand.key(KEY.Key_V, CTRL)
    (x0, y0), (x1, y1) = place(hand, text), place(hand, hand.drawings[-1])
    assert (x1 - x0, y1 - y0) == pytest.approx((24, 24), abs=0.1)


def test_it_is_written_on_where_it_stands(hand, text):
    hand.model.pan(3_000)
    hand.editor.select("MSFT", [text.id])
    hand.key(KEY.Key_Return)
    entry = hand.target.findChild(TextEntry)
    x, y = place(hand, text)
    assert (entry.x(), entry.y()) == (pytest.approx(x - 10, abs=6), pytest.approx(y - 10, abs=6))
    entry.setPlainText("")
    assert (entry.x(), entry.y()) == (pytest.approx(x - 10, abs=6), pytest.approx(y - 10, abs=6))


def test_the_magnet_does_not_take_its_handle(hand, text):
    hand.editor.magnet = Magnet.WEAK
    x, y = place(hand, text)
    line = hand.draw("trend_line", (x + 3, y + 3), (x + 200, y + 100))
    assert line.points[0].time == hand.time_at(x + 3), "not the time of the text's point"


def test_a_new_text_whose_default_is_to_be_fixed_stands_where_it_was_clicked(hand):
    hand.editor.default_styles = {"text": {"fixed": True, "fixed_x": 0.9, "fixed_y": 0.9}}
    drawn = hand.draw("text", (300.0, 220.0))
    assert place(hand, drawn) == pytest.approx((300, 220), abs=6)


def test_it_stands_at_its_share_of_another_pane(hand, text):
    below = replace(text, pane=VOLUME)
    hand.editor.apply("move", "MSFT", hand.editor.list_of("MSFT").changed([below]))
    x, y = place(hand, below)
    assert (x, y) == pytest.approx(pixel_of(hand, *SHARES, pane=VOLUME))
    hand.drag((x, y), (x, 0))
    assert place(hand, below) == pytest.approx((x, edges(hand, VOLUME)[1]), abs=0.1), "it does not leave it"


def test_a_picture_of_another_size_has_it_at_its_share(hand, text):
    shot = Shot(hand.model.scene, hand.view.theme, 800, 500)
    with_text = render_shot(shot, ".png")
    hidden = hand.editor.list_of("MSFT").changed([replace(text, visible=False)])
    hand.editor.apply("hide", "MSFT", hidden)
    without = render_shot(replace(shot, scene=hand.model.scene), ".png")
    one, other = (QImage.fromData(data) for data in (with_text, without))
    assert one.size() == other.size()
    differing = [
        (x, y) for x in range(one.width()) for y in range(one.height()) if one.pixel(x, y) != other.pixel(x, y)
    ]
    left, top = (min(part) / size for part, size in zip(zip(*differing, strict=True), (800, 500), strict=True))
    assert left == pytest.approx(SHARES[0], abs=0.05)
    assert top == pytest.approx(SHARES[1], abs=0.1)
