"""Own indicators of one home: lists the files, allows them, and computes them in processes of their own."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.own.files import SUFFIX, Allowed, OwnFiles, hash_of
from candledesk.cache.own.process import OwnProcess, StoppedError
from candledesk.cache.own_messages import OwnFile, OwnState
from candledesk.domain.errors import ClosingError, InputError, OwnIndicatorError
from candledesk.indicators.own.declared import OWN, declare, is_own_name
from candledesk.indicators.own.table import set_own_indicators

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from candledesk.domain.bars import FloatArray
    from candledesk.indicators.declaration import Indicator, Inputs, Params
    from candledesk.paths import Paths

log = logging.getLogger(__name__)
MAX_BARS = 1_000_000
"""Of one computation; a file that needs only some bars before a value declares ``LOOKBACK``."""
REST_S = 60.0
"""A file that was stopped is not started again for so long: a chart asks at every price."""
IDLE_S = 60.0
"""A process of which nothing was asked for so long is ended; it holds about 40 MB."""
_MAX_PROCESSES = 4
_CLOSE_S = 0.3


@dataclass(frozen=True, slots=True)
class _Kernel:
    """Computes one version of one file; given as the ``compute`` of its declaration."""

    own: OwnIndicators
    stem: str
    version: str
    outputs: tuple[str, ...]

    def __call__(self, inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
        """Return the lines; ``OwnIndicatorError`` with the line of the file that fails."""
        return self.own.compute(self, inputs, params)


class OwnIndicators:
    """Safe from any thread; what runs a file takes up to its time limit, and one runs at a time."""

    def __init__(
        self,
        paths: Paths,
        call_later: Callable[[float, Callable[[], None]], None] = lambda _delay_s, _function: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Declare what is allowed; nothing is run. ``call_later``: calls a function once, after seconds."""
        self._files = OwnFiles(paths)
        self._call_later, self._clock = call_later, clock
        self._files_lock, self._run_lock = threading.Lock(), threading.Lock()
        self._declared: dict[str, Allowed] = {}
        self._processes: OrderedDict[tuple[str, str], OwnProcess] = OrderedDict()
        self._used_at = 0.0
        self._is_timed = self._is_closed = False
        self._rests: dict[tuple[str, str], tuple[float, str]] = {}
        self.refresh()

    # -- which there are

    def refresh(self) -> None:
        """Declare what is allowed now, also by a command in another process."""
        with self._files_lock:
            rows = self._files.read_allowed()
            if rows != self._declared:
                self._declared = rows
                set_own_indicators(filter(None, (self._declare(stem, row) for stem, row in rows.items())))

    def _declare(self, stem: str, row: Allowed) -> Indicator | None:
        try:
            return self._indicator(stem, row)
        except InputError as error:
            log.warning("own indicator %s: %s", stem, error)
            return None

    def _indicator(self, stem: str, row: Allowed) -> Indicator:
        names = row.declaration.get("OUTPUTS")
        outputs = tuple(map(str, names)) if isinstance(names, list | dict) else ()
        return declare(stem, row.declaration, row.sha256, _Kernel(self, stem, row.sha256, outputs))

    def list_files(self) -> list[OwnFile]:
        """Return the files of the folder by name, without those that cannot be read; declare what is allowed."""
        self.refresh()
        found = []
        for stem in self._files.stems():
            try:
                found.append(self._describe(stem, self._files.read(stem)))
            except OwnIndicatorError as error:
                log.info("%s", error)
        return found

    def _describe(self, stem: str, source: bytes) -> OwnFile:
        row = self._declared.get(stem)
        sha256 = hash_of(source)
        state = OwnState.NEW if row is None else OwnState.ALLOWED if row.sha256 == sha256 else OwnState.CHANGED
        title = stem if row is None else str(row.declaration.get("TITLE", stem))
        path = self._files.path(stem)
        return OwnFile(path.name, OWN + stem, title, str(path), sha256, state, source.decode(errors="replace"))

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._files.folder

    def add_file(self, path: Path) -> str:
        """Copy a file from elsewhere into the folder, unless it is there; return its name.

        Raises ``InputError`` when the folder has another file of that name, and ``OSError``.
        """
        stem = _stem_of(path.name)
        target = self._files.path(stem)
        if path.exists() and not (target.exists() and target.samefile(path)):
            if target.exists() and target.read_bytes() != path.read_bytes():
                raise InputError("file", f"{target} is another file: rename one of them, or edit that one")
            self.folder.mkdir(mode=0o700, exist_ok=True)
            target.write_bytes(path.read_bytes())
        return path.name

    def allow(self, name: str, sha256: str) -> OwnFile:
        """Allow a file as a person has read it, and declare its indicator.

        ``sha256``: of what was read. Raises ``OwnIndicatorError`` when the file holds something else by now, or with
        the line that fails; then nothing is changed.
        """
        stem = _stem_of(name)
        source = self._files.read(stem)
        if hash_of(source) != sha256:
            raise OwnIndicatorError(f"{name} has changed since it was shown: look at it again")
        row = Allowed(sha256, self._load(stem, source))
        try:
            self._indicator(stem, row)
        except InputError as error:
            raise OwnIndicatorError(f"{name}{_line_of(source, error.field)}: {error}") from None
        with self._files_lock:
            self._files.write_allowed(stem, row)
        self._rests.pop((stem, sha256), None)
        self.refresh()
        return self._describe(stem, source)

    def _load(self, stem: str, source: bytes) -> dict[str, object]:
        """Return what a file declares, run in a process that ends with it."""
        process = OwnProcess(str(self._files.path(stem)), source)
        try:
            return process.load()
        finally:
            process.close()

    def forbid(self, name: str) -> None:
        """Allow a file no longer; its indicator is gone."""
        stem = _stem_of(name)
        with self._files_lock:
            self._files.write_allowed(stem, None)
        self.refresh()

    # -- computing

    def compute(self, kernel: _Kernel, inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
        """Return the lines of a file that is still the allowed one; see ``_Kernel``."""
        if len(inputs.bars) > MAX_BARS:
            text = f"more than {MAX_BARS:,} bars: show fewer, or declare LOOKBACK in the file"
            raise OwnIndicatorError(f"{kernel.stem}{SUFFIX}: {text}")
        with self._run_lock:
            key = kernel.stem, kernel.version
            self._check_rest(key)
            process = self._process(key)
            try:
                return process.compute(kernel.outputs, dict(params.items), inputs.bars)
            except StoppedError as error:
                self._rest(key, str(error))
                raise
            finally:
                self._end_later()

    def _check_rest(self, key: tuple[str, str]) -> None:
        until, text = self._rests.get(key, (0.0, ""))
        if self._clock() < until:
            raise OwnIndicatorError(f"{text} (tried again after a minute)")

    def _rest(self, key: tuple[str, str], text: str) -> None:
        self._rests[key] = self._clock() + REST_S, text
        process = self._processes.pop(key, None)
        if process is not None:
            process.close()

    def _process(self, key: tuple[str, str]) -> OwnProcess:
        """Return the process of a version of a file, which must still be the one that is allowed."""
        stem, version = key
        row, name = self._declared.get(stem), stem + SUFFIX
        if row is None or row.sha256 != version:
            raise OwnIndicatorError(f"{name} of another version is allowed: add the indicator again")
        source = self._files.read(stem)
        if hash_of(source) != version:
            raise OwnIndicatorError(f"{name} has changed since it was allowed: allow it again")
        if self._is_closed:
            raise ClosingError("CandleDesk is shutting down")
        process = self._processes.get(key)
        if process is None:
            process = self._processes[key] = OwnProcess(str(self._files.path(stem)), source)
            try:
                process.load()
            except OwnIndicatorError as error:
                self._rest(key, str(error))
                raise
        self._processes.move_to_end(key)
        while len(self._processes) > _MAX_PROCESSES:
            self._processes.popitem(last=False)[1].close()
        return process

    def _end_later(self) -> None:
        self._used_at = self._clock()
        if not self._is_timed:
            self._is_timed = True
            self._call_later(IDLE_S, self._end_idle)

    def _end_idle(self) -> None:
        """End the processes when nothing was asked for a while, else look again later."""
        left_s = self._used_at + IDLE_S - self._clock()
        if left_s > 0 or not self._run_lock.acquire(blocking=False):
            self._call_later(max(left_s, 1.0), self._end_idle)
            return
        try:
            self._is_timed = False
            self._close_processes()
        finally:
            self._run_lock.release()

    def _close_processes(self) -> None:
        while self._processes:
            self._processes.popitem()[1].close()

    def close(self) -> None:
        """End all processes; a computation that runs fails."""
        self._is_closed = True
        for process in list(self._processes.values()):
            process.kill()
        if self._run_lock.acquire(timeout=_CLOSE_S):
            self._close_processes()
            self._run_lock.release()
        set_own_indicators(())


def _stem_of(name: str) -> str:
    stem = name.removesuffix(SUFFIX)
    if not is_own_name(stem):
        raise InputError(
            "file", f"{name[:40]!r} cannot be an own indicator: its name must be of a-z 0-9 _ and end in .py"
        )
    return stem


def _line_of(source: bytes, part: str) -> str:
    """Return where a file declares a part, empty when it does not."""
    found = re.search(rb"(?m)^" + re.escape(part.encode()) + rb"\b", source)
    n_before = source.count(b"\n", 0, found.start()) if found else 0
    return f", line {n_before + 1}" if found else ""
