"""What the object tree lists: an object says itself what can be done to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class TreeObject:
    """Something that a chart draws. ``key``: its name within the chart; ``pane``: where; ``colour``: of its first line.

    What can be done to it, ``None`` for what cannot: ``toggle`` hides it or shows it again, ``settings`` opens its
    dialog, ``remove`` removes all objects whose keys it is called with by one command, ``place`` draws the object of a
    key in a pane directly behind another one, in front of all where that name is empty.
    """

    key: str
    title: str
    pane: str
    colour: str = ""
    is_shown: bool = True
    toggle: Callable[[], object] | None = field(default=None, compare=False)
    settings: Callable[[], object] | None = field(default=None, compare=False)
    remove: Callable[..., object] | None = field(default=None, compare=False)
    place: Callable[[str, str, str], object] | None = field(default=None, compare=False)


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


def behind_of(lines: Sequence[Line], at: int, moved: str) -> tuple[str, str] | None:
    """Return the pane and the object directly in front of a place among the lines, ``None`` where nothing can be put.

    ``at``: the line above which something is dropped; ``moved``: the key of what is moved. The name of the object is
    empty where nothing that can be moved is in front.
    """
    above = lines[:at]
    heading = next((line for line in reversed(above) if isinstance(line, PaneHeading)), None)
    if heading is None or not heading.can_hold:
        return None
    pane = heading.pane
    own = [line for line in above if isinstance(line, TreeObject) and line.pane == pane]
    fronts = [line.key for line in own if line.place is not None and line.key != moved]
    return pane, fronts[-1] if fronts else ""


def group_removals(objects: Sequence[TreeObject]) -> list[tuple[Callable[..., object], list[str]]]:
    """Return the calls that remove objects, each with the keys of all objects that it can remove at once."""
    found: list[tuple[Callable[..., object], list[str]]] = []
    for one in objects:
        if one.remove is None:
            continue
        keys = next((keys for call, keys in found if call == one.remove), None)
        if keys is None:
            found.append((one.remove, [one.key]))
        else:
            keys.append(one.key)
    return found
