"""The menu of a group of tools: picture, name, keys, and a star that gives a tool a button of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence, QPainter
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget, QWidgetAction

from candledesk.ui.features.drawing_tools.rows import tool_action
from candledesk.ui.features.drawing_tools.tool_groups import icon_of
from candledesk.ui.key_caps import caps_width, paint_caps
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.theme.icons import ICON_PX, themed_icon
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QAction, QMouseEvent, QPaintEvent

    from candledesk.ui.features.drawing_tools.book import DrawingBook
    from candledesk.ui.shell.actions import ActionTable
    from candledesk.ui.theme.themes import Theme

_WIDTH, _HEIGHT = 280, 32
_CAP_PX = 11


class ToolRow(QWidget):
    """One tool: a click on it chooses it, a click on its star makes it a favourite. ``chosen``: the former."""

    chosen = Signal()

    def __init__(self, action: QAction) -> None:
        """Show the name and the keys of the action of a tool."""
        super().__init__()
        self.setObjectName("tool_row")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedSize(_WIDTH, _HEIGHT)
        self._action = action
        self._picture, self._label = PlainLabel(""), PlainLabel(action.text())
        self._picture.setFixedSize(ICON_PX, ICON_PX)
        self.star = QToolButton()
        self.star.setCheckable(True)
        self.star.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.star.setIconSize(QSize(16, 16))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 4, 0)
        row.setSpacing(12)
        row.addWidget(self._picture)
        row.addWidget(self._label, 1)
        row.addSpacing(round(caps_width(self._keys, chart_font(_CAP_PX))) if self._keys else 0)
        row.addWidget(self.star)

    @property
    def _keys(self) -> str:
        return self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def show_state(self, tool: str, theme: Theme, *, is_favourite: bool, has_room: bool) -> None:
        """Show whether the tool is in use, whether it is a favourite, and whether there is room for one."""
        is_on = self._action.isChecked()
        icon, state = themed_icon(icon_of(tool), theme), (QIcon.State.On if is_on else QIcon.State.Off)
        self._picture.setPixmap(
            icon.pixmap(QSize(ICON_PX, ICON_PX), self.devicePixelRatioF(), QIcon.Mode.Normal, state)
        )
        self._label.setProperty("shown", is_on)
        self._label.style().unpolish(self._label)
        self._label.style().polish(self._label)
        self.setEnabled(self._action.isEnabled())
        self.star.setChecked(is_favourite)
        self.star.setIcon(themed_icon("star-filled" if is_favourite else "star", theme))
        self.star.setEnabled(is_favourite or has_room)
        self.star.setToolTip("Remove from the rail" if is_favourite else "Show in the rail")
        self.light(is_lit=False)

    def light(self, *, is_lit: bool) -> None:
        """Show the row as the one that Return chooses."""
        self.setProperty("lit", is_lit)
        self.style().unpolish(self)
        self.style().polish(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the tool."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the keys."""
        super().paintEvent(event)
        if self._keys:
            painter, font = QPainter(self), chart_font(_CAP_PX)
            right = self.star.geometry().left() - 8
            at = QPointF(right - caps_width(self._keys, font), self.height() / 2 + 0.5)
            paint_caps(painter, at, self._keys, font, self.palette(), is_enabled=self.isEnabled())
            painter.end()


class ToolMenu(QMenu):
    """The tools of one group; ``rows``: by tool, made when the menu is opened first."""

    def __init__(
        self,
        tools: Sequence[str],
        table: ActionTable,
        book: DrawingBook,
        theme: Callable[[], Theme],
        parent: QWidget,
    ) -> None:
        """A row runs the action of its tool; its star changes the favourites of ``book``."""
        super().__init__(parent)
        self._table, self._book, self._theme = table, book, theme
        self._tools = tools
        self.rows: dict[str, ToolRow] = {}
        self.aboutToShow.connect(self.show_states)
        self.hovered.connect(self._on_hovered)

    def _add(self, tool: str) -> None:
        row = self.rows[tool] = ToolRow(self._table.actions[tool_action(tool)])
        row.chosen.connect(partial(self._choose, tool))
        row.star.clicked.connect(partial(self._on_star_clicked, tool))
        entry = QWidgetAction(self)
        entry.setDefaultWidget(row)
        entry.setData(tool)
        entry.triggered.connect(partial(self._choose, tool))
        self.addAction(entry)

    def _choose(self, tool: str, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        self.close()
        self._table.actions[tool_action(tool)].trigger()

    def _on_star_clicked(self, tool: str, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        self._book.toggle_favourite(tool)
        self.show_states()

    def _on_hovered(self, entry: QAction) -> None:
        for tool, row in self.rows.items():
            row.light(is_lit=tool == entry.data())

    def show_states(self) -> None:
        """Show which tool is in use, and which are favourites."""
        if not self.rows:
            for tool in self._tools:
                self._add(tool)
        self._table.refresh()
        theme = self._theme()
        for tool, row in self.rows.items():
            is_favourite = tool in self._book.favourites
            row.show_state(tool, theme, is_favourite=is_favourite, has_room=self._book.has_room())
