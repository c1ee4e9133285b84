"""Walks the tree of a table from its root page to its rows, in the order of their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.store.salvage.records import (
    INDEX_INNER,
    INDEX_LEAF,
    INNERS,
    TABLE_INNER,
    TABLE_LEAF,
    Cell,
    DamagedCellError,
    find_cells,
    read_cell,
    read_kind,
    read_right,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from candledesk.store.salvage.pages import PageFile

_MAX_DEPTH = 20  # of a tree, as in SQLite
_KINDS = {True: (TABLE_INNER, TABLE_LEAF), False: (INDEX_INNER, INDEX_LEAF)}


class TreeWalk:
    """Walks trees of one file; ``visited``: the pages of all walks so far."""

    def __init__(self, pages: PageFile) -> None:
        """Start without a visited page."""
        self._pages = pages
        self.visited: set[int] = set()

    def walk(self, root: int, *, is_table: bool, depth: int = 0) -> Iterator[Cell | None]:
        """Yield the cells with records in the order of their keys, and ``None`` where some may be missing.

        ``is_table``: the tree of a table with rowids, else of an index or a table without rowids. Pages that were
        visited already, or belong to another kind of tree, are not read: a pointer to them is damaged.
        """
        if not 0 < root <= self._pages.n_pages or root in self.visited or depth > _MAX_DEPTH:
            yield None
            return
        page = self._pages.read(root)
        kind = read_kind(page, root)
        if kind not in _KINDS[is_table]:
            yield None
            return
        self.visited.add(root)
        if kind not in INNERS:
            yield from self.read_cells(page, root)
            return
        for cell in self.read_cells(page, root):
            if cell is None:
                yield None
                continue
            yield from self.walk(cell.left, is_table=is_table, depth=depth + 1)
            if cell.record is not None:
                yield cell
        yield from self.walk(read_right(page, root), is_table=is_table, depth=depth + 1)

    def read_cells(self, page: bytes, number: int) -> Iterator[Cell | None]:
        """Yield the cells of one page, and ``None`` for each that cannot be decoded."""
        for place in find_cells(page, number):
            try:
                yield read_cell(page, number, place, self._pages.read)
            except DamagedCellError:
                yield None
