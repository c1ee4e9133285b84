"""Undo and redo: one stack per window, over the panes and price scales of its charts and over the chart options."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.ui.chart.core.interaction.undo import Change, UndoStack
from candledesk.ui.declared_options import option_text
from candledesk.ui.shell.actions import ActionRow, Bar, BarButton
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.ui.chart.core.interaction.undo import Command
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.shell.feature import WindowContext

_AFTER_OTHERS = 1
_OPTIONS = "chart options"


def option_title(before: ChartOptions, after: ChartOptions) -> str:
    """Return the name of the one option that differs, or ``chart options``."""
    changed = [row for row in fields(before) if getattr(before, row.name) != getattr(after, row.name)]
    text = option_text(changed[0]) if len(changed) == 1 else _OPTIONS
    return text[:1].lower() + text[1:]


class UndoController(QObject):
    """Collects the commands of a window and takes them back."""

    def __init__(self, context: WindowContext) -> None:
        """Follow the charts and their options."""
        super().__init__(context.window)
        self._charts, self._options, self._table = context.charts, context.options, context.table
        self._before = self._options.value
        self._is_applying = False
        self.stack = UndoStack(self._table.refresh)
        self._charts.command_done.connect(self._on_command_done)
        self._charts.chart_closed.connect(self.stack.forget)
        self._options.changed.connect(self._on_options_changed)

    def undo(self) -> None:
        """Take the latest command back and show the chart that it changed."""
        self._run(self.stack.undo)

    def redo(self) -> None:
        """Do a command again and show the chart that it changes."""
        self._run(self.stack.redo)

    def undo_title(self) -> str:
        """Return ``Undo resize panes``, or ``Undo`` when there is nothing to undo."""
        return f"Undo {self.stack.undo_title}".rstrip()

    def redo_title(self) -> str:
        """Return ``Redo resize panes``, or ``Redo`` when there is nothing to redo."""
        return f"Redo {self.stack.redo_title}".rstrip()

    def _run(self, step: Callable[[], Command | None]) -> None:
        self._is_applying = True
        try:
            command = step()
        finally:
            self._is_applying = False
        for page in self._charts.pages():
            if command is not None and page.model is command.owner:
                self._charts.show_page(page)

    def _on_command_done(self, command: Command) -> None:
        self.stack.push(command)

    def _on_options_changed(self) -> None:
        before, self._before = self._before, self._options.value
        if not self._is_applying:
            title = option_title(before, self._before)
            self.stack.push(Change(title, self._options, self._options.take, before, self._before))


def undo_feature(context: WindowContext) -> Feature:
    """Return the rows Undo and Redo of the Chart menu."""
    controller = UndoController(context)

    def can_undo() -> bool:
        return bool(controller.stack.undo_title)

    def can_redo() -> bool:
        return bool(controller.stack.redo_title)

    return Feature(
        "undo",
        (
            ActionRow(
                "undo", "Chart", "Undo", ("Ctrl+Z",), controller.undo, can_undo, has_separator=True,
                title_now=controller.undo_title, place=_AFTER_OTHERS, button=BarButton("undo", bar=Bar.TOP_END),
                why_disabled="Nothing has been changed yet",
            ),
            ActionRow(
                "redo", "Chart", "Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), controller.redo, can_redo,
                title_now=controller.redo_title, place=_AFTER_OTHERS, button=BarButton("redo", bar=Bar.TOP_END),
                why_disabled="Nothing has been undone",
            ),
        ),
    )  # fmt: skip
