"""Reading and changing the named documents of one kind; every change is one transaction and one event.

The last write wins: a document is replaced as a whole, in the order in which the thread of the user data gets the
changes. A change that leaves a document as it is stores nothing and has no event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from candledesk.domain.errors import DocumentError, NameTakenError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from candledesk.store import Connection
    from candledesk.store.user.documents import Document
    from candledesk.store.user.named_documents import NamedRows
    from candledesk.workspace.events import Change, WorkspaceEvent
    from candledesk.workspace.user_data import UserData

    WriteRow = Callable[[Connection, str, Document, int], bool]

T = TypeVar("T")
MAX_DOCUMENTS = 200  # of one kind


@dataclass(frozen=True, slots=True)
class DocumentKind(Generic[T]):
    """What differs between the kinds.

    ``noun``: for messages; ``encode`` returns the name and the document of a model, ``decode`` the model of a row (its
    name, document and time of change); ``write`` stores a document as ``NamedDocuments.write`` does; ``hidden``: the
    name of a row that is not a person's; ``event`` makes the event, ``None`` for no event.
    """

    noun: str
    rows: NamedRows
    encode: Callable[[T], tuple[str, Document]]
    decode: Callable[[str, Document, int], T]
    write: WriteRow
    event: Callable[..., WorkspaceEvent | None]
    hidden: str | None = None


class NamedDocumentStore(Generic[T]):
    """The documents of one kind in ``user.db``.

    Futures fail with ``UnknownNameError``, ``NameTakenError``, ``DocumentError`` when there are too many documents, and
    with ``EnvironmentFaultError`` when the file cannot be read or written.
    """

    def __init__(
        self, user_data: UserData, kind: DocumentKind[T], emit: Callable[[WorkspaceEvent], None], origin: str = ""
    ) -> None:
        """Read nothing yet; ``emit`` is called on the thread of the user data after a change is on the disk.

        ``origin``: of the events of changes.
        """
        self._user_data = user_data
        self._kind = kind
        self._emit = emit
        self._origin = origin

    def list_all(self) -> Future[list[T]]:
        """Return the documents in the person's order."""

        def read(conn: Connection) -> list[T]:
            return [self._read(conn, name) for name in self._names(conn)]

        return self._user_data.read(read)

    def read(self, name: str) -> Future[T]:
        """Return one document."""
        return self._user_data.read(lambda conn: self._read(conn, name))

    def add(self, model: T) -> Future[T]:
        """Store a new document at the end; ``NameTakenError`` when its name is taken."""
        name, document = self._kind.encode(model)

        def write(conn: Connection) -> tuple[T, WorkspaceEvent | None]:
            self._require_free(conn, name)
            return self._write(conn, name, document), self._event(name, "added")

        return self._change(write)

    def put(self, name: str, model: T, write_row: WriteRow | None = None, *, has_former: bool = False) -> Future[T]:
        """Store a document in the place of the one of that name, or as a new one.

        A model with another name renames the document: ``UnknownNameError`` when there is none, ``NameTakenError`` when
        the new name is taken. ``write_row``: instead of that of the kind; ``has_former``: a document is replaced,
        ``UnknownNameError`` when there is none.
        """
        new_name, document = self._kind.encode(model)

        def write(conn: Connection) -> tuple[T, WorkspaceEvent | None]:
            if new_name != name:
                return self._rename(conn, name, new_name, document)
            is_new = self._kind.rows.read_row(conn, name) is None
            if has_former:
                self._read(conn, name)
            former = None if is_new else self._kind.rows.read(conn, name)
            stored = self._write(conn, name, document, write_row, is_new=is_new)
            change: Change = "added" if is_new else "changed"
            return stored, None if former == document else self._event(name, change)

        return self._change(write)

    def replace(self, name: str, read_new: Callable[[Connection], T]) -> Future[T]:
        """Store what ``read_new`` returns in the place of the document of that name, in one transaction."""

        def write(conn: Connection) -> tuple[T, WorkspaceEvent | None]:
            former = self._read(conn, name)
            _, document = self._kind.encode(read_new(conn))
            is_changed = self._kind.encode(former)[1] != document
            return self._write(conn, name, document, is_new=False), self._event(name, "changed") if is_changed else None

        return self._change(write)

    def require(self, conn: Connection, name: str) -> None:
        """Raise ``UnknownNameError`` unless there is a document of that name."""
        self._read(conn, name)

    def delete(self, name: str) -> Future[T]:
        """Remove a document, and return what it was."""

        def write(conn: Connection) -> tuple[T, WorkspaceEvent | None]:
            former = self._read(conn, name)
            self._kind.rows.delete(conn, name)
            return former, self._event(name, "deleted")

        return self._change(write)

    def _rename(
        self, conn: Connection, name: str, new_name: str, document: Document
    ) -> tuple[T, WorkspaceEvent | None]:
        self._read(conn, name)
        self._require_free(conn, new_name)
        self._kind.rows.rename(conn, name, new_name)
        return self._write(conn, new_name, document, is_new=False), self._event(new_name, "renamed", name)

    def _names(self, conn: Connection) -> list[str]:
        return [row.name for row in self._kind.rows.list_rows(conn) if row.name != self._kind.hidden]

    def _read(self, conn: Connection, name: str) -> T:
        row = self._kind.rows.read_row(conn, name)
        document = self._kind.rows.read(conn, name)
        if row is None or document is None or name == self._kind.hidden:
            raise UnknownNameError(f"There is no {self._kind.noun} {name!r}: list them to see the names.")
        return self._kind.decode(name, document, row.updated_at)

    def _event(self, name: str, change: Change, former_name: str | None = None) -> WorkspaceEvent | None:
        return self._kind.event(name, change, former_name, self._origin)

    def _write(
        self, conn: Connection, name: str, document: Document, write_row: WriteRow | None = None, *, is_new: bool = True
    ) -> T:
        if is_new and len(self._names(conn)) >= MAX_DOCUMENTS:
            raise DocumentError("name", f"There are {MAX_DOCUMENTS} {self._kind.noun}s already: delete one first")
        (write_row or self._kind.write)(conn, name, document, self._user_data.now())
        return self._read(conn, name)

    def _require_free(self, conn: Connection, name: str) -> None:
        if self._kind.rows.read_row(conn, name) is not None:
            raise NameTakenError(f"There is a {self._kind.noun} {name!r} already: choose another name or replace it.")

    def _change(self, task: Callable[[Connection], tuple[T, WorkspaceEvent | None]]) -> Future[T]:
        events: list[WorkspaceEvent] = []

        def run(conn: Connection) -> T:
            stored, event = task(conn)
            events.extend([event] if event is not None else [])
            return stored

        def report(done: Future[T]) -> None:
            if not done.cancelled() and done.exception() is None:
                for event in events:
                    self._emit(event)

        changed = self._user_data.write(run)
        changed.add_done_callback(report)
        return changed
