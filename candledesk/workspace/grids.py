"""The grids of a layout: how many cells stand in each row, and the shares of the rows and of the cells in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from candledesk.domain.errors import DocumentError

GRIDS: dict[str, tuple[int, ...]] = {
    "1": (1,), "2h": (2,), "2v": (1, 1), "3": (1, 2), "4": (2, 2), "6": (3, 3), "8": (4, 4),
}  # fmt: skip
"""The number of cells in each row, from the top, by the name of the grid."""
SINGLE = "1"
MAX_CELLS = 8
MIN_SHARE = 0.02  # of a row or a cell: less cannot be dragged back
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class GridSizes:
    """Shares of a whole: ``rows`` of the height, ``cells`` of the width of each row; each tuple sums to about 1."""

    rows: tuple[float, ...]
    cells: tuple[tuple[float, ...], ...]


def n_cells(grid: str) -> int:
    """Return how many cells a grid has."""
    return sum(GRIDS[grid])


def smallest_grid(n_charts: int) -> str:
    """Return the smallest grid with a cell for each chart, the largest one when none has so many."""
    return next((name for name in GRIDS if n_cells(name) >= n_charts), list(GRIDS)[-1])


def even_shares(n_parts: int) -> tuple[float, ...]:
    """Return ``n_parts`` equal shares."""
    return (round(1 / n_parts, _DIGITS),) * n_parts


def even_sizes(grid: str) -> GridSizes:
    """Return the sizes of a grid whose rows, and cells in each row, are equal."""
    rows = GRIDS[grid]
    return GridSizes(even_shares(len(rows)), tuple(even_shares(n) for n in rows))


def cell_boxes(grid: str, sizes: GridSizes, size: tuple[int, int], gap: int) -> list[tuple[int, int, int, int]]:
    """Return left, top, width and height of each cell on ``size`` pixels, with ``gap`` pixels between two of them."""
    boxes = []
    for (top, height), n, shares in zip(_parts(sizes.rows, size[1], gap), GRIDS[grid], sizes.cells, strict=True):
        boxes += [(left, top, width, height) for left, width in _parts(shares[:n], size[0], gap)]
    return boxes


def _parts(shares: Sequence[float], length: int, gap: int) -> list[tuple[int, int]]:
    """Return begin and length of each share of ``length`` pixels; together with the gaps they fill it."""
    room, total = max(0, length - gap * (len(shares) - 1)), sum(shares)
    ends = [round(room * sum(shares[: at + 1]) / total) for at in range(len(shares))]
    starts = [0, *ends[:-1]]
    return [(start + gap * at, max(1, end - start)) for at, (start, end) in enumerate(zip(starts, ends, strict=True))]


def shares_of(pixels: Sequence[int]) -> tuple[float, ...]:
    """Return the shares of sizes in pixels, none of them smaller than ``MIN_SHARE``; equal ones when all are 0."""
    total = sum(pixels)
    if total <= 0:
        return even_shares(len(pixels))
    return tuple(max(MIN_SHARE, round(size / total, _DIGITS)) for size in pixels)


def sizes_document(sizes: GridSizes) -> dict[str, object]:
    """Return the JSON document of sizes."""
    return {"rows": list(sizes.rows), "cells": [list(row) for row in sizes.cells]}


def parse_sizes(grid: str, document: object) -> GridSizes:
    """Return the sizes of a document, equal ones when it is not valid for ``grid``."""
    try:
        return check_sizes(grid, document)
    except DocumentError:
        return even_sizes(grid)


def check_sizes(grid: str, document: object) -> GridSizes:
    """Return the sizes of a document; ``DocumentError`` with the path of the first part that is not valid."""
    if not isinstance(document, Mapping) or set(document) != {"rows", "cells"}:
        raise DocumentError("sizes", "The sizes must be an object with rows and cells")
    counts, cells = GRIDS[grid], document["cells"]
    rows = _check_shares(document["rows"], len(counts), "sizes.rows")
    if not isinstance(cells, list) or len(cells) != len(counts):
        raise DocumentError("sizes.cells", f"The cells of the sizes must be an array of {len(counts)} arrays")
    return GridSizes(rows, tuple(_check_shares(row, counts[at], f"sizes.cells[{at}]") for at, row in enumerate(cells)))


def _check_shares(shares: object, n_parts: int, path: str) -> tuple[float, ...]:
    def is_share(value: object) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and MIN_SHARE <= value <= 1

    if not isinstance(shares, list) or len(shares) != n_parts or not all(is_share(share) for share in shares):
        raise DocumentError(path, f"{path} must be an array of {n_parts} numbers from {MIN_SHARE} to 1")
    return tuple(float(share) for share in shares)
