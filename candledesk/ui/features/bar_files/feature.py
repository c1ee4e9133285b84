"""The entry of the File menu that imports bars, and files that are dropped on the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from candledesk.ui.shell.feature import WindowContext

SUFFIXES = (".csv", ".txt", ".tsv", ".prn", ".parquet", ".pq", ".feather", ".arrow")
_FILTER = f"Bars ({' '.join(f'*{suffix}' for suffix in SUFFIXES)});;All files (*)"


class BarFiles(QObject):
    """Opens the preview of a file that is chosen or dropped."""

    def __init__(self, context: WindowContext) -> None:
        """Let files be dropped on the window."""
        super().__init__(context.window)
        self._context = context
        context.window.setAcceptDrops(True)
        context.window.installEventFilter(self)

    def choose(self) -> None:
        """Ask for a file, and preview it."""
        dialog = QFileDialog(self._context.window, "Import bars", "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.preview)
        dialog.open()

    def preview(self, path: str) -> None:
        """Show what a file has, and offer to import it."""
        from candledesk.ui.features.bar_files.import_dialog import ImportDialog

        dialog = ImportDialog(self._context.cache, Path(path), self._context.window)
        dialog.imported.connect(self._context.charts.show_series)
        dialog.reported.connect(self._context.charts.show_message)
        dialog.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a file of bars that is dropped on a part of the window which takes nothing itself."""
        if isinstance(event, QDropEvent):  # of which entering and moving are kinds
            path = _file_in(event.mimeData())
            if path:
                event.acceptProposedAction()
                if not isinstance(event, (QDragEnterEvent, QDragMoveEvent)):
                    self.preview(path)
                return True
        return super().eventFilter(watched, event)


def _file_in(data: QMimeData) -> str:
    """Return the path of the one file of bars that is dragged, empty for anything else."""
    paths = [url.toLocalFile() for url in data.urls()]
    return paths[0] if len(paths) == 1 and paths[0].lower().endswith(SUFFIXES) else ""


def bar_files_feature(context: WindowContext) -> Feature:
    """Return the entry of the File menu."""
    files = BarFiles(context)
    return Feature(
        "bar_files",
        (ActionRow("import_bars", "File", "Import bars…", (), files.choose, has_separator=True),),
    )
