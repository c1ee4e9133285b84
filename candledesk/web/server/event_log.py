"""The last events of this run, numbered, so that a reader whose connection broke gets the ones that it missed."""

from __future__ import annotations

import re
import secrets
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_EVENTS = 1_024  # a backfill of many series sends some ten a second; a browser comes back within seconds
_ID = re.compile(r"([0-9a-f]{8})-([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event of the cache or the workspace with its number in this run, which ascends from 1."""

    number: int
    event: Any


class EventLog:
    """Numbers events from any thread and hands each to every reader; keeps the last ``max_events``.

    An id is ``RUN-NUMBER``: after a restart of the program the ids of the former run are not taken for its own.
    """

    def __init__(self, max_events: int = MAX_EVENTS) -> None:
        """Begin with number 0: nothing has happened."""
        self._run = secrets.token_hex(4)
        self._lock = threading.Lock()
        self._kept: deque[LoggedEvent] = deque(maxlen=max_events)
        self._n = 0
        self._readers: list[Callable[[LoggedEvent], None]] = []
        self._endings: list[Callable[[], None]] = []
        self._is_open = False

    def open(self, sources: Iterable[Callable[[Callable[[Any], None]], Callable[[], None]]]) -> None:
        """Subscribe to ``sources`` with the first reader; later calls do nothing.

        A source takes what is called with each event and returns what ends the subscription.
        """
        if self._is_open:  # called on the server's thread alone
            return
        self._is_open = True
        self._endings = [source(self.record) for source in sources]

    def close(self) -> None:
        """End the subscriptions."""
        endings, self._endings = self._endings, []
        for end in endings:
            end()

    def record(self, event: object) -> None:
        """Give an event its number, keep it, and hand it to the readers; callable from every thread."""
        with self._lock:
            self._n += 1
            logged = LoggedEvent(self._n, event)
            self._kept.append(logged)
            for reader in self._readers:
                reader(logged)

    def follow(
        self, reader: Callable[[LoggedEvent], None], last_id: str | None
    ) -> tuple[int, list[LoggedEvent] | None, Callable[[], None]]:
        """Begin to hand events to ``reader``, which must only queue them.

        Returns the number of the last event before, those after ``last_id`` up to it (``None`` when they are not known
        any more or were of another run), and what ends the reading.
        """
        with self._lock:
            self._readers.append(reader)
            missed = [] if last_id is None else self._since(last_id)
            return self._n, missed, lambda: self._leave(reader)

    def id_of(self, number: int) -> str:
        """Return the id of the event with that number."""
        return f"{self._run}-{number}"

    def _leave(self, reader: Callable[[LoggedEvent], None]) -> None:
        with self._lock:
            self._readers.remove(reader)

    def _since(self, last_id: str) -> list[LoggedEvent] | None:
        found = _ID.fullmatch(last_id)
        if found is None or found[1] != self._run:
            return None
        number = int(found[2])
        if not self._n - len(self._kept) <= number <= self._n:
            return None
        return [logged for logged in self._kept if logged.number > number]
