"""Named documents of the user data, such as templates, as the window shows them: a change is seen at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from candledesk.ui.widget_tasks import result_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.ui.widget_tasks import WidgetTasks
    from candledesk.workspace.named_documents import NamedDocumentStore

T = TypeVar("T")


class KeptDocuments(Generic[T]):
    """``rows``: by name, in alphabetical order; without a store they are kept as long as the window is open."""

    def __init__(self, store: NamedDocumentStore[T] | None, tasks: WidgetTasks) -> None:
        """Start empty; ``tasks`` waits for what is stored, and reports what fails."""
        self._store, self._tasks = store, tasks
        self.rows: dict[str, T] = {}

    async def load(self) -> None:
        """Read what is stored; what was changed meanwhile stays as it is."""
        if self._store is not None:
            names = {row.name: row for row in await result_of(self._store.list_all())}  # type: ignore[attr-defined]
            self._show(names | self.rows)

    def put(self, name: str, row: T) -> None:
        """Store a document in the place of the one of that name; ``DocumentError`` when it is not valid."""
        if self._store is not None:
            self._wait(self._store.put(name, row))
        self._show({**self.rows, name: row})

    def delete(self, name: str) -> bool:
        """Remove a document; return whether there was one."""
        if self.rows.pop(name, None) is None:
            return False
        if self._store is not None:
            self._wait(self._store.delete(name))
        return True

    def free_name(self, name: str) -> str:
        """Return a name that no document has: the wanted one, or that one with a number."""
        return next(free for free in (name, *(f"{name[:56]} {n}" for n in range(2, 1_000))) if free not in self.rows)

    def _show(self, rows: dict[str, T]) -> None:
        self.rows = dict(sorted(rows.items(), key=lambda row: row[0].casefold()))

    def _wait(self, stored: Future[T]) -> None:
        async def wait() -> None:
            await result_of(stored)

        self._tasks.start(wait())
