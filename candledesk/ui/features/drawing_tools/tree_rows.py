"""The drawings of a chart for the object tree."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from candledesk.drawings.looks.shared import name_of
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.ui.tree_objects import TreeObject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.features.drawing_tools.commands import DrawingCommands
    from candledesk.ui.shell.chart_page import ChartPage

_ELSEWHERE = "another chart"
_PREFIX = "drawing:"  # of the keys: an indicator may have the same one


class DrawingTreeRows:
    """Makes the rows; each can be hidden, locked, renamed, placed among the others, and removed."""

    def __init__(self, commands: DrawingCommands) -> None:
        """``commands`` does what a person asks for."""
        self._commands, self._editor = commands, commands.editor
        self._made: tuple[object, list[TreeObject]] = (None, [])

    def rows(self, page: ChartPage) -> list[TreeObject]:
        """Return the drawings of the symbol of a chart, the one in front first; those of unknown tools too."""
        symbol, editor = page.model.series.symbol, self._editor
        if not symbol:
            return []
        chart = page.model.scene.chart
        key = editor.drawings_of(symbol), chart, editor.selection, editor.lock_all, editor.hide_all
        if key != self._made[0]:  # a chart that is panned asks many times a second
            self._made = key, list(self._rows(symbol, chart))
        return self._made[1]

    def _rows(self, symbol: str, chart: str) -> Iterable[TreeObject]:
        remove, place, select = (partial(call, symbol) for call in (self._remove, self._place, self._select))
        for one in reversed(self._editor.drawings_of(symbol)):
            is_elsewhere = not one.belongs_to(chart)
            yield TreeObject(
                f"{_PREFIX}{one.id}",
                f"{name_of(one)} ({_ELSEWHERE})" if is_elsewhere else name_of(one),
                one.pane,
                colour=_colour(one),
                is_shown=one.visible and not self._editor.hide_all and not is_elsewhere,
                is_locked=self._editor.is_locked(one),
                is_selected=one.id in self._editor.selection.ids,
                kind="drawing",
                toggle=partial(self._bring_here, one)
                if is_elsewhere
                else partial(self._change, one, visible=not one.visible),
                lock=partial(self._change, one, locked=not one.locked),
                settings=partial(self._show_settings, one) if one.type in TOOLS else None,
                remove=remove,
                place=place,
                rename=None if is_elsewhere else partial(self._commands.rename, one),
                select=select,
            )

    def _bring_here(self, drawing: Drawing) -> None:
        """Show a drawing in all charts that one chart showed alone, which may be gone."""
        shown = replace(drawing, chart="", visible=True)
        edit = self._editor.list_of(drawing.symbol).changed([shown])
        self._editor.apply("show in all charts", drawing.symbol, edit)

    def _change(self, drawing: Drawing, **changes: Any) -> None:  # noqa: ANN401 - as dataclasses.replace
        words = {"visible": ("hide", "show"), "locked": ("unlock", "lock")}
        ((name, is_on),) = changes.items()
        edit = self._editor.list_of(drawing.symbol).changed([replace(drawing, **changes)])
        self._editor.apply(f"{words[name][is_on]} drawing", drawing.symbol, edit)

    def _show_settings(self, drawing: Drawing) -> None:
        self._editor.select(drawing.symbol, [drawing.id])
        self._commands.show_settings()

    def _remove(self, symbol: str, *keys: str) -> None:
        self._commands.remove_ids(symbol, [key.removeprefix(_PREFIX) for key in keys])

    def _select(self, symbol: str, *keys: str) -> None:
        self._editor.select(symbol, [key.removeprefix(_PREFIX) for key in keys])

    def _place(self, symbol: str, key: str, pane: str, front: str) -> None:
        """Draw it behind another drawing of its pane; it stays where it is when it is dropped in another one."""
        drawing = self._editor.list_of(symbol).get(key.removeprefix(_PREFIX))
        if drawing is not None and drawing.pane == pane:
            self._commands.place(symbol, drawing.id, front.removeprefix(_PREFIX))


def _colour(drawing: Drawing) -> str:
    if drawing.type not in TOOLS:
        return ""
    style = whole_style(drawing)
    return str(style.get("color", style.get("text_color", "")))[:7]
