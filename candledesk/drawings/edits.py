"""Reversible changes of the drawings of one symbol, and the list that they change. Pure.

A change holds the drawings before and after it, and nothing of the others: doing and undoing puts them back exactly,
whatever happened to other drawings meanwhile. Of a drawing that a script has changed since, only those fields are put
back that the change was of (``DrawingList.kept_up``). It goes on the stack of undo as a command of the window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from candledesk.drawings.groups import in_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.drawings.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a symbol's drawings: each changed id with the drawing before and after, ``None``: there was none.

    ``title`` follows "Undo" in a menu: ``move trend line``.
    """

    title: str
    symbol: str
    before: Mapping[str, Drawing | None]
    after: Mapping[str, Drawing | None]

    def reversed(self) -> Edit:
        """Return the change that takes this one back."""
        return replace(self, before=self.after, after=self.before)

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return dict(self.before) == dict(self.after)

    @property
    def has_new(self) -> bool:
        """Whether it brings drawings that there were not."""
        return any(former is None and self.after[one] is not None for one, former in self.before.items())


class DrawingList:
    """The drawings of one symbol in the order of painting: by ``z``, those with the same one by their id."""

    def __init__(self, symbol: str, drawings: Iterable[Drawing] = ()) -> None:
        """``drawings``: the stored ones, in any order."""
        self.symbol = symbol
        self._drawings = {drawing.id: drawing for drawing in drawings}

    def __len__(self) -> int:
        """Return the number of drawings."""
        return len(self._drawings)

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """All drawings, the lowest first."""
        return tuple(sorted(self._drawings.values(), key=_place))

    def get(self, drawing_id: str) -> Drawing | None:
        """Return a drawing, ``None`` when there is none with that id."""
        return self._drawings.get(drawing_id)

    def with_groups(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those of the ids that there are, with all drawings of their groups."""
        chosen = [self._drawings[one] for one in ids if one in self._drawings]
        groups = {one.group for one in chosen} - {""}
        return frozenset(one.id for one in chosen) | {one.id for one in self._drawings.values() if one.group in groups}

    def apply(self, edit: Edit) -> None:
        """Make a change, or take one back that was reversed."""
        for drawing_id, drawing in edit.after.items():
            if drawing is None:
                self._drawings.pop(drawing_id, None)
            else:
                self._drawings[drawing_id] = drawing

    def kept_up(self, edit: Edit) -> Edit:
        """Return a change that is made later than it was, of the drawings as they are now.

        One that was changed meanwhile keeps what the change is not of, and one that was removed stays away: it was
        changed by a script, or in another window.
        """
        after: dict[str, Drawing | None] = {}
        for drawing_id, late in edit.after.items():
            early, now = edit.before[drawing_id], self.get(drawing_id)
            if early is None or late is None or now == early:
                after[drawing_id] = late
            else:
                after[drawing_id] = None if now is None else _merged(early, late, now)
        return self._edit(edit.title, after)

    # -- changes; each returns the edit, which is not applied yet

    def added(self, drawings: Sequence[Drawing], title: str = "") -> Edit:
        """Return the change that puts new drawings on top, in their order."""
        top = self._top()
        after = {one.id: replace(one, symbol=self.symbol, z=top + at) for at, one in enumerate(drawings, 1)}
        return self._edit(title or "draw", after)

    def changed(self, drawings: Iterable[Drawing], title: str = "change drawing") -> Edit:
        """Return the change that puts these in the place of the drawings with their ids."""
        return self._edit(title, {one.id: one for one in drawings})

    def removed(self, ids: Iterable[str], title: str = "remove drawing") -> Edit:
        """Return the change that removes drawings."""
        return self._edit(title, {drawing_id: None for drawing_id in ids if drawing_id in self._drawings})

    def raised(self, ids: Sequence[str], *, is_to_front: bool = True) -> Edit:
        """Return the change that brings drawings in front of all others, or behind them; they keep their own order."""
        chosen = [one for one in self.drawings if one.id in set(ids)]
        begin = self._top() + 1 if is_to_front else self._bottom() - len(chosen)
        after = {one.id: replace(one, z=begin + at) for at, one in enumerate(chosen)}
        return self._edit("bring to front" if is_to_front else "send to back", after)

    def grouped(self, ids: Sequence[str], group: str, name: str = "") -> Edit:
        """Return the change that makes one group of drawings of one pane, next to each other at the topmost of them.

        ``group``: its id, empty to end the groups; ``name``: what a person sees. ``ValueError`` for drawings of several
        panes.
        """
        chosen = [one for one in self.drawings if one.id in set(ids)]
        if group and len({one.pane for one in chosen}) > 1:
            raise ValueError("a group has drawings of one pane only")
        if not group or not chosen:
            return self._edit("ungroup", {one.id: in_group(one, "") for one in chosen})
        top = chosen[-1].z or 0
        above = [one for one in self.drawings if _place(one) > _place(chosen[-1])]
        after = {one.id: replace(in_group(one, group, name), z=top + at) for at, one in enumerate(chosen)}
        after |= {one.id: replace(one, z=top + len(chosen) + at) for at, one in enumerate(above)}
        return self._edit("group", after)

    def _edit(self, title: str, after: Mapping[str, Drawing | None]) -> Edit:
        return Edit(title, self.symbol, {drawing_id: self.get(drawing_id) for drawing_id in after}, after)

    def _top(self) -> int:
        return max((one.z or 0 for one in self._drawings.values()), default=0)

    def _bottom(self) -> int:
        return min((one.z or 0 for one in self._drawings.values()), default=0)


def _place(drawing: Drawing) -> tuple[int, str]:
    return drawing.z or 0, drawing.id


def _merged(early: Drawing, late: Drawing, now: Drawing) -> Drawing:
    """Return a drawing as it is now with what differs between two others, in its styles value by value."""
    changed: dict[str, Any] = {}
    for name in (one.name for one in fields(early)):
        first, then = getattr(early, name), getattr(late, name)
        if first != then:
            own = getattr(now, name)
            changed[name] = _merged_values(first, then, own) if isinstance(own, Mapping) else then
    return replace(now, **changed)


def _merged_values(early: Mapping[str, Any], late: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    missing = object()
    changed = {key for key in {**early, **late} if early.get(key, missing) != late.get(key, missing)}
    kept = {key: value for key, value in now.items() if key not in changed or key in late}
    return {**kept, **{key: late[key] for key in changed if key in late}}
