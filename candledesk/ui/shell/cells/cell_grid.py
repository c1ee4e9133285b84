"""A layout of 1 to 8 cells with splitters between them: one tab of the window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from candledesk.ui.shell.cells.cell import Cell
from candledesk.ui.shell.cells.cell_links import CellLinks
from candledesk.ui.shell.cells.splitters import CellSplitter
from candledesk.workspace.grids import GRIDS, SINGLE, even_shares, even_sizes, n_cells, shares_of
from candledesk.workspace.layout import Layout
from candledesk.workspace.links import DEFAULT_LINK, LINK_COLOURS, NO_LINK, LinkSwitches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QResizeEvent

    from candledesk.domain.interval import Interval
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.theme.themes import Theme
    from candledesk.workspace.grids import GridSizes

    Chart = tuple[tuple[str, Interval] | None, Mapping[str, object]]

_WEIGHT = 10_000  # of a whole, for ``setSizes``: Qt scales weights of any sum


class CellGrid(QWidget):
    """The cells of a layout; ``name`` is empty until it has one, ``saved_at``: when that was stored (UTC seconds).

    ``active_changed``: another cell is active or visible. ``arranged``: the answer of ``layout`` may have changed.
    ``stepped``: another cell became active by a key and needs the keyboard.
    ``make_page`` returns a new chart; ``drop_page`` is called with a chart that is no longer shown.
    """

    active_changed = Signal()
    arranged = Signal()
    stepped = Signal()

    def __init__(
        self, make_page: Callable[[], ChartPage], drop_page: Callable[[ChartPage], None], theme: Theme
    ) -> None:
        """Start with one empty cell."""
        super().__init__()
        self.name, self.saved_at = "", 0
        self.grid = SINGLE
        self.is_maximised = False
        self._make_page, self._drop_page, self._theme = make_page, drop_page, theme
        self._sizes = even_sizes(SINGLE)
        self._hidden: list[Chart] = []  # of cells that the present grid has no room for
        self._active = 0
        self._is_moving = False  # cells are moved or hidden: the focus that Qt takes elsewhere is of no one's doing
        self._rows: list[CellSplitter] = []
        self._outer = CellSplitter(Qt.Orientation.Vertical)
        self.links = CellLinks(self)
        self.links.changed.connect(self.arranged)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self._outer)
        self.cells: list[Cell] = []
        self.cells.append(self._make_cell())
        self._build()

    # -- what is shown

    @property
    def page(self) -> ChartPage:
        """The chart of the active cell."""
        return self.cells[self._active].page

    def pages(self) -> list[ChartPage]:
        """Return the charts of all cells, from the top left."""
        return [cell.page for cell in self.cells]

    def visible_pages(self) -> list[ChartPage]:
        """Return the charts that are to be seen, the active one first."""
        others = [] if self.is_maximised else [page for page in self.pages() if page is not self.page]
        return [self.page, *others]

    def title(self) -> str:
        """Return the name of the layout, else what its active cell shows."""
        return self.name or self.page.title()

    @property
    def sizes(self) -> GridSizes:
        """The shares of the rows and of the cells in them."""
        return self._sizes

    def layout_document(self) -> Layout:
        """Return the layout as it is now."""
        charts = [self._chart_of(cell) for cell in self.cells] + self._hidden
        contents = tuple(content for _, content in charts)
        return Layout(
            tuple(series for series, _ in charts),
            self._active,
            {},
            contents if any(contents) else (),
            self.grid,
            None if self._sizes == even_sizes(self.grid) else self._sizes,
            self.is_maximised,
            self.name,
            {colour: row for colour, row in self.links.rules.switches.items() if row != LinkSwitches()},
            self.saved_at,
        )

    def _chart_of(self, cell: Cell) -> Chart:
        colour, contents = self.links.colour_of(cell), cell.page.state.contents()
        return cell.page.state.series, contents if colour == DEFAULT_LINK else contents | {"link": colour}

    # -- changing the layout

    def restore(self, layout: Layout) -> None:
        """Show a layout in place of the only cell, which is empty."""
        self.name, self.saved_at, self.grid = layout.name, layout.saved_at, layout.shown_grid
        self._hidden = [(series, layout.content(at)) for at, series in enumerate(layout.charts)]
        self.links.set_switches(layout.links)
        if self._hidden:
            self._restore(self.cells[0], self._hidden.pop(0))
        self._fill()
        self._sizes = layout.sizes or even_sizes(self.grid)
        self._active = layout.front if layout.front < len(self.cells) else 0
        self.is_maximised = layout.is_maximised and len(self.cells) > 1
        self._build()

    def set_grid(self, grid: str) -> None:
        """Change the number of cells. The charts stay; those without a cell come back in a grid that has room."""
        if grid == self.grid:
            return
        self._is_moving = True
        n = n_cells(grid)
        if self._active >= n:  # the active chart stays on screen
            self.cells[n - 1], self.cells[self._active] = self.cells[self._active], self.cells[n - 1]
            self._active = n - 1
        removed, self.cells = self.cells[n:], self.cells[:n]
        self._hidden = [self._chart_of(cell) for cell in removed] + self._hidden
        for cell in removed:
            self.links.remove(cell)
        self.grid, self._sizes, self.is_maximised = grid, even_sizes(grid), False
        self._fill()
        self._build()
        for cell in removed:
            self._drop_page(cell.page)
            cell.hide()
            cell.deleteLater()
        self._is_moving = False
        self._on_active_changed()

    def _fill(self) -> None:
        """Add cells until the grid is full: with charts that had no room, then empty ones."""
        while len(self.cells) < n_cells(self.grid):
            cell = self._make_cell()
            self.cells.append(cell)
            if self._hidden:
                self._restore(cell, self._hidden.pop(0))

    def _restore(self, cell: Cell, chart: Chart) -> None:
        cell.page.state.restore(*chart)
        found = chart[1].get("link", DEFAULT_LINK)
        self.links.set_colour(cell, str(found) if found in (*LINK_COLOURS, NO_LINK) else DEFAULT_LINK)
        self.links.note(cell)

    def _make_cell(self) -> Cell:
        cell = Cell(self._make_page(), self._theme)
        self.links.add(cell, self.links.colour_of(self.cells[self._active]) if self.cells else DEFAULT_LINK)
        cell.dot.menu_requested.connect(partial(self._open_link_menu, cell))
        cell.dot.colour_chosen.connect(partial(self.links.set_colour, cell))
        cell.dot.switch_chosen.connect(partial(self._set_switch, cell))
        cell.activated.connect(partial(self._on_cell_activated, cell))
        cell.stepped.connect(self._on_cell_stepped)
        return cell

    def activate(self, page: ChartPage) -> None:
        """Make the cell of a chart the active one."""
        at = self.pages().index(page)
        if at != self._active:
            self._active = at
            self._on_active_changed()

    def step(self, n_cells: int) -> None:
        """Make the cell ``n_cells`` after the active one active, wrapping around."""
        self.activate(self.pages()[(self._active + n_cells) % len(self.cells)])
        self.stepped.emit()

    def toggle_maximised(self) -> None:
        """Give the active cell all of the room, or show the others again."""
        if len(self.cells) > 1:
            self.is_maximised = not self.is_maximised
            self._on_active_changed()

    def rename(self, name: str) -> None:
        """Give the layout a name, or none when it is empty."""
        if name != self.name:
            self.name = name
            self.arranged.emit()

    def set_theme(self, theme: Theme) -> None:
        """Change the colours."""
        self._theme = theme
        for cell in self.cells:
            cell.set_theme(theme)

    # -- links

    def _open_link_menu(self, cell: Cell) -> None:
        self.activate(cell.page)
        cell.dot.open_menu(self.links.rules.switches_of(self.links.colour_of(cell)))

    def _set_switch(self, cell: Cell, aspect: str, is_on: bool) -> None:  # noqa: FBT001 - Qt passes it
        self.links.set_switch(self.links.colour_of(cell), aspect, is_on=is_on)

    # -- inside

    def _build(self) -> None:
        """Put the cells into splitters."""
        former = self._outer
        self._outer, self._rows = CellSplitter(Qt.Orientation.Vertical), []
        left = iter(self.cells)
        for n in GRIDS[self.grid]:
            row = CellSplitter(Qt.Orientation.Horizontal)
            for _ in range(n):
                row.addWidget(next(left))
            row.splitterMoved.connect(self._on_splitter_moved)
            row.even_requested.connect(partial(self._even_row, len(self._rows)))
            self._rows.append(row)
            self._outer.addWidget(row)
        self._outer.splitterMoved.connect(self._on_splitter_moved)
        self._outer.even_requested.connect(self._even_rows)
        self._box.replaceWidget(former, self._outer)
        former.hide()  # still a child: without a parent the garbage collector might delete it, and crash Qt
        former.deleteLater()
        self._show_cells()
        self._apply_sizes()

    def _show_cells(self) -> None:
        was_moving, self._is_moving = self._is_moving, True
        has_others = len(self.cells) > 1
        has_edge = has_others and not self.is_maximised
        for at, cell in enumerate(self.cells):
            cell.setVisible(at == self._active or not self.is_maximised)
            cell.set_edge(has_others=has_others, has_edge=has_edge, is_active=at == self._active)
        for row in self._rows:
            row.setVisible(any(cell.isVisibleTo(row) for cell in self.cells if cell.parent() is row))
        self._is_moving = was_moving

    def _apply_sizes(self) -> None:
        if self.is_maximised:
            return
        self._outer.setSizes([round(share * _WEIGHT) for share in self._sizes.rows])
        for row, shares in zip(self._rows, self._sizes.cells, strict=True):
            row.setSizes([round(share * _WEIGHT) for share in shares])

    def _set_sizes(self, sizes: GridSizes) -> None:
        self._sizes = sizes
        self._apply_sizes()
        self.arranged.emit()

    def _even_rows(self) -> None:
        self._set_sizes(replace(self._sizes, rows=even_shares(len(self._rows))))

    def _even_row(self, at: int) -> None:
        cells = list(self._sizes.cells)
        cells[at] = even_shares(len(cells[at]))
        self._set_sizes(replace(self._sizes, cells=tuple(cells)))

    # -- slots

    def _on_splitter_moved(self, _at: int, _index: int) -> None:
        cells = tuple(shares_of(row.sizes()) for row in self._rows)
        self._sizes = replace(self._sizes, rows=shares_of(self._outer.sizes()), cells=cells)
        self.arranged.emit()

    def _on_cell_activated(self, cell: Cell) -> None:
        if cell in self.cells and not self._is_moving:
            self.activate(cell.page)

    def _on_cell_stepped(self, n_cells: int) -> None:
        self.step(n_cells)

    def _on_active_changed(self) -> None:
        self._show_cells()
        self._apply_sizes()
        self.active_changed.emit()
        self.arranged.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the shares."""
        super().resizeEvent(event)
        self._apply_sizes()
