"""The menus of drawings: of a place in the chart, of the selected ones, of their templates."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QLineEdit

from candledesk.drawings.drawing import BUCKETS
from candledesk.drawings.looks.shared import name_of
from candledesk.ui.features.context_menu.feature import ContextMenus
from candledesk.ui.features.drawing_tools.commands import DrawingCommands
from candledesk.ui.features.drawing_tools.menu import DrawingMenus


def _menu(opened, name=""):
    menu = opened.window.findChild(ContextMenus).menu_at(opened.point(name))
    opened.settle()
    return menu


def _titles(menu):
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def _row(menu, *titles):
    """Return the action at the end of a way through submenus."""
    for at, title in enumerate(titles):
        action = next(one for one in menu.actions() if one.text() == title)
        menu = action.menu() if at < len(titles) - 1 else menu
    return action


def _ask(opened, text):
    dialog = opened.dialog(QInputDialog)
    line = dialog.findChild(QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)
    opened.settle()


def _order(opened):
    return [one.id for one in opened.drawings]


def test_a_right_click_on_a_drawing_selects_it_and_offers_what_can_be_done_to_it_alone(opened):
    opened.draw()
    opened.editor.select("", ())
    menu = _menu(opened)
    assert opened.editor.selection.ids == {"trend_line-1"}
    assert _titles(menu) == [
        *("Settings…", "Template", "Rename…", "Clone", "Lock", "Hide", "Order", "Show on", "This chart only", "Remove"),
    ]


def test_a_right_click_beside_drawings_has_the_menu_of_the_chart(opened):
    opened.draw()
    menu = opened.window.findChild(ContextMenus).menu_at(QPoint(300, 150))
    assert "Clone" not in _titles(menu)
    assert "Go to date…" in _titles(menu)


def test_it_is_about_all_that_is_selected_with_the_drawing(opened):
    opened.draw()
    opened.draw("ray")
    opened.editor.select("AAPL", ["trend_line-1", "ray-1"])
    _row(_menu(opened), "Lock").trigger()
    assert [one.locked for one in opened.drawings] == [True, True]
    _row(_menu(opened), "Unlock").trigger()
    assert [one.locked for one in opened.drawings] == [False, False]
    assert "Rename…" not in _titles(_menu(opened))


def test_a_clone_lies_aside_and_is_selected(opened):
    drawing = opened.draw(locked=True)
    _row(_menu(opened), "Clone").trigger()
    clone = next(one for one in opened.drawings if one.id != drawing.id)
    assert opened.editor.selection.ids == {clone.id}
    assert clone.points != drawing.points
    assert not clone.locked
    assert opened.actions["undo"].text() == "Undo clone trend line"


@pytest.mark.parametrize(
    ("title", "order"),
    [
        ("Bring to front", ["b", "c", "a"]),
        ("Bring forward", ["b", "a", "c"]),
        ("Send to back", ["a", "b", "c"]),
        ("Send backward", ["a", "b", "c"]),
    ],
)
def test_the_order_of_painting_is_changed(opened, title, order):
    for name in ("a", "b", "c"):
        opened.draw(name=name)
    opened.editor.select("AAPL", ["a"])
    menu = opened.window.findChild(DrawingMenus).menu_of_chosen(opened.window)
    _row(menu, "Order", title).trigger()
    assert _order(opened) == order


def test_drawings_are_grouped_and_selected_together(opened):
    for name in ("a", "b", "c"):
        opened.draw(name=name)
    opened.editor.select("AAPL", ["a", "b"])
    menus = opened.window.findChild(DrawingMenus)
    assert "Ungroup" not in _titles(menus.menu_of_chosen(opened.window))
    _row(menus.menu_of_chosen(opened.window), "Group").trigger()
    opened.editor.select("AAPL", ["a"])
    assert opened.editor.selection.ids == {"a", "b"}
    titles = _titles(menus.menu_of_chosen(opened.window))
    assert ("Group" in titles, "Ungroup" in titles) == (False, True)
    opened.window.findChild(DrawingCommands).clone()
    copies = [one for one in opened.drawings if one.id not in {"a", "b", "c"}]
    assert len(copies) == 2
    assert len({one.group for one in copies} | {opened.drawings[0].group, ""}) == 3
    assert opened.editor.selection.ids == {one.id for one in copies}
    opened.editor.select("AAPL", ["a"])
    _row(menus.menu_of_chosen(opened.window), "Ungroup").trigger()
    opened.editor.select("AAPL", ["a"])
    assert opened.editor.selection.ids == {"a"}


def test_kinds_of_intervals_are_checked_where_it_is_shown(opened):
    opened.draw()
    _row(_menu(opened), "Show on", "Weeks").trigger()
    assert opened.get("trend_line-1").intervals == tuple(kind for kind in BUCKETS if kind != "weeks")
    assert not _row(_menu(opened), "Show on", "Weeks").isChecked()
    _row(_menu(opened), "Show on", "Weeks").trigger()
    assert opened.get("trend_line-1").intervals is None


def test_hide_and_remove(opened):
    opened.draw()
    _row(_menu(opened), "Hide").trigger()
    assert not opened.get("trend_line-1").visible
    opened.run("undo")
    _row(_menu(opened), "Remove").trigger()
    assert opened.drawings == ()


def test_a_name_is_typed(opened):
    opened.draw()
    _row(_menu(opened), "Rename…").trigger()
    _ask(opened, "Support of May")
    assert opened.get("trend_line-1").extra == {"name": "Support of May"}
    assert opened.actions["undo"].text() == "Undo rename drawing"


# -- templates


def test_a_template_is_saved_applied_and_deleted_and_is_of_one_tool(opened, open_surfaces, qtbot):
    opened.draw(style={"width": 4, "color": "#ff0000"})
    _row(_menu(opened), "Template", "Save as a template…").trigger()
    _ask(opened, "Thick & red")
    opened.draw("ray")
    assert "Thick && red" not in _titles(_row(_menu(opened, "ray-1"), "Template").menu())

    again = open_surfaces()
    again.draw(name="other")
    menus = again.window.findChild(DrawingMenus)
    menus.menu_of_chosen(again.window)
    qtbot.waitUntil(lambda: "Thick && red" in _titles(menus.template_menu(again.window)))
    _row(menus.template_menu(again.window), "Thick && red").trigger()
    assert again.get("other").style == {"width": 4, "color": "#ff0000"}
    assert again.actions["undo"].text() == "Undo apply template"
    _row(menus.template_menu(again.window), "Delete a template", "Thick && red").trigger()
    assert "Thick && red" not in _titles(menus.template_menu(again.window))


def test_a_name_that_is_not_valid_is_refused_with_words(opened):
    opened.draw()
    _row(_menu(opened), "Template", "Save as a template…").trigger()
    _ask(opened, "a/b")
    assert "slash" in opened.page.toast


def test_the_style_is_reset_and_kept_as_default(opened):
    opened.draw(style={"width": 4})
    _row(_menu(opened), "Template", "Save as default").trigger()
    assert opened.editor.default_styles == {"trend_line": {"width": 4}}
    _row(_menu(opened), "Template", "Reset the style").trigger()
    assert opened.get("trend_line-1").style == {}
    _row(_menu(opened), "Template", "Save as default").trigger()
    assert opened.editor.default_styles == {}


# -- one chart only


@pytest.fixture
def two(opened):
    """Two charts of one symbol; the first one is in front."""
    opened.harness.charts.set_grid("2h")
    opened.harness.charts.grid.step(1)
    opened.harness.open("AAPL")
    opened.harness.charts.grid.step(-1)
    opened.settle()
    return opened.harness.charts.pages()


def _shown(page):
    scene = page.model.scene
    return [one.id for one in scene.drawings.drawings if one.belongs_to(scene.chart)]


def test_a_drawing_is_shown_in_one_chart_only_and_in_all_again(opened, two):
    opened.draw()
    assert [_shown(page) for page in two] == [["trend_line-1"]] * 2
    _row(_menu(opened), "This chart only").trigger()
    assert [_shown(page) for page in two] == [["trend_line-1"], []]
    assert _row(_menu(opened), "This chart only").isChecked()
    opened.run("undo")
    assert [_shown(page) for page in two] == [["trend_line-1"]] * 2
    opened.run("redo")
    _row(_menu(opened), "This chart only").trigger()
    assert [_shown(page) for page in two] == [["trend_line-1"]] * 2


def test_the_chart_is_the_same_one_after_it_was_restored(opened, two):
    opened.draw()
    _row(_menu(opened), "This chart only").trigger()
    document = two[0].state.contents()
    assert document["id"] == opened.get("trend_line-1").chart
    assert "id" not in two[1].state.contents()
    two[1].feed.open("MSFT", two[0].model.series.interval)
    opened.settle()
    two[1].state.restore(("AAPL", two[0].model.series.interval), document)
    opened.settle()
    assert _shown(two[1]) == ["trend_line-1"]


def test_the_tree_lists_what_another_chart_shows_and_brings_it_here(opened, two):
    opened.draw()
    _row(_menu(opened), "This chart only").trigger()
    opened.harness.charts.grid.step(1)
    opened.run("object_tree")
    panel = opened.window.features["object_tree"].panel.dock
    row = next(line for line in panel.model.lines if line.title.startswith("Trend line"))
    assert (row.title, row.is_shown) == ("Trend line (another chart)", False)
    row.toggle()
    opened.settle()
    assert [_shown(page) for page in two] == [["trend_line-1"]] * 2


def test_a_right_click_in_another_pane_takes_no_drawing_whose_part_there_is_not_painted(opened):
    rectangle = opened.draw("rectangle")
    low = replace(rectangle.points[1], price=-rectangle.points[1].price)
    opened.editor.apply("change", "AAPL", opened.editor.list_of("AAPL").changed([rectangle.with_point(1, low)]))
    opened.page.studies.add("rsi")
    opened.settle()
    frame = opened.page.model.frame()
    box = frame.panes.boxes[-1]
    at = QPoint(opened.point("rectangle-1", 0).x(), round((box.top + box.bottom) / 2 / frame.dpr))
    menu = opened.window.findChild(ContextMenus).menu_at(at)
    assert "Clone" not in _titles(menu)


def test_a_name_that_is_asked_for_changes_nothing_else_and_brings_nothing_back(opened):
    drawing = opened.draw()
    commands = opened.window.findChild(DrawingCommands)
    list_of = opened.editor.list_of
    opened.editor.apply("lock", "AAPL", list_of("AAPL").changed([replace(drawing, locked=True)]))
    commands.rename(drawing, "Support")
    assert (opened.get("trend_line-1").locked, name_of(opened.get("trend_line-1"))) == (True, "Support")
    opened.editor.apply("remove", "AAPL", list_of("AAPL").removed(["trend_line-1"]))
    commands.rename(drawing, "Support")
    assert opened.drawings == ()
