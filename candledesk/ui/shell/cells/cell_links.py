"""Carries changes of one cell to the cells that are linked to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.ui.chart.core.links.moments import Moment, last_second_of, last_slot_of, moment_of
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.viewport import DEFAULT_RIGHT_BARS
from candledesk.ui.shell.cells.link_rules import LinkRules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.crosshair import CrosshairPoint
    from candledesk.ui.shell.cells.cell import Cell
    from candledesk.workspace.links import LinkSwitches

_HALF_BAR = 0.5


@dataclass(frozen=True, slots=True)
class LinkedCrosshair:
    """Where a crosshair is: the time of its bar, and the price in charts of ``symbol``."""

    moment: Moment
    symbol: str
    price: float | None


@dataclass(frozen=True, slots=True)
class LinkedView:
    """Where a view ends: ``right_bars`` to the right of the bar of ``moment``; ``spacing``: pixels of a bar."""

    moment: Moment
    right_bars: float
    interval: Interval
    spacing: float


class CellLinks(QObject):
    """The links of the cells of one layout; ``changed`` when a colour or a switch was."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        """Start without cells."""
        super().__init__(parent)
        self.rules = LinkRules()
        self._cells: dict[int, Cell] = {}
        self._n_cells = 0

    # -- cells

    def add(self, cell: Cell, colour: str) -> None:
        """Follow what is done in a cell."""
        self._n_cells += 1
        number = self._n_cells
        self._cells[number] = cell
        self.rules.add(number, colour)
        page = cell.page
        page.view.pointed.connect(partial(self._on_pointed, number))
        page.model.moved.connect(partial(self._on_moved, number))
        page.opened.connect(partial(self._on_opened, number))
        page.feed.failed.connect(partial(self._on_failed, number))
        cell.show_link(colour)

    def remove(self, cell: Cell) -> None:
        """Follow a cell no more."""
        number = self._number(cell)
        del self._cells[number]
        self.rules.remove(number)

    def note(self, cell: Cell) -> None:
        """Take what a restored cell shows as it is."""
        number = self._number(cell)
        for aspect, value in self._series(number).items():
            self.rules.note(number, aspect, value)

    def colour_of(self, cell: Cell) -> str:
        """Return the colour of a cell."""
        return self.rules.colour_of(self._number(cell))

    def set_colour(self, cell: Cell, colour: str) -> None:
        """Put a cell into the group of a colour, or into none."""
        self.rules.set_colour(self._number(cell), colour)
        cell.show_link(colour)
        cell.page.view.set_linked(None)
        self.changed.emit()

    def set_switch(self, colour: str, aspect: str, *, is_on: bool) -> None:
        """Set whether the cells of a colour follow each other in an aspect."""
        self.rules.switches[colour] = replace(self.rules.switches_of(colour), **{aspect: is_on})
        self.changed.emit()

    def set_switches(self, switches: Mapping[str, LinkSwitches]) -> None:
        """Set the switches of all colours, as a layout has them."""
        self.rules.switches = dict(switches)

    def _number(self, cell: Cell) -> int:
        return next(number for number, one in self._cells.items() if one is cell)

    def _series(self, number: int) -> dict[str, object]:
        target = self._cells[number].page.target
        return {} if target is None else {"symbol": target[0], "interval": target[1]}

    # -- series

    def _on_opened(self, number: int) -> None:
        if number in self._cells:
            for other, values in self.rules.change(number, self._series(number)).items():
                self._open(number, other, values)

    def _open(self, origin: int, other: int, values: Mapping[str, object]) -> None:
        page = self._cells[other].page
        shown = page.target or (self._cells[origin].page.target if "symbol" in values else None)
        if shown is None:
            return  # an empty cell has no other interval
        symbol, interval = values.get("symbol", shown[0]), values.get("interval", shown[1])
        page.feed.open(symbol, interval)  # type: ignore[arg-type]
        page.feed.show_loading()

    def _on_failed(self, number: int, _text: str) -> None:
        if number in self._cells:
            self.note(self._cells[number])

    # -- crosshairs

    def _on_pointed(self, number: int, point: CrosshairPoint | None) -> None:
        if number not in self._cells or not self.rules.followers(number, "crosshair"):
            return
        crosshair = None if point is None else self._crosshair(number, point)
        for other in self.rules.change(number, {"crosshair": crosshair}):
            self._point(other, crosshair)

    def _crosshair(self, number: int, point: CrosshairPoint) -> LinkedCrosshair | None:
        model = self._cells[number].page.model
        moment = moment_of(model.series, point.slot)
        if moment is None:
            return None
        frame = model.frame()
        is_price = frame.panes.box_at(point.y).pane.id == PRICE
        return LinkedCrosshair(moment, model.series.symbol, frame.price.value_at(point.y) if is_price else None)

    def _point(self, number: int, crosshair: LinkedCrosshair | None) -> None:
        view, series = self._cells[number].page.view, self._cells[number].page.model.series
        if not view.isVisible():
            return
        if crosshair is None:
            view.set_linked(None)
        else:
            is_same = crosshair.symbol == series.symbol
            view.set_linked((crosshair.moment, crosshair.price if is_same else None))

    # -- views

    def _on_moved(self, number: int) -> None:
        if number not in self._cells or not self.rules.followers(number, "range"):
            return
        view = self._view(number)
        if view is None:
            return
        for other in self.rules.change(number, {"range": view}):
            with self.rules.applying():
                self._move(other, view)

    def _view(self, number: int) -> LinkedView | None:
        page = self._cells[number].page
        series, placed = page.model.series, page.model.placed
        if page.state.is_restoring or not placed.n_bars:
            return None
        row = series.axis.row_at(placed.right_edge)
        moment = moment_of(series, row)
        right_bars = placed.right_edge - series.axis.start_of(row)
        return None if moment is None else LinkedView(moment, right_bars, series.interval, placed.view.spacing)

    def _move(self, number: int, view: LinkedView) -> None:
        page = self._cells[number].page
        model = page.model
        series, axis = model.series, model.series.axis
        if not axis.n_rows:
            return
        is_same = series.interval == view.interval
        bars = view.right_bars if is_same else DEFAULT_RIGHT_BARS if view.right_bars > 1 else _HALF_BAR
        slot = last_slot_of(series, view.moment)
        if is_same and view.spacing != model.placed.view.spacing:
            model.zoom_right(view.spacing / model.placed.view.spacing)
        is_loaded = slot >= 0 and (series.at_latest or slot < axis.n_rows - 1)
        if is_loaded:
            model.move_to(axis.start_of(slot) + bars)
        else:
            page.feed.go_to(last_second_of(series, view.moment), bars)
