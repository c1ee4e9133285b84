import pytest
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTableView

from candledesk.ui.theme.style_sheet import apply_theme
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.ui.conftest import settle


@pytest.fixture
def table(qapp, qtbot):
    model = QStandardItemModel(2, 1)
    for row in range(2):
        model.setItem(row, 0, QStandardItem("AAPL"))
    made = QTableView()
    qtbot.addWidget(made)
    made.setModel(model)
    made.resize(300, 200)
    yield made
    apply_theme(qapp, DARK)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_selected_row_has_a_quiet_ground_in_both_themes(qapp, table, theme):
    apply_theme(qapp, theme)
    table.show()
    table.selectRow(0)
    settle(qapp)
    selected, other = (table.visualRect(table.model().index(row, 0)).topRight() for row in range(2))
    picture = table.viewport().grab().toImage()
    assert picture.pixelColor(selected).name() == theme.selected
    assert picture.pixelColor(other).name() == theme.background
