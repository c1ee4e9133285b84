"""Actions are rows: menus, the toolbar, shortcuts and the sheet of shortcuts are rendered from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from candledesk.ui.chart.model import ZOOM_STEP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QMainWindow

    from candledesk.ui.chart.view import ChartView


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One thing that a user can do. ``is_checked`` makes it a toggle and tells its present state."""

    id: str
    menu: str
    title: str
    shortcuts: tuple[str, ...]
    callback: Callable[[], object]
    is_enabled: Callable[[], bool] = _always
    is_checked: Callable[[], bool] | None = None
    has_separator: bool = False


def chart_rows(view: Callable[[], ChartView | None]) -> list[ActionRow]:
    """Return what can be done to the chart that ``view`` returns (CHART.md, keys)."""

    def has_chart() -> bool:
        return view() is not None

    def run(verb: Callable[[ChartView], object]) -> None:
        chart = view()
        if chart is not None:
            verb(chart)

    def row(name: str, title: str, keys: tuple[str, ...], verb: Callable[[ChartView], object]) -> ActionRow:
        return ActionRow(name, "Chart", title, keys, partial(run, verb), has_chart)

    def toggle(
        name: str, title: str, keys: tuple[str, ...], verb: Callable[[ChartView], object],
        state: Callable[[ChartView], bool],
    ) -> ActionRow:  # fmt: skip
        def is_on() -> bool:
            chart = view()
            return chart is not None and state(chart)

        return ActionRow(name, "Chart", title, keys, partial(run, verb), has_chart, is_on)

    return [
        row("zoom_in", "Zoom in", ("+", "=", "Ctrl+Up"), lambda v: v.model.zoom_right(ZOOM_STEP)),
        row("zoom_out", "Zoom out", ("-", "Ctrl+Down"), lambda v: v.model.zoom_right(1 / ZOOM_STEP)),
        row("fit", "Fit all bars", ("0",), lambda v: v.model.fit()),
        row("reset", "Reset the chart", ("Alt+R",), lambda v: v.model.reset()),
        row("bar_left", "One bar left", ("Left",), lambda v: v.model.step(-1)),
        row("bar_right", "One bar right", ("Right",), lambda v: v.model.step(1)),
        row("page_left", "One page left", ("Ctrl+Left",), lambda v: v.model.page(-1)),
        row("page_right", "One page right", ("Ctrl+Right",), lambda v: v.model.page(1)),
        row("first", "Go to the first bar", ("Home",), lambda v: v.model.go_first()),
        row("latest", "Go to the latest bar", ("End",), lambda v: v.animate_latest()),
        toggle("log", "Logarithmic axis", ("Alt+L",), lambda v: v.model.set_log(is_on=not v.model.scene.is_log),
               lambda v: v.model.scene.is_log),
        toggle("invert", "Inverted axis", ("Alt+I",),
               lambda v: v.model.set_inverted(is_on=not v.model.scene.is_inverted),
               lambda v: v.model.scene.is_inverted),
        toggle("magnet", "Crosshair snaps to the close", ("Alt+M",), lambda v: v.set_magnet(is_on=not v.is_magnet),
               lambda v: v.is_magnet),
    ]  # fmt: skip


class ActionTable:
    """The rows as Qt actions of one window."""

    def __init__(self, window: QMainWindow, rows: Iterable[ActionRow]) -> None:
        """Create the actions and the menus in the order of the rows."""
        self.rows = list(rows)
        self.actions: dict[str, QAction] = {}
        menus = {name: window.menuBar().addMenu(f"&{name}") for name in dict.fromkeys(row.menu for row in self.rows)}
        for row in self.rows:
            action = QAction(row.title, window)
            action.setShortcuts([QKeySequence(keys) for keys in row.shortcuts])
            action.setCheckable(row.is_checked is not None)
            action.setStatusTip(row.title)
            action.triggered.connect(partial(self._run, row))
            if row.has_separator:
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(action)
            window.addAction(action)
            self.actions[row.id] = action
        for menu in menus.values():
            menu.aboutToShow.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Ask every row whether it is enabled and checked."""
        for row in self.rows:
            action = self.actions[row.id]
            action.setEnabled(row.is_enabled())
            if row.is_checked is not None:
                action.setChecked(row.is_checked())

    def _run(self, row: ActionRow, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        row.callback()
        self.refresh()

    def shortcut_sheet(self) -> list[tuple[str, str, str]]:
        """Return ``(menu, title, keys)`` of every row that has a shortcut."""
        native = QKeySequence.SequenceFormat.NativeText
        return [
            (row.menu, row.title, "  or  ".join(QKeySequence(keys).toString(native) for keys in row.shortcuts))
            for row in self.rows
            if row.shortcuts
        ]
