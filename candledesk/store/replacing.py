"""Replacing files of a folder in one step: a process that is killed meanwhile leaves the former ones or the new ones.

The moves are first written down in a file. While that exists, the databases of the folder are not opened; the next
process that takes the lock of the home finishes the moves before anything else.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.store.database_file import sync_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

PLAN = "replacing.json"

Move = tuple[str, str]
"""The present and the new name of a file; there is no file of the new name when it is moved."""


def replace_files(folder: Path, moves: Sequence[Move]) -> None:
    """Rename files of ``folder`` in the given order, all or none; the caller holds the lock of the home.

    Raises ``EnvironmentFaultError`` when the disk refuses; what was begun is then finished at the next start.
    """
    plan = folder / PLAN
    unfinished = folder / f".{PLAN}"
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(moves, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(plan)
        sync_folder(folder)
    except OSError as error:
        for path in (plan, unfinished):
            path.unlink(missing_ok=True)
        raise EnvironmentFaultError(f"Cannot write {plan}: {error.strerror}; nothing was replaced.") from error
    finish_replacing(folder)


def finish_replacing(folder: Path) -> bool:
    """Finish moves that a killed process has begun; return whether there were any."""
    plan = folder / PLAN
    if not plan.exists():
        return False
    try:
        for present, new in _read_moves(plan):
            source, target = folder / present, folder / new
            if source.exists() and not target.exists():  # else it is done
                source.rename(target)
        sync_folder(folder)
        plan.unlink()
        sync_folder(folder)
    except OSError as error:
        raise EnvironmentFaultError(
            f"Files of {folder} are being replaced and cannot be renamed: {error.strerror}. Free it and start again."
        ) from error
    return True


def require_no_replacing(folder: Path) -> None:
    """Raise ``EnvironmentFaultError`` while files of ``folder`` are partly replaced."""
    if (folder / PLAN).exists():
        raise EnvironmentFaultError(
            f"A restore in {folder} was interrupted: start CandleDesk once, which finishes it before anything else."
        )


def _read_moves(plan: Path) -> list[Move]:
    """Return the moves; only names in the folder itself are accepted."""
    try:
        moves = [(str(present), str(new)) for present, new in json.loads(plan.read_text(encoding="utf-8"))]
    except (ValueError, TypeError):
        moves = [("", "")]
    if not all(name and name == Path(name).name for move in moves for name in move):
        raise EnvironmentFaultError(f"{plan} is damaged: move it away and look which database you want to keep.")
    return moves
