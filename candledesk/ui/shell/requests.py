"""What one feature of the window asks of another, which it does not know."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class WindowRequests(QObject):
    """Signals that any feature emits and the feature that can do it handles; without one nothing happens.

    ``compare_requested`` carries a symbol to compare with the active chart, ``compare_search_requested`` opens the
    search for one; ``watchlist_requested`` carries a symbol to add to the watchlist that is shown.
    ``layout_requested`` and ``list_requested`` carry the name of a layout to open and of a
    watchlist to show; ``backfill_requested`` the symbols with which the form of backfills begins.
    ``closing``: the window is being closed, and nothing is to be started any more.
    """

    closing = Signal()
    compare_requested = Signal(str)
    compare_search_requested = Signal()
    watchlist_requested = Signal(str)
    layout_requested = Signal(str)
    list_requested = Signal(str)
    backfill_requested = Signal(object)  # list of symbols
