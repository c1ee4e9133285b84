"""The settings of drawings, with real keys and clicks: seen at once, taken back by Esc, one step of undo."""

import pytest
from PySide6.QtCore import QDate, QDateTime, Qt, QTime
from PySide6.QtTest import QTest

from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.ui.features.drawing_tools.settings.dialog import DrawingSettings

LEFT = Qt.MouseButton.LeftButton


def _open(opened):
    opened.editor.settings_requested.emit()
    return opened.dialog(DrawingSettings)


def _shown(opened, name):
    return next(one for one in opened.page.model.scene.drawings.drawings if one.id == name)


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
