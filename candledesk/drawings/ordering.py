"""The order in which the drawings of a symbol are painted, changed by one step or to any place. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.edits import DrawingList, Edit


def stepped(drawings: DrawingList, ids: Iterable[str], *, is_up: bool) -> Edit:
    """Return the change that paints drawings one step further in front, or behind; they keep their own order."""
    chosen, order = set(ids), list(drawings.drawings)
    rows = order if is_up else order[::-1]
    for at in reversed(range(len(rows) - 1)):
        if rows[at].id in chosen and rows[at + 1].id not in chosen:
            rows[at], rows[at + 1] = rows[at + 1], rows[at]
    return drawings.changed(_numbered(rows if is_up else rows[::-1]), "change order")


def placed_behind(drawings: DrawingList, drawing_id: str, front: str) -> Edit:
    """Return the change that paints a drawing directly behind another one, in front of all for an empty ``front``."""
    moved = drawings.get(drawing_id)
    order = [one for one in drawings.drawings if one.id != drawing_id]
    at = next((at for at, one in enumerate(order) if one.id == front), len(order))
    rows = order if moved is None else [*order[:at], moved, *order[at:]]
    return drawings.changed(_numbered(rows), "change order")


def _numbered(order: Sequence[Drawing]) -> list[Drawing]:
    """Return those drawings of an order whose ``z`` has to change, so that it rises from one to the next."""
    changed, last = [], None
    for one in order:
        z = one.z if one.z is not None and (last is None or one.z > last) else (0 if last is None else last + 1)
        if z != one.z:
            changed.append(replace(one, z=z))
        last = z
    return changed
