"""What a person draws beyond a limit: kept where it can be kept, else refused at once and in words."""

from PySide6.QtWidgets import QWidget

from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.ui.chart.core.scales import ValueRange
from candledesk.ui.features.drawings import editor as editing

A, B = (300, 220), (500, 120)


def level(drawing_id):
    return Drawing(drawing_id, "horizontal_line", "MSFT", (Anchor(1_700_000_000, 5.0, "1d"),))


def said(hand):
    return hand.page.toast


def stored_ids(workspace):
    return {one.id for one in workspace.list_drawings("MSFT").result(5)}


def test_what_is_drawn_beside_all_that_scripts_may_add_is_kept_and_said_once(hand, workspace, qtbot, monkeypatch):
    monkeypatch.setattr("candledesk.workspace.drawings.drawing_store.MAX_DRAWINGS", 3)
    monkeypatch.setattr(editing, "MAX_DRAWINGS", 3)
    workspace.put_drawings([level("a"), level("b"), level("c")]).result(5)
    qtbot.waitUntil(lambda: len(hand.drawings) == 3)
    line = hand.draw("trend_line", A, B)
    assert said(hand) == "MSFT has more than 3 drawings: all are kept, the chart may be slow"
    hand.page.show_toast("")
    other = hand.draw("ray", (320, 200), (420, 160))
    assert said(hand) == ""
    qtbot.waitUntil(lambda: {line.id, other.id, "a", "b", "c"} == stored_ids(workspace))


def test_a_drawing_at_a_price_that_cannot_be_stored_is_refused_and_others_are_stored(hand, workspace, qtbot):
    usual = hand.model.frame().price.range
    hand.model.restore(price_range=ValueRange(1e15, 9e15))
    hand.editor.arm("trend_line")
    hand.click(*A)
    hand.click(*B)
    assert hand.drawings == ()
    assert hand.model.scene.drawings.drawings == (), "nor is it left on the screen"
    assert said(hand) == "Nothing can be drawn at prices beyond 1,000,000,000,000,000"
    hand.model.restore(price_range=usual)
    line = hand.draw("trend_line", A, B)
    qtbot.waitUntil(lambda: stored_ids(workspace) == {line.id})


def test_a_drag_to_such_a_price_goes_back(hand):
    line = hand.draw("horizontal_line", A)
    hand.model.restore(price_range=ValueRange(-1e15, 9e15))
    y = hand.y_of(line.points[0].price)
    hand.drag((400, y), (400, y - 300))
    assert hand.only == line
    assert "prices beyond" in said(hand)


def test_a_text_at_such_a_price_opens_no_entry(hand):
    hand.model.restore(price_range=ValueRange(1e15, 9e15))
    hand.editor.arm("text")
    hand.click(*A)
    assert hand.drawings == ()
    assert hand.target.findChild(QWidget, "drawing_text") is None
