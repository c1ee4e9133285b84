"""The picture of the whole layout in front, from the charts as they are on screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.ui.chart.paint.snapshot import FOOTER, LayoutShot, cell_shots
from candledesk.ui.shell.cells.splitters import HANDLE_PX
from candledesk.workspace.grids import cell_boxes

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import ChartScene
    from candledesk.ui.shell.cells.cell_grid import CellGrid
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.theme.themes import Theme


def layout_shot(grid: CellGrid, theme: Theme, scale: float, source: str = "") -> LayoutShot:
    """Return the shot of all cells in their sizes, of the maximised one alone where there is one.

    ``source``: where the data are from; empty: as the instruments say.
    """
    pages = [grid.page] if grid.is_maximised else grid.pages()
    size = grid.width(), grid.height()
    boxes = [(0, 0, *size)] if grid.is_maximised else cell_boxes(grid.grid, grid.sizes, size, HANDLE_PX)
    scenes = [_scene_of(page) for page in pages]
    sources = [source] if source else [one.series.instrument.source for one in scenes if one.series.instrument]
    data = f"Data: {', '.join(dict.fromkeys(filter(None, sources)))}" if any(sources) else ""
    note = " · ".join(filter(None, (grid.name, data)))
    return LayoutShot(cell_shots(scenes, boxes), theme, size[0], size[1] + FOOTER, scale, note, grid.title())


def _scene_of(page: ChartPage) -> ChartScene:
    """Return what a chart shows; what a cell without bars says is shown where it has a symbol."""
    scene = page.model.scene
    is_said = page.target is not None and not len(scene.series.bars)
    return scene if is_said else replace(scene, notice=None)
