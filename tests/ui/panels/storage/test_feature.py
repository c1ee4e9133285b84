"""The page as a part of the window: its row, its keys, and what the status bar says of tasks."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from candledesk.cache.events import DamageFound, EntriesRestored, MaintenanceChanged
from candledesk.cache.maintenance_messages import (
    MaintenanceKind,
    MaintenanceRequest,
    MaintenanceState,
    MaintenanceTask,
)
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.ui.features.shortcut_sheet import ShortcutSheet
from candledesk.ui.panels.storage.feature import TaskButton
from candledesk.ui.panels.storage.page import StoragePage
from tests.fake_data import NOW
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

LEFT, Key, Mod = Qt.MouseButton.LeftButton, Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def opened(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path).open()
    yield made
    made.close()


def _page(opened):
    pages = [page for page in opened.window.findChildren(StoragePage) if page.isVisible()]
    return pages[0] if pages else None


def _button(opened):
    return opened.window.findChild(TaskButton)


def test_its_keys_open_the_page_once(opened, qtbot):
    for _ in range(2):
        qtbot.keyClick(opened.page.view, Key.Key_S, Mod.ControlModifier | Mod.ShiftModifier)
        settle(opened.qapp)
    assert len(opened.window.findChildren(StoragePage)) == 1
    assert _page(opened) is not None


def test_its_row_stands_in_the_menu_and_its_keys_in_the_sheet(opened):
    assert "Storage…" in [entry.text() for entry in opened.window.table.menus["Data"].actions()]
    opened.run("shortcuts")
    sheet = opened.window.findChild(ShortcutSheet)
    assert "Storage…" in {label.text() for label in sheet.findChildren(QLabel)}
    assert ("Data", "Storage…", "Ctrl+Shift+S") in opened.window.table.shortcut_sheet()
    sheet.close()


def test_a_page_that_was_closed_opens_again(opened):
    opened.run("storage")
    _page(opened).close()
    settle(opened.qapp)
    opened.run("storage")
    assert _page(opened) is not None


def test_the_charts_stay_usable_while_the_page_is_open(opened):
    opened.run("storage")
    assert not _page(opened).isModal()


def test_the_page_closes_with_the_window(opened):
    opened.run("storage")
    opened.window.close()
    settle(opened.qapp)
    assert _page(opened) is None


def test_the_status_bar_shows_a_running_task_and_opens_the_page(opened, cache, qtbot):
    assert not _button(opened).isVisible()
    cache.start_maintenance(MaintenanceRequest(MaintenanceKind.BACKUP))
    settle(opened.qapp)
    assert _button(opened).text() == "Backing up: copying, 0%"
    qtbot.mouseClick(_button(opened), LEFT)
    settle(opened.qapp)
    assert _page(opened).strip.text.text() == "Backing up: copying, 0%"
    cache.change_task(1, state=MaintenanceState.SUCCEEDED)
    settle(opened.qapp)
    assert not _button(opened).isVisible()


def test_the_end_of_a_task_is_a_notice_unless_the_page_says_it(opened, cache):
    cache.start_maintenance(MaintenanceRequest(MaintenanceKind.COMPACT))
    cache.change_task(1, state=MaintenanceState.FAILED, error="There is no room.")
    settle(opened.qapp)
    assert opened.window.status.state.text().endswith("There is no room.")
    opened.run("storage")
    cache.start_maintenance(MaintenanceRequest(MaintenanceKind.CHECK))
    cache.change_task(2, state=MaintenanceState.SUCCEEDED)
    settle(opened.qapp)
    assert "check" not in opened.window.status.state.text()


def test_the_conversion_of_bars_is_no_notice_and_gives_way_to_other_tasks(opened, cache):
    state = MaintenanceState
    convert = MaintenanceTask(9, MaintenanceKind.CONVERT, state.RUNNING, "", 1, 4, (), None, NOW, NOW)
    cache.emit(MaintenanceChanged(convert))
    settle(opened.qapp)
    assert _button(opened).text() == "Storing bars in less room, 25%"
    cache.start_maintenance(MaintenanceRequest(MaintenanceKind.CHECK))
    settle(opened.qapp)
    assert _button(opened).text().startswith("Checking")
    before = opened.window.status.state.text()
    cache.change_task(1, state=state.SUCCEEDED)
    cache.emit(
        MaintenanceChanged(MaintenanceTask(9, MaintenanceKind.CONVERT, state.SUCCEEDED, "", 4, 4, (), None, NOW, NOW))
    )
    settle(opened.qapp)
    assert not _button(opened).isVisible()
    assert "less room" not in opened.window.status.state.text()
    assert before != opened.window.status.state.text(), "the check's end is a notice"


def test_the_page_follows_the_theme(opened):
    opened.run("storage")
    opened.run("theme")
    assert _page(opened).summary.usage.theme is opened.window.theme_choice.theme


@pytest.mark.parametrize(
    "event",
    [
        DamageFound("AAPL", INTERVALS["1m"], Span(0, 60), is_lost=True, text="Stored bars are damaged."),
        EntriesRestored("Stored bars are damaged."),
    ],
)
def test_damage_is_a_notice_and_stays_on_the_page(opened, cache, event):
    cache.emit(event)
    settle(opened.qapp)
    assert opened.window.status.state.text() == "Stored bars are damaged."
    opened.run("storage")
    assert _page(opened).damage_strip.text.text() == "Stored bars are damaged."
