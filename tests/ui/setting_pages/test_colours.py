"""Colours: the grid, the opacity, and the button and menu that choose them."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QColorDialog, QWidget

from candledesk.ui.setting_pages.colour_button import ColourButton
from candledesk.ui.setting_pages.colour_menu import ColourGrid, ColourMenu
from candledesk.ui.setting_pages.colours import GRID, N_COLUMNS, join_colour, qt_colour, split_colour
from tests.ui.conftest import discard, settle

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def parent(qapp):
    made = QWidget()
    made.show()
    yield made
    discard(qapp, made)


def test_an_opacity_is_a_part_of_a_colour_or_left_out_when_it_is_full():
    assert split_colour("#2962ff") == ("#2962ff", 1.0)
    assert split_colour("#2962ff80") == ("#2962ff", pytest.approx(0.5, abs=0.01))
    assert join_colour("#2962ff", 1.0) == "#2962ff"
    assert join_colour("#2962ff33", 0.5) == "#2962ff80"
    assert join_colour("#2962ff", 0.0) == "#2962ff00"
    assert all(split_colour(join_colour("#123456", one / 255)) == ("#123456", one / 255) for one in range(256))


def test_qt_gets_the_opacity_of_a_colour():
    colour = qt_colour("#2962ff80")
    assert (colour.name(), colour.alpha()) == ("#2962ff", 128)


def test_the_grid_has_full_rows_of_different_colours():
    assert len(GRID) % N_COLUMNS == 0
    assert len(set(GRID)) == len(GRID)


def _picks(owner):
    found = []
    owner.picked.connect(found.append)
    return found


def test_a_colour_of_the_grid_is_clicked(parent):
    grid = ColourGrid(parent)
    picked = _picks(grid)
    for colour in (GRID[0], GRID[17], GRID[-1]):
        QTest.mouseClick(grid, LEFT, NONE, grid.centre_of(colour))
    QTest.mouseClick(grid, LEFT, NONE, QPoint(grid.width() - 1, grid.height() - 1))
    assert picked == [GRID[0], GRID[17], GRID[-1]]


def test_a_colour_of_the_grid_is_chosen_by_keys(parent):
    grid = ColourGrid(parent)
    picked = _picks(grid)
    grid.mark(GRID[12])
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(grid, key)
    assert picked == [GRID[13 + N_COLUMNS]]


def test_an_arrow_begins_at_the_first_colour_when_the_grid_has_not_the_one_in_use(parent):
    grid = ColourGrid(parent)
    picked = _picks(grid)
    grid.mark("#123456")
    QTest.keyClick(grid, Qt.Key.Key_Return)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert picked == [GRID[0]]


def test_a_menu_shows_the_opacity_and_reports_dragging_apart_from_setting(parent):
    menu, moved, was_set = ColourMenu(parent), [], []
    menu.opacity_moved.connect(moved.append)
    menu.opacity_set.connect(was_set.append)
    menu.show_colour("#2962ff80")
    assert menu.slider.value() == 50
    menu.slider.setSliderDown(True)
    menu.slider.setValue(70)
    menu.slider.setSliderDown(False)
    assert (moved, was_set) == ([0.7], [0.7])
    menu.show_colour("#2962ff", 0.2)
    assert menu.slider.value() == 20


def test_another_colour_is_chosen_in_a_dialog(parent, qapp):
    menu = ColourMenu(parent)
    picked = _picks(menu)
    menu.other.click()
    settle(qapp)
    dialog = parent.findChild(QColorDialog)
    dialog.colorSelected.emit(qt_colour("#010203"))
    dialog.close()
    assert picked == ["#010203"]


def test_a_button_keeps_the_opacity_with_another_colour(parent):
    button = ColourButton("#2962ff80", "the line")
    button.setParent(parent)
    picked = _picks(button)
    button.menu_of_colours().picked.emit("#ff0000")
    button.menu_of_colours().opacity_set.emit(1.0)
    assert picked == ["#ff000080", "#ff0000"]
    assert button.accessibleName() == "Colour of the line"


def test_a_button_without_opacity_has_plain_colours(parent):
    button = ColourButton("#2962ff80", "the line", has_opacity=False)
    button.setParent(parent)
    button.menu_of_colours().picked.emit("#ff0000")
    assert button.colour == "#ff0000"
