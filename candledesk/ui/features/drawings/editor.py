"""The drawings of a window as they are edited: their lists by symbol, what is selected, the tool, and undo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from candledesk.drawings.document.drawings_json import MAX_DRAWINGS
from candledesk.drawings.document.storable import why_not_storable
from candledesk.drawings.edits import DrawingList
from candledesk.ui.chart.core.interaction.undo import Change
from candledesk.ui.features.drawings.reading import DrawingReader
from candledesk.ui.features.drawings.row_bars import RowBars
from candledesk.ui.features.drawings.saving import DrawingSaver
from candledesk.ui.features.drawings.switches import read_switches, write_switches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.edits import Edit
    from candledesk.drawings.placing.magnet import Magnet
    from candledesk.ui.chart.widget.chart_model import ChartModel
    from candledesk.ui.shell.feature import WindowContext

_NOTHING: frozenset[str] = frozenset()


class Selection(NamedTuple):
    """The selected drawings of one symbol."""

    symbol: str = ""
    ids: frozenset[str] = _NOTHING


class DrawingEditor(QObject):
    """Changes the drawings of the symbols of one window; every chart of a symbol shows a change in the same frame.

    ``drawings_changed`` carries the symbol whose stored drawings are others; ``switches_changed``: ``magnet``,
    ``stay_in_drawing``, ``lock_all`` or ``hide_all`` is another. ``settings_requested``: a person double-clicked a
    drawing, which is selected. ``default_styles``: how new drawings begin, by the id of their tool; ``row_bars``: the
    bars of rows of many.
    """

    selection_changed = Signal()
    tool_changed = Signal()
    switches_changed = Signal()
    drawings_changed = Signal(str)
    settings_requested = Signal()

    def __init__(self, context: WindowContext) -> None:
        """Serve the charts of a window; without a workspace nothing is stored."""
        super().__init__(context.window)
        self._charts, self._settings = context.charts, context.settings
        self._lists: dict[str, DrawingList] = {}
        self._previews: dict[str, tuple[Drawing, ...]] = {}
        self._selection = Selection()
        self._tool: str | None = None
        self._switches = read_switches(context.settings)
        self.default_styles: dict[str, Mapping[str, Any]] = {}
        self.row_bars = RowBars(context.cache, self)
        self._saver = DrawingSaver(context.workspace, self)
        self._saver.failed.connect(context.status.show_notice)
        self._reader = DrawingReader(context.workspace, context.workspace_bridge, self)
        self._reader.arrived.connect(self._on_arrived)
        self._saver.saved.connect(self._reader.read_again)
        context.charts.series_changed.connect(self._on_series_changed)
        context.charts.chart_added.connect(self._on_series_changed)
        context.requests.closing.connect(self._saver.finish)
        context.requests.closing.connect(self._reader.close)

    # -- drawings

    def list_of(self, symbol: str) -> DrawingList:
        """Return the drawings of a symbol with the changes that can be made of them; they are read at the first use."""
        self._reader.read(symbol)
        return self._lists.setdefault(symbol, DrawingList(symbol))

    def drawings_of(self, symbol: str) -> tuple[Drawing, ...]:
        """Return the drawings of a symbol, the lowest first, without what is being dragged."""
        return self.list_of(symbol).drawings

    def apply(self, title: str, symbol: str, edit: Edit) -> None:
        """Make a change as one step of undo: show it in every chart of its symbol, and store it soon.

        ``title`` follows "Undo" in a menu. New drawings are seen: where all are hidden they are shown again. What could
        not be stored is not made, and the window says why.
        """
        if edit.has_new:
            self.hide_all = False
        self._previews.pop(symbol, None)
        reason = why_not_storable(edit)
        if reason:
            self._charts.show_message(reason)
        if reason or edit.is_empty:
            self._show(symbol)
            return
        edit = replace(edit, title=title, symbol=symbol)
        n_before = len(self.list_of(symbol))
        self._make(edit)
        if n_before <= MAX_DRAWINGS < len(self.list_of(symbol)):
            words = f"{symbol} has more than {MAX_DRAWINGS:,} drawings: all are kept, the chart may be slow"
            self._charts.show_message(words)
        step = Change(title, self, self._restore, (edit.reversed(), "Undone"), (edit, "Done again"))
        self._charts.command_done.emit(step)

    def preview(self, symbol: str, drawings: Iterable[Drawing]) -> None:
        """Show these drawings in the charts of a symbol, while the pointer drags or a dialog is open."""
        self._previews[symbol] = tuple(drawings)
        self._show(symbol)

    def end_preview(self) -> None:
        """Show the drawings as they are again."""
        symbols, self._previews = list(self._previews), {}
        for symbol in symbols:
            self._show(symbol)

    def is_locked(self, drawing: Drawing) -> bool:
        """Return whether a drawing can be selected only."""
        return drawing.locked or self._switches.lock_all

    # -- what is selected

    @property
    def selection(self) -> Selection:
        """The selected drawings; their symbol need not be shown."""
        return self._selection

    def selected_drawings(self) -> tuple[Drawing, ...]:
        """Return the selected drawings, the lowest first."""
        symbol, ids = self._selection
        return tuple(one for one in self.drawings_of(symbol) if one.id in ids) if ids else ()

    def select(self, symbol: str, ids: Iterable[str]) -> None:
        """Select these drawings of a symbol and no others; those of a group all together."""
        chosen = self.list_of(symbol).with_groups(ids) if symbol else _NOTHING
        selection = Selection(symbol, chosen) if chosen else Selection()
        if selection != self._selection:
            former, self._selection = self._selection, selection
            for one in {former.symbol, selection.symbol} - {""}:
                self._show(one)
            self.selection_changed.emit()

    # -- the tool and the switches

    @property
    def tool(self) -> str | None:
        """The id of the tool that draws with the next clicks, ``None`` for the cursor."""
        return self._tool

    def arm(self, tool: str | None) -> None:
        """Draw with a tool, ``None``: with none; what is selected stays."""
        if tool != self._tool:
            self._tool = tool
            self.tool_changed.emit()

    @property
    def magnet(self) -> Magnet:
        """What points snap to while they are placed or dragged."""
        return self._switches.magnet

    @magnet.setter
    def magnet(self, magnet: Magnet) -> None:
        self._switch(magnet=magnet)

    @property
    def stay_in_drawing(self) -> bool:
        """Whether a tool stays in use after a drawing is finished."""
        return self._switches.stay_in_drawing

    @stay_in_drawing.setter
    def stay_in_drawing(self, is_on: bool) -> None:
        self._switch(stay_in_drawing=is_on)

    @property
    def lock_all(self) -> bool:
        """Whether no drawing can be moved, nor new ones."""
        return self._switches.lock_all

    @lock_all.setter
    def lock_all(self, is_on: bool) -> None:
        self._switch(lock_all=is_on)

    @property
    def hide_all(self) -> bool:
        """Whether no drawing is shown."""
        return self._switches.hide_all

    @hide_all.setter
    def hide_all(self, is_on: bool) -> None:
        self._switch(hide_all=is_on)

    def _switch(self, **changes: Any) -> None:  # noqa: ANN401 - as dataclasses.replace
        switches = replace(self._switches, **changes)
        if switches != self._switches:
            self._switches = switches
            write_switches(self._settings, switches)
            for symbol in self._lists:
                self._show(symbol)
            self.switches_changed.emit()

    # -- inside

    def _make(self, edit: Edit) -> None:
        self.list_of(edit.symbol).apply(edit)
        self._saver.add(edit)
        self._on_changed(edit.symbol)

    def _restore(self, step: tuple[Edit, str]) -> None:
        """Make a change of the stack of undo, and say so where no chart on screen shows its symbol.

        What a script has changed of the same drawings meanwhile is kept.
        """
        edit, words = step
        self._previews.pop(edit.symbol, None)
        edit = self.list_of(edit.symbol).kept_up(edit)
        self._make(edit)
        if edit.is_empty:
            self._charts.show_message(f"Nothing is left of the step “{edit.title}”: changed elsewhere meanwhile")
        elif all(page.symbol != edit.symbol for page in self._charts.visible_pages()):
            self._charts.show_message(f"{words} on {edit.symbol}: {edit.title}")

    def _on_arrived(self, symbol: str, stored: list[Drawing]) -> None:
        self._lists[symbol] = DrawingList(symbol, self._saver.over(symbol, stored))
        self._on_changed(symbol)

    def _on_changed(self, symbol: str) -> None:
        """Show the drawings of a symbol as they are now; what is gone is not selected any more."""
        self._show(symbol)
        if self._selection.symbol == symbol:
            known = {drawing.id for drawing in self.drawings_of(symbol)}
            self.select(symbol, self._selection.ids & known)
        self.drawings_changed.emit(symbol)

    def _show(self, symbol: str) -> None:
        for page in self._charts.pages():
            if page.model.series.symbol == symbol:
                self._show_on(page.model, symbol)

    def _show_on(self, model: ChartModel, symbol: str) -> None:
        shown = self._previews.get(symbol)
        drawings = shown if shown is not None else self.drawings_of(symbol)
        selected = self._selection.ids if self._selection.symbol == symbol else _NOTHING
        model.set_drawings(() if self._switches.hide_all else drawings, selected)

    def _on_series_changed(self, _page: object = None) -> None:
        for page in self._charts.pages():
            if page.model.series.symbol:
                self._show_on(page.model, page.model.series.symbol)
