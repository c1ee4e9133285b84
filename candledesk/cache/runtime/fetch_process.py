"""The fetch process, which runs the remote providers and the calendars with pandas, seen from the parent.

Why a process: a pandas parse in a thread holds the GIL for 24 to 206 ms of the window's frames (DESIGN.md,
"Threads"), and a call that hangs can be killed. Frames on its
pipes: 8 bytes of length, then a pickle; both ends are ours.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import pickle
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from candledesk.cache.runtime.threads import start_daemon
from candledesk.domain.errors import ClosingError, EnvironmentFaultError
from candledesk.providers.answers import FaultAnswer

if TYPE_CHECKING:
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.venue import Venue
    from candledesk.providers.answers import FetchRequest, ProviderAnswer, SearchAnswer
    from candledesk.providers.base import ProviderOptions

log = logging.getLogger(__name__)
START_TIMEOUT_S = 90.0  # the imports take 2 to 3 s here (STYLE.md); a loaded machine takes many times that
GRACE_S = 2.0  # past the deadline that the child itself keeps, before it is taken for hung and killed
CALENDAR_TIMEOUT_S = 60.0
IDLE_S = 600.0  # then it ends and gives its 150 MB back (WINDOW.md, "Speed to hold")
_LENGTH = struct.Struct(">Q")


def write_frame(stream: IO[bytes], message: object) -> None:
    """Send one message."""
    data = pickle.dumps(message, protocol=5)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Any:  # noqa: ANN401 - whatever the other end sent
    """Receive one message; raise ``EOFError`` when the other end is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    return pickle.loads(stream.read(_LENGTH.unpack(head)[0]))  # noqa: S301 - our own child, over a private pipe


@dataclass(frozen=True, slots=True)
class ChildConfig:
    """What the child needs to know at its start."""

    options: ProviderOptions
    n_threads: int


class _Generation:
    """One life of the child: its process, its pending calls and the thread that reads its replies."""

    def __init__(self, config: ChildConfig) -> None:
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "candledesk.cache.runtime.fetch_process_main"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal reaches the parent only, which ends the child in its order
        )
        self.pending: dict[int, Future[Any]] = {}
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.is_dead = False
        self.ready: Future[Any] = Future()
        self.pending[0] = self.ready
        start_daemon("candledesk-child-replies", self._read)
        start_daemon("candledesk-child-messages", self._log_messages)
        self._send(config)

    def _send(self, message: object) -> None:
        if self.process.stdin is None:  # pragma: no cover - PIPE was asked for
            raise EOFError
        write_frame(self.process.stdin, message)

    def call(self, kind: str, payload: object) -> Future[Any]:
        """Send one call; its future fails with ``EOFError`` when the child dies."""
        future: Future[Any] = Future()
        with self.lock:
            if self.is_dead:
                future.set_exception(EOFError())
                return future
            number = next(self.numbers)
            self.pending[number] = future
            try:
                self._send((number, kind, payload))
            except OSError:
                self.pending.pop(number)
                future.set_exception(EOFError())
        return future

    def _read(self) -> None:
        try:
            while self.process.stdout is not None:
                number, is_error, value = read_frame(self.process.stdout)
                with self.lock:
                    future = self.pending.pop(number, None)
                if future is not None:
                    future.set_exception(value) if is_error else future.set_result(value)
        except (EOFError, OSError, pickle.UnpicklingError):
            log.debug("the fetch process has ended")
        with self.lock:
            self.is_dead = True
            pending, self.pending = self.pending, {}
        for future in pending.values():
            future.set_exception(EOFError())
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # a call that was half written went nowhere
                stream.close() if stream is not None else None

    def _log_messages(self) -> None:
        """Log what libraries print to stderr: it is for developers, and must not fill the user's terminal."""
        if self.process.stderr is None:  # pragma: no cover - PIPE was asked for
            return
        with self.process.stderr as stream:
            for line in stream:
                log.warning("the fetch process printed: %s", line.decode(errors="replace").rstrip())

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()


class Child:
    """Calls into the child process, from any thread.

    The process is started at the first call and again after a death, and ends when nothing was asked for a while.
    """

    def __init__(self, config: ChildConfig, idle_s: float = IDLE_S) -> None:
        """Remember the configuration; nothing is started yet. ``idle_s``: seconds without a call until it ends."""
        self._config = config
        self._idle_s = idle_s
        self._changed = threading.Condition()  # guards what follows; notified when a call or the process ends
        self._generation: _Generation | None = None
        self._n_calls = 0  # under way
        self._asked_at = 0.0  # when the last call ended
        self._closed = False

    @property
    def is_running(self) -> bool:
        """Whether the process exists now."""
        with self._changed:
            return self._generation is not None and not self._generation.is_dead

    def _begin_call(self) -> _Generation:
        with self._changed:
            if self._closed:
                msg = "CandleDesk is shutting down"
                raise ClosingError(msg)
            if self._generation is None or self._generation.is_dead:
                self._generation = _Generation(self._config)
                start_daemon("candledesk-child-idle", partial(self._end_when_idle, self._generation))
                self._changed.notify_all()  # the thread of a process that died ends
            self._n_calls += 1
            return self._generation

    def _end_call(self) -> None:
        with self._changed:
            self._n_calls -= 1
            self._asked_at = time.monotonic()

    def _end_when_idle(self, generation: _Generation) -> None:
        """Wait until nothing was asked of the process for ``idle_s``, and end it; the next call starts another."""
        with self._changed:
            while self._generation is generation and not self._closed:
                left_s = self._asked_at + self._idle_s - time.monotonic()
                if self._n_calls == 0 and left_s <= 0:
                    log.info("the fetch process ends: nothing was asked of it for %.0f s", self._idle_s)
                    self._generation = None
                    generation.kill()
                else:
                    self._changed.wait(self._idle_s if self._n_calls else left_s)

    def _call(self, kind: str, payload: object, timeout_s: float) -> Any:  # noqa: ANN401 - typed by the public methods
        generation = self._begin_call()
        try:
            generation.ready.result(START_TIMEOUT_S)
            return generation.call(kind, payload).result(timeout_s)
        except FutureTimeoutError:
            log.warning("the fetch process did not answer within %.0f s: it is replaced", timeout_s)
            generation.kill()
            raise
        finally:
            self._end_call()

    def warm_up(self) -> None:
        """Start the process without waiting, so that the first fetch need not wait for its imports."""
        self._begin_call()
        self._end_call()

    def fetch(self, request: FetchRequest) -> ProviderAnswer:
        """Fetch one window of a spelled symbol; a dead or hung process is a transient fault."""
        try:
            answer: ProviderAnswer = self._call("fetch", request, request.deadline_s + GRACE_S)
        except FutureTimeoutError:
            return FaultAnswer(f"no answer within {request.deadline_s:g} s")
        except EOFError:
            return FaultAnswer("the fetch process ended unexpectedly")
        return answer

    def load_calendar(self, venue: Venue, start: int) -> SessionCalendar:
        """Compute a venue's sessions from ``start`` (UTC seconds); raise ``EnvironmentFaultError`` when it cannot."""
        try:
            calendar: SessionCalendar = self._call("calendar", (venue, start), CALENDAR_TIMEOUT_S)
        except (FutureTimeoutError, EOFError) as error:
            msg = "The calendar process did not answer; the next try starts it again"
            raise EnvironmentFaultError(msg) from error
        return calendar

    def search(self, provider: str, query: str, deadline_s: float) -> SearchAnswer:
        """Search symbols at a provider; a dead or hung process is a transient fault."""
        try:
            answer: SearchAnswer = self._call("search", (provider, query, deadline_s), deadline_s + GRACE_S)
        except FutureTimeoutError:
            return FaultAnswer(f"no answer within {deadline_s:g} s")
        except EOFError:
            return FaultAnswer("the fetch process ended unexpectedly")
        return answer

    def close(self) -> None:
        """Kill the process; calls under way fail."""
        with self._changed:
            self._closed = True
            generation = self._generation
            self._changed.notify_all()
        if generation is not None:
            generation.kill()
