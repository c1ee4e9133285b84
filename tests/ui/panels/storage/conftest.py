"""The Storage page on a fake cache, and values of what is stored."""

from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from candledesk.cache.maintenance_messages import BackupFile, MaintenanceState, SeriesStorage
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.ui.bridge import Bridge
from candledesk.ui.panels.storage.damage_log import DamageLog
from candledesk.ui.panels.storage.page import StoragePage
from candledesk.ui.panels.storage.tables.series_list import COLUMNS
from candledesk.ui.panels.storage.task_follower import TaskFollower
from tests.fake_data import FIRST, NOW
from tests.fake_maintenance import STORAGE
from tests.ui.conftest import discard, settle

LEFT = Qt.MouseButton.LeftButton
MB = 1_000_000


def make_stored(symbol="AAPL", interval="1m", n_bars=100_000, n_bytes=8 * MB, **changes):
    """Return a series of which the provider still has every bar."""
    return SeriesStorage(symbol, INTERVALS[interval], n_bars, n_bytes, FIRST, NOW, is_archived=False, **changes)


def make_lost(symbol="AAPL", interval="1m", n_bars=100_000, n_lost=80_000, **changes):
    """Return a series of which the provider has only the last 30 days."""
    row = make_stored(symbol, interval, n_bars, n_irreplaceable=n_lost, irreplaceable_until=NOW - 30 * DAY_S)
    return replace(row, **changes)


def make_backup(name="a", made_at=NOW, **changes):
    """Return a backup that was made by hand."""
    row = BackupFile(f"/home/backups/{name}.db", 5 * MB, made_at, "manual", 13, has_user_data=True)
    return replace(row, **changes)


class Page:
    """The page on a fake cache, in a window of its own."""

    def __init__(self, qapp, qtbot, cache, home, series=(), backups=()):
        self.qapp, self.qtbot, self.cache = qapp, qtbot, cache
        cache.storage = replace(STORAGE, series=tuple(series))
        cache.backups = list(backups)
        self.bridge = Bridge(cache)
        self.window = QWidget()
        self.tasks = TaskFollower(cache, self.bridge, self.window)
        self.damage = DamageLog(self.bridge, self.tasks, self.window)
        self.page = StoragePage(cache, self.bridge, self.tasks, self.damage, home, self.window)
        self.page.show()
        self.page.activateWindow()
        qtbot.waitExposed(self.page)
        self.settle()

    def settle(self):
        settle(self.qapp)

    @property
    def table(self):
        return self.page.series.table

    @property
    def strip(self):
        return self.page.strip

    def names(self):
        """Return symbol and interval of the rows that are shown, in their order."""
        return [f"{row.symbol} {row.interval.name}" for row in self.page.series.model.rows]

    def cell(self, row, column):
        return self.page.series.model.index(row, COLUMNS.index(column)).data()

    def choose(self, row, modifier=Qt.KeyboardModifier.NoModifier):
        """Click a row of the table of series."""
        place = self.table.visualRect(self.page.series.model.index(row, 0)).center()
        self.qtbot.mouseClick(self.table.viewport(), LEFT, modifier, place)
        self.settle()

    def choose_backup(self, row):
        table = self.page.backups.table
        place = table.visualRect(table.model().index(row, 0)).center()
        self.qtbot.mouseClick(table.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
        self.settle()

    def press(self, button):
        self.qtbot.mouseClick(button, LEFT)
        self.settle()

    def dialog(self, kind):
        """Return the dialog that is open."""
        [found] = [dialog for dialog in self.page.findChildren(kind) if dialog.isVisible()]
        return found

    def requests(self):
        return self.cache.maintenance_requests

    def end_task(self, state=MaintenanceState.SUCCEEDED, **changes):
        """End the last task that was started."""
        self.cache.change_task(self.cache.maintenance[-1].task_id, state=state, **changes)
        self.settle()

    def close(self):
        self.bridge.close()
        if shiboken6.isValid(self.page):
            self.page.close()
        discard(self.qapp, self.window)


@pytest.fixture
def make_page(qapp, qtbot, cache, tmp_path):
    made = []

    def make(series=(), backups=()):
        made.append(Page(qapp, qtbot, cache, tmp_path, series, backups))
        return made[-1]

    yield make
    for page in made:
        page.close()
