"""The arguments of an action, and reading and writing the files that they name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STANDARD_STREAM = "-"


def take_arguments(command: str, action: str, given: Sequence[str], words: Mapping[str, str]) -> list[str]:
    """Return the arguments of an action; ``words``: what each action needs, separated by blanks.

    Raises ``InputError`` for too many and too few.
    """
    needed = words[action].split()
    if len(given) != len(needed):
        raise InputError("arguments", f"Write: candledesk {command} {' '.join([action, *needed])}")
    return list(given)


def read_file(name: str, limit: int) -> bytes:
    """Return at most ``limit`` + 1 bytes of a file, of stdin for ``-``; ``EnvironmentFaultError`` when it fails."""
    try:
        if name == STANDARD_STREAM:
            return sys.stdin.buffer.read(limit + 1)
        with Path(name).open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise EnvironmentFaultError(f"{name} cannot be read: {error.strerror}.") from error


def write_file(name: str, text: str) -> None:
    """Write a text file, to stdout for ``-``; ``EnvironmentFaultError`` when it fails."""
    if name == STANDARD_STREAM:
        sys.stdout.write(text)
        return
    try:
        Path(name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise EnvironmentFaultError(f"{name} cannot be written: {error.strerror}.") from error
