"""What the object tree lists: an object says itself what can be done to it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Sequence


class Drop(NamedTuple):
    """A place in the order of painting: in a pane directly behind the object ``front``, and in ``group``.

    The keys are empty for: in front of all (of the group), and in no group. ``front`` may be a group.
    """

    pane: str
    front: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class TreeObject:
    """Something that a chart draws. ``key``: its name within the chart; ``pane``: where; ``colour``: of its first line.

    What can be done to it, ``None`` for what cannot: ``toggle`` hides it or shows it again, ``settings`` opens its
    dialog, ``remove`` removes all objects whose keys it is called with by one command, ``place`` draws the object of a
    key at another place. ``lock`` locks it or unlocks it, ``rename`` gives it another name; ``select`` selects all
    objects whose keys it is called with in the chart, ``join`` makes a group of them, ``split`` ends their groups.
    ``kind``: objects of a kind are placed among each other, and in the pane where they are, unless it is empty.
    ``group``: the key of the group that it is in. A group is an object too, with ``n_members``, which follow it.
    ``note``: a further line of its tooltip.
    """

    key: str
    title: str
    pane: str
    colour: str = ""
    is_shown: bool = True
    is_locked: bool = False
    is_selected: bool = False
    kind: str = ""
    group: str = ""
    n_members: int = 0
    note: str = ""
    toggle: Callable[[], object] | None = field(default=None, compare=False)
    settings: Callable[[], object] | None = field(default=None, compare=False)
    remove: Callable[..., object] | None = field(default=None, compare=False)
    place: Callable[[str, Drop], object] | None = field(default=None, compare=False)
    lock: Callable[[], object] | None = field(default=None, compare=False)
    rename: Callable[[str], object] | None = field(default=None, compare=False)
    select: Callable[..., object] | None = field(default=None, compare=False)
    join: Callable[..., object] | None = field(default=None, compare=False)
    split: Callable[..., object] | None = field(default=None, compare=False)

    @property
    def is_group(self) -> bool:
        """Whether it is a group of others."""
        return self.n_members > 0


@dataclass(frozen=True, slots=True)
class PaneHeading:
    """A pane of the chart by its id, and what is drawn there in words; ``move`` moves it by −1 (up) or 1 (down).

    ``can_hold``: whether objects can be moved there.
    """

    pane: str
    title: str
    can_hold: bool = True
    move: Callable[[int], object] | None = field(default=None, compare=False)


Line = PaneHeading | TreeObject


def arrange_lines(
    headings: Sequence[PaneHeading], objects: Sequence[TreeObject], text: str = "", closed: Container[str] = ()
) -> list[Line]:
    """Return the panes from the top, each with its objects as they are given, the one in front first.

    ``text``: only objects whose title contains it, with their groups, groups with such a title wholly, and panes with
    such objects. ``closed``: the keys of the groups without their members, as long as no text is wanted.
    """
    wanted = text.strip().casefold()
    found = [one for one in objects if wanted in one.title.casefold()]
    groups = {one.group for one in found}
    whole = {one.key for one in found if one.is_group}
    if wanted:
        found = [one for one in objects if one in found or one.key in groups or one.group in whole]
    else:
        found = [one for one in objects if one.group not in closed]
    lines: list[Line] = []
    for heading in headings:
        own = [one for one in found if one.pane == heading.pane]
        lines += [heading, *own] if own or not wanted else []
    return lines


def drop_at(lines: Sequence[Line], at: int, moved: TreeObject, group: str = "") -> Drop | None:
    """Return where something lies that is dropped above a line, ``None`` where nothing can be put.

    ``at``: the number of the line; ``moved``: what is dropped; ``group``: the key of the group that it is dropped in.
    """
    above = lines[:at]
    heading = next((line for line in reversed(above) if isinstance(line, PaneHeading)), None)
    if heading is None or not heading.can_hold:
        return None
    pane = heading.pane
    fronts = [one for one in _placed_like(above, moved, pane) if moved.key not in {one.key, one.group}]
    if group and not moved.is_group:
        return Drop(pane, next((one.key for one in reversed(fronts) if one.group == group), ""), group)
    return _behind(pane, fronts[-1]) if fronts else Drop(pane)


def step_of(lines: Sequence[Line], moved: TreeObject, by: int) -> Drop | None:
    """Return where an object comes by one step up (−1) or down (1), ``None`` where it cannot be moved further.

    An object steps into an open group and out of it, and over a closed one; a group steps over the whole of another.
    """
    rows = _placed_like(lines, moved, moved.pane)
    if moved not in rows:
        return None
    places = _places(rows, moved)
    before = rows[: rows.index(moved)]
    if not before:
        here = Drop(moved.pane)
    elif not moved.group:
        here = _behind(moved.pane, before[-1])
    else:
        here = Drop(moved.pane, "" if before[-1].key == moved.group else before[-1].key, moved.group)
    at = places.index(here) + by
    return places[at] if 0 <= at < len(places) else None


def _placed_like(lines: Sequence[Line], moved: TreeObject, pane: str) -> list[TreeObject]:
    """Return the objects of a pane among which an object can be placed."""
    found = (line for line in lines if isinstance(line, TreeObject))
    return [one for one in found if one.place is not None and (one.pane, one.kind) == (pane, moved.kind)]


def _behind(pane: str, front: TreeObject) -> Drop:
    """Return the place behind an object, behind the whole group of one that is in a group."""
    return Drop(pane, front.group or front.key)


def _places(rows: Sequence[TreeObject], moved: TreeObject) -> list[Drop]:
    """Return every place that an object can have among the rows, from the top."""
    open_groups = {one.group for one in rows}
    others = [one for one in rows if moved.key not in {one.key, one.group}]
    places = [Drop(moved.pane)]
    for at, one in enumerate(others):
        inside = one.key if one.is_group and one.key in open_groups else one.group
        if inside and not moved.is_group:
            places.append(Drop(moved.pane, "" if one.is_group else one.key, inside))
        if not inside or not any(other.group == inside for other in others[at + 1 : at + 2]):
            places.append(_behind(moved.pane, one))
    return places


Call = Callable[..., object]


def group_calls(
    objects: Sequence[TreeObject], call_of: Callable[[TreeObject], Call | None]
) -> list[tuple[Call, list[str]]]:
    """Return the calls that ``call_of`` finds of objects, each with the keys of all objects that have the same one."""
    found: list[tuple[Call, list[str]]] = []
    for one in objects:
        call = call_of(one)
        if call is None:
            continue
        keys = next((keys for other, keys in found if other == call), None)
        if keys is None:
            found.append((call, [one.key]))
        else:
            keys.append(one.key)
    return found
