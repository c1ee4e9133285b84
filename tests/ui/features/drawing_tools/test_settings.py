"""The settings of drawings, with real keys and clicks: seen at once, taken back by Esc, one step of undo."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDate, QDateTime, Qt, QTime, QTimeZone
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from candledesk.drawings.document.drawings_json import drawing_json, parse_drawing
from candledesk.drawings.drawing import BUCKETS, Anchor, Drawing
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.ui.chart.core.options import ZoneName
from candledesk.ui.features.drawing_tools.settings.dialog import DrawingSettings
from candledesk.ui.setting_pages.colours import GRID

UTC_CLOCK = QTimeZone(QTimeZone.Initialization.UTC)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def open_settings(opened):
    opened.editor.settings_requested.emit()
    return opened.dialog(DrawingSettings)


def _accept(opened, dialog):
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    opened.settle()


def _shown(opened, name):
    return next(one for one in opened.page.model.scene.drawings.drawings if one.id == name)


def type_text(editor, text):
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Tab)


def _pick(button, colour):
    button.click()
    menu = button.menu_of_colours()
    QTest.mouseClick(menu.grid, LEFT, NONE, menu.grid.centre_of(colour))


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_has_settings_with_its_values(opened, tool):
    drawing = opened.draw(tool)
    dialog = open_settings(opened)
    assert dialog.windowTitle() == TOOLS[tool].title
    assert dialog.drawings == (drawing,)
    assert ("Levels" in dialog.pages) is ("levels" in TOOLS[tool].style)
    assert ("Inputs" in dialog.pages) is (tool in {"long_position", "short_position"})
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert opened.get(drawing.id) == drawing


def test_a_double_click_opens_the_settings(opened):
    opened.draw()
    opened.editor.select("", ())
    viewport, at = opened.page.view.viewport(), opened.point()
    QTest.mouseMove(viewport, at)
    QTest.mouseClick(viewport, LEFT, pos=at)
    QTest.mouseDClick(viewport, LEFT, pos=at)
    assert opened.dialog(DrawingSettings).drawings[0].id == "trend_line-1"


def test_a_change_is_seen_at_once_and_escape_takes_it_back(opened):
    drawing = opened.draw()
    dialog = open_settings(opened)
    style = dialog.pages["Style"]
    _pick(style.editors["color"], GRID[10])
    style.editors["stats"].click()
    shown = _shown(opened, drawing.id)
    assert (shown.style["color"], shown.style["stats"]) == (GRID[10], True)
    assert opened.get(drawing.id) == drawing, "it is only shown"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    opened.settle()
    assert _shown(opened, drawing.id) == drawing
    assert opened.actions["undo"].text() == "Undo draw"


def test_what_is_kept_is_one_step_of_undo(opened):
    drawing = opened.draw()
    dialog = open_settings(opened)
    style = dialog.pages["Style"]
    style.editors["middle"].click()
    combo = style.editors["width"]
    combo.setCurrentIndex(3)
    combo.activated.emit(3)
    _accept(opened, dialog)
    assert opened.get(drawing.id).style == {"middle": True, "width": 4}
    assert opened.actions["undo"].text() == "Undo change trend line"
    opened.run("undo")
    assert opened.get(drawing.id) == drawing


def test_settings_that_change_nothing_are_no_step(opened):
    opened.draw()
    _accept(opened, open_settings(opened))
    assert opened.actions["undo"].text() == "Undo draw"


def test_a_fill_and_its_opacity_are_one_button(opened):
    drawing = opened.draw("rectangle")
    dialog = open_settings(opened)
    fill = dialog.pages["Style"].editors["fill_color"]
    _pick(fill, GRID[12])
    fill.menu_of_colours().slider.setValue(60)
    _accept(opened, dialog)
    style = opened.get(drawing.id).style
    assert style["fill_color"] == GRID[12]
    assert style["fill_opacity"] == pytest.approx(0.6, abs=0.01)


def test_what_has_no_effect_cannot_be_set(opened):
    opened.draw("rectangle")
    form = open_settings(opened).pages["Style"]
    assert form.editors["fill_color"].isEnabled()
    form.editors["fill"].click()
    assert not form.editors["fill_color"].isEnabled()


def test_levels_are_shown_hidden_moved_and_coloured(opened):
    drawing = opened.draw("fib_retracement")
    dialog = open_settings(opened)
    page = dialog.pages["Levels"]
    assert len(page.checks) == 24
    assert sum(check.isChecked() for check in page.checks) == 11
    assert page.values[3].text() == "0.5", "without zeros at the end"
    page.checks[11].click()
    type_text(page.values[1], "0.25")
    _pick(page.colours[2], GRID[10])
    _accept(opened, dialog)
    levels = whole_style(opened.get(drawing.id))["levels"]
    assert levels[11] == {"value": 1.272, "color": TOOLS[drawing.type].style["levels"][11]["color"], "visible": True}
    assert (levels[1]["value"], levels[2]["color"], levels[0]["value"]) == (0.25, GRID[10], 0.0)


def test_the_inputs_of_a_position_change_its_plan(opened):
    drawing = opened.draw("long_position")
    dialog = open_settings(opened)
    form = dialog.pages["Inputs"]
    type_text(form.editors["account"], "25000")
    type_text(form.editors["risk"], "2")
    type_text(form.editors["leverage"], "3")
    _accept(opened, dialog)
    style = opened.get(drawing.id).style
    assert (style["account"], style["risk"], style["leverage"]) == (25_000.0, 2.0, 3.0)


def test_the_background_of_a_text_and_its_colour_stand_in_one_line_and_it_can_be_wrapped(opened):
    opened.draw("text")
    dialog = open_settings(opened)
    assert list(dialog.pages) == ["Text", "Coordinates", "Visibility"]
    switch, colour = (dialog.pages["Text"].form.editors[key] for key in ("background", "fill_color"))
    centres = [one.mapTo(dialog, one.rect().center()) for one in (switch, colour)]
    assert centres[0].y() == pytest.approx(centres[1].y(), abs=1)
    assert centres[0].x() < centres[1].x()
    assert not colour.isEnabled()
    switch.click()
    assert colour.isEnabled()
    wrap = dialog.pages["Text"].form.editors["wrap"]
    assert wrap.text() == "Not wrapped"
    type_text(wrap, "12")
    _accept(opened, dialog)
    assert opened.get("text-1").style == {"background": True, "wrap": 12}


def test_the_text_of_a_drawing_is_written_in_its_settings(opened):
    drawing = opened.draw("rectangle")
    dialog = open_settings(opened)
    page = dialog.pages["Text"]
    QTest.keyClicks(page.line, "<b>Supply</b>")
    assert _shown(opened, drawing.id).text == "<b>Supply</b>"
    _accept(opened, dialog)
    assert opened.get(drawing.id).text == "<b>Supply</b>"


def test_a_price_and_a_time_can_be_typed(opened):
    drawing = opened.draw()
    dialog = open_settings(opened)
    page = dialog.pages["Coordinates"]
    type_text(page.prices[0], "123.45")
    page.times[1].setDateTime(QDateTime(QDate(2024, 3, 15), QTime(0, 0), UTC_CLOCK))
    _accept(opened, dialog)
    changed = opened.get(drawing.id)
    assert changed.points[0].price == pytest.approx(123.45)
    assert changed.points[1].time == 1_710_460_800, "a day at 00:00 UTC"
    assert changed.points[0].time == drawing.points[0].time
    assert changed.points[1].price == drawing.points[1].price, "what was not typed is not rounded"


def test_the_times_of_the_settings_are_in_the_zone_that_the_chart_shows(opened):
    opened.page.model.set_options(replace(opened.page.model.scene.options, zone=ZoneName.UTC))
    at = int(datetime(2023, 11, 14, 22, 13, tzinfo=UTC).timestamp())
    drawing = Drawing("h", "vertical_line", "AAPL", (Anchor(at, None, "1h"),))
    opened.editor.apply("draw", "AAPL", opened.editor.list_of("AAPL").added([drawing]))
    opened.editor.select("AAPL", ["h"])
    page = open_settings(opened).pages["Coordinates"]
    assert page.times[0].text() == "14 Nov 2023  22:13"
    opened.dialog(DrawingSettings).reject()
    opened.page.model.set_options(replace(opened.page.model.scene.options, zone=ZoneName.EXCHANGE))
    page = open_settings(opened).pages["Coordinates"]
    assert page.times[0].text() == "14 Nov 2023  17:13"
    assert page.note.text() == "Times as on the axis: New York"


def test_a_level_has_no_time_and_a_vertical_line_no_price(opened):
    opened.draw("horizontal_line")
    page = open_settings(opened).pages["Coordinates"]
    assert (list(page.prices), list(page.times)) == ([0], [])
    opened.dialog(DrawingSettings).reject()
    opened.draw("vertical_line")
    page = open_settings(opened).pages["Coordinates"]
    assert (list(page.prices), list(page.times)) == ([], [0])


@pytest.mark.parametrize(("tool", "sign"), [("long_position", 1), ("short_position", -1)])
def test_target_and_stop_of_a_position_can_be_typed_in_ticks(opened, tool, sign):
    drawing = opened.draw(tool)
    dialog = open_settings(opened)
    page = dialog.pages["Coordinates"]
    type_text(page.ticks[1], "300")
    type_text(page.ticks[2], "150")
    _accept(opened, dialog)
    entry, target, stop = (point.price for point in opened.get(drawing.id).points)
    assert target - entry == pytest.approx(sign * 3.0)
    assert stop - entry == pytest.approx(-sign * 1.5)


def test_a_drawing_is_shown_on_some_kinds_of_intervals_only(opened):
    drawing = opened.draw()
    dialog = open_settings(opened)
    dialog.pages["Visibility"].checks["weeks"].click()
    assert _shown(opened, drawing.id).intervals == tuple(kind for kind in BUCKETS if kind != "weeks")
    dialog.pages["Visibility"].checks["weeks"].click()
    assert _shown(opened, drawing.id).intervals is None, "everywhere is no limit"


def test_several_drawings_have_the_settings_that_they_share(opened):
    opened.draw("trend_line")
    opened.draw("rectangle", style={"color": GRID[10]})
    opened.editor.select("AAPL", ["trend_line-1", "rectangle-1"])
    dialog = open_settings(opened)
    assert dialog.windowTitle() == "2 drawings"
    assert "Coordinates" not in dialog.pages
    form = dialog.pages["Style"]
    assert "stats" not in form.editors
    assert form.editors["color"].colour == "", "they differ"
    _pick(form.editors["color"], GRID[15])
    _accept(opened, dialog)
    assert [one.style["color"] for one in opened.drawings] == [GRID[15]] * 2
    assert opened.actions["undo"].text() == "Undo change 2 drawings"


def test_reset_shows_the_style_of_the_tool(opened):
    drawing = opened.draw(style={"width": 4, "stats": True})
    dialog = open_settings(opened)
    dialog.buttons.defaults.click()
    assert _shown(opened, drawing.id).style == {}
    assert not dialog.pages["Style"].editors["stats"].isChecked()


def test_a_default_is_how_new_drawings_begin_also_after_a_new_start(opened, open_surfaces, qtbot):
    opened.draw(style={"width": 4})
    dialog = open_settings(opened)
    dialog.buttons.save_default.click()
    assert dialog.saved.isVisible()
    _accept(opened, dialog)
    assert opened.editor.default_styles["trend_line"] == {"width": 4}
    again = open_surfaces()
    qtbot.waitUntil(lambda: bool(again.editor.default_styles))
    assert again.editor.default_styles["trend_line"] == {"width": 4}


def test_no_time_can_be_set_that_cannot_be_stored(opened):
    opened.draw()
    dialog = open_settings(opened)
    for moment in (QDateTime(QDate(9000, 1, 1), QTime(0, 0)), QDateTime(QDate(1000, 1, 1), QTime(0, 0))):
        dialog.pages["Coordinates"].times[0].setDateTime(moment)
        (drawing,) = dialog.drawings
        assert parse_drawing(drawing_json(drawing)) == drawing


def test_only_what_can_be_stored_of_a_text_is_kept(opened):
    opened.draw()
    dialog = open_settings(opened)
    dialog.pages["Text"].line.setPlainText("a\N{ZERO WIDTH SPACE}b\N{RIGHT-TO-LEFT OVERRIDE}c\nd")
    _accept(opened, dialog)
    drawing = opened.get("trend_line-1")
    assert drawing.text == "abc\nd"
    assert parse_drawing(drawing_json(drawing)).text == "abc\nd", "it can be read again"


def test_a_drawing_that_someone_else_deletes_is_not_shown_with_the_settings_that_were_tried(opened, qtbot):
    opened.draw()
    qtbot.waitUntil(lambda: len(opened.workspace.list_drawings("AAPL").result(5)) == 1)
    dialog = open_settings(opened)
    dialog.pages["Style"].editors["stats"].click()
    opened.workspace.delete_drawing("trend_line-1").result(5)
    qtbot.waitUntil(lambda: opened.drawings == ())
    opened.settle()
    assert not opened.has_dialog(DrawingSettings)
    assert opened.page.model.scene.drawings.drawings == ()


def test_the_dialog_closes_when_its_drawing_is_gone(opened):
    opened.draw()
    open_settings(opened)
    opened.editor.apply("remove", "AAPL", opened.editor.list_of("AAPL").removed(["trend_line-1"]))
    assert not opened.has_dialog(DrawingSettings)
