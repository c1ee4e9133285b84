"""Painting of the job table's cells that are not only text: the state with its colour and the progress bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from candledesk.cache.messages import JobState
from candledesk.ui.panels.jobs.texts import job_share
from candledesk.ui.panels.row_table import ROW_H
from candledesk.ui.theme.contrast import mix
from candledesk.ui.theme.themes import DARK, Theme

if TYPE_CHECKING:
    from candledesk.ui.panels.jobs.table_model import ModelIndex

_BAR_W, _BAR_H, _GAP = 64, 4, 8
_DOT = 7
_INSET = 11  # of texts too: the padding of cells and the style's own margin
_TRACK_SHARE = 0.2  # of the text colour in an empty bar on a selected row


def state_colour(state: JobState, theme: Theme) -> str:
    """Return the colour that stands for a state."""
    return {
        JobState.RUNNING: theme.accent,
        JobState.QUEUED: theme.text_muted,
        JobState.PAUSED: theme.warning,
        JobState.SUCCEEDED: theme.up,
        JobState.FAILED: theme.down,
        JobState.CANCELLED: theme.text_muted,
    }[state]


def track_colour(theme: Theme, *, is_selected: bool) -> str:
    """Return the colour of the bar's empty part, visible on the background of a row that is selected or not."""
    return mix(theme.text, theme.selected, _TRACK_SHARE) if is_selected else theme.border


class _JobDelegate(QStyledItemDelegate):
    """Draws the row's background, and leaves the rest to ``paint_job``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with the dark theme."""
        super().__init__(parent)
        self.theme = DARK

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """Draw a cell."""
        option.widget.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )
        painter.save()
        self.paint_job(painter, option.rect.adjusted(_INSET, 0, -_INSET, 0), index, option.state)
        painter.restore()

    def paint_job(self, painter: QPainter, rect: QRect, index: ModelIndex, state: QStyle.StateFlag) -> None:
        """Draw what the column shows into ``rect``; ``state``: the cell's, selected or not."""
        raise NotImplementedError

    def _write(self, painter: QPainter, rect: QRect, index: ModelIndex) -> None:
        painter.setPen(QColor(self.theme.text))
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, index.data())

    def sizeHint(self, _option: QStyleOptionViewItem, _index: ModelIndex) -> QSize:
        """Return the room for bar and text."""
        return QSize(_BAR_W + 60, ROW_H)


class StateDelegate(_JobDelegate):
    """A dot in the state's colour before its name."""

    def paint_job(self, painter: QPainter, rect: QRect, index: ModelIndex, _state: QStyle.StateFlag) -> None:
        """Draw dot and name."""
        job = index.data(Qt.ItemDataRole.UserRole)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(state_colour(job.state, self.theme)))
        painter.drawEllipse(QRect(QPoint(rect.left(), rect.center().y() - _DOT // 2), QSize(_DOT, _DOT)))
        self._write(painter, rect.adjusted(_DOT + _GAP, 0, 0, 0), index)


class ProgressDelegate(_JobDelegate):
    """A slim bar with the share beside it."""

    def paint_job(self, painter: QPainter, rect: QRect, index: ModelIndex, state: QStyle.StateFlag) -> None:
        """Draw bar and share."""
        job = index.data(Qt.ItemDataRole.UserRole)
        track = QRect(rect.left(), rect.center().y() - _BAR_H // 2, _BAR_W, _BAR_H)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.fillRect(track, QColor(track_colour(self.theme, is_selected=is_selected)))
        done = QRect(track.topLeft(), QSize(round(_BAR_W * job_share(job)), _BAR_H))
        painter.fillRect(done, QColor(state_colour(job.state, self.theme)))
        self._write(painter, rect.adjusted(_BAR_W + _GAP, 0, 0, 0), index)
