"""Stores the named layouts that the window shows, and reports when one was changed elsewhere."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.domain.errors import CandleDeskError, UnknownNameError
from candledesk.ui.declared_options import option_values
from candledesk.ui.single_shot import single_shot_timer
from candledesk.ui.widget_tasks import WidgetTasks, result_of
from candledesk.workspace.layout import layout_document
from candledesk.workspace.named_layouts import NamedLayout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from candledesk.ui.shell.cells.cell_grid import CellGrid
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.events import LayoutChanged

    Document = Mapping[str, object]

ORIGIN = "window"
SAVE_MS = 2_000  # changes within this time are stored once
RETRY_MS = 10_000  # after a failed save
_AUTOSAVE = "layouts/autosave"  # in the window's settings
_log = logging.getLogger(__name__)


def _same(one: Document, other: Document) -> bool:
    """Whether two documents show the same; the options are the window's, and alone no change of a layout."""
    return {**one, "options": {}} == {**other, "options": {}}


class LayoutSaver(QObject):
    """Stores what changes in the tabs that have a name. The layouts of a home are changed elsewhere too.

    The last write wins, but a layout that was changed elsewhere is not saved by itself until a person has chosen:
    ``conflict_changed`` carries the tab's layout. ``reported`` carries a sentence for people. ``named``: a tab has got
    a name, or lost it.
    """

    conflict_changed = Signal(object)
    named = Signal()
    reported = Signal(str)

    def __init__(self, context: WindowContext, workspace: SubscribedWorkspace) -> None:
        """Follow the tabs of the window and the changes of ``workspace``."""
        super().__init__(context.window)
        self._charts, self._options, self._settings = context.charts, context.options, context.settings
        self.workspace = workspace.from_origin(ORIGIN)
        self._tasks = WidgetTasks(self, self.reported.emit)
        self._stored: dict[CellGrid, Document] = {}  # of each named tab what it has stored or read last
        self._sent: dict[CellGrid, Document] = {}  # what was given to the store last; the answer may still be due
        self._conflicts: set[CellGrid] = set()
        self._reading: set[CellGrid] = set()
        self._saving: set[CellGrid] = set()
        self._is_failing = False
        self._timer = single_shot_timer(self, SAVE_MS, self._save_changed)
        charts = context.charts
        for signal in (charts.arranged, charts.moved, charts.type_changed, charts.command_done, charts.series_changed):
            signal.connect(self._on_changed)
        charts.layout_closing.connect(self._on_layout_closing)
        context.requests.closing.connect(self._on_window_closing)
        if context.workspace_bridge is not None:
            context.workspace_bridge.layout_changed.connect(self._on_stored_elsewhere)

    # -- what there is

    @property
    def is_automatic(self) -> bool:
        """Whether changes are stored without a person's doing."""
        return str(self._settings.value(_AUTOSAVE, "true")).lower() != "false"

    def set_automatic(self, *, is_on: bool) -> None:
        """Set whether changes are stored without a person's doing."""
        self._settings.setValue(_AUTOSAVE, is_on)
        self._on_changed()

    def document_of(self, grid: CellGrid) -> dict[str, object]:
        """Return the document of a layout as it is now, with the chart options of the window."""
        return layout_document(replace(grid.layout_document(), options=option_values(self._options.value)))

    def grid_of(self, name: str) -> CellGrid | None:
        """Return the tab that shows a named layout."""
        return next((grid for grid in self._charts.tabs.grids() if name and grid.name == name), None)

    def is_changed(self, grid: CellGrid) -> bool:
        """Whether a named layout is not stored as it is shown."""
        stored = self._stored.get(grid)
        return stored is not None and not _same(stored, self.document_of(grid))

    def has_conflict(self, grid: CellGrid) -> bool:
        """Whether a layout was changed elsewhere, and nothing was chosen yet."""
        return grid in self._conflicts

    def take(self, grid: CellGrid, stored: NamedLayout) -> None:
        """Let a tab be the one of a layout that has just been stored or read; nothing when it was closed."""
        if not self._is_open(grid):
            return
        self._stored[grid] = stored.document
        grid.saved_at = stored.updated_at
        grid.rename(stored.name)
        self._set_conflict(grid, is_on=False)
        self._charts.arranged.emit()  # the window stores when that was
        self.named.emit()

    def detach(self, grid: CellGrid) -> None:
        """Leave a tab without a name; its charts stay."""
        self._stored.pop(grid, None)
        grid.saved_at = 0
        grid.rename("")
        self._set_conflict(grid, is_on=False)
        self.named.emit()

    # -- saving

    def _on_changed(self) -> None:
        grids = self._charts.tabs.grids()
        for known in (self._stored, self._sent, self._conflicts, self._reading):
            for gone in [grid for grid in known if grid not in grids]:
                known.pop(gone) if isinstance(known, dict) else known.discard(gone)
        for grid in grids:
            if grid.name and grid not in self._stored and grid not in self._reading:
                self._reading.add(grid)
                self._tasks.start(self._read_first(grid))
        if not self._timer.isActive() and any(grid.name for grid in grids):
            self._timer.start(SAVE_MS)

    def _save_changed(self) -> None:
        for grid in self._charts.tabs.grids():
            if not self._may_save(grid):
                continue
            if grid in self._saving:  # one at a time: a slow disk is not flooded
                self._timer.start(SAVE_MS)
            else:
                self._saving.add(grid)
                self._tasks.start(self._finish_save(grid, *self._start_save(grid)))

    def _may_save(self, grid: CellGrid) -> bool:
        return self.is_automatic and grid not in self._conflicts and self.is_changed(grid)

    def _start_save(self, grid: CellGrid) -> tuple[NamedLayout, Future[NamedLayout]]:
        layout = NamedLayout(grid.name, self.document_of(grid))
        self._sent[grid] = layout.document
        return layout, self.workspace.save_layout(layout, self._stored[grid])

    async def _finish_save(self, grid: CellGrid, layout: NamedLayout, saved: Future[NamedLayout]) -> None:
        try:
            stored = await result_of(saved)
        except UnknownNameError:
            if grid.name == layout.name:
                self._report_deleted(grid)
        except CandleDeskError as error:
            if not self._is_failing:
                self._is_failing = True
                _log.error("the layout %s is not stored: %s", layout.name, error)
                self.reported.emit(f"{layout.name} is not saved: {error}")
            self._timer.start(RETRY_MS)
        else:
            self._is_failing = False
            if grid in self._stored:
                self._stored[grid], grid.saved_at = stored.document, stored.updated_at
        finally:
            self._saving.discard(grid)

    def _on_layout_closing(self, grid: CellGrid) -> None:
        if self._may_save(grid):
            _, saved = self._start_save(grid)
            self._tasks.start(result_of(saved))
        elif self.is_changed(grid):
            self.reported.emit(f"The changes of {grid.name} were not saved")

    def _on_window_closing(self) -> None:
        self._timer.stop()
        self._tasks.cancel()
        for grid in self._charts.tabs.grids():
            if self._may_save(grid):
                _, saved = self._start_save(grid)
                saved.add_done_callback(_log_failure)

    # -- changes elsewhere

    async def _read_first(self, grid: CellGrid) -> None:
        """Compare a tab of the last time with the layout of its name."""
        try:
            stored = await result_of(self.workspace.read_layout(grid.name))
        except UnknownNameError:
            self._report_deleted(grid)
            return
        finally:
            self._reading.discard(grid)
        if not self._is_open(grid) or grid in self._stored:  # it was opened or stored meanwhile
            return
        is_same = _same(stored.document, self.document_of(grid))
        # Times are whole seconds: what the window did not store itself before it ended is kept as a version.
        self._stored[grid] = stored.document if is_same else {}
        self._note_stored(grid, stored, is_conflict=not is_same and stored.updated_at != grid.saved_at)
        self._on_changed()

    def _on_stored_elsewhere(self, event: LayoutChanged) -> None:
        if event.origin == ORIGIN:
            return
        grid = self.grid_of(event.former_name or event.name)
        if grid is None or grid not in self._stored:
            return
        if event.change == "deleted":
            self._report_deleted(grid)
            return
        grid.rename(event.name)
        self._tasks.start(self._compare(grid))

    async def _compare(self, grid: CellGrid) -> None:
        known = self._stored.get(grid, {})
        stored = await result_of(self.workspace.read_layout(grid.name))
        if grid not in self._stored:
            return
        if self._stored[grid] is not known and _same(stored.document, known):
            return  # nobody else changed it, and the window has saved a later one since it asked
        is_own = any(_same(stored.document, one) for one in (self._stored[grid], self._sent.get(grid, {})))
        if not is_own:
            self._note_stored(grid, stored, is_conflict=not _same(stored.document, self.document_of(grid)))
        self._stored[grid] = stored.document

    def _note_stored(self, grid: CellGrid, stored: NamedLayout, *, is_conflict: bool) -> None:
        """Note the time of what is stored, unless a choice is due: then it is due at the next start too."""
        if not is_conflict:
            grid.saved_at = stored.updated_at
        self._set_conflict(grid, is_on=is_conflict)

    def keep(self, grid: CellGrid) -> None:
        """Let the tab win over what was stored elsewhere, which becomes a version."""
        self._set_conflict(grid, is_on=False)
        self._tasks.start(self._put(grid))

    async def _put(self, grid: CellGrid) -> None:
        self.take(grid, await result_of(self.save(grid)))

    def save(self, grid: CellGrid) -> Future[NamedLayout]:
        """Store a named layout as it is shown, at a person's wish."""
        return self.workspace.put_layout(grid.name, NamedLayout(grid.name, self.document_of(grid)))

    def _is_open(self, grid: CellGrid) -> bool:
        return grid in self._charts.tabs.grids()

    def _report_deleted(self, grid: CellGrid) -> None:
        if not self._is_open(grid):
            return
        self.reported.emit(f"The layout {grid.name} was deleted elsewhere. Its charts stay here, without a name.")
        self.detach(grid)

    def _set_conflict(self, grid: CellGrid, *, is_on: bool) -> None:
        if is_on is not (grid in self._conflicts):
            (self._conflicts.add if is_on else self._conflicts.discard)(grid)
            self.conflict_changed.emit(grid)


def _log_failure(saved: Future[NamedLayout]) -> None:
    error = saved.exception()
    if error is not None:
        _log.error("the last changes of a layout are not stored: %s", error)
