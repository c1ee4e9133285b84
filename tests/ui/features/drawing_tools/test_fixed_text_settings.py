"""The switch that fixes a text on screen, in its settings: it stays where it is, and so do its stored points."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QDialogButtonBox

from candledesk.ui.features.drawing_tools.commands import DrawingCommands
from candledesk.ui.features.drawing_tools.settings.dialog import DrawingSettings


def _open(opened):
    opened.editor.settings_requested.emit()
    return opened.dialog(DrawingSettings)


def _accept(opened, dialog):
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    opened.settle()


def _shown(dialog):
    """Tell whether the price of the point and the place on screen can be set."""
    page = dialog.pages["Coordinates"]
    price, share = page.prices[0], page.shares["fixed_x"]
    return not price.isHidden(), not share.isHidden()


def test_a_text_that_is_switched_to_be_fixed_stays_where_it_is_and_is_at_the_bar_under_it_afterwards(opened):
    drawing = opened.draw("text")
    before = opened.point("text-1")
    dialog = _open(opened)
    assert _shown(dialog) == (True, False)
    dialog.pages["Text"].form.editors["fixed"].click()
    assert _shown(dialog) == (False, True), "it is not where its points are"
    _accept(opened, dialog)
    fixed = opened.get("text-1")
    assert fixed.style["fixed"] is True
    assert fixed.points == drawing.points
    assert (opened.point("text-1") - before).manhattanLength() <= 1
    assert opened.actions["undo"].text() == "Undo change text"
    opened.page.model.pan(200)
    assert (opened.point("text-1") - before).manhattanLength() <= 1
    dialog = _open(opened)
    assert _shown(dialog) == (False, True)
    dialog.pages["Text"].form.editors["fixed"].click()
    assert _shown(dialog) == (True, False)
    (point,) = dialog.drawings[0].points
    assert dialog.pages["Coordinates"].prices[0].value() == pytest.approx(point.price, abs=0.01)
    _accept(opened, dialog)
    assert opened.get("text-1").points[0].time < drawing.points[0].time
    assert abs(opened.point("text-1").x() - before.x()) <= opened.page.model.placed.view.spacing
    assert abs(opened.point("text-1").y() - before.y()) <= 1
    opened.run("undo")
    assert opened.get("text-1") == fixed


def test_switching_to_be_fixed_and_back_changes_no_point(opened):
    (point,) = opened.draw("text").points
    drawing = replace(opened.get("text-1"), points=(replace(point, price=point.price + 0.001234),))
    opened.editor.apply("move", "AAPL", opened.editor.list_of("AAPL").changed([drawing]))
    dialog = _open(opened)
    switch = dialog.pages["Text"].form.editors["fixed"]
    switch.click()
    switch.click()
    _accept(opened, dialog)
    assert opened.get("text-1").points == drawing.points


def test_the_place_of_a_fixed_text_is_set_in_percent_of_its_pane(opened):
    drawing = opened.draw("text", style={"fixed": True, "fixed_x": 0.12345, "fixed_y": 0.25, "font_size": 20})
    dialog = _open(opened)
    shares = dialog.pages["Coordinates"].shares
    assert (shares["fixed_x"].value(), shares["fixed_y"].value()) == (12.3, 25.0)
    assert dialog.drawings[0].style == drawing.style, "what is only shown is not rounded"
    before = opened.point("text-1")
    shares["fixed_y"].setValue(37.5)
    assert opened.page.model.scene.drawings.drawings[0].style["fixed_y"] == 0.375, "seen at once"
    _accept(opened, dialog)
    assert opened.get("text-1").style == {**drawing.style, "fixed_y": 0.375}
    assert opened.point("text-1").y() > before.y()
    assert opened.point("text-1").x() == before.x()
    opened.run("undo")
    assert opened.get("text-1") == drawing


def test_a_text_off_screen_is_seen_when_it_becomes_fixed(opened):
    opened.draw("text")
    opened.page.model.pan(-100_000)
    opened.page.model.pan(60_000)
    dialog = _open(opened)
    dialog.pages["Text"].form.editors["fixed"].click()
    _accept(opened, dialog)
    width = opened.page.model.placed.view.width
    assert 0 <= opened.point("text-1").x() <= width - 15


def test_a_template_of_a_fixed_text_moves_no_text(opened):
    commands = opened.window.findChild(DrawingCommands)
    opened.draw("text")
    before = opened.point("text-1")
    commands.apply_style({"fixed": True, "fixed_x": 0.1, "fixed_y": 0.9, "font_size": 20})
    assert (opened.point("text-1") - before).manhattanLength() <= 1
    placed = {"fixed": True, "fixed_x": 0.9987654, "fixed_y": 0.3}
    opened.editor.apply(
        "place", "AAPL", opened.editor.list_of("AAPL").changed([replace(opened.get("text-1"), style=placed)])
    )
    commands.apply_style({"fixed": True, "fixed_x": 0.1, "fixed_y": 0.9, "font_size": 20})
    assert opened.get("text-1").style == {**placed, "font_size": 20}
