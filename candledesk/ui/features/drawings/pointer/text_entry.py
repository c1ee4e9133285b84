"""Writing on a drawing, in its place: Enter begins a line, Ctrl+Enter or a click elsewhere ends it, Esc goes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from candledesk.drawings.document.checks import readable_text
from candledesk.drawings.figures import Text
from candledesk.drawings.hit import box_of_text
from candledesk.drawings.registry import whole_style
from candledesk.drawings.tools.shapes.text import shown_text
from candledesk.ui.chart.core.drawings.dragging import pane_of
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.widget.tools.shortcut_filter import ShortcutFilter
from candledesk.ui.features.drawings.pointer.drags import keep_changed, show_changed
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.chart.widget.chart_view import ChartView
    from candledesk.ui.features.drawings.editor import DrawingEditor

_LEAST_W, _PAD = 80, 10
_STAND_IN = "\N{NO-BREAK SPACE}"  # while nothing is written, so that the text has a place
_LINES = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class TextEntry(QPlainTextEdit):
    """The entry of one chart, hidden until ``begin``."""

    def __init__(self, view: ChartView, model: ChartModel, editor: DrawingEditor) -> None:
        """Lie on the chart of ``view``."""
        super().__init__(view.viewport())
        self._view, self._model, self._editor = view, model, editor
        self._drawing: Drawing | None = None
        self.setObjectName("drawing_text")
        self.setAccessibleName("Text of the drawing")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.hide()
        ShortcutFilter(self, _is_typed)
        self.textChanged.connect(self._on_text_changed)
        model.changed.connect(self._place)

    def begin(self, drawing: Drawing) -> None:
        """Write on a drawing of this chart."""
        self._drawing = drawing
        self.setFont(chart_font(whole_style(drawing)["font_size"]))
        self.setPlainText(drawing.text)
        self.selectAll()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_text_changed()

    def end(self, *, is_kept: bool) -> None:
        """Keep what is written as one step of undo, or go back to what was there."""
        drawing, self._drawing = self._drawing, None
        if drawing is None:
            return
        written = readable_text(self.toPlainText()).strip()
        self.hide()
        after = replace(drawing, text=written) if is_kept else drawing
        keep_changed(self._editor, "", [drawing], [after], title="edit text")

    def _on_text_changed(self) -> None:
        drawing = self._drawing
        if drawing is not None:
            written = readable_text(self.toPlainText()) or _STAND_IN
            show_changed(self._editor, drawing.symbol, [replace(drawing, text=written)])
            self._place()

    def _place(self) -> None:
        """Cover the text on the chart."""
        drawing = self._drawing
        if drawing is None:
            return
        if self._model.series.symbol != drawing.symbol or drawing.pane not in self._model.frame().scales:
            self.end(is_kept=True)
            return
        left, top, right, bottom = self._box(drawing)
        lines = self.toPlainText().split("\n")
        metrics = self.fontMetrics()
        width = max(_LEAST_W, max(metrics.horizontalAdvance(line) for line in lines) + 3 * _PAD, round(right - left))
        height = max(metrics.lineSpacing() * len(lines) + 2 * _PAD, round(bottom - top))
        self.setGeometry(QRect(round(left) - _PAD, round(top) - _PAD, width, height))

    def _box(self, drawing: Drawing) -> tuple[float, float, float, float]:
        written, style = readable_text(self.toPlainText()) or _STAND_IN, whole_style(drawing)
        words = shown_text(written, style) if drawing.type == "text" else written
        frame = self._model.frame()
        for pane, shown in show_drawings(self._model.scene, frame):
            if shown.id == drawing.id and pane == drawing.pane:
                for figure in shown.figures:
                    if isinstance(figure, Text) and figure.text == words:
                        return box_of_text(figure)
        x, y = pane_of(self._model.scene, frame, drawing).pixels_of(drawing)[0]
        return x, y, x, y

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End on Ctrl+Enter and Esc."""
        has_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_done = event.key() in _LINES and has_ctrl
        if is_done or event.key() == Qt.Key.Key_Escape:
            self.end(is_kept=is_done)
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End when something else is clicked; its own menu does not count."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.end(is_kept=True)


def _is_typed(event: QKeyEvent) -> bool:
    """Return whether a key is for the entry: letters open no search while one writes."""
    return not event.modifiers() & Qt.KeyboardModifier.AltModifier
