"""The settings of drawings, seen in the chart at once; Esc takes them back, OK is one undo step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from candledesk.drawings.drawing import BUCKETS
from candledesk.drawings.looks.shared import shared_fields, shared_values, title_of, with_style, with_whole_style
from candledesk.drawings.looks.style_fields import FieldKind, Page
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.ui.chart.core.drawings.fixed import kept_on_screen
from candledesk.ui.features.drawing_tools.settings.coordinates_page import SHARES, CoordinatesPage, scale_of
from candledesk.ui.features.drawing_tools.settings.field_form import FieldForm
from candledesk.ui.features.drawing_tools.settings.levels_page import LevelsPage
from candledesk.ui.features.drawing_tools.settings.text_page import TextPage
from candledesk.ui.features.drawings.pointer.drags import titled
from candledesk.ui.features.drawings.pointer.keys import WRITTEN
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.setting_pages.interval_kinds_page import IntervalKindsPage
from candledesk.ui.setting_pages.scrolled import scrolled
from candledesk.ui.setting_pages.settings_buttons import SettingsButtons

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.features.drawing_tools.book import DrawingBook
    from candledesk.ui.features.drawings.editor import DrawingEditor

_WIDTH, _MOST_HEIGHT = 420, 500
_BESIDE_PX = 46  # the margins of the dialog, and a scroll bar
_SAVED = "New drawings of this kind begin like this"


class DrawingSettings(QDialog):
    """Changes drawings of one symbol; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps).

    ``pages``: by their titles, those that the drawings have.
    """

    def __init__(
        self,
        drawings: Sequence[Drawing],
        model: ChartModel,
        editor: DrawingEditor,
        book: DrawingBook,
        parent: QWidget,
    ) -> None:
        """Show the settings of ``drawings``, which the chart of ``model`` shows; of several those that they share."""
        super().__init__(parent)
        self._editor, self._book, self._model = editor, book, model
        self._symbol = drawings[0].symbol
        self.drawings = self._before = tuple(drawings)
        self.setWindowTitle(title_of(drawings))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.pages: dict[str, QWidget] = {}
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self._build_pages()
        self.saved = PlainLabel(_SAVED)
        self.saved.hide()
        self.buttons = self._make_buttons()
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 12, 16, 14)
        box.setSpacing(12)
        for widget in (self.tabs, self.saved, self.buttons):
            box.addWidget(widget)
        editor.drawings_changed.connect(self._on_drawings_changed)
        width = max(_WIDTH, *(page.sizeHint().width() + _BESIDE_PX for page in self.pages.values()))
        self.resize(width, min(_MOST_HEIGHT, self.sizeHint().height()))

    # -- the pages

    def _build_pages(self) -> None:
        values, only = shared_values(self.drawings), self.drawings[0] if len(self.drawings) == 1 else None
        inputs, style = (self._fields(page) for page in (Page.INPUTS, Page.STYLE))
        if inputs:
            self._add_form("Inputs", inputs, values)
        if style:
            self._add_form("Style", style, values)
        if any(field.kind is FieldKind.LEVELS for field in style):
            first = whole_style(self.drawings[0])
            levels = LevelsPage(first["levels"], first["color"])
            levels.changed.connect(self._on_levels_changed)
            self._add_page("Levels", levels)
        texts = self._fields(Page.TEXT)
        has_line = only is not None and only.type in WRITTEN
        if texts or has_line:
            page = TextPage(only.text if only is not None and has_line else None, texts, values)
            page.form.changed.connect(self._on_style_changed)
            page.text_changed.connect(self._on_text_changed)
            self._add_page("Text", page)
        if only is not None and only.points:
            coordinates = CoordinatesPage(only, scale_of(self._model, only))
            coordinates.changed.connect(self._on_points_changed)
            self._add_page("Coordinates", coordinates)
            self._show_coordinates()
        shown = [one.intervals if one.intervals is not None else BUCKETS for one in self.drawings]
        kinds = IntervalKindsPage([kind for kind in BUCKETS if all(kind in row for row in shown)])
        kinds.changed.connect(self._on_kinds_changed)
        self._add_page("Visibility", kinds)

    def _fields(self, page: Page) -> tuple[Any, ...]:
        return shared_fields(self.drawings, page)

    def _add_form(self, title: str, fields: Sequence[Any], values: Mapping[str, Any]) -> None:
        form = FieldForm(fields, values)
        form.changed.connect(self._on_style_changed)
        self._add_page(title, form)

    def _add_page(self, title: str, page: QWidget) -> None:
        self.pages[title] = page
        self.tabs.addTab(scrolled(page), title)

    def show_page(self, title: str) -> None:
        """Show one of the pages, where there is one of that title."""
        if title in self.pages:
            self.tabs.setCurrentIndex(list(self.pages).index(title))

    def _make_buttons(self) -> SettingsButtons:
        buttons = SettingsButtons("Style as CandleDesk has it", _SAVED)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.defaults.clicked.connect(self._on_defaults_requested)
        buttons.save_default.clicked.connect(self._on_save_requested)
        buttons.save_default.setVisible(len({one.type for one in self.drawings}) == 1)
        return buttons

    # -- what a person changes

    def _on_style_changed(self, changes: Mapping[str, Any]) -> None:
        self._restyle(with_style(self.drawings, **changes))

    def _restyle(self, drawings: tuple[Drawing, ...]) -> None:
        """Show the drawings with another style, those that are or become fixed on screen where they are."""
        scene, frame = self._model.scene, self._model.frame()
        pairs = zip(self.drawings, drawings, strict=True)
        self._show(tuple(kept_on_screen(scene, frame, before, after) for before, after in pairs))
        self._show_coordinates()

    def _show_coordinates(self) -> None:
        """Show the points of a drawing, or its place on screen while it is fixed there."""
        page = self.pages.get("Coordinates")
        if isinstance(page, CoordinatesPage):
            (only,) = self.drawings
            page.show_drawing(only, scale_of(self._model, only))

    def _on_levels_changed(self, levels: list[dict[str, Any]]) -> None:
        self._show(with_style(self.drawings, levels=levels))

    def _on_text_changed(self, text: str) -> None:
        self._show(tuple(replace(one, text=text) for one in self.drawings))

    def _on_points_changed(self, drawing: Drawing) -> None:
        """Move the drawing to other points, or to another place on screen."""
        place = {name: drawing.style[name] for name in SHARES if name in drawing.style}
        self._show(tuple(replace(one, points=drawing.points, style={**one.style, **place}) for one in self.drawings))

    def _on_kinds_changed(self) -> None:
        page = self.pages["Visibility"]
        if isinstance(page, IntervalKindsPage):
            shown = page.shown() if page.hidden() else None
            self._show(tuple(replace(one, intervals=shown) for one in self.drawings))

    def _on_defaults_requested(self) -> None:
        """Set the style to that of the tools, without a person's default."""
        self._restyle(with_whole_style(self.drawings, {}))
        values = shared_values(self.drawings)
        for page in self.pages.values():
            if isinstance(page, TextPage):
                page.form.show_values(values)
            elif isinstance(page, FieldForm):
                page.show_values(values)
            elif isinstance(page, LevelsPage):
                page.show_levels(TOOLS[self.drawings[0].type].style["levels"])

    def _on_save_requested(self) -> None:
        self._book.save_default(self.drawings[0])
        self.saved.show()

    def _show(self, drawings: tuple[Drawing, ...]) -> None:
        self.saved.hide()
        self.drawings = drawings
        changed = {one.id: one for one in drawings}
        self._editor.preview(self._symbol, [changed.get(one.id, one) for one in self._editor.drawings_of(self._symbol)])

    # -- the end

    def _on_drawings_changed(self, symbol: str) -> None:
        """Close when one of the drawings is gone."""
        known = {one.id for one in self._editor.drawings_of(symbol)}
        if symbol == self._symbol and not {one.id for one in self._before} <= known:
            self.reject()

    def accept(self) -> None:
        """Keep the settings, as one step that can be undone."""
        self._editor.drawings_changed.disconnect(self._on_drawings_changed)
        self._editor.end_preview()
        edit = self._editor.list_of(self._symbol).changed(self.drawings)
        self._editor.apply(titled("change", self._before), self._symbol, edit)
        super().accept()

    def reject(self) -> None:
        """Take the settings back."""
        self._editor.end_preview()
        super().reject()
