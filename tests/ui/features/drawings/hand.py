"""A person's hand on one chart of a window: real mouse and key events with the keys that are held."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import settle

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL, ALT = (getattr(Qt.KeyboardModifier, f"{name}Modifier") for name in ("Shift", "Control", "Alt"))


class Hand:
    def __init__(self, page, editor):
        self.page, self.editor = page, editor
        self.model, self.view, self.target = page.model, page.view, page.view.viewport()
        self.is_down = False

    def _send(self, kind, at, button, keys):
        at = QPointF(*at)
        held = LEFT if self.is_down else Qt.MouseButton.NoButton
        event = QMouseEvent(kind, at, QPointF(self.target.mapToGlobal(at)), button, held, keys)
        QApplication.sendEvent(self.target, event)

    def press(self, x, y, keys=NONE):
        self.is_down = True
        self._send(QEvent.Type.MouseButtonPress, (x, y), LEFT, keys)

    def move(self, x, y, keys=NONE):
        self._send(QEvent.Type.MouseMove, (x, y), Qt.MouseButton.NoButton, keys)

    def release(self, x, y, keys=NONE):
        self.is_down = False
        self._send(QEvent.Type.MouseButtonRelease, (x, y), LEFT, keys)

    def click(self, x, y, keys=NONE):
        self.move(x, y, keys)
        self.press(x, y, keys)
        self.release(x, y, keys)

    def double_click(self, x, y):
        self.click(x, y)
        self.is_down = True
        self._send(QEvent.Type.MouseButtonDblClick, (x, y), LEFT, NONE)
        self.release(x, y)

    def drag(self, start, end, keys=NONE, n_steps=4):
        self.move(*start, keys)
        self.press(*start, keys)
        for step in range(1, n_steps + 1):
            self.move(*(a + (b - a) * step / n_steps for a, b in zip(start, end, strict=True)), keys)
        self.release(*end, keys)

    def key(self, key, keys=NONE):
        QTest.keyClick(QApplication.focusWidget() or self.view, key, keys)
        settle(QApplication.instance())

    # -- where things are

    @property
    def drawings(self):
        return self.editor.drawings_of(self.model.series.symbol)

    @property
    def only(self):
        (one,) = self.drawings
        return one

    def row_at(self, x):
        placed = self.model.placed
        return self.model.series.axis.row_at(placed.logical_at(x))

    def time_at(self, x):
        return int(self.model.series.bars.open_time[self.row_at(x)])

    def x_of(self, row):
        return float(self.model.placed.row_x(row))

    def y_of(self, price, pane="price"):
        frame = self.model.frame()
        return float(frame.scales[pane].y_of(price)) / frame.dpr

    def price_at(self, y, pane="price"):
        frame = self.model.frame()
        return frame.scales[pane].value_at(y * frame.dpr)

    def pixels(self, drawing, pane="price"):
        """Where the points of a drawing of the loaded bars are."""
        times = self.model.series.bars.open_time
        return [(self.x_of(int(times.searchsorted(p.time))), self.y_of(p.price, pane)) for p in drawing.points]

    def draw(self, tool, *points, keys=NONE):
        """Make a drawing by clicks and return it."""
        self.editor.arm(tool)
        for x, y in points:
            self.click(x, y, keys)
        return self.drawings[-1]
