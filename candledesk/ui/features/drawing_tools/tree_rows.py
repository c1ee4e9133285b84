"""The drawings of a chart for the object tree."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from candledesk.drawings.groups import group_name
from candledesk.drawings.looks.shared import all_locked, all_visible, name_of
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.ui.chart.core.drawings.rebased import rebased_words
from candledesk.ui.tree_objects import TreeObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.edits import DrawingList
    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.ui.features.drawing_tools.commands import DrawingCommands
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.tree_objects import Drop

_ELSEWHERE = "another chart"
_PREFIX, _GROUP_PREFIX = "drawing:", "drawing group:"  # of the keys: an indicator may have the same one


class DrawingTreeRows:
    """Makes the rows of drawings and groups: hidden, locked, renamed, placed among the others, and removed there."""

    def __init__(self, commands: DrawingCommands) -> None:
        """``commands`` does what a person asks for."""
        self._commands, self._editor = commands, commands.editor
        self._made: tuple[object, list[TreeObject]] = (None, [])

    def rows(self, page: ChartPage) -> list[TreeObject]:
        """Return the drawings of the symbol of a chart, the one in front first; those of unknown tools too."""
        symbol, editor = page.model.series.symbol, self._editor
        if not symbol:
            return []
        scene = page.model.scene
        chart, events = scene.chart, scene.shown_events
        key = editor.drawings_of(symbol), chart, events, editor.selection, editor.lock_all, editor.hide_all
        if key != self._made[0]:  # a chart that is panned asks many times a second
            calls = self._shared_calls(symbol)
            self._made = key, [replace(row, **calls) for row in self._rows(symbol, scene)]
        return self._made[1]

    def _shared_calls(self, symbol: str) -> dict[str, Any]:
        """Return what is done to several rows by one call: the rows have the same one (``group_calls``)."""
        return {
            "remove": partial(self._remove, symbol),
            "select": partial(self._select, symbol),
            "place": partial(self._place, symbol),
            "join": partial(self._join, symbol),
        }

    def _rows(self, symbol: str, scene: ChartScene) -> Iterable[TreeObject]:
        """Yield the drawings, each group before its members, which stand together where its foremost one is."""
        known: set[str] = set()
        drawings = self._editor.drawings_of(symbol)[::-1]
        for one in drawings:
            group = _group_key(one)
            if not group:
                yield self._row(one, scene)
            elif group not in known:
                known.add(group)
                members = [other for other in drawings if _group_key(other) == group]
                yield self._group_row(members, scene.chart)
                yield from (self._row(other, scene) for other in members)

    def _row(self, one: Drawing, scene: ChartScene) -> TreeObject:
        is_elsewhere, series = not one.belongs_to(scene.chart), scene.series
        zone = series.instrument.tz if series.instrument is not None else "UTC"
        return TreeObject(
            _key(one),
            f"{name_of(one)} ({_ELSEWHERE})" if is_elsewhere else name_of(one),
            one.pane,
            colour=_colour(one),
            is_shown=one.visible and not self._editor.hide_all and not is_elsewhere,
            is_locked=self._editor.is_locked(one),
            is_selected=one.id in self._editor.selection.ids,
            kind="drawing",
            group=_group_key(one),
            note=rebased_words(one, scene.shown_events, zone, series.decimals),
            toggle=partial(self._bring_here, [one])
            if is_elsewhere
            else partial(self._change, [one], visible=not one.visible),
            lock=partial(self._change, [one], locked=not one.locked),
            settings=partial(self._show_settings, [one]) if one.type in TOOLS else None,
            rename=None if is_elsewhere else partial(self._commands.rename, one),
            split=partial(self._split, one.symbol) if one.group else None,
        )

    def _group_row(self, members: Sequence[Drawing], chart: str) -> TreeObject:
        first = members[0]
        is_elsewhere = not any(one.belongs_to(chart) for one in members)
        return TreeObject(
            _group_key(first),
            group_name(members),
            first.pane,
            is_shown=all_visible(members) and not self._editor.hide_all and not is_elsewhere,
            is_locked=all(self._editor.is_locked(one) for one in members),
            is_selected=all(one.id in self._editor.selection.ids for one in members),
            kind="drawing",
            n_members=len(members),
            toggle=partial(self._bring_here, members)
            if is_elsewhere
            else partial(self._change, members, visible=not all_visible(members)),
            lock=partial(self._change, members, locked=not all_locked(members)),
            settings=partial(self._show_settings, members) if any(one.type in TOOLS for one in members) else None,
            rename=partial(self._commands.rename_group, first.symbol, [one.id for one in members]),
            split=partial(self._split, first.symbol),
        )

    def _ids(self, symbol: str, keys: Iterable[str]) -> list[str]:
        """Return the ids of the drawings of rows; a group is all of its members."""
        wanted = set(keys) - {""}
        return [one.id for one in self._editor.drawings_of(symbol) if wanted & {_key(one), _group_key(one)}]

    def _bring_here(self, drawings: Sequence[Drawing]) -> None:
        """Show drawings in all charts that one chart showed alone, which may be gone."""
        symbol = drawings[0].symbol
        shown = [replace(one, chart="", visible=True) for one in drawings]
        self._editor.apply("show in all charts", symbol, self._editor.list_of(symbol).changed(shown))

    def _change(self, drawings: Sequence[Drawing], **changes: Any) -> None:  # noqa: ANN401 - as dataclasses.replace
        words = {"visible": ("hide", "show"), "locked": ("unlock", "lock")}
        ((name, is_on),) = changes.items()
        symbol = drawings[0].symbol
        edit = self._editor.list_of(symbol).changed([replace(one, **changes) for one in drawings])
        self._editor.apply(f"{words[name][is_on]} {'drawing' if len(drawings) == 1 else 'group'}", symbol, edit)

    def _show_settings(self, drawings: Sequence[Drawing]) -> None:
        self._editor.select(drawings[0].symbol, [one.id for one in drawings])
        self._commands.show_settings()

    def _remove(self, symbol: str, *keys: str) -> None:
        self._commands.remove_ids(symbol, self._ids(symbol, keys))

    def _select(self, symbol: str, *keys: str) -> None:
        self._editor.select(symbol, self._ids(symbol, keys))

    def _join(self, symbol: str, *keys: str) -> None:
        self._select(symbol, *keys)
        self._commands.group(is_group=True)

    def _split(self, symbol: str, *keys: str) -> None:
        self._select(symbol, *keys)
        self._commands.group(is_group=False)

    def _place(self, symbol: str, key: str, drop: Drop) -> None:
        """Draw a drawing or a group at another place of its pane; it stays where it is when dropped in another one."""
        drawings = self._editor.list_of(symbol)
        ids = self._ids(symbol, [key])
        moved = [one for one in drawings.drawings if one.id in ids]
        if moved and moved[0].pane == drop.pane:
            front = [one for one in self._ids(symbol, [drop.front]) if one not in ids]
            group = self._ids(symbol, [key if key == _group_key(moved[0]) else drop.group])
            self._commands.place(symbol, ids, front[0] if front else "", _group_of(drawings, group))


def _key(drawing: Drawing) -> str:
    return f"{_PREFIX}{drawing.id}"


def _group_key(drawing: Drawing) -> str:
    """Return the key of the row of the group that a drawing is in, empty for none; a pane has its own ones."""
    return f"{_GROUP_PREFIX}{drawing.pane}:{drawing.group}" if drawing.group else ""


def _group_of(drawings: DrawingList, ids: Iterable[str]) -> str:
    found = (drawings.get(one) for one in ids)
    return next((one.group for one in found if one is not None), "")


def _colour(drawing: Drawing) -> str:
    if drawing.type not in TOOLS:
        return ""
    style = whole_style(drawing)
    return str(style.get("color", style.get("text_color", "")))[:7]
