"""What a person can do to the layout in front: give it a name, save, open, copy, delete and bring back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QVBoxLayout

from candledesk.domain.errors import CandleDeskError, DocumentError, NameTakenError
from candledesk.ui.features.layouts.named.changed_bar import ChangedBar
from candledesk.ui.features.layouts.named.layout_files import (
    FILE_FILTER,
    file_name,
    read_layout_file,
    write_layout_file,
)
from candledesk.ui.features.layouts.named.open_dialog import OpenDialog
from candledesk.ui.features.layouts.named.versions_dialog import VersionsDialog
from candledesk.ui.panels.storage.dialogs.confirm_dialog import ConfirmDialog
from candledesk.ui.panels.storage.texts import Question
from candledesk.ui.panels.watchlist.dialogs.text_dialog import TextDialog
from candledesk.ui.widget_tasks import WidgetTasks, result_of
from candledesk.workspace.layout import parse_layout
from candledesk.workspace.named_layouts import NamedLayout
from candledesk.workspace.names import MAX_NAME_CHARS, check_name, clean_name

if TYPE_CHECKING:
    from candledesk.ui.features.layouts.named.layout_saver import LayoutSaver
    from candledesk.ui.shell.cells.cell_grid import CellGrid
    from candledesk.ui.shell.feature import WindowContext

_MAX_NUMBER = 1_000


class LayoutCommands(QObject):
    """The actions of the Layout menu; each says what it did, or why not."""

    def __init__(self, context: WindowContext, saver: LayoutSaver) -> None:
        """Do nothing yet."""
        super().__init__(context.window)
        self._window, self._charts, self._saver = context.window, context.charts, saver
        self._workspace = saver.workspace
        self._tasks = WidgetTasks(self, self._report)
        self._bars: dict[CellGrid, ChangedBar] = {}
        saver.reported.connect(self._report)
        saver.conflict_changed.connect(self._on_conflict_changed)
        context.charts.tabs.name_entered.connect(self.rename_to)
        context.requests.layout_requested.connect(self.show_layout)

    def has_layout(self) -> bool:
        """Whether there is a layout in front."""
        return self._charts.grid is not None

    def has_name(self) -> bool:
        """Whether the layout in front is a named one."""
        return self._charts.grid is not None and bool(self._charts.grid.name)

    def _report(self, text: str) -> None:
        self._charts.show_message(text)

    # -- saving and names

    def save(self) -> None:
        """Store the layout in front; ask for its name when it has none."""
        grid = self._charts.grid
        if grid is not None and grid.name:
            self._tasks.start(self._save(grid))
        else:
            self.save_as()

    async def _save(self, grid: CellGrid) -> None:
        stored = await result_of(self._saver.save(grid))
        self._saver.take(grid, stored)
        self._report(f"{stored.name} is saved")

    def save_as(self) -> None:
        """Ask for a name, and store the layout in front under it."""
        grid = self._charts.grid
        if grid is not None:
            self._ask_name("Save the layout", grid.name or grid.title(), "Save", partial(self._save_under, grid))

    def _ask_name(self, title: str, text: str, verb: str, then: object) -> None:
        TextDialog(title, "Name", text, MAX_NAME_CHARS, self._window, verb=verb).ask(then)  # type: ignore[arg-type]

    def _save_under(self, grid: CellGrid, name: str) -> None:
        self._tasks.start(self._add(grid, name))

    async def _add(self, grid: CellGrid, text: str) -> None:
        name = check_name(text)
        try:
            stored = await result_of(self._workspace.add_layout(NamedLayout(name, self._saver.document_of(grid))))
        except NameTakenError:
            if name == grid.name:
                await self._save(grid)
                return
            question = Question(
                f"Replace the layout {name}?", ("What it is now becomes one of its versions.",), "Replace"
            )
            dialog = ConfirmDialog(question, self._window)
            dialog.accepted.connect(partial(self._replace, grid, name))
            dialog.open()
            return
        self._saver.take(grid, stored)
        self._report(f"{name} is saved")

    def _replace(self, grid: CellGrid, name: str) -> None:
        other = self._saver.grid_of(name)
        if other is not None:
            self._saver.detach(other)
        self._tasks.start(self._put(grid, name))

    async def _put(self, grid: CellGrid, name: str) -> None:
        layout = NamedLayout(name, self._saver.document_of(grid))
        self._saver.take(grid, await result_of(self._workspace.put_layout(name, layout)))
        self._report(f"{name} is saved")

    def rename(self) -> None:
        """Ask for another name of the layout in front."""
        grid = self._charts.grid
        if grid is not None:
            self._ask_name("Rename the layout", grid.name, "Rename", partial(self.rename_to, grid))

    def rename_to(self, grid: CellGrid, text: str) -> None:
        """Give a layout a name, by which it is stored; an empty one leaves what is stored, and the tab without it."""
        if text == grid.name:
            return
        if not text:
            self._report(f"{grid.name} stays among the named layouts; this tab is no longer that one")
            self._saver.detach(grid)
        elif grid.name:
            self._tasks.start(self._rename(grid, text))
        else:
            self._save_under(grid, text)

    async def _rename(self, grid: CellGrid, text: str) -> None:
        former = grid.name
        layout = NamedLayout(check_name(text), self._saver.document_of(grid))
        self._saver.take(grid, await result_of(self._workspace.put_layout(former, layout)))
        self._report(f"{former} is {layout.name} now")

    def duplicate(self) -> None:
        """Store a copy of the layout in front, and open it."""
        grid = self._charts.grid
        if grid is not None:
            name = clean_name(f"{(grid.name or grid.title())[: MAX_NAME_CHARS - 5]} copy", "Layout copy")
            self._tasks.start(self._add_and_open(NamedLayout(name, self._saver.document_of(grid))))

    async def _add_and_open(self, layout: NamedLayout) -> None:
        """Store a layout under a name that is free, and open it."""
        taken = {one.name for one in await result_of(self._workspace.list_layouts())}
        names = (layout.name, *(f"{layout.name[: MAX_NAME_CHARS - 5]} {n}" for n in range(2, _MAX_NUMBER)))
        name = next((name for name in names if name not in taken), layout.name)
        stored = await result_of(self._workspace.add_layout(replace(layout, name=name)))
        self._open(stored)
        self._report(f"{name} is a new layout")

    # -- opening

    def choose(self) -> None:
        """Show the list of named layouts."""
        dialog = OpenDialog(self._window)
        dialog.chosen.connect(self.show_layout)
        dialog.delete_requested.connect(partial(self._ask_to_delete, dialog))
        dialog.open()
        self._tasks.start(self._list(dialog))

    async def _list(self, dialog: OpenDialog) -> None:
        layouts = await result_of(self._workspace.list_layouts())
        if dialog in self._window.findChildren(OpenDialog):
            dialog.show_layouts(layouts)

    def show_layout(self, name: str) -> None:
        """Go to the tab that shows a named layout, else open it in one of its own."""
        grid = self._saver.grid_of(name)
        if grid is None:
            self._tasks.start(self._read_and_open(name))
            return
        self._charts.tabs.setCurrentWidget(grid)
        self._charts.focus()

    async def _read_and_open(self, name: str) -> None:
        self._open(await result_of(self._workspace.read_layout(name)))

    def _open(self, stored: NamedLayout, instead: CellGrid | None = None) -> None:
        """Show a stored layout; in the place of an empty layout, where that is in front."""
        front = self._charts.grid
        if instead is None and front is not None and not front.name and not any(page.target for page in front.pages()):
            instead = front
        layout = replace(parse_layout(stored.document), name=stored.name, saved_at=stored.updated_at)
        self._saver.take(self._charts.open_layout(layout, instead), stored)

    # -- deleting, and earlier versions

    def delete(self) -> None:
        """Ask, then delete the named layout in front; its charts stay in the tab."""
        if self._charts.grid is not None:
            self._ask_to_delete(None, self._charts.grid.name)

    def _ask_to_delete(self, listed_in: OpenDialog | None, name: str) -> None:
        sentences = ("Its versions are deleted with it. A tab that shows it keeps its charts, without a name.",)
        dialog = ConfirmDialog(Question(f"Delete the layout {name}?", sentences, "Delete"), listed_in or self._window)
        dialog.accepted.connect(partial(self._delete, listed_in, name))
        dialog.open()

    def _delete(self, listed_in: OpenDialog | None, name: str) -> None:
        self._tasks.start(self._finish_delete(listed_in, name))

    async def _finish_delete(self, listed_in: OpenDialog | None, name: str) -> None:
        await result_of(self._workspace.delete_layout(name))
        grid = self._saver.grid_of(name)
        if grid is not None:
            self._saver.detach(grid)
        self._report(f"{name} is deleted")
        if listed_in is not None:
            await self._list(listed_in)

    def show_versions(self) -> None:
        """List the versions of the named layout in front."""
        if self._charts.grid is not None:
            self._tasks.start(self._list_versions(self._charts.grid))

    async def _list_versions(self, grid: CellGrid) -> None:
        versions = await result_of(self._workspace.list_layout_versions(grid.name))
        dialog = VersionsDialog(grid.name, versions, self._window)
        dialog.chosen.connect(partial(self._restore, grid))
        dialog.open()

    def _restore(self, grid: CellGrid, version_id: int) -> None:
        self._tasks.start(self._finish_restore(grid, version_id))

    async def _finish_restore(self, grid: CellGrid, version_id: int) -> None:
        if self._saver.is_automatic and self._saver.is_changed(grid):
            await result_of(self._saver.save(grid))  # what is shown becomes a version
        stored = await result_of(self._workspace.restore_layout_version(grid.name, version_id))
        self._open(stored, grid)
        self._report(f"{stored.name} is as in that version")

    # -- changed elsewhere

    def _on_conflict_changed(self, grid: CellGrid) -> None:
        bar = self._bars.pop(grid, None)
        if bar is not None:
            bar.hide()
            bar.deleteLater()
        box = grid.layout()
        if self._saver.has_conflict(grid) and isinstance(box, QVBoxLayout):
            bar = self._bars[grid] = ChangedBar(grid.name)
            bar.load_requested.connect(partial(self._load, grid))
            bar.keep_requested.connect(partial(self._saver.keep, grid))
            box.insertWidget(0, bar)

    def _load(self, grid: CellGrid) -> None:
        self._tasks.start(self._finish_load(grid))

    async def _finish_load(self, grid: CellGrid) -> None:
        stored = await result_of(self._workspace.read_layout(grid.name))
        self._bars.pop(grid, None)
        self._open(stored, grid)

    # -- files

    def choose_file(self) -> None:
        """Ask for a file, and store and open the layout in it."""
        dialog = QFileDialog(self._window, "Import a layout", "", FILE_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.import_file)
        dialog.open()

    def import_file(self, path: str) -> None:
        """Store the layout of a file under a name that is free, and open it."""
        try:
            layout = read_layout_file(path)
        except (CandleDeskError, DocumentError) as error:
            self._report(str(error))
        else:
            self._tasks.start(self._add_and_open(layout))

    def export(self) -> None:
        """Ask for a file, and write the layout in front into it."""
        grid = self._charts.grid
        if grid is not None:
            dialog = QFileDialog(self._window, "Export the layout", file_name(grid.name or grid.title()), FILE_FILTER)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("json")
            dialog.fileSelected.connect(self.export_file)
            dialog.open()

    def export_file(self, path: str) -> None:
        """Write the layout in front into a file."""
        grid = self._charts.grid
        if grid is None:
            return
        name = clean_name(grid.name or grid.title(), "Layout")
        try:
            write_layout_file(path, NamedLayout(name, self._saver.document_of(grid)))
        except CandleDeskError as error:
            self._report(str(error))
        else:
            self._report(f"Saved {path}")
