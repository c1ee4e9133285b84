"""Calls on the GUI thread from any other thread.

Another thread must not emit a signal of a feed or a bridge: between the look whether the object is still there and the
signal the GUI thread may destroy it, and the process crashes. One object that lives as long as the process takes all
such calls, and the GUI thread looks whether the owner is still there.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, ParamSpec

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")


class _GuiCalls(QObject):
    called = Signal(object)  # Callable[[], object]

    def __init__(self) -> None:
        super().__init__()
        self.called.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def _call(self, function: Callable[[], object]) -> None:
        function()


@cache
def _gui_calls() -> _GuiCalls:
    """Return the object of this process; it belongs to the thread of the first call."""
    return _GuiCalls()


def on_gui_thread(owner: QObject, function: Callable[P, object]) -> Callable[P, None]:
    """Return a function for other threads: ``function`` is called on the GUI thread, in the order of the calls.

    Nothing is called once ``owner`` is destroyed. To be called on the GUI thread.
    """
    calls = _gui_calls()

    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        calls.called.emit(partial(_call_for, owner, partial(function, *args, **kwargs)))

    return call


def _call_for(owner: QObject, function: Callable[[], object]) -> None:
    if shiboken6.isValid(owner):
        function()
