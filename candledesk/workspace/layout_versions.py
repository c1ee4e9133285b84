"""The earlier versions of named layouts: which are kept, and what a list of them says of each."""

from __future__ import annotations

from dataclasses import dataclass

from candledesk.domain.times import UtcSeconds

SPACING_S = 3_600
"""Between the versions that automatic saves keep: the last 20 (WORKBENCH.md §3.2) then reach back over days."""


@dataclass(frozen=True, slots=True)
class LayoutVersion:
    """An earlier version of a layout.

    ``saved_at``: when it was stored; ``charts``: symbol and interval of each chart (``AAPL 1d``).
    """

    version_id: int
    saved_at: UtcSeconds
    charts: tuple[str, ...] = ()


def keeps_version(now: int, stored_at: int, newest_at: int | None) -> bool:
    """Return whether a layout that is replaced by an automatic save becomes a version.

    ``stored_at``: when it was stored, ``newest_at``: when its newest version was, ``None`` without one; UTC seconds.
    That is the first one, each that a person left as it was for ``SPACING_S``, such as that of the day before, and of
    continuous work one in that time.
    """
    return newest_at is None or now - stored_at >= SPACING_S or stored_at - newest_at >= SPACING_S
