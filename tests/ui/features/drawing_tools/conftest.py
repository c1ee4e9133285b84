from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from candledesk.cache.runtime.writer import Writer
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.features.drawings.editor import DrawingEditor
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Surfaces:
    """A window with a chart, its editor of drawings, and shortcuts to draw on it and to find dialogs."""

    def __init__(self, harness, workspace):
        self.workspace = workspace
        self.harness, self.qapp, self.window = harness, harness.qapp, harness.window
        self.editor = harness.window.findChild(DrawingEditor)

    @property
    def page(self):
        return self.harness.page

    @property
    def drawings(self):
        return self.editor.drawings_of("AAPL")

    def settle(self):
        settle(self.qapp)

    def draw(self, tool="trend_line", name="", **changes):
        """Add a drawing around the last bars without the mouse, and select it."""
        bars = self.page.model.series.bars
        rows = [-40, -20, -10][: TOOLS[tool].n_points]
        has_prices = TOOLS[tool].has_prices
        points = [Anchor(int(bars.open_time[row]), float(bars.close[row]) if has_prices else None) for row in rows]
        drawing = Drawing(name or f"{tool}-1", tool, "AAPL", tuple(points), **changes)
        self.editor.apply("draw", "AAPL", self.editor.list_of("AAPL").added([drawing]))
        self.editor.select("AAPL", [drawing.id])
        self.settle()
        return self.editor.list_of("AAPL").get(drawing.id)

    def get(self, name):
        return self.editor.list_of("AAPL").get(name)

    def dialog(self, kind):
        self.settle()
        return next(one for one in self.window.findChildren(QDialog) if isinstance(one, kind) and one.isVisible())

    def has_dialog(self, kind):
        self.settle()
        return any(isinstance(one, kind) and one.isVisible() for one in self.window.findChildren(QDialog))

    def key(self, key, modifiers=NONE):
        QTest.keyClick(self.page.view, key, modifiers)
        self.settle()

    def point(self, name="", at=0):
        """Return the pixel of a point of a drawing."""
        model = self.page.model
        shown = next(one for _, one in show_drawings(model.scene, model.frame()) if one.id == (name or "trend_line-1"))
        return QPoint(*(round(part) for part in shown.handles[at]))

    @property
    def actions(self):
        return self.harness.actions

    def run(self, name):
        self.harness.run(name)


@pytest.fixture
def open_surfaces(qapp, cache, tmp_path):
    """Return a function that opens a window on the same home, after it has closed the one before."""
    made = []

    def close():
        while made:
            harness, user_data = made.pop()
            harness.close()
            assert user_data.close(30)

    def begin():
        close()
        user_data = UserData(tmp_path / "user.db", partial(Writer, name="candledesk-user-data"))
        workspace = Workspace(user_data)
        harness = WindowHarness(qapp, cache, tmp_path, workspace=workspace)
        made.append((harness, user_data))
        harness.window.resize(1_280, 800)
        harness.open("AAPL")
        return Surfaces(harness, workspace)

    yield begin
    close()


@pytest.fixture
def opened(open_surfaces):
    return open_surfaces()
