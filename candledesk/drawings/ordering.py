"""The order in which the drawings of a symbol are painted, changed by one step or to any place. Pure."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from candledesk.drawings.groups import group_name, in_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.drawings.drawing import Drawing
    from candledesk.drawings.edits import DrawingList, Edit


def stepped(drawings: DrawingList, ids: Iterable[str], *, is_up: bool) -> Edit:
    """Return the change that paints drawings one step further in front, or behind; they keep their own order.

    Groups move as a whole, and are passed as a whole.
    """
    chosen, order = set(ids), drawings.drawings
    parts = [list(part) for _, part in groupby(order, key=lambda one: (one.pane, one.group) if one.group else one.id)]
    rows = parts if is_up else parts[::-1]
    is_chosen = [any(one.id in chosen for one in part) for part in rows]
    for at in reversed(range(len(rows) - 1)):
        if is_chosen[at] and not is_chosen[at + 1]:
            rows[at], rows[at + 1] = rows[at + 1], rows[at]
            is_chosen[at], is_chosen[at + 1] = False, True
    moved = rows if is_up else rows[::-1]
    return drawings.changed(_changed(drawings, [one for part in moved for one in part]), "change order")


def placed_behind(drawings: DrawingList, ids: Iterable[str], front: str, group: str = "") -> Edit:
    """Return the change that paints drawings directly behind another one; they keep their own order.

    ``front``: the id of the other one, empty: in front of all drawings, or of all of their group. ``group``: the group
    that they belong to from now on, empty for none. A group is not torn apart: behind a drawing of a group that they do
    not belong to is behind that group.
    """
    chosen = set(ids)
    moved = [one for one in drawings.drawings if one.id in chosen]
    order = [one for one in drawings.drawings if one.id not in chosen]
    if front in {one.id for one in moved}:
        return drawings.changed([])
    members = [one for one in drawings.drawings if one.group == group]
    name = group_name(members) if group else ""
    at = _place_of(order, drawings.get(front), group)
    rows = [*order[:at], *(one if one.group == group else in_group(one, group, name) for one in moved), *order[at:]]
    return drawings.changed(_changed(drawings, rows), "change order")


def _place_of(order: Sequence[Drawing], front: Drawing | None, group: str) -> int:
    """Return the number of drawings of an order that are painted before what is placed behind ``front``."""
    if front is None:
        tops = [at + 1 for at, one in enumerate(order) if group and one.group == group]
        return tops[-1] if tops else len(order)
    if front.group in {"", group}:
        return order.index(front)
    return next(at for at, one in enumerate(order) if one.group == front.group and one.pane == front.pane)


def _changed(drawings: DrawingList, order: Sequence[Drawing]) -> list[Drawing]:
    """Return the drawings of an order that are not as they were, with a ``z`` that rises from one to the next."""
    changed, last = [], None
    for one in order:
        z = one.z if one.z is not None and (last is None or one.z > last) else (0 if last is None else last + 1)
        if z != one.z or one is not drawings.get(one.id):
            changed.append(replace(one, z=z))
        last = z
    return changed
