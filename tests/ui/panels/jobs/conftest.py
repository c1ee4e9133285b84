"""The job panel and the form of backfills, each on a fake cache in a window of its own."""

import pytest
import shiboken6
from PySide6.QtCore import Qt

from candledesk.cache.events import JobChanged
from candledesk.domain.interval import INTERVALS
from candledesk.ui.bridge import Bridge
from candledesk.ui.panels.jobs.backfill_form import BackfillForm
from candledesk.ui.panels.jobs.panel import JobsPanel
from candledesk.ui.panels.jobs.texts import COLUMNS
from tests.ui.conftest import settle

LEFT = Qt.MouseButton.LeftButton


class Panel:
    """A panel on a fake cache, in a window of its own."""

    def __init__(self, qapp, qtbot, cache, jobs=()):
        self.qapp, self.qtbot, self.cache = qapp, qtbot, cache
        cache.jobs = list(jobs)
        self.bridge = Bridge(cache)
        self.panel = JobsPanel(cache, self.bridge)
        qtbot.addWidget(self.panel)
        self.panel.resize(1280, 400)
        self.panel.show()
        self.panel.activateWindow()
        self.settle()

    def settle(self):
        settle(self.qapp)
        self.panel.model.flush()

    @property
    def table(self):
        return self.panel.table

    def ids(self):
        return [self.panel.model.job_at(row).job_id for row in range(self.panel.model.rowCount())]

    def text(self, job_id, column):
        row = self.panel.model.row_of(job_id)
        return self.panel.model.index(row, COLUMNS.index(column)).data()

    def emit(self, *jobs):
        for job in jobs:
            self.cache.emit(JobChanged(job))
        self.settle()

    def click_row(self, job_id, modifier=Qt.KeyboardModifier.NoModifier):
        index = self.panel.model.index(self.panel.model.row_of(job_id), 0)
        place = self.table.visualRect(index).center()
        self.qtbot.mouseClick(self.table.viewport(), LEFT, modifier, place)

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.table.setFocus()
        self.qtbot.keyClick(self.table, key, modifier)
        self.settle()

    def press_button(self, button):
        self.qtbot.mouseClick(button, LEFT)
        self.settle()

    def close(self):
        self.bridge.close()
        self.panel.close()
        self.settle()


@pytest.fixture
def make_panel(qapp, qtbot, cache):
    made = []

    def make(*jobs):
        made.append(Panel(qapp, qtbot, cache, jobs))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


class Form:
    def __init__(self, qapp, qtbot, cache, target=("AAPL", INTERVALS["1d"])):
        self.qapp, self.qtbot, self.cache = qapp, qtbot, cache
        self.bridge = Bridge(cache)
        self.panel = JobsPanel(cache, self.bridge)
        qtbot.addWidget(self.panel)
        self.form = BackfillForm(cache, self.panel, target)
        self.form.open()
        self.started = []
        self.form.started.connect(self.started.append)
        settle(qapp)

    def type(self, text):
        self.form.symbols.selectAll()
        self.qtbot.keyClicks(self.form.symbols, text)

    def wait_for(self, words):
        self.qtbot.waitUntil(lambda: words in self.form.cost.text())

    def close(self):
        if shiboken6.isValid(self.form):
            self.form.close()
        self.bridge.close()
        self.panel.close()
        settle(self.qapp)


@pytest.fixture
def form(qapp, qtbot, cache):
    made = Form(qapp, qtbot, cache)
    yield made
    made.close()
