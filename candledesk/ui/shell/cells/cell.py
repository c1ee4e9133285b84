"""One cell of a layout: its chart, and the edge that marks the active one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from candledesk.ui.shell.cells.link_dot import LinkDot

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.theme.themes import Theme

EDGE_PX = 2
_LEAST = 120, 90  # logical pixels of a chart: eight of them have room beside a panel
_STEPS = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
# Qt itself gives the focus to the first chart of a tab that comes to the front, or whose focused chart is hidden.
_BY_HAND = (
    Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)  # fmt: skip
_OTHER_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class Cell(QWidget):
    """A chart with room for an edge, where the layout has several.

    ``activated``: the chart was clicked or took the keyboard; ``stepped``: Tab (1) or Shift+Tab (−1) was pressed in it.
    """

    activated = Signal()
    stepped = Signal(int)

    def __init__(self, page: ChartPage, theme: Theme) -> None:
        """Hold ``page``, without an edge."""
        super().__init__()
        self.page = page
        self._theme = theme
        self._has_edge = self._is_active = self._has_others = False
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(page)
        page.view.setMinimumSize(*_LEAST)
        self.dot = LinkDot(page.view)
        self.dot.move(1, 1)
        for widget in (page.view, page.view.viewport(), page.strip):
            widget.installEventFilter(self)

    @property
    def is_marked(self) -> bool:
        """Whether the edge of the active cell is painted."""
        return self._has_edge and self._is_active

    def set_edge(self, *, has_others: bool, has_edge: bool, is_active: bool) -> None:
        """Set whether there is room for an edge, and whether it is painted: the chart keeps its size then.

        ``has_others``: the layout has other cells, to which Tab leads.
        """
        self._has_others = has_others
        self.dot.setVisible(has_others)
        if has_edge is not self._has_edge:
            margin = EDGE_PX if has_edge else 0
            self._box.setContentsMargins(margin, margin, margin, margin)
        if (has_edge, is_active) != (self._has_edge, self._is_active):
            self._has_edge, self._is_active = has_edge, is_active
            self.update()

    def show_link(self, colour: str) -> None:
        """Show the link colour of the cell."""
        self.dot.show_colour(colour)

    def set_theme(self, theme: Theme) -> None:
        """Change the colours."""
        self._theme = theme
        self.page.set_theme(theme)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the edge; the chart covers the rest."""
        if not self._has_edge:
            return
        painter = QPainter(self)
        colour = QColor(self._theme.accent if self._is_active else self._theme.background)
        width, height = self.width(), self.height()
        painter.fillRect(0, 0, width, EDGE_PX, colour)
        painter.fillRect(0, height - EDGE_PX, width, EDGE_PX, colour)
        painter.fillRect(0, 0, EDGE_PX, height, colour)
        painter.fillRect(width - EDGE_PX, 0, EDGE_PX, height, colour)
        painter.end()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Activate the cell at a click and with the keyboard focus; let Tab go to another cell."""
        is_pressed = event.type() == QEvent.Type.MouseButtonPress
        if is_pressed or (isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() in _BY_HAND):
            self.activated.emit()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._has_others:
            step = _STEPS.get(Qt.Key(event.key()))
            if step is not None and not event.modifiers() & _OTHER_KEYS:
                self.stepped.emit(step)
                return True
        return False
