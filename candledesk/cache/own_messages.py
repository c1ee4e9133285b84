"""The files of own indicators, as the window and the commands list them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OwnState(StrEnum):
    """Whether a file may run: as it is now, or not since it was changed, or never yet."""

    ALLOWED = "allowed"
    CHANGED = "changed"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file in the folder of own indicators.

    ``name``: of the file, ``id``: of its indicator, ``title``: as it was declared when it was last allowed, else the
    name; ``sha256``: of what it holds now; ``text``: its text, for people to read before they allow it.
    """

    name: str
    id: str
    title: str
    path: str
    sha256: str
    state: OwnState
    text: str
