"""The style bar with real clicks: it shows what is shared, changes it in one step, and keeps off the drawing."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from candledesk.drawings.cover import is_covered
from candledesk.drawings.looks.shared import MIXED
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.core.studies.legend_rows import legend_height
from candledesk.ui.chart.paint.studies.legend import n_price_rows
from candledesk.ui.features.drawing_tools.settings.dialog import DrawingSettings
from candledesk.ui.features.drawing_tools.style_bar.bar import BAR_PX, StyleBar
from candledesk.ui.setting_pages.colours import GRID

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def _bar(opened):
    opened.settle()
    return next(iter(opened.window.findChildren(StyleBar)), None)


def _click(opened, button):
    QTest.mouseClick(button, LEFT)
    opened.settle()


def _values(bar):
    return {key for key, button in bar.by_key.items() if button.isVisible()}


def test_it_is_made_with_the_first_selection_and_shown_while_there_is_one(opened):
    assert _bar(opened) is None
    opened.draw()
    assert _bar(opened).isVisible()
    opened.editor.select("", ())
    assert not _bar(opened).isVisible()
    opened.editor.select("AAPL", ["trend_line-1"])
    assert _bar(opened).isVisible()
    opened.harness.open("MSFT")
    assert not _bar(opened).isVisible(), "the drawing is of another symbol"


def test_it_is_gone_while_a_tool_draws_and_while_drawings_are_hidden(opened):
    opened.draw()
    opened.editor.arm("ray")
    assert not _bar(opened).isVisible()
    opened.editor.arm(None)
    assert _bar(opened).isVisible()
    opened.editor.hide_all = True
    assert not _bar(opened).isVisible()


@pytest.mark.parametrize(
    ("tool", "keys", "has_levels"),
    [
        ("trend_line", {"color", "text_color", "width", "dash", "extend"}, False),
        ("rectangle", {"color", "fill_color", "text_color", "width", "dash", "extend"}, False),
        ("text", {"text_color", "fill_color"}, False),
        ("fib_retracement", {"color", "text_color", "width", "dash", "extend"}, True),
    ],
)
def test_it_has_what_the_tool_has(opened, tool, keys, has_levels):
    opened.draw(tool)
    bar = _bar(opened)
    assert _values(bar) == keys
    assert bar.buttons["levels"].isVisible() is has_levels


def test_a_mixed_selection_shows_what_it_shares_and_what_differs(opened):
    opened.draw("trend_line")
    opened.draw("rectangle", style={"color": GRID[10]})
    opened.editor.select("AAPL", ["trend_line-1", "rectangle-1"])
    bar = _bar(opened)
    assert _values(bar) == {"color", "text_color", "width", "dash", "extend"}
    assert bar.by_key["color"]._value is MIXED
    assert bar.by_key["dash"]._value == "solid"
    assert not bar.buttons["template"].isVisible()


def test_a_colour_is_one_step_of_undo(opened):
    drawing = opened.draw()
    bar = _bar(opened)
    _click(opened, bar.by_key["color"])
    menu = bar.by_key["color"].menu_of_colours()
    assert menu.isVisible()
    QTest.mouseClick(menu.grid, LEFT, NONE, menu.grid.centre_of(GRID[12]))
    opened.settle()
    assert not menu.isVisible()
    assert opened.get(drawing.id).style["color"] == GRID[12]
    assert opened.actions["undo"].text() == "Undo change trend line"
    opened.run("undo")
    assert opened.get(drawing.id) == drawing


def test_a_dragged_opacity_is_seen_at_once_and_is_one_step(opened):
    drawing = opened.draw("rectangle")
    bar = _bar(opened)
    _click(opened, bar.by_key["fill_color"])
    menu = bar.by_key["fill_color"].menu_of_colours()
    assert menu.slider.value() == 20
    menu.slider.setSliderDown(True)
    for percent in (30, 40, 55):
        menu.slider.setValue(percent)
    (shown,) = opened.page.model.scene.drawings.drawings
    assert shown.style["fill_opacity"] == pytest.approx(0.55)
    assert opened.get(drawing.id) == drawing
    menu.slider.setSliderDown(False)
    assert opened.get(drawing.id).style["fill_opacity"] == pytest.approx(0.55)
    opened.run("undo")
    assert opened.get(drawing.id) == drawing
    menu.close()


def test_the_opacity_of_a_line_is_kept_with_another_colour(opened):
    opened.draw(style={"color": "#2962ff80"})
    bar = _bar(opened)
    bar.by_key["color"].picked.emit(GRID[10])
    assert opened.get("trend_line-1").style["color"] == f"{GRID[10]}80"


@pytest.mark.parametrize(("key", "value"), [("width", 4), ("dash", "dotted"), ("extend", "both")])
def test_a_choice_is_made_in_a_menu(opened, key, value):
    opened.draw()
    menu = _bar(opened).by_key[key].menu_of_choices()
    assert sum(action.isChecked() for action in menu.actions()) == 1
    at = [choice for choice, _ in _bar(opened).by_key[key]._choices].index(value)
    menu.actions()[at].trigger()
    assert opened.get("trend_line-1").style == {key: value}


def test_lock_hide_remove_settings_are_one_click(opened):
    opened.draw()
    bar = _bar(opened)
    _click(opened, bar.buttons["lock"])
    assert opened.get("trend_line-1").locked
    assert bar.buttons["lock"].toolTip() == "Unlock"
    _click(opened, bar.buttons["remove"])
    assert opened.get("trend_line-1") is not None, "a locked one is not removed"
    _click(opened, bar.buttons["lock"])
    _click(opened, bar.buttons["settings"])
    opened.dialog(DrawingSettings).reject()
    _click(opened, bar.buttons["remove"])
    assert opened.drawings == ()
    assert not bar.isVisible()
    opened.draw()
    _click(opened, bar.buttons["hide"])
    assert not opened.get("trend_line-1").visible
    assert not bar.isVisible()


def test_levels_open_their_page(opened):
    opened.draw("fib_retracement")
    _click(opened, _bar(opened).buttons["levels"])
    dialog = opened.dialog(DrawingSettings)
    assert dialog.tabs.tabText(dialog.tabs.currentIndex()) == "Levels"


# -- where it stands


def _place(opened):
    bar = _bar(opened)
    return opened.page.view.mapFrom(opened.harness.charts.tabs, bar.pos())


def _drag(opened, by):
    """Drag the grip, which moves with the bar."""
    grip = _bar(opened).grip
    start = QPoint(8, 14)
    end = grip.mapToGlobal(start) + by
    QTest.mousePress(grip, LEFT, NONE, start)
    QTest.mouseMove(grip, grip.mapFromGlobal(end))
    opened.settle()
    QTest.mouseRelease(grip, LEFT, NONE, grip.mapFromGlobal(end))
    opened.settle()


def test_it_is_dragged_within_the_chart_and_its_place_is_remembered(opened, open_surfaces):
    opened.draw()
    before = _place(opened)
    _drag(opened, QPoint(-200, 300))
    moved = _place(opened)
    assert moved != before
    opened.editor.select("", ())
    opened.editor.select("AAPL", ["trend_line-1"])
    assert _place(opened) == moved
    again = open_surfaces()
    again.settle()
    again.editor.list_of("AAPL")
    again.draw(name="trend_line-2")
    assert (_place(again) - moved).manhattanLength() <= 2
    _drag(again, QPoint(-9_000, 9_000))
    room = again.page.model.frame().panes
    place, bar = _place(again), _bar(again)
    assert place.x() >= 0
    assert place.y() + bar.height() <= room.time_top


@pytest.mark.parametrize("tool", ["trend_line", "rectangle", "fib_retracement", "horizontal_line", "volume_profile"])
def test_it_does_not_cover_the_drawing(opened, tool):
    opened.draw(tool)
    bar, place = _bar(opened), _place(opened)
    model = opened.page.model
    # put the drawing under the place of the bar, and select it again
    opened.editor.select("", ())
    frame = model.frame()
    scale = frame.scales["price"]
    price = float(scale.value_at(place.y() + bar.height() / 2))
    drawing = opened.get(f"{tool}-1")
    points = tuple(
        point if point.price is None else type(point)(point.time, price, point.interval) for point in drawing.points
    )
    moved = type(drawing)(drawing.id, tool, "AAPL", points)
    opened.editor.apply("move", "AAPL", opened.editor.list_of("AAPL").changed([moved]))
    opened.editor.select("AAPL", [drawing.id])
    opened.settle()
    place = _place(opened)
    box = (place.x(), place.y(), place.x() + bar.width(), place.y() + bar.height())
    shown = [one for _, one in show_drawings(model.scene, model.frame())]
    assert shown
    assert not is_covered(shown, box)


def test_it_covers_no_row_of_the_legend_until_it_is_put_there(opened, qtbot):
    for name in ("bollinger", "sma", "ema"):
        opened.page.studies.add(name)
    model = opened.page.model
    qtbot.waitUntil(lambda: n_price_rows(model.frame()) == 3)
    opened.draw()
    assert _place(opened).y() >= legend_height(3)
    _drag(opened, QPoint(0, -9_000))
    opened.editor.select("", ())
    opened.editor.select("AAPL", ["trend_line-1"])
    assert _place(opened).y() < legend_height(1)


def test_it_stays_where_it_is_while_the_chart_is_panned(opened):
    opened.draw()
    before = _place(opened)
    opened.page.model.pan(40)
    opened.settle()
    assert _place(opened) == before


def _buttons(bar):
    return [one for one in bar.findChildren(QToolButton) if one.isVisible()]


def _is_whole(bar, tabs):
    """Tell whether every button can be clicked: in the bar, in the window, and not under another one."""
    inside = all(bar.rect().contains(one.geometry()) for one in _buttons(bar))
    apart = all(
        not one.geometry().intersects(other.geometry())
        for at, one in enumerate(_buttons(bar))
        for other in _buttons(bar)[:at]
    )
    return inside and apart and tabs.rect().contains(bar.geometry())


@pytest.mark.parametrize("width", [640, 900, 1_280])
@pytest.mark.parametrize("cell", range(8))
def test_it_stands_over_the_active_chart_of_eight_and_wholly_in_the_window(opened, cell, width):
    opened.window.resize(width, 700)
    opened.harness.charts.set_grid("8")
    opened.settle()
    for _ in range(cell):
        opened.harness.charts.grid.step(1)
    opened.harness.open("AAPL")
    page = opened.page
    assert page is opened.harness.charts.pages()[cell]
    page.model.restore(spacing=1.0)  # else the narrowest charts end before the drawing
    opened.draw("rectangle")
    bar, tabs = _bar(opened), opened.harness.charts.tabs
    assert bar.isVisible()
    assert _is_whole(bar, tabs)
    corner = page.view.mapTo(tabs, QPoint(0, 0))
    assert corner.y() <= bar.y() <= corner.y() + page.view.height() - bar.height()
    _click(opened, bar.buttons["lock"])
    assert opened.get("rectangle-1").locked


def test_it_is_dragged_beside_a_chart_that_is_narrower_and_comes_back_there(opened):
    opened.harness.charts.set_grid("8")
    opened.settle()
    opened.harness.open("AAPL")
    opened.draw()
    before, bar, tabs = _place(opened), _bar(opened), opened.harness.charts.tabs
    assert bar.width() > opened.page.view.width()
    _drag(opened, QPoint(300, 20))
    moved = _place(opened)
    assert moved == before + QPoint(300, 20)
    opened.editor.select("", ())
    opened.editor.select("AAPL", ["trend_line-1"])
    assert (_place(opened) - moved).manhattanLength() <= 2
    _drag(opened, QPoint(9_000, 9_000))
    assert _is_whole(_bar(opened), tabs)


def test_it_has_one_row_where_it_fits_and_two_where_the_window_is_narrower(opened):
    opened.draw("rectangle")
    bar = _bar(opened)
    assert bar.height() == BAR_PX
    whole = bar.width()
    bar.arrange(whole)
    assert bar.width() == whole
    bar.arrange(whole - 1)
    assert bar.height() == 2 * BAR_PX - 8
    assert bar.width() < whole
    assert _is_whole(bar, opened.harness.charts.tabs)


def test_another_theme_is_applied_to_all_of_its_pictures(opened):
    opened.draw()
    bar = _bar(opened)
    shown = [bar.buttons["settings"], bar.by_key["width"], bar.by_key["color"]]
    before = [one.icon().pixmap(20, 20).toImage() for one in shown]
    opened.window.theme_choice.toggle()
    opened.settle()
    assert all(one.icon().pixmap(20, 20).toImage() != image for one, image in zip(shown, before, strict=True))
    assert bar.by_key["width"].text() == "2px"
