"""Pictures of the chart or of the layout in front: saved to a file, or copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.ui.shell.actions import NO_CHART, ActionRow, Bar, BarButton
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.chart.paint.snapshot import AnyShot
    from candledesk.ui.shell.feature import WindowContext


class _Pictures(QObject):
    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._context = context

    def ask(self) -> None:
        """Ask what the picture shows and how large it is."""
        from candledesk.ui.features.pictures.form import PictureForm

        grid, view = self._context.charts.grid, self._context.charts.current_view()
        if grid is None or view is None:
            return
        n_cells = 1 if grid.is_maximised else len(grid.cells)
        sizes = view.size(), grid.size()
        form = PictureForm(grid.page.title(), n_cells, sizes, view.devicePixelRatioF(), self._context.window)
        form.save_requested.connect(self._save)
        form.copy_requested.connect(self._copy)
        form.open()

    def _shot(self, *, is_layout: bool, scale: float) -> AnyShot | None:
        from candledesk.ui.chart.paint.snapshot import shot_of
        from candledesk.ui.features.pictures.layout_shot import layout_shot

        grid, view = self._context.charts.grid, self._context.charts.current_view()
        if grid is None or view is None:
            return None
        theme, source = self._context.theme_choice.theme, self._context.origin.source
        if is_layout:
            return layout_shot(grid, theme, scale, source)
        return shot_of(view.model.scene, theme, view.size(), scale, source)

    def _save(self, is_layout: bool, scale: float) -> None:  # noqa: FBT001 - Qt passes it
        from candledesk.ui.features.pictures.dialog import PictureDialog, file_name

        grid, shot = self._context.charts.grid, self._shot(is_layout=is_layout, scale=scale)
        if shot is not None and grid is not None:
            name = file_name(grid.page.model.scene, (grid.name or "Layout") if is_layout else "")
            dialog = PictureDialog(shot, self._context.window, name)
            dialog.saved.connect(self._on_saved)
            dialog.failed.connect(self._context.charts.show_message)
            dialog.open()

    def _copy(self, is_layout: bool, scale: float) -> None:  # noqa: FBT001 - Qt passes it
        from candledesk.ui.features.pictures.dialog import copy_picture

        shot = self._shot(is_layout=is_layout, scale=scale)
        if shot is not None:
            copy_picture(shot)
            self._context.charts.show_message("The picture is on the clipboard")

    def copy(self) -> None:
        """Put the picture of the chart in front on the clipboard, as large as on the screen."""
        view = self._context.charts.current_view()
        if view is not None:
            self._copy(is_layout=False, scale=view.devicePixelRatioF())

    def has_any(self) -> bool:
        """Return whether a chart of the layout in front has a series."""
        grid = self._context.charts.grid
        return grid is not None and any(page.target is not None for page in grid.pages())

    def _on_saved(self, path: str) -> None:
        self._context.charts.show_message(f"Saved {path}")


def pictures_feature(context: WindowContext) -> Feature:
    """Return the two entries of the File menu."""
    pictures, has_target = _Pictures(context), context.charts.has_target
    return Feature(
        "pictures",
        (
            ActionRow(
                "save_picture", "File", "Save picture…", ("Alt+S",), pictures.ask, pictures.has_any, has_separator=True,
                button=BarButton("camera", bar=Bar.TOP_END), why_disabled=NO_CHART,
            ),
            ActionRow(
                "copy_picture", "File", "Copy picture", ("Ctrl+Shift+C",), pictures.copy, has_target,
                why_disabled=NO_CHART,
            ),
        ),
    )  # fmt: skip
