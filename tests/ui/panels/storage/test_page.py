"""The page by real mouse and keys, on a fake cache."""

from concurrent.futures import Future
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QAbstractItemModelTester

from candledesk.cache.events import DamageFound
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.ui.panels.storage.dialogs.backup_file_dialog import BackupFileDialog
from candledesk.ui.panels.storage.dialogs.confirm_dialog import ConfirmDialog
from candledesk.ui.panels.storage.dialogs.restore_dialog import RestoreDialog
from candledesk.ui.panels.storage.tables.series_list import COLUMNS, SIZE
from tests.fake_data import NOW
from tests.ui.panels.storage.conftest import LEFT, MB, make_backup, make_lost, make_stored

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
SERIES = (
    make_lost("AAPL", "1m", n_bytes=9 * MB),
    make_stored("AAPL", "1d", 5_000, 1 * MB),
    make_stored("MSFT", "1d", 9_000, 3 * MB),
)


def _failed(text):
    future = Future()
    future.set_exception(EnvironmentFaultError(text))
    return future


# -- what is shown


def test_series_stand_there_with_the_largest_first(make_page):
    page = make_page(SERIES)
    assert page.names() == ["AAPL 1m", "MSFT 1d", "AAPL 1d"]
    assert (page.cell(0, "Bars"), page.cell(1, "Size")) == ("100,000", "3.00 MB")
    assert page.cell(0, "Cannot be fetched again").startswith("80,000 bars before ")
    assert page.page.tabs.tabText(0) == "Series  3"
    assert page.page.summary.facts.text().startswith("3 series with 114,000 bars")


def test_a_click_on_a_title_sorts_and_the_next_one_turns_the_order_round(make_page, qtbot):
    page = make_page(SERIES)
    header = page.table.horizontalHeader()
    orders = []
    for column in ("Symbol", "Symbol", "Bars", "Bars"):
        x = header.sectionViewportPosition(COLUMNS.index(column)) + 12
        qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))
        page.settle()
        orders.append(page.names())
    assert orders[0] == orders[1][::-1] == ["AAPL 1m", "AAPL 1d", "MSFT 1d"]
    assert orders[2] == orders[3][::-1]
    assert {orders[2][0], orders[2][-1]} == {"AAPL 1m", "AAPL 1d"}


def test_the_filter_shows_symbols_with_its_text(make_page, qtbot):
    page = make_page(SERIES)
    qtbot.keyClicks(page.page.series.search, "ms")
    assert page.names() == ["MSFT 1d"]
    qtbot.keyClicks(page.page.series.search, "x")
    assert page.page.series.empty.isVisible()
    assert page.page.series.empty.title.text() == "No series matches"


def test_an_empty_home_says_what_can_be_done(make_page):
    page = make_page()
    assert page.page.series.empty.isVisible()
    assert "backfill" in page.page.series.empty.text.text()
    page.page.tabs.setCurrentIndex(1)
    page.settle()
    text = page.page.backups.empty.text
    assert text.height() >= text.heightForWidth(text.width()), "all lines are seen"
    page.press(page.page.backups.empty.button)
    assert [request.kind for request in page.requests()] == [MaintenanceKind.BACKUP]


def test_a_report_that_cannot_be_read_is_said_in_words(make_page, cache, monkeypatch):
    monkeypatch.setattr(cache, "read_storage", lambda: _failed("The disk cannot be read."))
    page = make_page()
    assert "The disk cannot be read." in page.strip.text.text()
    assert page.strip.isVisible()


def test_the_selection_stays_with_its_series_when_the_report_is_read_again(make_page, cache):
    page = make_page(SERIES)
    page.choose(2)
    cache.storage = replace(cache.storage, series=(make_stored("ZZZ", "1d", n_bytes=99 * MB), *SERIES))
    page.page.load()
    page.settle()
    assert page.names()[0] == "ZZZ 1d"
    assert [row.interval.name for row in page.table.selected_series()] == ["1d"]
    assert [row.symbol for row in page.table.selected_series()] == ["AAPL"]


def test_qt_finds_no_fault_in_the_model(make_page):
    page = make_page(SERIES)
    tester = QAbstractItemModelTester(page.page.series.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    page.page.series.model.show_text("msft")
    page.page.series.model.sort(SIZE)
    tester.deleteLater()


# -- tasks


def test_a_backup_holds_drawings_and_layouts_and_its_progress_is_seen(make_page, cache):
    page = make_page(SERIES)
    page.press(page.page.summary.backup_button)
    [request] = page.requests()
    assert (request.kind, request.path, request.has_user_data) == (MaintenanceKind.BACKUP, "", True)
    cache.change_task(1, done=40)
    page.settle()
    assert page.strip.isVisible()
    assert page.strip.text.text() == "Backing up: copying, 40%"
    assert page.strip.bar.share == 0.4
    cache.backups.append(make_backup())
    page.end_task(lines=("/home/backups/a.db: 5.0 MB",))
    assert page.strip.text.text().startswith("The backup is done")
    assert (page.strip.bar.isVisible(), page.strip.cancel_button.isVisible()) == (False, False)
    assert page.page.tabs.tabText(1) == "Backups  1"


def test_a_running_task_is_cancelled_by_its_button(make_page, cache):
    page = make_page(SERIES)
    page.press(page.page.summary.compact_button)
    page.press(page.strip.cancel_button)
    assert cache.calls_of("cancel_maintenance") == [1]
    assert page.strip.text.text().startswith("Compacting was cancelled")


def test_a_task_that_runs_already_is_shown_when_the_page_opens(make_page, cache):
    cache.start_maintenance(MaintenanceRequest(MaintenanceKind.CHECK))
    page = make_page(SERIES)
    assert page.strip.text.text().startswith("Checking")
    assert page.strip.cancel_button.isVisible()


def test_a_task_that_is_refused_says_why(make_page, cache, monkeypatch):
    page = make_page(SERIES)
    monkeypatch.setattr(cache, "start_maintenance", lambda _request: _failed("The home is read-only."))
    page.press(page.page.summary.check_button)
    assert page.strip.text.text() == "The home is read-only."
    assert page.strip.text.property("tone") == "warning"


def test_a_failed_task_says_why_and_shows_its_lines(make_page):
    page = make_page(SERIES)
    page.press(page.page.summary.compact_button)
    page.end_task(MaintenanceState.FAILED, error="There is no room.", lines=("1 GB is needed.", "2 GB are free."))
    assert page.strip.text.text().endswith("There is no room.")
    assert page.strip.lines.isVisible()
    assert page.strip.lines.toPlainText() == "1 GB is needed.\n2 GB are free."


def test_damage_that_a_check_finds_is_repaired_by_a_button(make_page):
    page = make_page(SERIES)
    page.press(page.page.summary.check_button)
    assert not page.strip.repair_button.isVisible()
    page.end_task(MaintenanceState.FAILED, error="Repair it.", lines=("database: good", "chunks of AAPL 1m: damaged"))
    assert page.strip.lines.isVisible()
    page.press(page.strip.repair_button)
    assert [request.kind for request in page.requests()] == [MaintenanceKind.CHECK, MaintenanceKind.REPAIR]
    page.end_task(lines=("chunks of AAPL 1m: rebuilt",))
    assert not page.strip.repair_button.isVisible()
    assert not page.strip.lines.isVisible()


# -- damage that reads find


def _damage(symbol="AAPL"):
    text = f"Stored 1m bars of {symbol} were damaged in one of their two copies; they were restored."
    return DamageFound(symbol, INTERVALS["1m"], Span(0, 60), is_lost=False, text=text)


def test_damage_is_seen_at_once_in_words_and_several_are_one_line(make_page, cache):
    page = make_page(SERIES)
    assert not page.page.damage_strip.isVisible()
    cache.emit(_damage())
    page.settle()
    assert page.page.damage_strip.text.text().startswith("Stored 1m bars of AAPL were damaged")
    for number in range(300):
        cache.emit(_damage(f"S{number}"))
    page.settle()
    assert (
        page.page.damage_strip.text.text() == "Stored bars were found damaged 301 times; the details say what was done."
    )
    assert not page.page.damage_strip.lines.isVisible()
    page.press(page.page.damage_strip.details_button)
    assert page.page.damage_strip.lines.isVisible()


@pytest.mark.parametrize("kind", [MaintenanceKind.CHECK, MaintenanceKind.REPAIR])
def test_a_check_or_repair_that_ends_without_damage_ends_the_line(make_page, cache, kind):
    page = make_page(SERIES)
    cache.emit(_damage())
    page.settle()
    page.press(page.page.summary.check_button)
    page.end_task(MaintenanceState.FAILED, error="Repair it.", lines=("damaged",))
    assert page.page.damage_strip.isVisible()
    cache.start_maintenance(MaintenanceRequest(kind))
    page.end_task()
    assert not page.page.damage_strip.isVisible()


# -- forgetting


def test_forgetting_asks_first_and_names_what_is_lost(make_page, qtbot):
    page = make_page(SERIES)
    assert not page.page.series.forget_button.isEnabled()
    page.choose(0)
    qtbot.keyClick(page.table, Key.Key_Delete)
    dialog = page.dialog(ConfirmDialog)
    assert dialog.losses.toPlainText().startswith("AAPL 1m: 80,000 bars, ")
    qtbot.keyClick(dialog, Key.Key_Return)
    page.settle()
    assert page.requests() == []
    page.press(page.page.series.forget_button)
    again = page.dialog(ConfirmDialog)
    qtbot.waitUntil(lambda: again.focusWidget().hasFocus())
    for _ in range(3):
        if again.focusWidget() is not again.verb_button:
            qtbot.keyClick(again.focusWidget(), Key.Key_Tab)
    qtbot.keyClick(again.focusWidget(), Key.Key_Return)
    page.settle()
    [request] = page.requests()
    assert (request.kind, request.symbol, request.interval) == (MaintenanceKind.FORGET, "AAPL", INTERVALS["1m"])
    assert request.is_backed_up


def test_several_series_are_forgotten_one_after_the_other(make_page):
    page = make_page(SERIES)
    page.choose(0)
    page.choose(1, CTRL)
    page.press(page.page.series.forget_button)
    assert page.page.series.chosen.text() == "2 series chosen, 12.0 MB"
    page.press(page.dialog(ConfirmDialog).verb_button)
    assert [(one.symbol, one.is_backed_up) for one in page.requests()] == [("MSFT", True), ("AAPL", True)]


# -- backups


def test_restoring_says_how_and_copies_the_command(make_page, tmp_path):
    page = make_page(SERIES, [make_backup()])
    page.page.tabs.setCurrentIndex(1)
    assert not page.page.backups.restore_button.isEnabled()
    page.choose_backup(0)
    page.press(page.page.backups.restore_button)
    dialog = page.dialog(RestoreDialog)
    page.press(dialog.copy_button)
    assert QGuiApplication.clipboard().text() == f"candledesk restore /home/backups/a.db --home {tmp_path}"
    dialog.close()


def test_deleting_a_backup_asks_first(make_page, cache, qtbot):
    page = make_page(SERIES, [make_backup("a"), make_backup("b", NOW - 9)])
    page.page.tabs.setCurrentIndex(1)
    page.choose_backup(1)
    qtbot.keyClick(page.page.backups.table, Key.Key_Delete)
    qtbot.keyClick(page.dialog(ConfirmDialog), Key.Key_Escape)
    page.settle()
    assert cache.calls_of("remove_backup") == []
    page.press(page.page.backups.delete_button)
    page.press(page.dialog(ConfirmDialog).verb_button)
    assert cache.calls_of("remove_backup") == ["/home/backups/b.db"]
    assert [backup.path for backup in page.page.backups.table.backups] == ["/home/backups/a.db"]


def test_a_backup_that_cannot_be_deleted_says_why(make_page, cache, monkeypatch):
    page = make_page(SERIES, [make_backup()])
    monkeypatch.setattr(cache, "remove_backup", lambda _path: _failed("Permission denied."))
    page.page.tabs.setCurrentIndex(1)
    page.choose_backup(0)
    page.press(page.page.backups.delete_button)
    page.press(page.dialog(ConfirmDialog).verb_button)
    assert page.strip.text.text() == "Permission denied."


def test_a_backup_to_another_disk_goes_to_the_chosen_file(make_page, tmp_path):
    page = make_page(SERIES, [make_backup()])
    page.page.tabs.setCurrentIndex(1)
    page.press(page.page.backups.file_button)
    dialog = page.dialog(BackupFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "x.db"))
    dialog.close()
    page.settle()
    [request] = page.requests()
    assert request.path == str(tmp_path / "x.db")


# -- keys


def test_every_control_is_reached_with_tab(make_page, qtbot):
    page = make_page(SERIES, [make_backup()])
    reached = []
    for _ in range(20):
        reached.append(page.page.focusWidget())
        qtbot.keyClick(page.page.focusWidget(), Key.Key_Tab)
    summary, series = page.page.summary, page.page.series
    controls = [summary.compact_button, summary.check_button, summary.backup_button, series.search, page.table]
    assert [control for control in controls if control not in reached] == []


def test_the_other_tab_comes_with_its_keys_and_has_the_keyboard(make_page, qtbot):
    page = make_page(SERIES, [make_backup()])
    assert page.table.hasFocus()
    qtbot.keyClick(page.table, Key.Key_Tab, CTRL)
    assert page.page.backups.table.hasFocus()
    qtbot.keyClick(page.page, Key.Key_Escape)
    assert not page.page.isVisible()


@pytest.mark.parametrize(("key", "is_own"), [(Key.Key_Home, True), (Key.Key_Left, True), (Key.Key_A, False)])
def test_keys_of_a_table_that_charts_have_too_are_the_tables_own(make_page, qapp, key, is_own):
    page = make_page(SERIES)
    asked = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    asked.ignore()
    qapp.sendEvent(page.page.series.table, asked)
    assert asked.isAccepted() is is_own
