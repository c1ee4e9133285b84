"""The events of what a person made: what changed, for the window, the event stream and other subscribers.

The API writes them as JSON by their annotations (``domain.json_fields``, ``web.codec``).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from candledesk.domain.json_fields import JsonField

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

Change = Literal["added", "changed", "renamed", "deleted"]


@dataclass(frozen=True, slots=True)
class DocumentChanged:
    """Event: a named document is stored in another form, under another name, or no longer; read it again.

    ``origin``: who changed it, so that it need not read what it wrote itself; empty for all others.
    """

    name: str
    change: Change
    former_name: Annotated[str | None, JsonField(is_left_out_empty=True), "before it was renamed"] = None
    origin: Annotated[str, JsonField(is_left_out_empty=True), "window: changed in the desktop window"] = ""


class WatchlistChanged(DocumentChanged):
    """Event: a watchlist changed."""

    __slots__ = ()


class LayoutChanged(DocumentChanged):
    """Event: a named layout changed; the layout that the window saves by itself has no events."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class DrawingsChanged:
    """Event: drawings of a symbol were stored or deleted, all in one transaction; the ids of each.

    ``origin``: as that of ``DocumentChanged``.
    """

    symbol: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    origin: Annotated[str, JsonField(is_left_out_empty=True), "window: changed in the desktop window"] = ""


WorkspaceEvent = WatchlistChanged | LayoutChanged | DrawingsChanged


class WorkspaceEvents:
    """Calls every subscriber with each event; one that fails does not keep the others from being called."""

    def __init__(self) -> None:
        """Start without subscribers."""
        self._callbacks: list[Callable[[WorkspaceEvent], None]] = []  # a list's own operations are atomic

    def subscribe(self, callback: Callable[[WorkspaceEvent], None]) -> Callable[[], None]:
        """Call ``callback`` for every event, on the thread of the user data; the result ends that."""
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return unsubscribe

    def emit(self, event: WorkspaceEvent) -> None:
        """Call every subscriber with an event."""
        for callback in tuple(self._callbacks):
            try:
                callback(event)
            except Exception:
                log.exception("a subscriber failed at %s", type(event).__name__)
