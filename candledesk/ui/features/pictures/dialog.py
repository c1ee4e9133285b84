"""Saving the chart in front as a picture, and copying it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from candledesk.domain.errors import CandleDeskError
from candledesk.ui.chart.paint.snapshot import FORMATS, AnyShot, render_shot, write_shot

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import ChartScene

_FILE_CHARS = str.maketrans(dict.fromkeys('^=/\\:*?"<>|', "_"))


def file_name(scene: ChartScene, title: str = "") -> str:
    """Return the name that a picture of a chart is offered under, with its last bar's date: ``AAPL-1d-2026-11-23.png``.

    Of intraday bars it is the date at the exchange. ``title``: of a picture that shows more than this chart.
    """
    series = scene.series
    stem = (title or f"{series.symbol}-{series.interval.name}").translate(_FILE_CHARS)
    times = series.bars.open_time
    if not len(times):
        return f"{stem}.png"
    row = max(0, scene.viewport.place(series.axis).visible()[1] - 1)
    zone = UTC if series.interval.is_daily or series.instrument is None else ZoneInfo(series.instrument.tz)
    return f"{stem}-{datetime.fromtimestamp(int(times[row]), zone):%Y-%m-%d}.png"


class PictureDialog(QFileDialog):
    """Asks for a file and writes the picture; ``saved`` carries the path, ``failed`` the message of an error."""

    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, shot: AnyShot, parent: QWidget | None = None, name: str = "") -> None:
        """Offer the pictures' folder and ``name``, empty: one made from the first series; show it with ``open``."""
        super().__init__(parent, "Save picture")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters([f"{words} (*{suffix})" for suffix, words in FORMATS.items()])
        self.setDefaultSuffix("png")
        self._shot = shot
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        if Path(folder).is_dir():
            self.setDirectory(folder)
        self.selectFile(name or file_name(shot.cells[0].scene))
        self.filterSelected.connect(self._on_filter_selected)
        self.fileSelected.connect(self._on_file_selected)

    def _on_filter_selected(self, words: str) -> None:
        suffix = next(suffix for suffix, name in FORMATS.items() if words.startswith(name))
        self.setDefaultSuffix(suffix[1:])
        for path in self.selectedFiles()[:1]:
            self.selectFile(Path(path).with_suffix(suffix).name)

    def _on_file_selected(self, path: str) -> None:
        try:
            write_shot(Path(path), self._shot)
        except CandleDeskError as error:
            self.failed.emit(str(error))
        else:
            self.saved.emit(path)


def copy_picture(shot: AnyShot) -> None:
    """Put the picture on the clipboard."""
    QGuiApplication.clipboard().setImage(QImage.fromData(render_shot(shot, ".png")))
