"""What a process inherits from its caller, made usable: standard streams, time zone, memory limit."""

from __future__ import annotations

import errno
import io
import os
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from candledesk.domain.errors import EnvironmentFaultError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_DAY_S = 86_400
# Measured under `ulimit -v` on Linux: a fetching command runs in 800 MB and not in 500 MB, the window runs in 2.0 GB
# and hangs inside Qt in 1.2 GB.
COMMAND_BYTES = 700_000_000
WINDOW_BYTES = 1_800_000_000


class OutputError(EnvironmentFaultError):
    """What was printed could not be written to the standard output."""


class _Output(io.FileIO):
    """The standard output, whose faults are faults of the environment; a closed pipe stays ``BrokenPipeError``.

    A fault is raised once: what is left in the buffers after it is dropped.
    """

    has_failed = False

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, or raise ``OutputError``."""
        if self.has_failed:
            return memoryview(data).nbytes
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            self.has_failed = True
            raise OutputError(f"Cannot write to the standard output: {error.strerror}") from error


class _Messages(io.FileIO):
    """The standard error stream; what cannot be written there is lost, and ends no command."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, and count what cannot be written as written."""
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def open_standard_streams() -> None:
    """Open what the caller has closed, so that no other file gets its number, and report faults of the output.

    A closed output refuses every write (``OutputError``), as a full device does.
    """
    for number, flags in ((_STDIN, os.O_RDONLY), (_STDOUT, os.O_RDONLY), (_STDERR, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # takes the lowest free number: this one
            os.set_inheritable(number, True)  # noqa: FBT003 - the standard library's own parameter
    sys.stdin = sys.stdin or open(_STDIN, closefd=False, encoding="utf-8")  # noqa: SIM115 - a descriptor
    if sys.stdout is sys.__stdout__:  # else it was replaced in this process, and is no descriptor
        sys.stdout = _text_stream(_Output(_STDOUT, "w", closefd=False), sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text_stream(_Messages(_STDERR, "w", closefd=False), sys.stderr, errors="backslashreplace")


def _text_stream(raw: io.FileIO, given: TextIO | None, errors: str = "replace") -> io.TextIOWrapper:
    encoding = getattr(given, "encoding", None) or "utf-8"
    kept_errors = getattr(given, "errors", None) or errors
    is_line_buffered = raw.isatty() or errors == "backslashreplace"
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, kept_errors, line_buffering=is_line_buffered)


def repair_time_zone() -> None:
    """Use UTC where the system's zone is none that Python can use, as ``TZ=XXX-25:33``; say so in one line."""
    try:
        datetime.now().astimezone()
        is_usable = max(abs(time.timezone), abs(time.altzone)) < _DAY_S
    except (ValueError, OverflowError):
        is_usable = False
    if not is_usable and hasattr(time, "tzset"):
        given = os.environ.get("TZ", "")
        os.environ["TZ"] = "UTC"
        time.tzset()
        print(f"candledesk: {given!r} is no time zone that can be used: UTC is used instead", file=sys.stderr)


def require_memory(needed: int, what: str) -> None:
    """Raise ``EnvironmentFaultError`` where the limit of the address space is below ``needed`` bytes.

    ``what`` needs them, in words. A process that goes on without them aborts or hangs inside a library.
    """
    if sys.platform == "win32":
        return
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit not in {resource.RLIM_INFINITY, -1} and limit < needed:
        raise EnvironmentFaultError(
            f"The memory of this process is limited to {limit / 1e6:,.0f} MB (ulimit -v), and {what} needs "
            f"{needed / 1e6:,.0f} MB: raise the limit"
        )


def describe_shortage(error: BaseException) -> str:
    """Return a sentence about the resource that ``error`` says is used up; empty for any other error."""
    errors = [error, error.__cause__, error.__context__]
    for one in errors:
        if isinstance(one, MemoryError) or "can't start new thread" in str(one) or "failed to map segment" in str(one):
            return "There is not enough memory: close other programs, or raise the limit (ulimit -v, ulimit -u)"
        if isinstance(one, OSError) and one.errno in {errno.EMFILE, errno.ENFILE}:
            return "Too many files are open: raise the limit of open files (ulimit -n), or close other programs"
        if isinstance(one, OSError) and one.errno in {errno.ENOMEM, errno.EAGAIN}:
            return "There is not enough memory: close other programs, or raise the limit (ulimit -v, ulimit -u)"
        if isinstance(one, OSError) and one.errno in {errno.ENOSPC, errno.EDQUOT}:
            return f"The disk is full{_at(one)}: free some space; stored data are safe"
    return ""


def _at(error: OSError) -> str:
    return f" ({error.filename})" if error.filename else ""
