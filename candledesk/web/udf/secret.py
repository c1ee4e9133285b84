"""The secret part of the datafeed's address: a file in the home, so that a page keeps its address over restarts."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.paths import write_private

if TYPE_CHECKING:
    from pathlib import Path

_FORM = re.compile(r"[A-Za-z0-9_-]{32,128}")
_N_BYTES = 32


class DatafeedSecret:
    """The secret in one file; it is read at every request, so that a new one holds at once in a running instance."""

    def __init__(self, path: Path) -> None:
        """Read and write nothing yet."""
        self._path = path

    def read(self) -> str:
        """Return the secret; empty, which nothing equals, when the file is missing or not of our form."""
        try:
            text = self._path.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""
        return text if _FORM.fullmatch(text) else ""

    def ensure(self) -> str:
        """Return the secret, a new one where there is none; ``EnvironmentFaultError`` when it cannot be written."""
        return self.read() or self.rotate()

    def rotate(self) -> str:
        """Replace the secret and return the new one; every address with the former one ends to work."""
        text = secrets.token_urlsafe(_N_BYTES)
        try:
            write_private(self._path, text + "\n", is_kept=True)
        except OSError as error:
            raise EnvironmentFaultError(f"{self._path} cannot be written: {error.strerror}") from error
        return text
