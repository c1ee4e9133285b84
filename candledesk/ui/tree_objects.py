"""What the object tree lists: an object says itself what can be done to it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class TreeObject:
    """Something that a chart draws. ``key``: its name within the chart; ``pane``: where; ``colour``: of its first line.

    What can be done to it, ``None`` for what cannot: ``toggle`` hides it or shows it again, ``settings`` opens its
    dialog, ``remove`` removes all objects whose keys it is called with by one command, ``place`` draws the object of a
    key in a pane directly behind another one, in front of all where that name is empty. ``lock`` locks it or unlocks
    it, ``rename`` gives it another name; ``select`` selects all objects whose keys it is called with in the chart.
    ``kind``: objects of a kind are placed among each other, and in the pane where they are, unless it is empty.
    """

    key: str
    title: str
    pane: str
    colour: str = ""
    is_shown: bool = True
    is_locked: bool = False
    is_selected: bool = False
    kind: str = ""
    toggle: Callable[[], object] | None = field(default=None, compare=False)
    settings: Callable[[], object] | None = field(default=None, compare=False)
    remove: Callable[..., object] | None = field(default=None, compare=False)
    place: Callable[[str, str, str], object] | None = field(default=None, compare=False)
    lock: Callable[[], object] | None = field(default=None, compare=False)
    rename: Callable[[str], object] | None = field(default=None, compare=False)
    select: Callable[..., object] | None = field(default=None, compare=False)


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


def arrange_lines(headings: Sequence[PaneHeading], objects: Sequence[TreeObject], text: str = "") -> list[Line]:
    """Return the panes from the top, each with its objects as they are given, the one in front first.

    ``text``: only objects whose title contains it, and panes with such objects.
    """
    wanted = text.strip().casefold()
    lines: list[Line] = []
    for heading in headings:
        own = [one for one in objects if one.pane == heading.pane and wanted in one.title.casefold()]
        lines += [heading, *own] if own or not wanted else []
    return lines


def behind_of(lines: Sequence[Line], at: int, moved: str, kind: str = "") -> tuple[str, str] | None:
    """Return the pane and the object directly in front of a place among the lines, ``None`` where nothing can be put.

    ``at``: the line above which something is dropped; ``moved``: the key of what is moved, ``kind``: its kind. The name
    of the object is empty where nothing of that kind that can be moved is in front.
    """
    above = lines[:at]
    heading = next((line for line in reversed(above) if isinstance(line, PaneHeading)), None)
    if heading is None or not heading.can_hold:
        return None
    pane = heading.pane
    own = [line for line in above if isinstance(line, TreeObject) and line.pane == pane]
    fronts = [line.key for line in own if line.place is not None and line.key != moved and line.kind == kind]
    return pane, fronts[-1] if fronts else ""


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
