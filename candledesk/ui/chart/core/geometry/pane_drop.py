"""Where a pane or an indicator lands that is dragged over the panes of a chart. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.ui.chart.core.panes import Pane, Panes

_EDGE_SHARE, _EDGE_PX = 0.3, 40.0  # of a pane, from each of its edges, that lie between it and its neighbour


class Side(StrEnum):
    """Above a pane, below it, or into it."""

    ABOVE = auto()
    BELOW = auto()
    INTO = auto()


@dataclass(frozen=True, slots=True)
class PaneDrop:
    """What is dragged lands above, below or in a pane."""

    pane: str
    side: Side


@dataclass(frozen=True, slots=True)
class Dragged:
    """What is dragged: an indicator (its key) or, with an empty ``study``, all of the pane ``origin``.

    ``is_whole``: nothing of that pane stays behind. ``joined``: the panes that take it in; beside the others it lands
    at the nearer edge.
    """

    origin: str
    study: str
    is_whole: bool
    joined: frozenset[str]


def find_drop(panes: Panes, y: float, dpr: float, dragged: Dragged) -> PaneDrop | None:
    """Return where something lands that is let go at a device pixel, ``None`` where nothing would change."""
    box = panes.box_at(min(max(y, 0.0), panes.time_top - 1))
    edge, above, below = min(box.height * _EDGE_SHARE, _EDGE_PX * dpr), y - box.top, box.bottom - y
    if box.pane.id in dragged.joined and min(above, below) >= edge:
        return None if box.pane.id == dragged.origin else PaneDrop(box.pane.id, Side.INTO)
    names = [row.pane.id for row in panes.boxes]
    is_below = below < above
    at = names.index(box.pane.id) + is_below
    if dragged.is_whole and dragged.origin in names and at - names.index(dragged.origin) in {0, 1}:
        return None
    return PaneDrop(box.pane.id, Side.BELOW if is_below else Side.ABOVE)


def moved_pane(panes: Sequence[Pane], pane: str, drop: PaneDrop) -> tuple[Pane, ...]:
    """Return the panes with one of them beside the pane of a drop."""
    moved = next(row for row in panes if row.id == pane)
    others = [row for row in panes if row.id != pane]
    at = [row.id for row in others].index(drop.pane) if drop.pane != pane else list(panes).index(moved)
    others.insert(at + (drop.side is Side.BELOW and drop.pane != pane), moved)
    return tuple(others)
