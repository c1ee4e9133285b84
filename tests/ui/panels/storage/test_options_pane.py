from concurrent.futures import Future

from PySide6.QtCore import QPoint, Qt

from candledesk.cache.maintenance_messages import StorageOptions
from candledesk.domain.errors import EnvironmentFaultError
from tests.ui.panels.storage.conftest import LEFT

Key = Qt.Key


def _options(page):
    page.page.tabs.setCurrentIndex(2)
    page.settle()
    return page.page.options


def test_the_options_that_hold_are_shown(make_page, cache):
    cache.storage_options = StorageOptions("weekly", 7, 30)
    pane = _options(make_page())
    assert (pane.weekly.isChecked(), pane.n_backups.value(), pane.n_days.value()) == (True, 7, 30)
    assert cache.calls_of("change_storage_options") == []


def test_a_click_on_the_box_is_stored_at_once(make_page, cache, qtbot):
    page = make_page()
    pane = _options(page)
    qtbot.mouseClick(pane.weekly, LEFT, pos=QPoint(8, pane.weekly.height() // 2))
    page.settle()
    assert cache.storage_options == StorageOptions("weekly", 4, 90)


def test_the_steps_of_a_number_are_stored_together(make_page, cache, qtbot):
    pane = _options(make_page())
    pane.n_backups.setFocus()
    for _ in range(3):
        qtbot.keyClick(pane.n_backups, Key.Key_Up)
    qtbot.waitUntil(lambda: cache.storage_options.backups_kept == 7)
    assert len(cache.calls_of("change_storage_options")) == 1


def test_what_cannot_be_stored_is_said_and_taken_back(make_page, cache, qtbot, monkeypatch):
    page = make_page()
    pane = _options(page)
    refused = Future()
    refused.set_exception(EnvironmentFaultError("The home is read-only."))
    monkeypatch.setattr(cache, "change_storage_options", lambda _options: refused)
    pane.weekly.setFocus()
    qtbot.keyClick(pane.weekly, Key.Key_Space)
    page.settle()
    assert not pane.weekly.isChecked()
    assert page.strip.text.text() == "The home is read-only."
