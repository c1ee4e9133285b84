"""Runs the window: application, asyncio loop, signals, and the hooks that log uncaught exceptions."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import qasync
from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from candledesk.domain.interval import parse_interval
from candledesk.ending_signals import ending_signals
from candledesk.paths import resources_dir
from candledesk.ui.bridge import Bridge
from candledesk.ui.garbage import GarbageTimer
from candledesk.ui.shell.display_check import check_desktop
from candledesk.ui.shell.feature import DataOrigin
from candledesk.ui.shell.main_window import MainWindow
from candledesk.ui.shell.watchdog import Watchdog
from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from candledesk.cache.api import CacheApi
    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.feature import FeatureFactory
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.layouts import AutosavedLayout

_log = logging.getLogger(__name__)
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_INTERRUPTED = 130
NO_CHART_MS = 1_000  # nothing that is stored takes so long to be shown
_FIRST_UPDATE_MS = 1_500  # after the cached chart was painted; it also shows whether there is a network
# Objects that exist by now live to the end. Each full pass of the collector over them blocks every thread: measured
# while ten thousand jobs were queued, 203 ms at the longest, and 32 ms once they are frozen.
_FREEZE_OBJECTS_MS = 3_000


class SignalWatch(QObject):
    """Closes the window on a signal that ends programs; a second one ends the process at once, with exit code 130.

    A Python handler alone runs only when Python code runs next, which may be never in an idle Qt loop: the wake-up
    descriptor makes Qt's loop run it within 2 ms (notes/reliability.md §2).
    """

    def __init__(self, on_signal: Callable[[], object], on_abort: Callable[[], object]) -> None:
        """Call ``on_signal`` on the GUI thread; ``on_abort``, which must be quick, before the process ends at once."""
        super().__init__()
        self._on_signal, self._on_abort = on_signal, on_abort
        self._is_second = False
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._previous = [(number, signal.signal(number, self._handle)) for number in ending_signals()]
        self._previous_fd = signal.set_wakeup_fd(self._writer.fileno())
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)

    def _handle(self, _number: int, _frame: object) -> None:
        if self._is_second:
            try:
                self._on_abort()
            finally:
                os._exit(_INTERRUPTED)
        self._is_second = True

    def _on_activated(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._reader.recv(64)
        if self._is_second:
            self._on_signal()

    def close(self) -> None:
        """Restore the previous signal handlers."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._previous_fd)
        for number, handler in self._previous:
            signal.signal(number, handler)
        self._reader.close()
        self._writer.close()


def _log_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.error("unexpected error in the window", exc_info=(kind, error, trace))


def _log_thread_exception(arguments: threading.ExceptHookArgs) -> None:
    name = arguments.thread.name if arguments.thread else "?"
    _log.error("unexpected error in thread %s: %s", name, arguments.exc_value, exc_info=arguments.exc_value)


def _log_unraisable(arguments: sys.UnraisableHookArgs) -> None:
    _log.error("error that could not be raised in %r", arguments.object, exc_info=arguments.exc_value)


def _log_loop_exception(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    _log.error("unexpected error in the loop: %s", context.get("message"), exc_info=context.get("exception"))


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    _log.log(_QT_LEVELS.get(kind, logging.WARNING), "Qt: %s", text)


@contextlib.contextmanager
def _hooks() -> Iterator[None]:
    """Log uncaught exceptions and Qt's messages while the window runs."""
    previous = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook, threading.excepthook, sys.unraisablehook = _log_exception, _log_thread_exception, _log_unraisable
    qInstallMessageHandler(_log_qt)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = previous
        qInstallMessageHandler(None)


def _application() -> QApplication:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
        app = QApplication(sys.argv[:1])
    app.setApplicationName("CandleDesk")
    app.setDesktopFileName("candledesk")
    app.setWindowIcon(QIcon(str(resources_dir() / "icons" / "candledesk.svg")))
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)
    return app


def _end_tasks(loop: qasync.QEventLoop) -> None:
    """Cancel the coroutines that still wait, and let them end."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


class FirstChart(QObject):
    """Calls a function once, after the first chart is painted, or after ``NO_CHART_MS`` when none is stored."""

    def __init__(self, charts: ChartController, call: Callable[[], object]) -> None:
        """Wait from now on."""
        super().__init__(charts)
        self._call: Callable[[], object] | None = call
        self._timer = single_shot_timer(self, NO_CHART_MS, self._on_timeout)
        self._timer.start()
        self._charts = charts
        charts.series_changed.connect(self._on_series_changed)

    def close(self) -> None:
        """Call nothing any more."""
        self._call = None

    def _on_series_changed(self) -> None:
        """Wait for the paint of the bars that have just arrived."""
        page = self._charts.page
        if self._call is not None and page is not None:
            self._charts.series_changed.disconnect(self._on_series_changed)
            page.view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Call the function after the paint that begins now."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._timer.start(0)
        return False

    def _on_timeout(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How a window opens: a chart per symbol in ``interval``; ``theme``: the value of the option, empty when not given.

    ``log_file``: where the watchdog writes, ``None`` for nowhere; ``origin``: where the data are from.
    """

    home: Path
    symbols: tuple[str, ...] = ()
    interval: str = "1d"
    theme: str = ""
    log_file: Path | None = None
    origin: DataOrigin = field(default_factory=DataOrigin)


@dataclass(frozen=True, slots=True)
class WindowEnds:
    """Callbacks at the start and end of a window, each on the GUI thread.

    ``on_shown``: the first chart is shown, or nothing was stored that could be shown at once. ``on_quit``: after it is
    hidden; does the bounded shutdown and may end the process. ``on_abort``: at a second signal, before the process ends
    at once.
    """

    on_quit: Callable[[], object]
    on_shown: Callable[[], object] = lambda: None
    on_abort: Callable[[], object] = lambda: None


def run_window(
    cache: CacheApi,
    options: WindowOptions,
    ends: WindowEnds,
    *,
    features: Iterable[FeatureFactory],
    layout: AutosavedLayout | None = None,
    workspace: SubscribedWorkspace | None = None,
    open_browser: Callable[[], None] | None = None,
) -> int:
    """Open the window with its features and run until it is closed; return the exit code.

    ``layout``: where the charts are kept, ``workspace``: where watchlists and named layouts are, ``None`` for nowhere.

    Raises ``EnvironmentFaultError`` when no window can be opened and ``InputError`` for an unknown interval.
    """
    check_desktop()
    interval = parse_interval(options.interval)
    app = _application()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(_log_loop_exception)
    bridge = Bridge(cache)
    watchdog = Watchdog(options.log_file) if options.log_file is not None else None

    def quit_all() -> None:
        if watchdog is not None:
            watchdog.close()
        bridge.close()
        try:
            ends.on_quit()
        finally:
            loop.stop()

    window = MainWindow(
        cache,
        bridge,
        home=options.home,
        features=features,
        theme=options.theme,
        origin=options.origin,
        layout=layout,
        workspace=workspace,
        open_browser=open_browser,
        on_closed=quit_all,
    )
    window.open_charts(options.symbols, interval)
    _run_loop(loop, window, ends)
    return 0


def _finish_start(window: MainWindow, on_shown: Callable[[], object]) -> None:
    """Do what the first picture does not need; the web server starts beside it."""
    on_shown()
    window.finish_start()
    garbage = GarbageTimer(window)  # not before: the first pass over what was imported takes its time too
    window.charts.moved.connect(garbage.put_off)


def _run_loop(loop: qasync.QEventLoop, window: MainWindow, ends: WindowEnds) -> None:
    """Show the window and run the loop until it is stopped."""
    watch = SignalWatch(window.close, ends.on_abort)
    with _hooks():
        window.show()
        if window.charts.page is not None:
            window.charts.page.view.setFocus()
        first_chart = FirstChart(window.charts, partial(_finish_start, window, ends.on_shown))
        QTimer.singleShot(_FIRST_UPDATE_MS, window.charts.update_front)
        QTimer.singleShot(_FREEZE_OBJECTS_MS, gc.freeze)
        try:
            loop.run_forever()
        finally:
            first_chart.close()
            watch.close()
            _end_tasks(loop)
            loop.close()
