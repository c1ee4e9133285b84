"""An asyncio loop on Qt's, for windows that are opened without ``run_window``."""

import asyncio
import contextlib

import qasync


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
