"""What is done once the first chart is shown."""

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QAbstractScrollArea

from candledesk.ui.shell import app_window
from candledesk.ui.shell.app_window import FirstChart


class Charts(QObject):
    """What matters here of ``ChartController``: a signal, and the page in front with its view."""

    series_changed = Signal()

    def __init__(self, view):
        super().__init__()
        self.page, self.view = self, view


@pytest.fixture
def calls():
    return []


@pytest.fixture
def charts(qtbot):
    view = QAbstractScrollArea()
    qtbot.addWidget(view)
    return Charts(view)


def test_it_is_called_once_after_the_first_of_several_charts(qtbot, charts, calls):
    first = FirstChart(charts, lambda: calls.append(1))
    assert calls == []
    charts.series_changed.emit()
    qtbot.wait(50)
    assert calls == []  # the chart is painted before
    charts.view.show()
    qtbot.waitUntil(lambda: calls == [1])
    charts.series_changed.emit()
    charts.view.viewport().update()
    qtbot.wait(50)
    assert calls == [1]
    first.close()


def test_it_is_called_when_no_chart_is_stored(qtbot, charts, calls, monkeypatch):
    monkeypatch.setattr(app_window, "NO_CHART_MS", 30)
    first = FirstChart(charts, lambda: calls.append(1))
    qtbot.waitUntil(lambda: calls == [1])
    first.close()


def test_it_is_not_called_after_the_end(qtbot, charts, calls):
    first = FirstChart(charts, lambda: calls.append(1))
    charts.series_changed.emit()
    charts.view.show()
    first.close()
    qtbot.wait(50)
    assert calls == []
