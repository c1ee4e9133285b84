"""Pictures of the chart in front: saved to a file, or copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.ui.shell.actions import NO_CHART, ActionRow, Bar, BarButton
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.chart.paint.snapshot import Shot
    from candledesk.ui.shell.feature import WindowContext


class _Pictures(QObject):
    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._context = context

    def _shot(self) -> Shot | None:
        from candledesk.ui.chart.paint.snapshot import shot_of

        view = self._context.charts.current_view()
        if view is None:
            return None
        theme, source = self._context.theme_choice.theme, self._context.origin.source
        return shot_of(view.model.scene, theme, view.size(), view.devicePixelRatioF(), source)

    def save(self) -> None:
        """Ask for a file and write the picture there."""
        from candledesk.ui.features.pictures.dialog import PictureDialog

        shot = self._shot()
        if shot is not None:
            dialog = PictureDialog(shot, self._context.window)
            dialog.saved.connect(self._on_saved)
            dialog.failed.connect(self._context.charts.show_message)
            dialog.open()

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        from candledesk.ui.features.pictures.dialog import copy_picture

        shot = self._shot()
        if shot is not None:
            copy_picture(shot)
            self._context.charts.show_message("The picture is on the clipboard")

    def _on_saved(self, path: str) -> None:
        self._context.charts.show_message(f"Saved {path}")


def pictures_feature(context: WindowContext) -> Feature:
    """Return the two entries of the File menu."""
    pictures, has_target = _Pictures(context), context.charts.has_target
    return Feature(
        "pictures",
        (
            ActionRow(
                "save_picture", "File", "Save picture…", ("Alt+S",), pictures.save, has_target, has_separator=True,
                button=BarButton("camera", bar=Bar.TOP_END), why_disabled=NO_CHART,
            ),
            ActionRow(
                "copy_picture", "File", "Copy picture", ("Ctrl+Shift+C",), pictures.copy, has_target,
                why_disabled=NO_CHART,
            ),
        ),
    )  # fmt: skip
