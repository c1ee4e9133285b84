"""The Storage page on a real cache: it shows what the files hold, and what it deletes comes back with the backup."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.store.restoring import restore
from candledesk.ui.panels.storage.dialogs.confirm_dialog import ConfirmDialog
from candledesk.ui.panels.storage.page import StoragePage
from tests.live_window import NOW, SLOW_MS, LiveWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def harness(qtbot, tmp_path):
    with DemoMarket(now=NOW) as market:
        made = LiveWindow(qtbot, tmp_path / "home", market.url)
        yield made
        made.close()


def _rows(page):
    return {f"{row.symbol} {row.interval.name}": row for row in page.series.model.rows}


def test_a_series_that_was_forgotten_is_gone_and_comes_back_by_its_backup(harness, qtbot):
    harness.open("MSFT", "1d")
    before = harness.stored("MSFT", "1d")
    harness.window.table.actions["storage"].trigger()
    page = harness.window.findChild(StoragePage)
    qtbot.waitUntil(lambda: "MSFT 1d" in _rows(page), timeout=SLOW_MS)
    assert _rows(page)["MSFT 1d"].n_bars == len(before)
    page.series.table.selectRow(list(_rows(page)).index("MSFT 1d"))
    qtbot.mouseClick(page.series.forget_button, LEFT)
    qtbot.mouseClick(page.findChild(ConfirmDialog).verb_button, LEFT)
    qtbot.waitUntil(lambda: "MSFT 1d" not in _rows(page), timeout=SLOW_MS)
    assert page.strip.text.text().startswith("Forgetting is done")
    [backup] = page.backups.table.backups
    page.close()
    jobs = harness.window.features["jobs"].panel.dock
    qtbot.waitUntil(lambda: not jobs._relist.isActive() and not jobs._tasks._tasks)  # forgetting has changed the list
    harness.close()
    restore(harness.database.parent, Path(backup.path), parse_instant(NOW))
    np.testing.assert_array_equal(harness.stored("MSFT", "1d").close, before.close)
