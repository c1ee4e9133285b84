"""Files of bars in the window: chosen or dropped, shown first, and stored only when that is wanted."""

import PySide6
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from candledesk.domain.interval import INTERVALS
from candledesk.ui.features.bar_files.import_dialog import ImportDialog
from tests.ui.conftest import settle
from tests.ui.window_harness import WindowHarness

DAYS = "Date,Open,High,Low,Close,Volume\n" + "".join(f"2020-01-{day:02},1,2,0.5,1.5,10\n" for day in range(1, 31))
UNCLEAR = "Date,Open,High,Low,Close\n03/04/2026,1,1,1,1\n03/05/2026,1,1,1,1\n03/06/2026,1,1,1,1\n"
MINUTES = "time,open,high,low,close\n" + "".join(f"2026-03-05 15:0{at}:00,1,1,1,1\n" for at in range(5))


@pytest.fixture
def window(qapp, cache, tmp_path):
    made = WindowHarness(qapp, cache, tmp_path).open("AAPL")
    yield made
    made.close()


@pytest.fixture
def write(tmp_path):
    def run(text, name="ACME_1d.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return run


def drop(window, *paths):
    """Drop files on the window as a file manager does; return whether it took them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    place = QPointF if PySide6.__version_info__ >= (6, 12) else QPoint  # which is deprecated since
    entered = QDragEnterEvent(place(300, 300), *at)
    entered.ignore()
    window.qapp.sendEvent(window.window, entered)
    if entered.isAccepted():
        window.qapp.sendEvent(window.window, QDropEvent(QPointF(300, 300), *at))
    settle(window.qapp)
    return entered.isAccepted()


@pytest.fixture
def opened(window, qtbot, write):
    """Drop a file and wait for its preview, or for why there is none."""

    def run(text, name="ACME_1d.csv"):
        assert drop(window, write(text, name))
        dialog = window.window.findChildren(ImportDialog)[-1]
        qtbot.waitUntil(lambda: dialog.preview.title.text() != "Reading…")
        return dialog

    return run


def read_again(qtbot, dialog):
    qtbot.waitUntil(lambda: dialog.preview.title.text() != "Reading…")


def test_a_dropped_file_is_shown_and_nothing_is_stored_before_it_is_wanted(window, cache, opened, qtbot):
    dialog = opened(DAYS)
    assert dialog.preview.title.text() == "plain text: 30 bars of 1d"
    assert (dialog.symbol.text(), dialog.import_button.text()) == ("ACME", "Import 30 bars")
    rows = [dialog.preview.table.item(row, 0).text() for row in range(dialog.preview.table.rowCount())]
    assert (rows[0], rows[4], rows[-1]) == ("2020-01-01", "…", "2020-01-30")
    assert cache.imported == []
    dialog.currency.setText("eur")
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.page.target == ("ACME", INTERVALS["1d"]))
    [(symbol, interval, bars, listing)] = cache.imported
    assert (symbol, interval, len(bars), listing.currency) == ("ACME", "1d", 30, "EUR")


def test_what_a_file_leaves_open_is_asked_and_not_guessed(opened, qtbot):
    dialog = opened(UNCLEAR)
    assert dialog.preview.error.text().endswith("line 2: which is the day and which the month? Say it at “Dates”")
    assert not dialog.import_button.isEnabled()
    dialog.order.setCurrentIndex(dialog.order.findData("mdy"))
    read_again(qtbot, dialog)
    assert dialog.import_button.isEnabled()
    assert dialog.preview.table.item(0, 0).text() == "2026-03-04"
    dialog.reject()


def test_times_without_a_zone_need_one(opened, qtbot):
    dialog = opened(MINUTES, "ES.txt")
    assert "the time names no zone: say it at “Zone of times” (UTC" in dialog.preview.error.text()
    dialog.zone.setCurrentText("Europe/Madrid")
    qtbot.waitUntil(dialog.import_button.isEnabled)
    assert dialog.preview.table.item(0, 0).text() == "2026-03-05 14:00:00Z"
    dialog.reject()


def test_a_pattern_of_dates_can_be_typed(opened, qtbot):
    dialog = opened("Date,Open,High,Low,Close\n13.03.26,1,1,1,1\n16.03.26,1,1,1,1\n17.03.26,1,1,1,1\n")
    assert "say how it is written at “Dates”, as %d.%m.%y" in dialog.preview.error.text()
    dialog.order.setEditText("%d.%m.%y")
    dialog.interval.setCurrentText("1d")
    qtbot.waitUntil(dialog.import_button.isEnabled)
    assert dialog.preview.table.item(0, 0).text() == "2026-03-13"
    dialog.reject()


def test_a_name_that_is_no_symbol_cannot_be_imported(opened):
    dialog = opened(DAYS)
    dialog.symbol.setText("no symbol")
    assert not dialog.import_button.isEnabled()
    dialog.symbol.setText("local:acme")
    assert dialog.import_button.isEnabled()
    dialog.reject()


def test_bars_that_are_made_from_finer_ones_are_refused_in_words(opened):
    weeks = "Date,Open,High,Low,Close\n2026-03-02,1,1,1,1\n2026-03-09,1,1,1,1\n2026-03-16,1,1,1,1\n"
    dialog = opened(weeks)
    assert dialog.preview.error.text() == "1wk is made from 1d: import those bars."
    assert not dialog.import_button.isEnabled()
    dialog.reject()


def test_a_dialog_that_is_closed_while_it_reads_leaves_nothing_behind(window, write):
    assert drop(window, write(DAYS))
    [dialog] = window.window.findChildren(ImportDialog)
    dialog.reject()
    settle(window.qapp)
    assert window.window.findChildren(ImportDialog) == []


@pytest.mark.parametrize("names", [("picture.png",), ("a.csv", "b.csv"), ()])
def test_other_files_and_several_at_once_are_not_taken(window, tmp_path, names):
    assert not drop(window, *(tmp_path / name for name in names))


def test_the_file_menu_asks_for_a_file(window):
    texts = [action.text() for action in window.window.table.menus["File"].actions()]
    assert "Import bars…" in texts
