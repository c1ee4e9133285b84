"""The log of one process: through a queue to a rotating file, so that no thread waits for the disk."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import queue
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from candledesk.domain.texts import printable
from candledesk.private_files import open_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import TextIOWrapper

LOG_BYTES = 2_000_000
N_OLD_FILES = 2
PERIOD_S = 60.0  # in which records that are alike are counted
N_ALIKE = 20  # warnings and errors of one line of code that are written in that time, whatever they name
MAX_KINDS = 1_000  # that are remembered at a time


class Log:
    """The running log."""

    def __init__(self, path: Path, level: str, logger: str = "") -> None:
        """Log to ``path`` from now on; one line on stderr says that the file cannot be written.

        ``logger``: the name of the logger whose records are written; empty: all.
        """
        self._file = LogFile(path)
        self._file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s"))
        records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._logger = logging.getLogger(logger)
        self._logger.setLevel(level.upper())
        self._handler = _LogHandler(records)
        self._handler.setFormatter(_LogTexts())
        self._logger.addHandler(self._handler)
        self._listener = logging.handlers.QueueListener(records, self._file)
        self._listener.start()

    def stop(self) -> None:
        """Write what waits, and log nothing from now on."""
        self._logger.removeHandler(self._handler)
        self._listener.stop()
        self._file.close()


class _LogTexts(logging.Formatter):
    """Writes a message on one line without control characters; tracebacks keep their lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Return the message on one line, so that text of a provider or a person cannot look like another entry."""
        return " ".join(printable(super().formatMessage(record)).split("\n"))

    def format(self, record: logging.LogRecord) -> str:
        """Return the message and the traceback."""
        return printable(super().format(record))


@dataclass(slots=True)
class _Kind:
    """Records that are alike: since when they are counted (monotonic seconds), how many came, how many were dropped."""

    since: float
    n_seen: int = 0
    n_dropped: int = 0


class FloodGate:
    """Passes records on: the same one once in ``PERIOD_S``, of one line of code ``N_ALIKE`` warnings at most.

    The next one after that time brings the number of those that were dropped.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without any."""
        self._clock = clock
        self._kinds: dict[tuple[object, ...], _Kind] = {}

    def admit(self, record: logging.LogRecord) -> str | None:
        """Return ``None`` for a record to drop, else what must follow its message: the number of dropped ones, or ''.

        A record of DEBUG or INFO is dropped only when it repeats another word for word.
        """
        now, place = self._clock(), (record.name, record.pathname, record.lineno)
        error = record.exc_info[1] if record.exc_info else None
        same = self._count((*place, record.getMessage(), type(error), str(error)), now)
        alike = self._count(place, now) if record.levelno >= logging.WARNING else _Kind(now, 1)
        if same.n_seen > 1 or alike.n_seen > N_ALIKE:
            (same if same.n_seen > 1 else alike).n_dropped += 1
            return None
        n_dropped = same.n_dropped + (alike.n_dropped if alike.n_seen == 1 else 0)
        same.n_dropped = alike.n_dropped = 0
        return f" ({n_dropped:,} more of these since the last one)" if n_dropped else ""

    def _count(self, key: tuple[object, ...], now: float) -> _Kind:
        kind = self._kinds.get(key)
        if kind is None:
            if len(self._kinds) >= MAX_KINDS:
                self._kinds = {}
            kind = self._kinds[key] = _Kind(now)
        elif now >= kind.since + PERIOD_S:
            kind.since, kind.n_seen = now, 0
        kind.n_seen += 1
        return kind


class _LogHandler(logging.handlers.QueueHandler):
    """Puts the records into the queue that the gate passes on."""

    def __init__(self, records: queue.SimpleQueue[logging.LogRecord]) -> None:
        super().__init__(records)
        self._gate = FloodGate()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a record, or count it."""
        try:
            more = self._gate.admit(record)
        except Exception:  # noqa: BLE001 - arguments that do not fit the message: ``logging`` reports them
            self.handleError(record)
            return
        if more:
            record = logging.makeLogRecord(record.__dict__ | {"msg": f"{record.getMessage()}{more}", "args": ()})
        if more is not None:
            super().emit(record)


class LogFile(logging.handlers.RotatingFileHandler):
    """The rotating file, opened at the first record, and again when it was removed or replaced since.

    Records are lost while it cannot be written: stderr says so once, until it can be written again.
    """

    def __init__(self, path: Path) -> None:
        """``path``: of the newest file."""
        super().__init__(path, maxBytes=LOG_BYTES, backupCount=N_OLD_FILES, encoding="utf-8", delay=True)
        self._fault = ""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=open_private)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        if self.stream is not None and not self._is_in_place(self.stream):
            self._drop_stream()
        before, self._fault = self._fault, ""
        super().emit(record)
        if self._fault and not before:
            sys.stderr.write(f"candledesk: Cannot write the log {self.baseFilename}: {self._fault}\n")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's
        """Remember why a record was not written; ``logging`` itself would print a traceback for each."""
        error = sys.exc_info()[1]
        self._fault = (error.strerror if isinstance(error, OSError) else None) or repr(error)
        self._drop_stream()

    def _drop_stream(self) -> None:
        stream, self.stream = self.stream, None
        with contextlib.suppress(OSError):  # what is left in its buffer could not be written before either
            stream.close() if stream is not None else None

    def _is_in_place(self, stream: TextIOWrapper) -> bool:
        try:
            return os.path.samestat(Path(self.baseFilename).stat(), os.fstat(stream.fileno()))
        except OSError:
            return False
