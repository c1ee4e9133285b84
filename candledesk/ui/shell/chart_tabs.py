"""The layouts of a window as tabs that can be moved, renamed and closed, with a button for a new one beside them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QTabBar, QTabWidget, QToolButton, QWidget

from candledesk.ui.shell.cells.cell_grid import CellGrid
from candledesk.workspace.names import MAX_NAME_CHARS

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from candledesk.ui.shell.chart_page import ChartPage

_NEW = "New layout"
_ADD_PX = 30


class _NameEditor(QLineEdit):
    """A line over a tab: Enter and another click give the name, Escape leaves it."""

    named = Signal(str)
    left = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.setMaxLength(MAX_NAME_CHARS)
        self.setAccessibleName("Name of the layout")
        self.setPlaceholderText("Name")
        self.selectAll()
        self.editingFinished.connect(self._on_finished)

    def _on_finished(self) -> None:
        self.editingFinished.disconnect(self._on_finished)  # it also follows when the line is hidden
        self.named.emit(" ".join(self.text().split()))
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the name as it is on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.editingFinished.disconnect(self._on_finished)
            self.left.emit()
            return
        super().keyPressEvent(event)


class ChartTabs(QTabWidget):
    """One tab per layout. ``close_requested`` carries the layout, ``new_requested``: the button + was pressed.

    ``stepped``: a layout was brought to the front by its tab or by keys, and needs the keyboard. ``arranged``: the
    tabs are others, or in another order, or are named otherwise. ``name_entered`` carries a layout and the name that
    was typed over its tab.
    """

    arranged = Signal()
    name_entered = Signal(object, str)
    close_requested = Signal(object)
    new_requested = Signal()
    stepped = Signal()

    def __init__(self) -> None:
        """Start without a layout."""
        super().__init__()
        self.setDocumentMode(True)
        self.setMovable(True)
        self.tabBar().setDrawBase(False)
        self.tabBar().installEventFilter(self)
        self.tabBarClicked.connect(self._on_tab_clicked)
        self.tabBarDoubleClicked.connect(self.edit_name)
        self.tabBar().tabMoved.connect(self._on_tab_moved)
        self._editor: _NameEditor | None = None
        room = QWidget()
        room.setFixedWidth(_ADD_PX)
        self.setCornerWidget(room)  # else many tabs leave no room for the button
        self.add_button = QToolButton(self)
        self.add_button.setText("+")
        self.add_button.setObjectName("add_tab")
        self.add_button.setToolTip("New layout (Ctrl+T)")
        self.add_button.setAccessibleName("New layout")
        self.add_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.add_button.clicked.connect(self.new_requested)

    def grids(self) -> list[CellGrid]:
        """Return the layouts in the order of their tabs."""
        widgets = [self.widget(at) for at in range(self.count())]
        return [widget for widget in widgets if isinstance(widget, CellGrid)]

    @property
    def grid(self) -> CellGrid | None:
        """The layout in front."""
        grid = self.currentWidget()
        return grid if isinstance(grid, CellGrid) else None

    def pages(self) -> list[ChartPage]:
        """Return the charts of all layouts."""
        return [page for grid in self.grids() for page in grid.pages()]

    def add_grid(self, grid: CellGrid, at: int = -1) -> None:
        """Add a layout at the end, or in the place ``at``, and bring it to the front."""
        at = self.insertTab(at, grid, _NEW)
        button = QToolButton()
        button.setObjectName("close_tab")
        button.setText("×")
        button.setToolTip("Close layout (Ctrl+W)")
        button.setAccessibleName("Close layout")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(self._on_close_clicked)
        self.tabBar().setTabButton(at, QTabBar.ButtonPosition.RightSide, button)
        self.setCurrentIndex(at)

    def show_titles(self) -> None:
        """Name every tab: after its layout, or after what its active chart shows."""
        for at, grid in enumerate(self.grids()):
            self.setTabText(at, grid.title().replace("&", "&&") or _NEW)
        self._place_button()
        self.arranged.emit()

    def step(self, n_tabs: int) -> None:
        """Bring the layout ``n_tabs`` to the right to the front, wrapping around."""
        self.setCurrentIndex((self.currentIndex() + n_tabs) % self.count())
        self.stepped.emit()

    # -- names

    def edit_name(self, at: int) -> None:
        """Let the name of a layout be typed over its tab."""
        grid = self.widget(at)
        if not isinstance(grid, CellGrid):
            return
        editor = _NameEditor(grid.name, self.tabBar())
        editor.setGeometry(self.tabBar().tabRect(at))
        editor.named.connect(partial(self.name_entered.emit, grid))
        editor.left.connect(self._on_editor_left)
        self._editor = editor
        editor.show()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_editor_left(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.deleteLater()
        self.show_titles()
        self.stepped.emit()

    # -- slots

    def _on_tab_clicked(self, at: int) -> None:
        # Emitted before the layout in front changes, which then takes the focus; and again by a double-click.
        if at >= 0 and self._editor is None:
            self.stepped.emit()

    def _on_tab_moved(self, _from: int, _to: int) -> None:
        self._place_button()
        self.arranged.emit()

    def _on_close_clicked(self) -> None:
        button = self.sender()
        for at in range(self.count()):
            if self.tabBar().tabButton(at, QTabBar.ButtonPosition.RightSide) is button:
                self.close_requested.emit(self.widget(at))
                return

    def _place_button(self) -> None:
        bar = self.tabBar()
        right = bar.x() + (bar.tabRect(self.count() - 1).right() + 1 if self.count() else 0)
        self.add_button.setGeometry(min(right, self.width() - _ADD_PX), bar.y(), _ADD_PX, bar.height())
        self.add_button.raise_()

    # -- Qt events

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Close the tab that the middle button is pressed on."""
        if (
            event.type() == QEvent.Type.MouseButtonRelease
            and isinstance(event, QMouseEvent)
            and event.button() == Qt.MouseButton.MiddleButton
        ):
            at = self.tabBar().tabAt(event.position().toPoint())
            if at >= 0:
                self.close_requested.emit(self.widget(at))
                return True
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Show}:
            self._place_button()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button + beside the tabs."""
        super().resizeEvent(event)
        self._place_button()

    def tabInserted(self, at: int) -> None:
        """Keep the button + beside the tabs."""
        super().tabInserted(at)
        self._place_button()

    def tabRemoved(self, at: int) -> None:
        """Emit ``arranged`` when a layout was removed."""
        super().tabRemoved(at)
        self._place_button()
        self.arranged.emit()
