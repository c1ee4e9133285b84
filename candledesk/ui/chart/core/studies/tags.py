"""Where the tags of last values stand on an axis, so that none covers another one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_COLLIDING = 6  # WORKBENCH.md §1.9


@dataclass(slots=True)
class _Run:
    """Tags that touch each other: their indexes and the place of the first one's middle."""

    members: list[int]
    first: float


def place_tags(wanted: Sequence[float], height: float, room: tuple[float, float]) -> list[float | None]:
    """Return the middles of tags near the middles ``wanted``, each ``height`` high, within ``room``.

    Tags that would cover each other are moved apart evenly; more than six of them are left out (``None``). Where there
    is no room for all, the first ones stay.
    """
    n_fitting = max(int((room[1] - room[0]) / height), 0)
    if n_fitting < len(wanted) <= MAX_COLLIDING:
        return [*place_tags(wanted[:n_fitting], height, room), *([None] * (len(wanted) - n_fitting))]
    top, bottom = room[0] + height / 2, room[1] - height / 2
    out: list[float | None] = [None] * len(wanted)
    runs: list[_Run] = []
    for at in sorted(range(len(wanted)), key=lambda at: wanted[at]):
        runs.append(_Run([at], wanted[at]))
        _settle(runs[-1], wanted, height, (top, bottom))
        while len(runs) > 1 and runs[-1].first < runs[-2].first + height * len(runs[-2].members):
            upper = runs.pop(-2)
            runs[-1].members[:0] = upper.members
            _settle(runs[-1], wanted, height, (top, bottom))
    for run in runs:
        if len(run.members) <= min(MAX_COLLIDING, n_fitting):
            for offset, at in enumerate(run.members):
                out[at] = run.first + offset * height
    return out


def _settle(run: _Run, wanted: Sequence[float], height: float, room: tuple[float, float]) -> None:
    """Put a run where its tags are moved least on average, within the room."""
    n = len(run.members)
    mean = sum(wanted[at] - offset * height for offset, at in enumerate(run.members)) / n
    run.first = max(min(mean, room[1] - (n - 1) * height), room[0])
