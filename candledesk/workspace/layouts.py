"""The autosaved layouts of the window: read once at the start, stored after every change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.user.layouts import AUTOSAVED, read_layout, write_layout
from candledesk.workspace.window_layout import LoadedLayout, parse_window, window_document

if TYPE_CHECKING:
    from concurrent.futures import Future

    from candledesk.store import Connection
    from candledesk.workspace.user_data import UserData
    from candledesk.workspace.window_layout import WindowLayout


class AutosavedLayout:
    """The autosaved layout of one home.

    ``loaded``: the stored layout. The future ends with ``EnvironmentFaultError`` when it cannot be read, as in a file
    of a newer CandleDesk; then nothing is stored in this run, because it would replace the layout that was not read.
    """

    def __init__(self, user_data: UserData) -> None:
        """Start to read the stored layout."""
        self._user_data = user_data
        self._is_read = False  # this and the next are set by the thread of the user data alone
        self._has_saved = False
        self.loaded: Future[LoadedLayout] = user_data.read(self._read)

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be stored in this home."""
        return self._user_data.refusal is not None

    def save(self, layout: WindowLayout) -> Future[bool]:
        """Store the layouts; the future returns whether it differed from the stored one.

        The first change of a run keeps the layout stored before as a version. The future ends with
        ``EnvironmentFaultError`` when nothing can be stored, or when the stored layout could not be read.
        """
        document = window_document(layout)

        def write(conn: Connection) -> bool:
            if not self._is_read:
                raise EnvironmentFaultError("The charts of the last time were not read, so these are not stored")
            now, keeps_version = self._user_data.now(), not self._has_saved
            return write_layout(conn, AUTOSAVED, document, now, keeps_version=keeps_version)

        saved = self._user_data.write(write)
        saved.add_done_callback(self._on_saved)
        return saved

    def _read(self, conn: Connection) -> LoadedLayout:
        document = read_layout(conn, AUTOSAVED)
        self._is_read = True
        return LoadedLayout(None if document is None else parse_window(document), self._user_data.notice)

    def _on_saved(self, saved: Future[bool]) -> None:
        if not saved.cancelled() and saved.exception() is None and saved.result():
            self._has_saved = True
