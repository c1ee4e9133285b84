"""Whether a disk has room for a file that is about to be written."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from candledesk.domain.errors import EnvironmentFaultError

if TYPE_CHECKING:
    from pathlib import Path

SPARE_BYTES = 1 << 20  # must stay free beside it


def require_room(folder: Path, n_bytes: int, purpose: str, outcome: str = "") -> None:
    """Raise ``EnvironmentFaultError`` unless ``n_bytes`` and a little more are free on the disk of ``folder``.

    ``purpose``: what they are needed for, as in "for a backup"; ``outcome``: what became of the request.
    """
    needed, free = n_bytes + SPARE_BYTES, shutil.disk_usage(folder).free
    if free < needed:
        end = f"; {outcome}" if outcome else ""
        raise EnvironmentFaultError(
            f"There is no room in {folder} {purpose}: {needed / 1e6:,.0f} MB are needed, "
            f"{free / 1e6:,.0f} MB are free{end}."
        )
