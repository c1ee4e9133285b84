"""Groups of drawings: the drawings of a symbol with the same ``group``, and the name that a person sees. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from candledesk.drawings.drawing import Drawing

GROUP_NAME = "group_name"
"""The field of a drawing's JSON that holds the name of its group, the same in all drawings of the group."""


def group_name(drawings: Iterable[Drawing]) -> str:
    """Return the name of the group of these drawings: ``Group`` for one that has none."""
    names = (one.extra.get(GROUP_NAME, "") for one in drawings)
    return next((name for name in names if isinstance(name, str) and name), "Group")


def free_group_name(drawings: Iterable[Drawing]) -> str:
    """Return a name that no group of these drawings has: ``Group 1``, ``Group 2`` and so on."""
    taken = {one.extra.get(GROUP_NAME) for one in drawings if one.group}
    return next(name for number in range(1, len(taken) + 2) if (name := f"Group {number}") not in taken)


def in_group(drawing: Drawing, group: str, name: str = "") -> Drawing:
    """Return a drawing as a member of a group of this name; of none for an empty ``group``."""
    extra = {key: value for key, value in drawing.extra.items() if key != GROUP_NAME}
    return replace(drawing, group=group, extra={**extra, GROUP_NAME: name} if group and name else extra)


def copies_in_groups(drawings: Iterable[Drawing], new_id: Callable[[], str]) -> tuple[Drawing, ...]:
    """Return drawings as copies with ids of their own, those of one group in a new one with its name.

    A drawing that is copied without the others of its group is in none. ``new_id``: returns an id that nothing has.
    """
    chosen = tuple(drawings)
    n_members = Counter((one.pane, one.group) for one in chosen if one.group)
    groups = {group: new_id() for group, n in n_members.items() if n > 1}
    copies = []
    for one in chosen:
        group = groups.get((one.pane, one.group), "")
        copy = replace(one, group=group) if group else in_group(one, "")
        copies.append(replace(copy, id=new_id(), z=None))
    return tuple(copies)
