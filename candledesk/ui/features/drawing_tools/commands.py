"""What is done to the selected drawings, from the style bar, the menus, the object tree and the keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint

from candledesk.drawings.drawing import BUCKETS
from candledesk.drawings.groups import copies_in_groups, free_group_name, in_group
from candledesk.drawings.looks.shared import all_locked, all_visible, renamed, with_style, with_whole_style
from candledesk.drawings.ordering import placed_behind, stepped
from candledesk.ui.chart.core.drawings.dragging import moved_aside
from candledesk.ui.chart.core.drawings.fixed import kept_on_screen
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.features.drawing_tools.place import Spot, place_beside
from candledesk.ui.features.drawings.pointer.drags import titled
from candledesk.ui.features.drawings.pointer.draw_tool import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from PySide6.QtWidgets import QWidget

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.hit import ShownDrawing
    from candledesk.ui.features.drawing_tools.book import DrawingBook
    from candledesk.ui.features.drawings.editor import DrawingEditor
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.feature import WindowContext

_TITLE_PX = 30  # of the title of a dialog, about


class DrawingCommands(QObject):
    """Changes the selected drawings of a window; each call is one step of undo."""

    def __init__(self, context: WindowContext, editor: DrawingEditor, book: DrawingBook) -> None:
        """``book``: where templates and defaults are kept."""
        super().__init__(editor)
        self._context, self._charts = context, context.charts
        self.editor, self.book = editor, book

    def chosen(self) -> tuple[Drawing, ...]:
        """Return the selected drawings, the lowest first."""
        return self.editor.selected_drawings()

    def page(self) -> ChartPage | None:
        """Return the chart in front when it shows the symbol of the selected drawings."""
        page = self._charts.page
        return page if page is not None and page.model.series.symbol == self.editor.selection.symbol else None

    def _change(self, title: str, drawings: Iterable[Drawing]) -> None:
        symbol = self.editor.selection.symbol
        self.editor.apply(title, symbol, self.editor.list_of(symbol).changed(drawings))

    # -- style

    def set_style(self, **style: Any) -> None:  # noqa: ANN401 - of any field
        """Set values of the style of the drawings that have them."""
        self._change(titled("change", self.chosen()), with_style(self.chosen(), **style))

    def preview_style(self, **style: Any) -> None:  # noqa: ANN401 - of any field
        """Show the drawings with values of their style, as long as something is dragged."""
        symbol = self.editor.selection.symbol
        changed = {one.id: one for one in with_style(self.chosen(), **style)}
        self.editor.preview(symbol, [changed.get(one.id, one) for one in self.editor.drawings_of(symbol)])

    def apply_style(self, style: Mapping[str, Any]) -> None:
        """Replace all of the style of the drawings, as a template does; they stay where they are."""
        page, chosen = self.page(), self.chosen()
        changed = with_whole_style(chosen, style)
        if page is not None:
            scene, frame = page.model.scene, page.model.frame()
            changed = tuple(kept_on_screen(scene, frame, *pair) for pair in zip(chosen, changed, strict=True))
        self._change("apply template", changed)

    # -- what is shown, and where

    def toggle_locked(self) -> None:
        """Lock the drawings, or unlock them when all are locked."""
        chosen = self.chosen()
        is_locked = not all_locked(chosen)
        self._change(
            titled("lock" if is_locked else "unlock", chosen), [replace(one, locked=is_locked) for one in chosen]
        )

    def toggle_visible(self) -> None:
        """Hide the drawings, or show them when one is hidden."""
        chosen = self.chosen()
        is_visible = not all_visible(chosen)
        self._change(
            titled("show" if is_visible else "hide", chosen), [replace(one, visible=is_visible) for one in chosen]
        )

    def toggle_kind(self, kind: str) -> None:
        """Show the drawings on a kind of intervals, or not any more when all are shown there."""
        chosen = self.chosen()
        is_shown = all(is_on_kind(one, kind) for one in chosen)
        self._change("change visibility", [_on_kind(one, kind, is_shown=not is_shown) for one in chosen])

    def is_on_this_chart_only(self) -> bool:
        """Return whether the chart in front alone shows all of the drawings."""
        page, chosen = self.page(), self.chosen()
        return page is not None and bool(chosen) and all(one.chart == page.model.scene.chart != "" for one in chosen)

    def toggle_this_chart_only(self) -> None:
        """Show the drawings in the chart in front alone, or in all charts of their symbol again."""
        page, chosen = self.page(), self.chosen()
        if page is None:
            return
        chart = "" if self.is_on_this_chart_only() else page.model.chart_id()
        title = "show in one chart" if chart else "show in all charts"
        self._change(title, [replace(one, chart=chart) for one in chosen])

    def rename(self, drawing: Drawing, name: str) -> None:
        """Give a drawing a name, the one of its tool for an empty one; nothing when it is gone meanwhile."""
        drawings = self.editor.list_of(drawing.symbol)
        current = drawings.get(drawing.id)
        if current is not None:
            edit = drawings.changed([renamed(current, name.strip())])
            self.editor.apply("rename drawing", drawing.symbol, edit)

    # -- order and groups

    def raise_all(self, *, is_to_front: bool) -> None:
        """Paint the drawings in front of all others, or behind them."""
        symbol, ids = self._ids()
        self.editor.apply("change order", symbol, self.editor.list_of(symbol).raised(ids, is_to_front=is_to_front))

    def step(self, *, is_up: bool) -> None:
        """Paint the drawings one step further in front, or behind."""
        symbol, ids = self._ids()
        self.editor.apply("change order", symbol, stepped(self.editor.list_of(symbol), ids, is_up=is_up))

    def place(self, symbol: str, ids: Sequence[str], front: str, group: str = "") -> None:
        """Paint drawings directly behind another one and make them members of ``group`` (``placed_behind``)."""
        edit = placed_behind(self.editor.list_of(symbol), ids, front, group)
        self.editor.apply(edit.title, symbol, edit)

    def group(self, *, is_group: bool) -> None:
        """Make one group of the drawings, or end their groups."""
        symbol, ids = self._ids()
        drawings, group = self.editor.list_of(symbol), new_id() if is_group else ""
        name = free_group_name(one for one in drawings.drawings if one.id not in ids)
        self.editor.apply("group" if is_group else "ungroup", symbol, drawings.grouped(ids, group, name))
        self.editor.select(symbol, ids)

    def rename_group(self, symbol: str, ids: Iterable[str], name: str) -> None:
        """Give the group of these drawings a name, those that are gone meanwhile left out."""
        drawings = self.editor.list_of(symbol)
        members = [one for one in map(drawings.get, ids) if one is not None]
        edit = drawings.changed([in_group(one, one.group, name.strip()) for one in members])
        self.editor.apply("rename group", symbol, edit)

    def _ids(self) -> tuple[str, list[str]]:
        return self.editor.selection.symbol, [one.id for one in self.chosen()]

    # -- more and fewer

    def clone(self) -> None:
        """Add copies of the drawings, a little aside, and select them."""
        page, symbol, chosen = self.page(), self.editor.selection.symbol, self.chosen()
        if page is None or not chosen:
            return
        copies = copies_in_groups((replace(one, locked=False) for one in chosen), new_id)
        copies = moved_aside(page.model.scene, page.model.frame(), copies)
        self.editor.apply(titled("clone", chosen), symbol, self.editor.list_of(symbol).added(copies))
        self.editor.select(symbol, [one.id for one in copies])

    def remove(self) -> None:
        """Remove the drawings that are not locked."""
        symbol, ids = self._ids()
        self.remove_ids(symbol, ids)

    def remove_ids(self, symbol: str, ids: Iterable[str]) -> None:
        """Remove drawings of a symbol, selected or not, without those that are locked."""
        drawings, chosen = self.editor.list_of(symbol), set(ids)
        found = [one for one in drawings.drawings if one.id in chosen and not self.editor.is_locked(one)]
        if found:
            self.editor.apply(titled("remove", found), symbol, drawings.removed([one.id for one in found]))
        elif chosen:
            self._charts.show_message("Locked drawings are not removed: unlock them first")

    def restore(self, symbol: str, drawings: Sequence[Drawing]) -> None:
        """Bring removed drawings back to their symbol."""
        self.editor.apply(titled("restore", drawings), symbol, self.editor.list_of(symbol).changed(drawings))

    def take_over(self, symbol: str, drawings: Sequence[Drawing]) -> None:
        """Add copies of the drawings of another symbol, with their times and prices, in groups of their own.

        Those that a single chart showed are shown in the chart in front alone, as after pasting; where that shows
        another symbol meanwhile, in all charts.
        """
        page = self._charts.page
        is_here = page is not None and page.model.series.symbol == symbol and any(one.chart for one in drawings)
        chart = page.model.chart_id() if page is not None and is_here else ""
        moved = (replace(one, symbol=symbol, chart=chart if one.chart else "") for one in drawings)
        copies = copies_in_groups(moved, new_id)
        self.editor.apply(titled("take over", copies), symbol, self.editor.list_of(symbol).added(copies))

    # -- dialogs

    def show_settings(self, page: str = "") -> None:
        """Open the settings of the selected drawings; ``page``: the title of the one to begin with."""
        from candledesk.ui.features.drawing_tools.settings.dialog import DrawingSettings

        chart, chosen = self.page(), self.chosen()
        if chart is None or not chosen:
            return
        dialog = DrawingSettings(chosen, chart.model, self.editor, self.book, self._context.window)
        dialog.show_page(page)
        dialog.move(self._beside(chart, dialog))
        dialog.open()

    def _beside(self, page: ChartPage, dialog: QWidget) -> QPoint:
        """Return where a dialog covers as little of the selected drawings as it can, from the middle of the window."""
        view, window = page.view, self._context.window
        size = float(dialog.width()), float(dialog.height() + _TITLE_PX)
        middle = view.mapFrom(window, window.rect().center())
        wish = Spot(middle.x() - size[0] / 2, middle.y() - size[1] / 2)
        room = 0.0, 0.0, float(view.width()), float(view.height())
        spot = place_beside(size, room, wish, self.shown_on(page))
        at: QPoint = view.mapToGlobal(QPoint(round(spot.x), round(spot.y)))
        return at

    def shown_on(self, page: ChartPage) -> list[ShownDrawing]:
        """Return what of the selected drawings is on the screen of a chart."""
        ids = self.editor.selection.ids
        shown = show_drawings(page.model.scene, page.model.frame())
        return [one for _pane, one in shown if one.id in ids and one.figures]


def _on_kind(drawing: Drawing, kind: str, *, is_shown: bool) -> Drawing:
    kinds = set(BUCKETS if drawing.intervals is None else drawing.intervals)
    kinds = kinds | {kind} if is_shown else kinds - {kind}
    shown = tuple(one for one in BUCKETS if one in kinds)
    return replace(drawing, intervals=None if shown == BUCKETS else shown)


def is_on_kind(drawing: Drawing, kind: str) -> bool:
    """Return whether a drawing is shown on a kind of intervals."""
    return drawing.intervals is None or kind in drawing.intervals
