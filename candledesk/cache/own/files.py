"""The folder of own indicators, and the list of those that a person has allowed."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from candledesk.domain.errors import EnvironmentFaultError, OwnIndicatorError
from candledesk.indicators.own.declared import is_own_name
from candledesk.paths import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.paths import Paths

log = logging.getLogger(__name__)
FORMAT = "candledesk.own-indicators/1"
MAX_BYTES = 256 * 1024
SUFFIX = ".py"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What was allowed: ``sha256`` of the file, and what it declared then."""

    sha256: str
    declaration: Mapping[str, object]


def hash_of(source: bytes) -> str:
    """Return the SHA-256 by which a file is recognised."""
    return hashlib.sha256(source).hexdigest()


class OwnFiles:
    """Reads the folder, reads and writes the list; used under one lock."""

    def __init__(self, paths: Paths) -> None:
        """Read nothing yet."""
        self.folder, self._list = paths.own_indicators, paths.allowed_indicators
        self._seen: tuple[int, int, int] | None = None
        self._allowed: dict[str, Allowed] = {}

    def stems(self) -> list[str]:
        """Return the names, without suffix, of the files that can be own indicators."""
        try:
            found = [path.stem for path in self.folder.iterdir() if path.suffix == SUFFIX]
        except OSError:
            return []
        return sorted(stem for stem in found if is_own_name(stem))

    def path(self, stem: str) -> Path:
        """Return where a file is."""
        return self.folder / (stem + SUFFIX)

    def read(self, stem: str) -> bytes:
        """Return what a file holds; ``OwnIndicatorError`` when it cannot be read or is too long."""
        try:
            with self.path(stem).open("rb") as file:
                source = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise OwnIndicatorError(f"{self.path(stem)} cannot be read: {error.strerror}") from error
        if len(source) > MAX_BYTES:
            raise OwnIndicatorError(f"{self.path(stem)} has more than {MAX_BYTES // 1024} KiB")
        return source

    def read_allowed(self) -> dict[str, Allowed]:
        """Return what is allowed by the names of the files; read again only when another process changed it."""
        try:
            state = self._list.stat()
        except OSError:
            self._seen, self._allowed = None, {}
            return {}
        seen = (state.st_mtime_ns, state.st_size, state.st_ino)
        if seen != self._seen:
            self._seen, self._allowed = seen, self._parse()
        return dict(self._allowed)

    def _parse(self) -> dict[str, Allowed]:
        try:
            document: Any = json.loads(self._list.read_text(encoding="utf-8"))
            rows = document["allowed"].items() if document["format"] == FORMAT else ()
            return {
                str(stem): Allowed(str(row["sha256"]), dict(row["declaration"]))
                for stem, row in rows
                if is_own_name(str(stem))
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("%s cannot be read, so no own indicator is allowed: %s", self._list, error)
            return {}

    def write_allowed(self, stem: str, row: Allowed | None) -> None:
        """Allow a file, or no longer (``None``); raise ``EnvironmentFaultError`` when that cannot be written."""
        rows = self.read_allowed()
        rows.pop(stem, None)
        if row is not None:
            rows[stem] = row
        allowed = {name: {"sha256": one.sha256, "declaration": one.declaration} for name, one in sorted(rows.items())}
        try:
            write_private(self._list, json.dumps({"format": FORMAT, "allowed": allowed}, indent=1), is_kept=True)
        except OSError as error:
            raise EnvironmentFaultError(f"{self._list} cannot be written: {error.strerror}") from error
