"""An asyncio loop on Qt's, for windows that are opened without ``run_window``."""

import asyncio
import contextlib

import qasync
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget


@contextlib.contextmanager
def qt_event_loop(app):
    """Run the coroutines of the window on ``app``; those that still wait at the end are cancelled."""
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    asyncio._set_running_loop(loop)  # not already_running=True: ending that makes Qt's nested loops return at once
    try:
        yield loop
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        while not all(task.done() for task in tasks):
            app.processEvents()
    finally:
        asyncio._set_running_loop(None)
        asyncio.set_event_loop(None)
        loop.close()


@contextlib.contextmanager
def destroyed_after(app):
    """Destroy at the end what was made without a parent meanwhile.

    Left to the garbage collector, a widget may die while a style sheet goes round all widgets, or with an event for it
    on its way: a crash in a later test, which has nothing to do with it.
    """
    before = set(app.topLevelWidgets())
    yield
    for widget in app.topLevelWidgets():
        is_own = type(widget) is not QWidget  # a plain one is a part of pyqtgraph's view, and dies with it
        if is_own and shiboken6.isValid(widget) and widget.parent() is None and widget not in before:
            widget.hide()
            widget.deleteLater()
            QCoreApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete)
