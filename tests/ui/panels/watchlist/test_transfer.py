"""Pasted text and files become lists by a preview, in which nothing is guessed; lists become files."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QMimeData, QSize, Qt, QUrl
from PySide6.QtGui import QGuiApplication

from candledesk.cache.messages import SymbolFound
from candledesk.ui.panels.watchlist.dialogs.preview_dialog import PreviewDialog
from candledesk.ui.panels.watchlist.dialogs.preview_model import LEFT_OUT

TEXT = "###Chips,NASDAQ:NVDA,NASDAQ:AMD,###Europe,XETR:SAP,EURONEXT:ASML,NASDAQ:AAPL,FOO:???"


@pytest.fixture
def preview(panel):
    """Paste ``TEXT``."""
    QGuiApplication.clipboard().setText(TEXT)
    panel.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    return panel.dialog(PreviewDialog)


def results(dialog):
    model = dialog.model
    return {model.matches[row].name: model.index(row, 2).data() for row in range(model.rowCount())}


def test_a_pasted_list_is_shown_before_anything_is_added(panel, preview):
    found = results(preview)
    assert found["NASDAQ:NVDA"] == "in the list already"
    assert found["NASDAQ:AMD"] == "found"
    assert found["EURONEXT:ASML"].startswith("one of ASML.")
    assert found["FOO:???"] == "not found"
    assert [match.name for match in preview.model.matches[:2]] == ["EURONEXT:ASML", "FOO:???"]
    assert "1 to choose · 1 not found" in preview.summary.text()
    assert preview.add_button.text() == "Add 2 symbols"
    assert len(panel.model.rows) == 8


def test_what_was_found_is_added_and_what_was_not_is_left_out(panel, preview):
    preview.add_button.click()
    panel.settle()
    assert panel.shown()[-4:] == ["[Chips]", "AMD", "[Europe]", "SAP.DE"]
    assert panel.message == "2 symbols added to Tech"
    panel.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(panel.model.rows) == 8


def test_a_person_chooses_among_several_symbols(panel, preview):
    preview.model.choose(0, "ASML.AS")
    assert preview.add_button.text() == "Add 3 symbols"
    preview.model.choose(0, LEFT_OUT)
    assert results(preview)["EURONEXT:ASML"] == "left out"
    preview.model.choose(0, "ASML.AS")
    preview.add_button.click()
    panel.settle()
    assert panel.shown()[-2:] == ["SAP.DE", "ASML.AS"]


def test_the_search_settles_a_name_of_which_it_knows_one_symbol(panel, cache):
    cache.found = [SymbolFound("ASML.AS", "ASML Holding", "AMS", "EQUITY")]
    panel.panel._transfer.preview_text("EURONEXT:ASML")
    dialog = panel.dialog(PreviewDialog)
    panel.settle()
    assert results(dialog) == {"EURONEXT:ASML": "found by search"}
    dialog.reject()


def test_a_file_becomes_a_list_of_its_name(panel, tmp_path):
    file = tmp_path / "My stocks.csv"
    file.write_text("Symbol,Comment\r\nIBM,old\r\nTSLA,\r\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    panel.model.dropMimeData(data, Qt.DropAction.CopyAction, -1, -1, panel.view.rootIndex())
    dialog = panel.dialog(PreviewDialog)
    assert dialog.to_new.isChecked()
    assert dialog.name.text() == "My stocks"
    dialog.add_button.click()
    panel.settle()
    assert panel.stored("My stocks").symbols == ("IBM", "TSLA")
    assert panel.stored("My stocks").notes == {"IBM": "old"}
    assert panel.book.shown_name == "My stocks"


def test_text_without_symbols_and_files_that_cannot_be_read_are_refused_with_words(panel, tmp_path):
    panel.panel._transfer.preview_path(str(tmp_path / "none.txt"))
    assert "cannot be read" in panel.message
    panel.panel._transfer.preview_text(", ,")
    assert panel.message == "No symbol was found in this file"
    QGuiApplication.clipboard().clear()
    panel.panel._transfer.paste()
    assert "no text" in panel.message
    assert not panel.window.findChildren(PreviewDialog)


def test_an_exported_list_is_the_same_list_when_it_is_imported(panel, tmp_path):
    panel.panel._commands.add(["7203.T", "SAP.DE"])
    file = tmp_path / "out.txt"
    panel.panel._transfer.write_path(str(file))
    assert file.read_text().endswith("TSE:7203,XETR:SAP\n")
    assert ",###Chips," in file.read_text()
    before = panel.stored()
    panel.panel._transfer.preview_path(str(file))
    dialog = panel.dialog(PreviewDialog)
    dialog.name.setText("Again")
    dialog.add_button.click()
    panel.settle()
    assert [(part.title, part.symbols) for part in panel.stored("Again").sections] == [
        (part.title, part.symbols) for part in before.sections
    ]


def test_what_has_no_name_in_tradingviews_files_is_named_and_left_out(panel, tmp_path):
    panel.panel._commands.add(["local:ACME"])
    panel.panel._transfer.write_path(str(tmp_path / "out.txt"))
    assert "6 symbols written into out.txt" in panel.message
    assert "local:ACME" in panel.message
    assert "ACME" not in (tmp_path / "out.txt").read_text()


def test_the_preview_fits_a_small_screen(panel, monkeypatch):
    """At 1280 x 800 and scale 1.5 its buttons lay at the very edge of the screen."""
    small = SimpleNamespace(availableSize=lambda: QSize(600, 500))
    monkeypatch.setattr(PreviewDialog, "screen", lambda _: small)
    panel.panel._transfer.preview_text("NASDAQ:NVDA")
    dialog = panel.dialog(PreviewDialog)
    assert (dialog.width(), dialog.height()) == (584, 440)
    dialog.close()
