"""How the job table's progress bars look."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle

from candledesk.cache.messages import JobState
from candledesk.ui.panels.jobs.cell_delegate import ROW_H, ProgressDelegate
from candledesk.ui.panels.jobs.table_model import JobsModel
from candledesk.ui.theme.themes import THEMES
from tests.fake_data import make_job

SELECTED = QStyle.StateFlag.State_Selected


def brightness(colour):
    return QColor(colour).lightness()


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("is_selected", [False, True])
def test_an_empty_bar_is_seen_on_its_row(qapp, theme, is_selected):
    model, delegate = JobsModel(), ProgressDelegate()
    model.take_list([make_job(1, JobState.QUEUED, bars_done=0)])
    model.flush()
    delegate.theme = theme
    ground = theme.selected if is_selected else theme.background
    image = QImage(160, ROW_H, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    state = SELECTED if is_selected else QStyle.StateFlag.State_Enabled
    painter = QPainter(image)
    delegate.paint_job(painter, QRect(0, 0, 160, ROW_H), model.index(0, 0), state)
    painter.end()
    seen = image.pixelColor(30, ROW_H // 2 - 1)
    assert abs(brightness(seen) - brightness(ground)) >= 15
