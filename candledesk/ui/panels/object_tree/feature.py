"""The object tree as a feature of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from candledesk.ui.shell.feature import Feature, Panel

if TYPE_CHECKING:
    from candledesk.ui.panels.object_tree.panel import ObjectTree
    from candledesk.ui.shell.feature import WindowContext

_KEYS = (
    ("Object tree", "Hide or show an object", "Space"),
    ("Object tree", "Settings of an object", "Return  or  double-click"),
    ("Object tree", "Remove the selected objects", "Del"),
    ("Object tree", "Rename a drawing or a group", "F2"),
    ("Object tree", "Close or open a group", "Left, Right"),
    ("Object tree", "Draw an object further in front or behind", "Ctrl+Up, Ctrl+Down  or  drag"),
)


class _ObjectTreeController(QObject):
    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._context = context

    def create(self) -> ObjectTree:
        """Return the panel."""
        from candledesk.ui.panels.object_tree.panel import ObjectTree

        self.panel = ObjectTree(self._context)
        self._context.theme_choice.changed.connect(self._on_theme_changed)
        return self.panel

    def _on_theme_changed(self) -> None:
        self.panel.set_theme(self._context.theme_choice.theme)


def object_tree_feature(context: WindowContext) -> Feature:
    """Return the panel at the right."""
    create, area = _ObjectTreeController(context).create, Qt.DockWidgetArea.RightDockWidgetArea
    shown_by = ("Ctrl+Shift+O",)
    return Feature(
        "object_tree",
        panel=Panel("object_tree", "Object tree", create, area, "View", shortcuts=shown_by, icon="object_tree"),
        keys=_KEYS,
    )
