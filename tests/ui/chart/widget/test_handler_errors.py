"""An error in a handler of a widget is reported; it does not end the process."""

import subprocess
import sys

import pytest

CHART = """
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from candledesk.ui.chart.widget.chart_model import ChartModel
from candledesk.ui.chart.widget.chart_view import ChartView

class View(ChartView):
    def mousePressEvent(self, event):
        hash({})

    def mouseMoveEvent(self, event):
        1 // 0

app = QApplication([])
model = ChartModel()
view = View(model)
view.show()
left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove):
    event = QMouseEvent(kind, QPointF(50, 50), QPointF(50, 50), left, left, none)
    QCoreApplication.postEvent(view.viewport(), event)
app.processEvents()
print("alive")
"""

TABLE = """
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QStandardItemModel
from PySide6.QtWidgets import QApplication
from candledesk.ui.panels.row_table import RowTable

class Table(RowTable):
    def keyPressEvent(self, event):
        hash({})

app = QApplication([])
table = Table(QStandardItemModel(), "Rows")
table.show()
for _ in range(2):
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    QCoreApplication.postEvent(table, event)
app.processEvents()
print("alive")
"""


@pytest.mark.parametrize("script", [CHART, TABLE], ids=["chart", "table"])
def test_the_process_lives_on_after_errors_that_c_code_raises_in_handlers(script):
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "alive\n"
    assert done.stderr.count("Traceback") == 2
