"""A position in a narrow box shows its labels while it is selected or under the pointer, and inside of the pane."""

import pytest
from PySide6.QtCore import Qt

from candledesk.drawings.figures import Text
from candledesk.drawings.hit import box_of_text
from candledesk.drawings.tools.style import GREEN_GROUND
from candledesk.ui.chart.core.drawings.shown import show_drawings

AWAY = (100.0, 60.0)


@pytest.fixture
def position(hand):
    """A selected position in a box that is narrower than its labels."""
    drawn = hand.draw("long_position", (400.0, 220.0))
    hand.key(Qt.Key.Key_Escape)
    hand.editor.select("MSFT", [drawn.id])
    return drawn


def shown(hand):
    ((_, one),) = show_drawings(hand.model.scene, hand.model.frame())
    return one


def labels(hand):
    return [one for one in shown(hand).figures if isinstance(one, Text)]


def beside_lines(hand):
    """Return a place in the box that is on none of its lines."""
    gain = shown(hand).figures[0]
    return gain.left + 20, (gain.top + gain.bottom) / 2


def test_a_selected_position_shows_its_labels_and_hides_them_when_nothing_is_selected(hand, position):
    assert len(labels(hand)) == 3
    hand.click(*AWAY)
    assert hand.editor.selection.ids == frozenset()
    assert labels(hand) == []
    assert len(shown(hand).hidden) == 3
    hand.editor.select("MSFT", [position.id])
    assert len(labels(hand)) == 3


def colours(hand, at):
    """Return the colours of the screen in a row of pixels around a place."""
    image = hand.view.viewport().grab().toImage()
    dpr = image.devicePixelRatio()
    return {image.pixelColor(round((at.x + dx) * dpr), round((at.y - 12) * dpr)).name() for dx in range(-40, 40)}


@pytest.mark.usefixtures("position")
def test_the_labels_are_painted_over_the_chart_while_the_pointer_is_in_the_box(hand):
    hand.click(*AWAY)
    target, frame = shown(hand).hidden[0], hand.model.frame()
    assert GREEN_GROUND not in colours(hand, target.at)
    hand.move(*beside_lines(hand))
    assert GREEN_GROUND in colours(hand, target.at)
    assert hand.model.frame() is frame
    hand.move(*AWAY)
    assert GREEN_GROUND not in colours(hand, target.at)


def test_the_labels_of_a_selected_position_stay_inside_while_its_box_leaves_the_pane(hand, position):
    width = hand.model.placed.view.width
    hand.model.pan(width - 420.0)
    found = [box_of_text(one) for one in labels(hand)]
    assert len(found) == 3
    assert shown(hand).figures[0].right > width, "a part of the box is outside"
    assert all(right <= width for _, _, right, _ in found)
    hand.move(*beside_lines(hand))
    hand.click(*AWAY)
    assert all(box_of_text(one)[2] <= width for one in shown(hand).hidden)
