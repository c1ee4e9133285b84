"""No label and no tooltip interprets what a provider wrote."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtGui import QTextDocument

from candledesk import ui
from candledesk.domain.coverage import CoverageMark, MarkState
from candledesk.domain.span import Span
from candledesk.ui.chart.core.coverage_strip import Segment, mark_text
from candledesk.ui.plain_text import PlainLabel, plain_tip

HOSTILE = (
    "<img src=file:///x>",
    "a <b>bold</b> word",
    "&lt;b&gt;",
    "<qt>x",
    "line\n<a href='x'>y</a>",
    "<!DOCTYPE html>",
)
FILES = sorted(Path(ui.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_shows_what_was_written(qtbot, text):
    label = PlainLabel(text)
    qtbot.addWidget(label)
    assert (label.text(), label.textFormat()) == (text, Qt.TextFormat.PlainText)
    label.setText(f"{text}{text}")
    assert label.textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize("text", [*HOSTILE, "plain", "a < b", "two\nlines", ""])
def test_a_tooltip_shows_what_was_written(qapp, text):
    shown = plain_tip(text)
    if not GuiQt.mightBeRichText(shown):
        assert shown == text
        return
    document = QTextDocument()
    document.setHtml(shown)
    assert document.toPlainText() == text
    assert "<img" not in shown
    assert "<a" not in shown


def test_words_of_a_coverage_mark_stay_words():
    words = mark_text(
        Segment(0, 8, CoverageMark(Span(0, 60), MarkState.FAILED, "<img src=file:///fifo>")), is_daily=True
    )
    assert GuiQt.mightBeRichText(words)
    assert "&lt;img src=file:///fifo&gt;" in plain_tip(words)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_window_has_no_label_that_guesses(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"QLabel", "QMessageBox", "QErrorMessage", "QTextBrowser"}
