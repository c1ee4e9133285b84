"""What of a chart's scene can be undone: its arrangement, and the command that leads from one to another. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.interaction.undo import Change, Command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.scene import ChartScene

_ARRANGED = ("panes", "maximised", "price_range", "price_mode", "is_inverted", "studies", "compares")


class Arrangement:
    """The values of one chart's scene that can be undone, by their names."""

    def __init__(self, owner: object, scene: Callable[[], ChartScene], change: Callable[..., None]) -> None:
        """``owner``: whose commands these are; ``change`` takes values of the scene by their names."""
        self._owner, self._scene, self._change = owner, scene, change

    def values(self) -> dict[str, object]:
        """Return the values as they are now."""
        return {name: getattr(self._scene(), name) for name in _ARRANGED}

    def command_since(self, before: Mapping[str, object], title: str) -> Command | None:
        """Return the command that changed what differs from the values ``before``, ``None`` when nothing does."""
        after, series = self.values(), self._scene().series
        names = [name for name in _ARRANGED if before[name] != after[name]]
        if not names:
            return None
        apply = partial(self._apply, (series.symbol, series.interval))
        earlier, later = ({name: values[name] for name in names} for values in (before, after))
        return Change(title, self._owner, apply, earlier, later)

    def _apply(self, made_on: tuple[str, Interval], values: Mapping[str, object]) -> None:
        """Set values of an arrangement that was made on a series; the prices of another one are fitted."""
        series = self._scene().series
        is_other = made_on != (series.symbol, series.interval)
        self._change(**{name: None if name == "price_range" and is_other else values[name] for name in values})
