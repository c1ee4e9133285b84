"""The data window as a feature of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from candledesk.ui.shell.feature import Feature, Panel

if TYPE_CHECKING:
    from candledesk.ui.panels.data_window.panel import DataWindow
    from candledesk.ui.shell.feature import WindowContext

_KEYS = (("Data window", "Copy all values", "Ctrl+C"),)


class _DataWindowController(QObject):
    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._context = context

    def create(self) -> DataWindow:
        """Return the panel."""
        from candledesk.ui.panels.data_window.panel import DataWindow

        context = self._context
        theme = context.theme_choice.theme
        self.panel = DataWindow(context.cache, context.bridge, context.charts, theme, context.window)
        self.panel.copied.connect(self._on_copied)
        self.panel.left.connect(context.charts.focus)
        context.theme_choice.changed.connect(self._on_theme_changed)
        return self.panel

    def _on_copied(self) -> None:
        self._context.charts.show_message("The values of the bar are on the clipboard")

    def _on_theme_changed(self) -> None:
        self.panel.set_theme(self._context.theme_choice.theme)


def data_window_feature(context: WindowContext) -> Feature:
    """Return the panel at the right."""
    create, area = _DataWindowController(context).create, Qt.DockWidgetArea.RightDockWidgetArea
    shown_by = ("Ctrl+Shift+I",)
    return Feature(
        "data_window",
        panel=Panel("data_window", "Data window", create, area, "View", shortcuts=shown_by, icon="data_window"),
        keys=_KEYS,
    )
