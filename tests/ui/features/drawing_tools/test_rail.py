"""Drawing tools in the rail, the menu, the palette and by keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from candledesk.drawings.placing.magnet import Magnet
from candledesk.drawings.registry import TOOLS
from candledesk.ui.features.drawing_tools.rail import DrawingRail
from candledesk.ui.features.palette.sources import action_items
from candledesk.ui.shell.bars.rails import BUTTON_PX
from tests.ui.window_harness import WindowHarness

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier
ALT, SHIFT, CTRL = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def _rail(opened):
    return opened.window.bars.left.findChild(DrawingRail)


def _click(opened, button, at=None):
    QTest.mouseClick(button, LEFT, NONE, at or QPoint(8, 8))
    opened.settle()


def _of_action(opened, name):
    bar = opened.window.bars.left
    return bar.widgetForAction(opened.actions[name])


@pytest.mark.parametrize(
    ("key", "modifiers", "tool"),
    [
        (Qt.Key.Key_T, ALT, "trend_line"),
        (Qt.Key.Key_H, ALT, "horizontal_line"),
        (Qt.Key.Key_V, ALT, "vertical_line"),
        (Qt.Key.Key_R, ALT | SHIFT, "rectangle"),
        (Qt.Key.Key_F, ALT, "fib_retracement"),
    ],
)
def test_a_key_takes_a_tool_and_puts_it_back(opened, key, modifiers, tool):
    opened.key(key, modifiers)
    assert opened.editor.tool == tool
    assert opened.actions[f"tool_{tool}"].isChecked()
    assert any(
        row[2] == opened.actions[f"tool_{tool}"].shortcut().toString() for row in opened.window.table.shortcut_sheet()
    )
    opened.key(key, modifiers)
    assert opened.editor.tool is None


def test_a_group_takes_its_front_tool_and_shows_that_it_is_in_use(opened):
    button = _rail(opened).groups["lines"]
    _click(opened, button)
    assert opened.editor.tool == "trend_line"
    assert button.isChecked()
    assert not _of_action(opened, "cursor").isChecked()
    opened.key(Qt.Key.Key_Escape)
    assert (opened.editor.tool, button.isChecked()) == (None, False)
    assert _of_action(opened, "cursor").isChecked()


@pytest.mark.parametrize("way", ["corner", "right button"])
def test_the_menu_of_a_group_has_its_tools_with_keys_and_the_last_used_one_stands_in_front(opened, open_surfaces, way):
    button = _rail(opened).groups["lines"]
    if way == "corner":
        _click(opened, button, QPoint(BUTTON_PX - 3, BUTTON_PX - 3))
    else:
        QTest.mouseClick(button, RIGHT, NONE, QPoint(8, 8))
    menu = button.menu()
    assert menu.isVisible()
    assert opened.editor.tool is None
    assert list(menu.rows)[:2] == ["trend_line", "ray"]
    _click(opened, menu.rows["ray"])
    assert not menu.isVisible()
    assert opened.editor.tool == "ray"
    assert button.property("tool") == "ray"
    assert "Ray" in button.toolTip()
    again = open_surfaces()
    assert _rail(again).groups["lines"].property("tool") == "ray"


def test_the_arrows_and_return_choose_in_the_menu(opened):
    menu = _rail(opened).groups["lines"].menu()
    menu.popup(QPoint(0, 0))
    for _ in range(2):
        QTest.keyClick(menu, Qt.Key.Key_Down)
    assert menu.rows["ray"].property("lit")
    QTest.keyClick(menu, Qt.Key.Key_Return)
    opened.settle()
    assert opened.editor.tool == "ray"


def test_a_star_gives_a_tool_a_button_of_its_own(opened, open_surfaces):
    rail = _rail(opened)
    menu = rail.groups["ranges"].menu()
    menu.popup(QPoint(0, 0))
    _click(opened, menu.rows["long_position"].star)
    assert list(rail.favourites) == ["long_position"]
    menu.close()
    _click(opened, rail.favourites["long_position"])
    assert opened.editor.tool == "long_position"
    rail = _rail(open_surfaces())
    assert list(rail.favourites) == ["long_position"]


def test_there_is_room_for_five_favourites(opened):
    rail = _rail(opened)
    menu = rail.groups["lines"].menu()
    menu.popup(QPoint(0, 0))
    for tool in list(menu.rows)[:5]:
        _click(opened, menu.rows[tool].star)
    assert not menu.rows["vertical_line"].star.isEnabled()
    _click(opened, menu.rows["ray"].star)
    assert menu.rows["vertical_line"].star.isEnabled()
    menu.close()


def test_the_magnet_is_off_weak_or_strong(opened):
    magnet = _of_action(opened, "drawing_magnet")
    _click(opened, magnet)
    assert (opened.editor.magnet, magnet.isChecked()) == (Magnet.WEAK, True)
    opened.run("drawing_magnet_strong")
    assert opened.editor.magnet is Magnet.STRONG
    _click(opened, magnet)
    assert (opened.editor.magnet, magnet.isChecked()) == (Magnet.OFF, False)
    _click(opened, magnet)
    assert opened.editor.magnet is Magnet.STRONG, "as it was last"


def test_staying_and_locking_are_switches(opened):
    for name, value in (("stay_in_drawing", "stay_in_drawing"), ("lock_drawings", "lock_all")):
        _click(opened, _of_action(opened, name))
        assert getattr(opened.editor, value) is True
        assert opened.actions[name].isChecked()
        _click(opened, _of_action(opened, name))
        assert getattr(opened.editor, value) is False


def test_all_drawings_are_hidden_by_a_key(opened):
    opened.draw()
    opened.key(Qt.Key.Key_H, CTRL | ALT)
    assert opened.page.model.scene.drawings.drawings == ()
    opened.key(Qt.Key.Key_H, CTRL | ALT)
    assert len(opened.page.model.scene.drawings.drawings) == 1


def test_everything_is_hidden_and_shown_again(opened):
    opened.draw()
    opened.page.studies.add("sma")
    opened.run("hide_everything")
    assert opened.editor.hide_all
    assert not opened.page.model.scene.studies[0].is_shown
    assert opened.actions["hide_everything"].isChecked()
    opened.run("hide_everything")
    assert not opened.editor.hide_all
    assert opened.page.model.scene.studies[0].is_shown


def test_all_drawings_are_removed_in_one_step_without_a_question_and_locked_ones_stay(opened):
    for name in ("a", "b"):
        opened.draw(name=name)
    opened.draw(name="c", locked=True)
    _click(opened, _of_action(opened, "remove_drawings"))
    assert [one.id for one in opened.drawings] == ["c"]
    assert opened.page.toast == "2 drawings removed; 1 locked one stays. Ctrl+Z brings them back"
    opened.run("undo")
    assert [one.id for one in opened.drawings] == ["a", "b", "c"]


def test_no_drawing_is_removed_while_all_are_locked(opened):
    opened.draw()
    opened.editor.lock_all = True
    opened.run("remove_drawings")
    assert len(opened.drawings) == 1
    assert opened.page.toast == "All drawings are locked: unlock them first"


def test_every_tool_is_in_the_palette(opened):
    titles = {item.title for item in action_items(opened.window.table)}
    assert {tool.title for tool in TOOLS.values()} <= titles
    assert {"Stay in drawing mode", "Remove all drawings", "Deleted drawings…"} <= titles


def test_an_empty_chart_has_no_tools(qapp, cache, tmp_path):
    harness = WindowHarness(qapp, cache, tmp_path)
    rail = harness.window.bars.left.findChild(DrawingRail)
    assert not rail.groups["lines"].isEnabled()
    assert not harness.actions["tool_ray"].isEnabled()
    harness.open("AAPL")
    assert rail.groups["lines"].isEnabled()
    harness.close()


def test_the_buttons_of_groups_stand_in_one_column_with_the_others(opened):
    rail = opened.window.bars.left
    centres = {one.mapTo(rail, one.rect().center()).x() for one in rail.findChildren(QToolButton) if one.isVisible()}
    assert max(centres) - min(centres) <= 1
