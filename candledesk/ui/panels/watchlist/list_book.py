"""The person's watchlists in the window: the one that is shown, its changes, undo, and what others change."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.domain.errors import CandleDeskError, DocumentError, UnknownNameError
from candledesk.ui.chart.core.interaction.undo import Change, UndoStack
from candledesk.ui.widget_tasks import WidgetTasks, result_of
from candledesk.workspace.names import check_name
from candledesk.workspace.watchlists.edits import fold_section
from candledesk.workspace.watchlists.watchlist import Watchlist

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.ui.workspace_bridge import WorkspaceBridge
    from candledesk.workspace.api import WorkspaceApi
    from candledesk.workspace.events import WatchlistChanged

FIRST_NAME = "Watchlist"  # of the list that the first symbol makes


class WatchlistBook(QObject):
    """All lists by name, and the changes of the one that is shown.

    ``changed``: another list is shown, or the shown one changed; ``failed`` carries a sentence. A change is shown at
    once and then stored; one that cannot be stored is taken back by reading the stored list again. Lists are kept here
    without the time of their last change, so that equal lists compare equal.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, workspace: WorkspaceApi, bridge: WorkspaceBridge | None, shown: str, parent: QObject) -> None:
        """Read the lists; ``shown``: which one was shown last."""
        super().__init__(parent)
        self._workspace = workspace
        self._tasks = WidgetTasks(self, self.failed.emit)
        self._lists: dict[str, Watchlist] = {}
        self._stacks: dict[str, UndoStack] = {}
        self._shown = shown
        self._n_saving = 0
        self._changes = Counter[str]()  # of each list, own ones and those of others, so that a late answer is noticed
        self.is_loaded = False
        if bridge is not None:
            bridge.watchlist_changed.connect(self._on_watchlist_changed)
        self._tasks.start(self._load())

    # -- what there is

    @property
    def names(self) -> list[str]:
        """The names of the lists in the person's order."""
        return list(self._lists)

    @property
    def shown(self) -> Watchlist:
        """The list that is shown; an empty one with its future name while there is none."""
        return self._lists.get(self.shown_name) or Watchlist(FIRST_NAME)

    @property
    def shown_name(self) -> str:
        """The name of the list that is shown, empty while there is none."""
        return self._shown if self._shown in self._lists else next(iter(self._lists), "")

    @property
    def undo_title(self) -> str:
        """What undo takes back, empty for nothing."""
        return self._stack.undo_title

    @property
    def redo_title(self) -> str:
        """What redo does again, empty for nothing."""
        return self._stack.redo_title

    @property
    def _stack(self) -> UndoStack:
        return self._stacks.setdefault(self.shown_name, UndoStack())

    def show(self, name: str) -> None:
        """Show a list."""
        self._shown = name
        self.changed.emit()

    # -- changing the shown list

    def apply(self, title: str, edit: Callable[[Watchlist], Watchlist]) -> bool:
        """Change the shown list by ``edit``; return whether it changed. ``title``: what undo takes back."""
        before = self.shown
        try:
            after = edit(before)
        except DocumentError as error:
            self.failed.emit(str(error))
            return False
        if after == before:
            return False
        self._put(after)
        self._stack.push(Change(title, self, self._restore, before, after))
        return True

    def fold(self, section: int, *, is_folded: bool) -> None:
        """Fold or unfold a section of the shown list, which is no change to take back."""
        shown = self.shown
        if shown.sections[section].title and shown.sections[section].is_folded is not is_folded:
            self._put(fold_section(shown, section, is_folded=is_folded))

    def undo(self) -> None:
        """Take the latest change of the shown list back."""
        self._stack.undo()

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._stack.redo()

    def _restore(self, watchlist: Watchlist) -> None:
        self._put(replace(watchlist, name=self.shown.name))

    def _put(self, watchlist: Watchlist) -> None:
        self._lists[watchlist.name] = watchlist
        self._shown = watchlist.name
        self._save(watchlist.name, watchlist)
        self.changed.emit()

    # -- the lists

    def add(self, name: str, watchlist: Watchlist | None = None) -> bool:
        """Add a list, empty or like ``watchlist``, and show it; return whether that is possible."""
        checked = self._checked(name)
        if checked is None:
            return False
        self._put(replace(watchlist or Watchlist(checked), name=checked, updated_at=0))
        return True

    def _checked(self, name: str, own: str = "") -> str | None:
        """Return a name as it is stored; say why and return ``None`` when it is none, or that of a list but ``own``."""
        try:
            checked = check_name(name)
        except DocumentError as error:
            self.failed.emit(str(error))
            return None
        if checked in self._lists and checked != own:
            self.failed.emit(f"There is a list {checked!r} already: choose another name.")
            return None
        return checked

    def rename(self, name: str) -> bool:
        """Rename the shown list; return whether that is possible."""
        former = self.shown_name
        checked = self._checked(name, own=former) if former else None
        if checked is None or checked == former:
            return False
        renamed = replace(self._lists[former], name=checked)
        self._rename(former, checked)
        self._shown = checked
        self._lists[checked] = renamed
        self._save(former, renamed)
        self.changed.emit()
        return True

    def delete(self) -> None:
        """Delete the shown list."""
        name = self.shown_name
        if name:
            self._forget(name)
            self._follow(self._workspace.delete_watchlist(name), name)
            self.changed.emit()

    def free_name(self, wanted: str) -> str:
        """Return ``wanted``, with a number behind it when a list has that name."""
        numbered = (f"{wanted[:60]} {n}" for n in range(2, len(self._lists) + 3))
        return next(name for name in (wanted, *numbered) if name not in self._lists)

    def _rename(self, former: str, name: str) -> None:
        """Give a list another name at its place in the order."""
        if former in self._lists:
            own = replace(self._lists[former], name=name)
            self._lists = {
                name if key == former else key: own if key == former else row for key, row in self._lists.items()
            }
            self._stacks[name] = self._stacks.pop(former, UndoStack())

    def _forget(self, name: str) -> None:
        self._lists.pop(name, None)
        self._stacks.pop(name, None)

    # -- storing and reading

    def _save(self, name: str, watchlist: Watchlist) -> None:
        self._follow(self._workspace.put_watchlist(name, watchlist), name, watchlist.name)

    def _follow(self, change: Future[Watchlist], *names: str) -> None:
        """Count a change of our own that is on its way to the disk."""
        self._n_saving += 1
        self._changes.update(names)
        self._tasks.start(self._settle(change))

    async def _settle(self, change: Future[Watchlist]) -> None:
        """Wait for a change of our own; one that fails is reported and what is stored is shown again."""
        try:
            await result_of(change)
        except CandleDeskError as error:
            self.failed.emit(str(error))
            self._tasks.start(self._load())
        finally:
            self._n_saving -= 1

    async def _load(self) -> None:
        """Read all lists again, and once more if something of our own was stored meanwhile."""
        n_changes = -1
        found: list[Watchlist] = []
        while n_changes != self._changes.total():
            n_changes = self._changes.total()
            found = await result_of(self._workspace.list_watchlists())
        self._lists = {one.name: replace(one, updated_at=0) for one in found}
        self.is_loaded = True
        self.changed.emit()

    async def _reload(self, name: str) -> None:
        """Read a list that was changed elsewhere; after another change of it since, that one's event follows."""
        n_changes = self._changes[name]
        try:
            stored = replace(await result_of(self._workspace.read_watchlist(name)), updated_at=0)
        except UnknownNameError:  # it was deleted or renamed since
            return
        if n_changes != self._changes[name] or self._lists.get(name) == stored:
            return
        self._lists[name] = stored
        self._stacks.pop(name, None)  # what was undone here would undo what others did
        self.changed.emit()

    def _on_watchlist_changed(self, event: WatchlistChanged) -> None:
        self._changes.update(filter(None, (event.name, event.former_name)))
        if event.change == "deleted":
            if event.name in self._lists and self._n_saving == 0:
                self._forget(event.name)
                self.changed.emit()
            return
        if event.change == "renamed" and event.former_name in self._lists:
            is_shown = self.shown_name == event.former_name
            self._rename(event.former_name, event.name)
            self._shown = event.name if is_shown else self._shown
            self.changed.emit()
        self._tasks.start(self._reload(event.name))
