"""Noise fails tests: log warnings, threads and windows left behind, sockets to anything but loopback.

Python warnings and Qt messages are turned into failures in pyproject.toml. libcurl opens its sockets outside Python, so
what goes through yfinance is not seen here: such tests point it at the demo market.
"""

import gc
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
from functools import partial

import pytest
from hypothesis import HealthCheck, settings

from candledesk.ui.garbage import collect_due

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Property tests are about rules, not about a busy machine's speed, and fail for a change, not for other examples.
settings.register_profile("rules", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rules")

THREAD_GRACE_S = 10.0  # a busy machine may need it; a thread that ends is waited for no longer than that takes


def pytest_configure():
    """Let no thread but the main one destroy what a test left: widgets would crash there (candledesk/ui/garbage.py)."""
    gc.disable()
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it, and what the tests start would ignore it too


def pytest_collection_finish():
    """Leave what the modules and the list of tests hold, a million objects, out of every later pass."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logfinish():
    """Collect between the tests instead."""
    collect_due()


class SocketRefusedError(RuntimeError):
    """A test tried to reach another machine."""


class _Recorder(logging.Handler):
    """Keeps every record from WARNING up."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.records = []

    def emit(self, record):
        self.records.append(record)


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _non_daemon_threads():
    return {thread for thread in threading.enumerate() if not thread.daemon}


def _visible_windows():
    widgets = sys.modules.get("PySide6.QtWidgets")
    return {window for window in widgets.QApplication.topLevelWidgets() if window.isVisible()} if widgets else set()


@pytest.fixture(autouse=True)
def _no_unexpected_logs(request):
    """Fail a test that logs a warning, unless it reads the log (caplog) or is marked allow_logs."""
    recorder = _Recorder()
    logging.getLogger().addHandler(recorder)
    yield
    logging.getLogger().removeHandler(recorder)
    if recorder.records and "caplog" not in request.fixturenames and not request.node.get_closest_marker("allow_logs"):
        lines = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in recorder.records]
        pytest.fail("unexpected log records:\n" + "\n".join(lines), pytrace=False)


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    """Fail a test that leaves a thread running that would keep the process alive, or a window open."""
    threads, windows = _non_daemon_threads(), _visible_windows()
    yield
    leaked_threads = _non_daemon_threads() - threads
    for thread in leaked_threads:
        thread.join(THREAD_GRACE_S)
    leaked = [thread.name for thread in leaked_threads if thread.is_alive()]
    leaked += [repr(window) for window in _visible_windows() - windows]
    if leaked:
        pytest.fail(f"left behind: {', '.join(leaked)}", pytrace=False)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch):
    """Refuse connections to other machines, and fail the test even if it swallows the refusal."""
    refused = []

    def guarded(connect):
        def guard(sock, address):
            if sock.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
                refused.append(address)
                raise SocketRefusedError(f"tests may only connect to loopback, not to {address}")
            return connect(sock, address)

        return guard

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    yield
    if refused:
        pytest.fail(f"tried to connect to {refused}", pytrace=False)


@pytest.fixture
def user_data(tmp_path):
    """The user data of the test, on the thread that owns it."""
    from candledesk.cache.runtime.writer import Writer  # most tests need no database
    from candledesk.workspace.user_data import UserData

    opened = UserData(tmp_path / "user.db", partial(Writer, name="candledesk-user-data"))
    yield opened
    assert opened.close(30)


@pytest.fixture
def workspace(user_data):
    """Watchlists, layouts, drawings and templates in the user data of the test."""
    from candledesk.workspace.workspace import Workspace

    return Workspace(user_data)


@pytest.fixture(autouse=True)
def _window_event_loop(request):
    """Give tests of windows an asyncio loop that counts as running, as it does while the window runs.

    Coroutines go on whenever Qt handles events: in ``settle``, in ``qtbot.waitUntil`` and so on.
    """
    if "qapp" not in request.fixturenames:
        yield
        return
    from tests.event_loop import destroyed_after, qt_event_loop  # most tests need no window

    app = request.getfixturevalue("qapp")
    with qt_event_loop(app), destroyed_after(app):
        yield
