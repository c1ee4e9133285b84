"""The panels of a window: shown and hidden, one at a time at the right edge, where they share one width."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDockWidget, QHBoxLayout, QMainWindow, QToolButton, QWidget

from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from candledesk.ui.shell.feature import Panel

LEAST_PX, USUAL_PX, MOST_PX = 220, 280, 420  # WINDOW.md, regions
_ANY_PX = 16_777_215  # QWIDGETSIZE_MAX of Qt
_WIDTH_KEY = "panel_width"
_SHOWN_KEY = "panels_shown"
_AFTER_OTHERS = 1  # the place of the rows that show panels, within their menus
_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea


class PanelTitle(QWidget):
    """The title of a panel, with a button that hides it."""

    def __init__(self, dock: QDockWidget) -> None:
        """Stand over ``dock``."""
        super().__init__(dock)
        self.setObjectName("panel_title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = PlainLabel(dock.windowTitle())
        title.setFont(chart_font(13, is_bold=True))
        self.close_button = QToolButton()
        self.close_button.setText("×")
        self.close_button.setToolTip(f"Hide {dock.windowTitle()}")
        self.close_button.setAccessibleName(f"Hide {dock.windowTitle()}")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.addWidget(title, 1)
        row.addWidget(self.close_button)


class PanelArea(QObject):
    """Shows and hides the panels. ``changed``: one was shown or hidden; ``left``: the keyboard goes to the chart."""

    changed = Signal()
    left = Signal()

    def __init__(self, window: QMainWindow, settings: QSettings) -> None:
        """Start without a panel; the width at the right edge is kept in ``settings``."""
        super().__init__(window)
        self._window, self._settings = window, settings
        self.panels: list[Panel[Any]] = []
        self._width = _within_limits(settings.value(_WIDTH_KEY, USUAL_PX))

    def add(self, panel: Panel[Any]) -> ActionRow:
        """Add a panel, hidden and not created yet; return the row that shows and hides it."""
        self.panels.append(panel)
        panel.place = partial(self._place, panel.area)
        return ActionRow(
            panel.id,
            panel.menu,
            panel.title,
            panel.shortcuts,
            partial(self._toggle, panel),
            is_checked=partial(self._is_shown, panel),
            place=_AFTER_OTHERS,
        )

    def _place(self, area: Qt.DockWidgetArea, dock: QDockWidget) -> None:
        """Place a new dock where the window had it last, else in ``area``, hidden."""
        title = PanelTitle(dock)
        title.close_button.clicked.connect(partial(self._hide, dock))
        dock.setTitleBarWidget(title)
        if not self._window.restoreDockWidget(dock):
            self._window.addDockWidget(area, dock)
        dock.hide()
        dock.installEventFilter(self)
        dock.visibilityChanged.connect(partial(self._on_visibility_changed, dock))
        dock.dockLocationChanged.connect(partial(self._on_moved, dock))
        self._on_moved(dock, self._window.dockWidgetArea(dock))

    def prepare_restoring(self) -> None:
        """Create the panels that a stored state shows: all, where it does not say which."""
        shown = self._settings.value(_SHOWN_KEY)
        for panel in self.panels:
            if shown is None or panel.id in str(shown).split():
                panel.create()

    def finish_restoring(self) -> None:
        """Hide all but one of the panels at the right edge, whatever a stored state says."""
        for dock in self._shown_at_right()[1:]:
            dock.hide()

    def save(self) -> None:
        """Remember the width, when a person has changed it, and which panels are shown."""
        if self._width != USUAL_PX or self._settings.contains(_WIDTH_KEY):
            self._settings.setValue(_WIDTH_KEY, self._width)
        self._settings.setValue(_SHOWN_KEY, " ".join(panel.id for panel in self.panels if self._is_shown(panel)))

    def _is_shown(self, panel: Panel[Any]) -> bool:
        return panel.is_created and panel.dock.isVisibleTo(self._window)

    def _shown_at_right(self) -> list[QDockWidget]:
        docks = [panel.dock for panel in self.panels if self._is_shown(panel)]
        return [dock for dock in docks if self._window.dockWidgetArea(dock) == _RIGHT and not dock.isFloating()]

    def _toggle(self, panel: Panel[Any]) -> None:
        """Show a panel and give it the keyboard, or hide it."""
        dock = panel.dock
        if dock.isVisibleTo(self._window):
            self._hide(dock)
        else:
            dock.show()
            dock.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _hide(self, dock: QDockWidget, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        self.left.emit()  # first: Qt would give the keyboard of a hidden panel to the first chart, as Tab does
        dock.hide()

    @staticmethod
    def _hide_for(dock: QDockWidget, other: QDockWidget) -> None:
        """Hide a panel in favour of another one, which takes the keyboard if the first one had it."""
        focused = QApplication.focusWidget()
        if focused is not None and other.isAncestorOf(focused):
            dock.setFocus(Qt.FocusReason.OtherFocusReason)
        other.hide()

    def _on_visibility_changed(self, dock: QDockWidget, _is_visible: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        shown = self._shown_at_right()
        if dock in shown:
            for other in shown:
                if other is not dock:
                    self._hide_for(dock, other)
            self._window.resizeDocks([dock], [self._width], Qt.Orientation.Horizontal)
        self.changed.emit()

    def _on_moved(self, dock: QDockWidget, area: Qt.DockWidgetArea) -> None:
        """Keep the width of a panel within the limits at the right edge only."""
        is_right = area == _RIGHT
        dock.setMinimumWidth(LEAST_PX if is_right else 0)
        dock.setMaximumWidth(MOST_PX if is_right else _ANY_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the width that a person drags the panel at the right edge to; other changes of size are Qt's own."""
        is_dragged = bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)
        if event.type() == QEvent.Type.Resize and is_dragged and isinstance(watched, QDockWidget):
            self._width = _within_limits(watched.width()) if watched in self._shown_at_right() else self._width
        return False


def _within_limits(stored: object) -> int:
    try:
        return min(max(int(str(stored)), LEAST_PX), MOST_PX)
    except ValueError:
        return USUAL_PX
