"""What a person does to the compared series of a chart: add, remove, hide, change; each can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.compare.ratio import parse_charted
from candledesk.domain.errors import InputError
from candledesk.ui.chart.core.compares.compare import MAX_COMPARES, Compare, Place, new_compare, panes_in_use
from candledesk.ui.chart.core.options import PriceMode

if TYPE_CHECKING:
    from candledesk.ui.chart.widget.chart_model import ChartModel


class ChartCompares:
    """The compared series of one chart, each found by its key."""

    def __init__(self, model: ChartModel) -> None:
        """Change the scene of ``model``."""
        self._model = model

    def find(self, key: str) -> Compare | None:
        """Return a compared series, ``None`` for one that was removed."""
        return next((one for one in self._model.scene.compares if one.key == key), None)

    def add(self, symbol: str, place: Place = Place.PERCENT) -> Compare:
        """Add a series; with the first one in percent the price scale counts percent too.

        Raises ``InputError`` for a text that is no symbol, a series that is there already, and one too many.
        """
        symbol, compares = parse_charted(symbol), self._model.scene.compares
        if symbol == self._model.series.symbol:
            raise InputError("symbol", f"{symbol} is what the chart shows: compare it with another symbol")
        if any(one.symbol == symbol for one in compares):
            raise InputError("symbol", f"{symbol} is compared already")
        if len(compares) >= MAX_COMPARES:
            raise InputError("symbol", f"A chart compares {MAX_COMPARES} series at most: remove one first")
        studies = self._model.scene.studies
        taken = {study.colour(output.name) for study in studies for output in study.drawn}
        one = new_compare(symbol, compares, place, taken)
        self._arrange(f"compare with {symbol}", (*compares, one))
        return one

    def remove(self, *keys: str) -> None:
        """Remove series, with their panes; with the last one in percent the price scale shows prices again."""
        gone = [row.symbol for row in self._model.scene.compares if row.key in keys]
        if gone:
            left = tuple(row for row in self._model.scene.compares if row.key not in keys)
            self._arrange(f"remove {', '.join(gone)}", left)

    def remove_all(self) -> None:
        """Remove every compared series."""
        if self._model.scene.compares:
            self._arrange("remove compared symbols", ())

    def toggle(self, key: str) -> None:
        """Hide a series, or show it again."""
        one = self.find(key)
        if one is not None:
            self._change(f"{'hide' if one.is_shown else 'show'} {one.symbol}", replace(one, is_shown=not one.is_shown))

    def set_place(self, key: str, place: Place) -> None:
        """Draw a series on another scale or in a pane of its own."""
        one = self.find(key)
        if one is not None and one.place is not place:
            self._change(f"move {one.symbol}", replace(one, place=place))

    def set_colour(self, key: str, colour: str) -> None:
        """Draw a series in another colour, ``#rrggbb``."""
        one = self.find(key)
        if one is not None and one.colour != colour:
            self._change(f"colour {one.symbol}", replace(one, colour=colour))

    def _change(self, title: str, one: Compare) -> None:
        self._arrange(title, tuple(one if row.key == one.key else row for row in self._model.scene.compares))

    def _arrange(self, title: str, compares: tuple[Compare, ...]) -> None:
        """Set the compared series, with the panes that they need, as one command."""
        scene = self._model.scene
        panes = panes_in_use(scene.panes, {one.pane for one in scene.studies}, compares)
        changes: dict[str, object] = {"compares": compares, "panes": panes}
        had, has = (any(one.place is Place.PERCENT for one in rows) for rows in (scene.compares, compares))
        if had is not has and (has or scene.price_mode is PriceMode.PERCENT):
            changes |= {"price_mode": PriceMode.PERCENT if has else PriceMode.NORMAL, "price_range": None}
        if all(pane.id != scene.maximised for pane in panes):
            changes["maximised"] = ""
        self._model.arrange(title, **changes)
