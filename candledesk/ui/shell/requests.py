"""What one feature of the window asks of another, which it does not know."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class WindowRequests(QObject):
    """Signals that any feature emits and the feature that can do it handles; without one nothing happens.

    ``compare_requested`` carries a symbol to compare with the active chart, ``compare_search_requested`` opens the
    search for one; ``watchlist_requested`` a symbol to add to
    the watchlist that is shown.
    """

    compare_requested = Signal(str)
    compare_search_requested = Signal()
    watchlist_requested = Signal(str)
