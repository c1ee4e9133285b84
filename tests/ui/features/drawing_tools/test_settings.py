"""The settings of drawings, with real keys and clicks: seen at once, taken back by Esc, one step of undo."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QDate, QDateTime, Qt, QTime, QTimeZone
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.drawings.document.checks import MAX_PRICE
from candledesk.drawings.document.drawings_json import drawing_json, parse_drawing
from candledesk.drawings.drawing import BUCKETS, Anchor, Drawing
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.ui.chart.core.events.event_marks import SeriesEvents
from candledesk.ui.chart.core.events.event_words import date_words
from candledesk.ui.chart.core.options import ZoneName
from candledesk.ui.features.drawing_tools.settings.coordinates_page import CoordinatesPage, PriceScale
from candledesk.ui.features.drawing_tools.settings.dialog import DrawingSettings
from candledesk.ui.setting_pages.colours import GRID
from tests.ui.conftest import discard

UTC_CLOCK = QTimeZone(QTimeZone.Initialization.UTC)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def _open(opened):
    opened.editor.settings_requested.emit()
    return opened.dialog(DrawingSettings)


def _accept(opened, dialog):
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    opened.settle()


def _shown(opened, name):
    return next(one for one in opened.page.model.scene.drawings.drawings if one.id == name)


def _type(editor, text):
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
    dialog = _open(opened)
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
    dialog = _open(opened)
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
    dialog = _open(opened)
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
    _accept(opened, _open(opened))
    assert opened.actions["undo"].text() == "Undo draw"


def test_a_fill_and_its_opacity_are_one_button(opened):
    drawing = opened.draw("rectangle")
    dialog = _open(opened)
    fill = dialog.pages["Style"].editors["fill_color"]
    _pick(fill, GRID[12])
    fill.menu_of_colours().slider.setValue(60)
    _accept(opened, dialog)
    style = opened.get(drawing.id).style
    assert style["fill_color"] == GRID[12]
    assert style["fill_opacity"] == pytest.approx(0.6, abs=0.01)


def test_what_has_no_effect_cannot_be_set(opened):
    opened.draw("rectangle")
    form = _open(opened).pages["Style"]
    assert form.editors["fill_color"].isEnabled()
    form.editors["fill"].click()
    assert not form.editors["fill_color"].isEnabled()


def test_levels_are_shown_hidden_moved_and_coloured(opened):
    drawing = opened.draw("fib_retracement")
    dialog = _open(opened)
    page = dialog.pages["Levels"]
    assert len(page.checks) == 24
    assert sum(check.isChecked() for check in page.checks) == 11
    assert page.values[3].text() == "0.5", "without zeros at the end"
    page.checks[11].click()
    _type(page.values[1], "0.25")
    _pick(page.colours[2], GRID[10])
    _accept(opened, dialog)
    levels = whole_style(opened.get(drawing.id))["levels"]
    assert levels[11] == {"value": 1.272, "color": TOOLS[drawing.type].style["levels"][11]["color"], "visible": True}
    assert (levels[1]["value"], levels[2]["color"], levels[0]["value"]) == (0.25, GRID[10], 0.0)


def test_the_inputs_of_a_position_change_its_plan(opened):
    drawing = opened.draw("long_position")
    dialog = _open(opened)
    form = dialog.pages["Inputs"]
    _type(form.editors["account"], "25000")
    _type(form.editors["risk"], "2")
    _type(form.editors["leverage"], "3")
    _accept(opened, dialog)
    style = opened.get(drawing.id).style
    assert (style["account"], style["risk"], style["leverage"]) == (25_000.0, 2.0, 3.0)


def test_the_background_of_a_text_and_its_colour_stand_in_one_line_and_it_can_be_wrapped(opened):
    opened.draw("text")
    dialog = _open(opened)
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
    _type(wrap, "12")
    _accept(opened, dialog)
    assert opened.get("text-1").style == {"background": True, "wrap": 12}


def test_the_text_of_a_drawing_is_written_in_its_settings(opened):
    drawing = opened.draw("rectangle")
    dialog = _open(opened)
    page = dialog.pages["Text"]
    QTest.keyClicks(page.line, "<b>Supply</b>")
    assert _shown(opened, drawing.id).text == "<b>Supply</b>"
    _accept(opened, dialog)
    assert opened.get(drawing.id).text == "<b>Supply</b>"


def test_a_price_and_a_time_can_be_typed(opened):
    drawing = opened.draw()
    dialog = _open(opened)
    page = dialog.pages["Coordinates"]
    _type(page.prices[0], "123.45")
    page.times[1].setDateTime(QDateTime(QDate(2024, 3, 15), QTime(0, 0), UTC_CLOCK))
    _accept(opened, dialog)
    changed = opened.get(drawing.id)
    assert changed.points[0].price == pytest.approx(123.45)
    assert changed.points[1].time == 1_710_460_800, "a day at 00:00 UTC"
    assert changed.points[0].time == drawing.points[0].time
    assert changed.points[1].price == drawing.points[1].price, "what was not typed is not rounded"


def test_prices_are_shown_as_the_chart_shows_them_and_kept_as_they_were_traded(qapp):
    points = (Anchor(1_700_000_000, 400.0, "1h"), Anchor(1_700_003_600, 440.0, "1h"))
    drawing = Drawing("a", "trend_line", "AAPL", points)
    page, changed = CoordinatesPage(drawing, PriceScale(2, (0.25, 0.25), ZoneInfo("America/New_York"))), []
    page.changed.connect(changed.append)
    assert [price.value() for price in page.prices.values()] == [100.0, 110.0]
    page.prices[0].setValue(90.0)
    assert changed[-1].points[0].price == 360.0
    assert changed[-1].points[1] == points[1]
    assert page.times[0].text() == "14 Nov 2023  17:13", "in the zone of the exchange"
    page.times[0].setDateTime(QDateTime(QDate(2023, 11, 14), QTime(16, 13), UTC_CLOCK))
    assert changed[-1].points[0].time == 1_700_000_000 - 3_600 - 20
    discard(qapp, page)


def _points_page(time, zone):
    points = (Anchor(time, 400.0, "1h"), Anchor(1_700_003_600, 440.0, "1h"))
    return CoordinatesPage(Drawing("a", "trend_line", "AAPL", points), PriceScale(2, (1.0, 1.0), ZoneInfo(zone)))


def _type_time(page, text):
    page.times[0].lineEdit().setText(text)
    QTest.keyClick(page.times[0], Qt.Key.Key_Return)


@pytest.fixture
def computer_in_new_york(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_times_of_the_axis_are_shown_and_typed_where_the_computers_own_clock_jumps(qapp, computer_in_new_york):
    """On 8 March 2026 there is no 02:30 in New York; in Tokyo and in UTC there is."""
    at = datetime(2026, 3, 8, 2, 30, tzinfo=UTC)
    page, changed = _points_page(int(at.timestamp()), "UTC"), []
    page.changed.connect(changed.append)
    assert page.times[0].text() == "8 Mar 2026  02:30"
    assert page.note.text() == "Times as on the axis: UTC"
    _type_time(page, "8 Mar 2026  02:45")
    assert changed[-1].points[0].time == at.timestamp() + 900
    other = _points_page(int(at.timestamp()), "Asia/Tokyo")
    other.changed.connect(changed.append)
    _type_time(other, "8 Mar 2026  02:10")
    assert changed[-1].points[0].time == datetime(2026, 3, 8, 2, 10, tzinfo=ZoneInfo("Asia/Tokyo")).timestamp()
    for one in (page, other):
        discard(qapp, one)


def test_of_an_hour_that_there_is_twice_the_one_of_the_point_is_kept(qapp):
    """On 1 November 2026 New York has 01:00 to 02:00 twice."""
    for hour in (5, 6):
        at = int(datetime(2026, 11, 1, hour, 30, tzinfo=UTC).timestamp())
        page, changed = _points_page(at, "America/New_York"), []
        page.changed.connect(changed.append)
        assert page.times[0].text() == "1 Nov 2026  01:30"
        _type_time(page, "1 Nov 2026  01:45")
        assert changed[-1].points[0].time == at + 900
        discard(qapp, page)


def test_the_times_of_the_settings_are_in_the_zone_that_the_chart_shows(opened):
    opened.page.model.set_options(replace(opened.page.model.scene.options, zone=ZoneName.UTC))
    at = int(datetime(2023, 11, 14, 22, 13, tzinfo=UTC).timestamp())
    drawing = Drawing("h", "vertical_line", "AAPL", (Anchor(at, None, "1h"),))
    opened.editor.apply("draw", "AAPL", opened.editor.list_of("AAPL").added([drawing]))
    opened.editor.select("AAPL", ["h"])
    page = _open(opened).pages["Coordinates"]
    assert page.times[0].text() == "14 Nov 2023  22:13"
    opened.dialog(DrawingSettings).reject()
    opened.page.model.set_options(replace(opened.page.model.scene.options, zone=ZoneName.EXCHANGE))
    page = _open(opened).pages["Coordinates"]
    assert page.times[0].text() == "14 Nov 2023  17:13"
    assert page.note.text() == "Times as on the axis: New York"


def test_a_level_has_no_time_and_a_vertical_line_no_price(opened):
    opened.draw("horizontal_line")
    page = _open(opened).pages["Coordinates"]
    assert (list(page.prices), list(page.times)) == ([0], [])
    opened.dialog(DrawingSettings).reject()
    opened.draw("vertical_line")
    page = _open(opened).pages["Coordinates"]
    assert (list(page.prices), list(page.times)) == ([], [0])


def _known_split(opened, row):
    """Make a 4:1 split at a row of the bars known to the chart; return its date."""
    series = opened.page.model.series
    date = int(series.bars.open_time[row])
    event = CorporateEvent(date, EventKind.SPLIT, 4.0, None, date)
    opened.page.model._replace(events=SeriesEvents(series.symbol, series.interval, (event,)))
    return date


def test_a_level_that_a_split_has_moved_says_so(opened):
    point = opened.draw("horizontal_line").points[0]
    split = _known_split(opened, -20)
    page = _open(opened).pages["Coordinates"]
    raw, drawn, later = f"{point.price:.2f}", date_words(point.time), date_words(split)
    assert page.rebased.text() == f"{raw} in prices of {drawn}; 4:1 split on {later}"
    assert page.rebased.isVisibleTo(page)
    assert page.prices[0].value() == pytest.approx(point.price / 4, abs=0.01)
    _type(page.prices[0], "100")
    assert page.rebased.text().startswith("400.00 in prices of")


def test_a_level_behind_all_splits_says_nothing_of_them(opened):
    opened.draw("horizontal_line")
    _known_split(opened, -60)
    page = _open(opened).pages["Coordinates"]
    assert (page.rebased.text(), page.rebased.isVisibleTo(page)) == ("", False)


@pytest.mark.parametrize(("tool", "sign"), [("long_position", 1), ("short_position", -1)])
def test_target_and_stop_of_a_position_can_be_typed_in_ticks(opened, tool, sign):
    drawing = opened.draw(tool)
    dialog = _open(opened)
    page = dialog.pages["Coordinates"]
    _type(page.ticks[1], "300")
    _type(page.ticks[2], "150")
    _accept(opened, dialog)
    entry, target, stop = (point.price for point in opened.get(drawing.id).points)
    assert target - entry == pytest.approx(sign * 3.0)
    assert stop - entry == pytest.approx(-sign * 1.5)


def test_a_position_of_any_size_that_can_be_stored_has_coordinates(qapp):
    points = tuple(Anchor(1_700_000_000, price, "1h") for price in (1.0, MAX_PRICE, -MAX_PRICE))
    drawing, changed = Drawing("a", "long_position", "AAPL", points), []
    page = CoordinatesPage(drawing, PriceScale(2, (1.0, 1.0, 1.0), ZoneInfo("America/New_York")))
    page.changed.connect(changed.append)
    assert [editor.value() for editor in page.ticks.values()] == [editor.maximum() for editor in page.ticks.values()]
    assert changed == [], "to be shown changes nothing"
    discard(qapp, page)


def test_a_drawing_is_shown_on_some_kinds_of_intervals_only(opened):
    drawing = opened.draw()
    dialog = _open(opened)
    dialog.pages["Visibility"].checks["weeks"].click()
    assert _shown(opened, drawing.id).intervals == tuple(kind for kind in BUCKETS if kind != "weeks")
    dialog.pages["Visibility"].checks["weeks"].click()
    assert _shown(opened, drawing.id).intervals is None, "everywhere is no limit"


def test_several_drawings_have_the_settings_that_they_share(opened):
    opened.draw("trend_line")
    opened.draw("rectangle", style={"color": GRID[10]})
    opened.editor.select("AAPL", ["trend_line-1", "rectangle-1"])
    dialog = _open(opened)
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
    dialog = _open(opened)
    dialog.buttons.defaults.click()
    assert _shown(opened, drawing.id).style == {}
    assert not dialog.pages["Style"].editors["stats"].isChecked()


def test_a_default_is_how_new_drawings_begin_also_after_a_new_start(opened, open_surfaces, qtbot):
    opened.draw(style={"width": 4})
    dialog = _open(opened)
    dialog.buttons.save_default.click()
    assert dialog.saved.isVisible()
    _accept(opened, dialog)
    assert opened.editor.default_styles["trend_line"] == {"width": 4}
    again = open_surfaces()
    qtbot.waitUntil(lambda: bool(again.editor.default_styles))
    assert again.editor.default_styles["trend_line"] == {"width": 4}


def test_no_time_can_be_set_that_cannot_be_stored(opened):
    opened.draw()
    dialog = _open(opened)
    for moment in (QDateTime(QDate(9000, 1, 1), QTime(0, 0)), QDateTime(QDate(1000, 1, 1), QTime(0, 0))):
        dialog.pages["Coordinates"].times[0].setDateTime(moment)
        (drawing,) = dialog.drawings
        assert parse_drawing(drawing_json(drawing)) == drawing


def test_only_what_can_be_stored_of_a_text_is_kept(opened):
    opened.draw()
    dialog = _open(opened)
    dialog.pages["Text"].line.setPlainText("a\N{ZERO WIDTH SPACE}b\N{RIGHT-TO-LEFT OVERRIDE}c\nd")
    _accept(opened, dialog)
    drawing = opened.get("trend_line-1")
    assert drawing.text == "abc\nd"
    assert parse_drawing(drawing_json(drawing)).text == "abc\nd", "it can be read again"


def test_a_drawing_that_someone_else_deletes_is_not_shown_with_the_settings_that_were_tried(opened, qtbot):
    opened.draw()
    qtbot.waitUntil(lambda: len(opened.workspace.list_drawings("AAPL").result(5)) == 1)
    dialog = _open(opened)
    dialog.pages["Style"].editors["stats"].click()
    opened.workspace.delete_drawing("trend_line-1").result(5)
    qtbot.waitUntil(lambda: opened.drawings == ())
    opened.settle()
    assert not opened.has_dialog(DrawingSettings)
    assert opened.page.model.scene.drawings.drawings == ()


def test_the_dialog_closes_when_its_drawing_is_gone(opened):
    opened.draw()
    _open(opened)
    opened.editor.apply("remove", "AAPL", opened.editor.list_of("AAPL").removed(["trend_line-1"]))
    assert not opened.has_dialog(DrawingSettings)
