"""The dialog that asks for the date to go to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, Qt, QTime, Signal
from PySide6.QtGui import QIcon, QTextCharFormat
from PySide6.QtWidgets import (
    QCalendarWidget,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QTimeEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.chart.widget.chart_view import ChartView

_HYPHEN = "-"


def ask_date(view: ChartView) -> None:
    """Ask where to go in the chart, and go there."""
    series, placed = view.model.series, view.model.placed
    lo, hi = placed.visible()
    if hi <= lo:
        view.model.say("There are no bars to go to yet")
        return
    zone = UTC if series.interval.is_daily else ZoneInfo(series.calendar.tz)
    at = datetime.fromtimestamp(int(series.bars.open_time[(lo + hi) // 2]), zone)
    dialog = GoToDateDialog(series, at, view)
    dialog.chosen.connect(view.model.go_to)
    dialog.open()


class _DateLine(QDateEdit):
    """A date whose hyphens may be typed: Qt moves to the month after ``2021``, and a hyphen would skip it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ignore a hyphen before a part into which nothing is typed yet."""
        is_untouched = self.lineEdit().selectedText() == self.sectionText(self.currentSection())
        if event.text() != _HYPHEN or not is_untouched:
            super().keyPressEvent(event)


class GoToDateDialog(QDialog):
    """A date, with a time of day for intraday bars; opened with ``open`` (DESIGN.md, measured traps).

    ``chosen`` carries UTC seconds: of daily bars the date at 00:00 UTC, else the time in the chart's zone.
    """

    chosen = Signal(object)

    def __init__(self, series: Series, at: datetime, parent: QWidget) -> None:
        """Start with ``at``, in the chart's zone."""
        super().__init__(parent)
        self.setWindowTitle("Go to date")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._zone = at.tzinfo
        day = QDate(at.year, at.month, at.day)
        self.date = _DateLine(day)
        self.date.setDisplayFormat(_HYPHEN.join(("yyyy", "MM", "dd")))
        self.time = QTimeEdit(QTime(at.hour, at.minute))
        self.time.setDisplayFormat("HH:mm")
        self.time.setVisible(not series.interval.is_daily)
        self.calendar = QCalendarWidget()
        self.calendar.setSelectedDate(day)
        self.calendar.setGridVisible(False)
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        plain = QTextCharFormat()
        plain.setForeground(self.palette().text())
        for weekend in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(weekend, plain)  # Qt's default is red
        for name, arrow in (("qt_calendar_prevmonth", "<"), ("qt_calendar_nextmonth", ">")):
            button = self.calendar.findChild(QToolButton, name)
            if isinstance(button, QToolButton):  # Qt's own icon cannot be seen on a dark ground
                button.setIcon(QIcon())
                button.setText(arrow)
        self.calendar.clicked.connect(self.date.setDate)
        self.calendar.activated.connect(self._on_day_activated)
        self.date.dateChanged.connect(self.calendar.setSelectedDate)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Go")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        line = QHBoxLayout()
        line.addWidget(self.date, 1)
        line.addWidget(self.time)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 18, 20, 16)
        box.setSpacing(12)
        box.addLayout(line)
        box.addWidget(self.calendar)
        box.addWidget(buttons)
        self.date.setFocus()
        self.accepted.connect(self._on_accepted)

    def _on_day_activated(self, day: QDate) -> None:
        self.date.setDate(day)
        self.accept()

    def _on_accepted(self) -> None:
        day, time = self.date.date(), self.time.time()
        hour, minute = (0, 0) if self.time.isHidden() else (time.hour(), time.minute())
        self.chosen.emit(int(datetime(day.year(), day.month(), day.day(), hour, minute, tzinfo=self._zone).timestamp()))
