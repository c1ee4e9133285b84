"""The process of one own indicator, seen from the thread that asks it; only that one thread may."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.cache.own.frames import HEAD, TIME_LIMIT_S, FrameError, lengths, pack, read_document
from candledesk.domain.errors import OwnIndicatorError

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, FloatArray

log = logging.getLogger(__name__)
START_TIMEOUT_S = 30.0  # Python and numpy take 0.2 s; a loaded machine takes many times that
GRACE_S = 1.0  # past the limit that the process itself keeps
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL")  # no more: a file need not know secrets
_TAIL = 8_192  # of what the process printed, bytes
_CHUNK = 1 << 16
_DUMP = b"most recent call first"  # of faulthandler, which a hung process is left to write
_N_LOGGED = 50  # lines of one process that are logged


class StoppedError(OwnIndicatorError):
    """The file took too long, or ended its process."""


class OwnProcess:
    """Runs one version of one file; started by ``load``, and of no more use after a ``StoppedError``."""

    def __init__(self, path: str, source: bytes, limit_s: float = TIME_LIMIT_S) -> None:
        """Remember the file; ``path``: how messages name it; ``limit_s``: of one call."""
        self._path, self._source, self._limit_s = path, source, limit_s
        self._process: subprocess.Popen[bytes] | None = None
        self._printed = b""
        self._n_logged = 0

    def load(self) -> dict[str, Any]:
        """Start the process and return what the file declares; ``OwnIndicatorError`` with the line that fails."""
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "candledesk.cache.own.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
            start_new_session=True,  # a group of its own, which is killed as a whole
        )
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            os.set_blocking(stream.fileno(), False)  # type: ignore[union-attr] # all three are pipes
        start = {"path": self._path, "limit_s": self._limit_s}
        document, _ = self._ask(pack(start, self._source), START_TIMEOUT_S + self._limit_s, 0)
        declaration = document.get("declaration")
        if not isinstance(declaration, dict):
            raise self._failure(document)
        return declaration

    def compute(self, outputs: tuple[str, ...], params: dict[str, Any], bars: Bars) -> tuple[FloatArray, ...]:
        """Return one float64 ``(n,)`` for each output; ``OwnIndicatorError`` with the line that fails."""
        columns = (bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume)
        data = b"".join(np.ascontiguousarray(column).tobytes() for column in columns)
        call = pack({"outputs": list(outputs), "params": params, "n": len(bars)}, data)
        n_bytes = 8 * len(bars)
        document, arrays = self._ask(call, self._limit_s + GRACE_S, n_bytes * len(outputs))
        if document.get("ok") is not True:
            raise self._failure(document)
        if len(arrays) != n_bytes * len(outputs):
            raise self._end("did not answer as an indicator does")
        lines = np.frombuffer(arrays, np.float64).reshape(len(outputs), len(bars)).copy()
        lines[~np.isfinite(lines)] = np.nan
        return tuple(lines)

    def _failure(self, document: dict[str, Any]) -> OwnIndicatorError:
        text, line = document.get("error"), document.get("line")
        if not isinstance(text, str) or not isinstance(line, int):
            return self._end("did not answer as an indicator does")
        kind = StoppedError if document.get("is_stopped") is True else OwnIndicatorError
        shown = "".join(letter if letter.isprintable() else " " for letter in text)
        return kind(f"{self._name}, line {line}: {shown}")

    @property
    def _name(self) -> str:
        return self._path.rpartition("/")[2]

    def _ask(self, message: bytes, timeout_s: float, max_arrays: int) -> tuple[dict[str, Any], bytes]:
        """Send a message and return the answer; kill the process and raise ``StoppedError`` when none comes."""
        try:
            head, arrays = self._exchange(memoryview(message), time.monotonic() + timeout_s, max_arrays)
            return read_document(head), arrays
        except TimeoutError:
            raise self._end(f"stopped: no answer within {self._limit_s:g} s") from None
        except FrameError:
            raise self._end("did not answer as an indicator does") from None
        except (EOFError, OSError):
            raise self._end("its process ended before it answered") from None

    def _exchange(self, unsent: memoryview, deadline: float, max_arrays: int) -> tuple[bytes, bytes]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None or process.stderr is None:
            raise EOFError
        received = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdin, selectors.EVENT_WRITE)
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stderr, selectors.EVENT_READ)
            while True:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    raise TimeoutError
                for key, _ in selector.select(left_s):
                    if key.fileobj is process.stdin:
                        unsent = unsent[os.write(key.fd, unsent[:_CHUNK]) :]
                        if not unsent:
                            selector.unregister(process.stdin)
                    elif key.fileobj is process.stderr:
                        if not self._take_printed(key.fd):
                            selector.unregister(process.stderr)
                    else:
                        _take(key.fd, received)
                        found = _split(received, max_arrays)
                        if found is not None:
                            return found

    def _take_printed(self, descriptor: int) -> bool:
        """Read what the process printed, and log the first lines of it; return whether more can come."""
        data = os.read(descriptor, _CHUNK)
        self._printed = (self._printed + data)[-_TAIL:]
        for line in data.decode(errors="replace").splitlines()[: _N_LOGGED - self._n_logged]:
            self._n_logged += 1
            log.info("%s printed: %s", self._name, line[:200])
        return bool(data)

    def _end(self, why: str) -> StoppedError:
        """Kill the process; return the error, with the line that the process was at, if it is known."""
        self.close()
        dumped = self._printed[max(self._printed.rfind(_DUMP), 0) :]
        row = re.search(re.escape(f'File "{self._path}", line ').encode() + rb"(\d+)", dumped)
        line = f", line {int(row[1])}" if row else ""
        return StoppedError(f"{self._name}{line}: {why}")

    def kill(self) -> None:
        """End the process and those that it started at once; callable from any thread."""
        if self._process is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill the process and close its pipes."""
        process = self._process
        if process is None:
            return
        self.kill()
        process.kill()
        process.wait()
        with contextlib.suppress(OSError, ValueError):  # closed before, or held open by a process that got away
            for _ in range(_TAIL):
                if process.stderr is None or not self._take_printed(process.stderr.fileno()):
                    break
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                stream.close() if stream is not None else None


def _take(descriptor: int, received: bytearray) -> None:
    data = os.read(descriptor, _CHUNK)
    if not data:
        raise EOFError
    received += data


def _split(received: bytearray, max_arrays: int) -> tuple[bytes, bytes] | None:
    """Return JSON and arrays of a message when all of it was received."""
    if len(received) < HEAD.size:
        return None
    n_json, n_arrays = lengths(bytes(received[: HEAD.size]), max_arrays)
    end = HEAD.size + n_json
    if len(received) < end + n_arrays:
        return None
    return bytes(received[HEAD.size : end]), bytes(received[end : end + n_arrays])
