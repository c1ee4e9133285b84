"""The process of one own indicator: runs its file within limits, and answers with values or with the failing line.

This is no sandbox against an attacker, for the file runs with the rights of the person who allowed it. The limits are
against mistakes: endless loops, too much memory, and what an indicator has no business with (programs, network, files).
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import numpy as np

from candledesk.cache.own.frames import HEAD, MEMORY_BYTES, lengths, pack, read_document
from candledesk.domain.bars import Bars

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from candledesk.domain.bars import FloatArray

PARTS = ("TITLE", "PANE", "PARAMS", "OUTPUTS", "LEVELS", "LOOKBACK", "SETTLE")
"""What a file declares."""
N_FIELDS = 6  # of a bar
_ITEM = 8  # bytes of an int64 or a float64
_CPU_RESERVE_S = 3
_AGAIN_S = 0.2  # a file that catches the end of its time is interrupted again
_MAX_BYTES = 2**32 - 1
_REFUSED = ("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "os.kill", "os.killpg",
            "subprocess.Popen", "socket.", "ctypes.", "os.remove", "os.rename", "os.rmdir", "os.chmod")  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class TimeIsUpError(BaseException):
    """The file computed for too long; no ``Exception``, which files catch by habit."""


class _Refused(PermissionError):  # noqa: N818 - its name is shown to people
    """The file tried what an indicator may not do."""


def _raise_time_is_up(_number: int, _frame: FrameType | None) -> NoReturn:
    raise TimeIsUpError


def _refuse(*_arguments: object) -> NoReturn:
    raise _Refused("an indicator may not end its process")


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    flags = arguments[2] if event == "open" else 0
    if event.startswith(_REFUSED) or (isinstance(flags, int) and flags & _WRITES):
        what = "open a file for writing" if event == "open" else f"use {event}"
        raise _Refused(f"an indicator may not {what}")


def _limit(kind: int, soft: int) -> None:
    """Lower one limit of this process; systems that lack it, or have a lower one, keep theirs."""
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _set_limits() -> None:
    """Limit memory, files and programs; the time is limited per call."""
    with contextlib.suppress(OSError, IndexError, ValueError):  # /proc is Linux's
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _limit(resource.RLIMIT_AS, used + MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NPROC, 0)
    os._exit = os.abort = _refuse  # type: ignore[assignment] # neither returns
    sys.addaudithook(_audit)


class _Clock:
    """Limits the time of one call, as the clock on the wall and as the processor counts it."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s

    def __enter__(self) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + self.limit_s) + _CPU_RESERVE_S)
        faulthandler.dump_traceback_later(self.limit_s + 2 * _AGAIN_S, file=sys.__stderr__ or 2)
        signal.setitimer(signal.ITIMER_REAL, self.limit_s, _AGAIN_S)

    def __exit__(self, *_error: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()


class _OwnFile:
    """The file, compiled from the very bytes that were allowed."""

    def __init__(self, path: str, source: bytes, limit_s: float) -> None:
        self._path, self._source, self._clock = path, source, _Clock(limit_s)
        self._names: dict[str, Any] = {"__name__": "own_indicator", "__file__": path}

    def load(self) -> dict[str, Any]:
        """Run the file and return its declaration."""
        try:
            with self._clock:
                code: CodeType = compile(self._source, self._path, "exec")
                exec(code, self._names)  # noqa: S102 - what this process is for; a person has allowed the file
                if not callable(self._names.get("compute")):
                    return {"error": "def compute(bars, params) is missing", "line": 1}
                return {"declaration": {name: _plain(self._names[name]) for name in PARTS if name in self._names}}
        except BaseException as error:  # noqa: BLE001 - whatever the file does is reported
            return self._failure(error)

    def compute(self, outputs: list[str], params: dict[str, Any], bars: Bars) -> tuple[dict[str, Any], bytes]:
        """Return the lines one behind the other, or what failed."""
        try:
            with self._clock, np.errstate(all="ignore"):
                made = self._names["compute"](bars, params)
                lines = [self._line(made, name, len(bars)) for name in outputs]
        except BaseException as error:  # noqa: BLE001 - as above
            return self._failure(error), b""
        return {"ok": True}, b"".join(line.tobytes() for line in lines)

    def _line(self, made: object, name: str, n: int) -> FloatArray:
        if not isinstance(made, dict) or name not in made:
            raise TypeError(f'compute must return a dict of arrays with {name!r}: return {{"{name}": values}}')
        line = np.array(made[name], np.float64)
        if line.shape != (n,):
            raise TypeError(f"compute must return {n} numbers as {name!r}, one for each bar, not shape {line.shape}")
        line[~np.isfinite(line)] = np.nan
        return line

    def _failure(self, error: BaseException) -> dict[str, Any]:
        """Return the sentence of an error and the last line of the file that it passed."""
        rows = [row.lineno for row in traceback.extract_tb(error.__traceback__) if row.filename == self._path]
        line = error.lineno if isinstance(error, SyntaxError) and error.filename == self._path else None
        if line is None and rows:
            line = rows[-1]
        if line is None:
            code = getattr(self._names.get("compute"), "__code__", None)
            line = getattr(code, "co_firstlineno", 1)
        if isinstance(error, TimeIsUpError):
            return {"error": f"stopped after {self._clock.limit_s:g} s", "line": line, "is_stopped": True}
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        name = type(error).__name__.lstrip("_")
        return {"error": f"{name}: {text}"[:500].strip(": "), "line": line}


def _plain(value: object) -> object:
    """Return a value of a declaration as JSON has it; numbers of numpy as Python's."""
    if isinstance(value, dict):
        return {str(name): _plain(row) for name, row in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(row) for row in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | int | float | None) else repr(value)[:80]


def _read(calls: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    head = calls.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    n_json, n_arrays = lengths(head, _MAX_BYTES)
    return read_document(calls.read(n_json)), calls.read(n_arrays)


def _bars_of(data: bytes, n: int) -> Bars:
    columns = [data[at * n * _ITEM : (at + 1) * n * _ITEM] for at in range(N_FIELDS)]
    return Bars(np.frombuffer(columns[0], np.int64), *(np.frombuffer(column) for column in columns[1:]))


def serve(calls: IO[bytes], replies: IO[bytes]) -> None:
    """Load the file of the first message, and answer each of the others with its values; end when ``calls`` does."""

    def reply(document: dict[str, Any], arrays: bytes = b"") -> None:
        replies.write(pack(document, arrays))
        replies.flush()

    start, source = _read(calls)
    own = _OwnFile(start["path"], source, start["limit_s"])
    _set_limits()
    reply(own.load())
    while True:
        call, data = _read(calls)
        reply(*own.compute(call["outputs"], call["params"], _bars_of(data, call["n"])))


def main() -> None:
    """Take the pipes for messages; the file reads nothing from stdin, and what it prints goes to stderr."""
    leave = os._exit
    sys.dont_write_bytecode = True
    calls, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    faulthandler.enable(2)
    signal.signal(signal.SIGALRM, _raise_time_is_up)
    with contextlib.suppress(EOFError, BrokenPipeError):
        serve(calls, replies)
    leave(0)


if __name__ == "__main__":
    main()
