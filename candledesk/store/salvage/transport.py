"""Moves the rows of a damaged file into the tables of a new one, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from candledesk.domain.progress import OnProgress, Progress
from candledesk.store.salvage.records import INDEX_INNER, LEAVES, TABLE_LEAF, read_kind
from candledesk.store.salvage.tables import SCHEMA_TABLE, choose_tables, describe_schema_table, describe_tables
from candledesk.store.salvage.trees import TreeWalk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from candledesk.store import Connection
    from candledesk.store.salvage.pages import PageFile
    from candledesk.store.salvage.records import Cell, Record, Value
    from candledesk.store.salvage.tables import Table

_SCHEMA_KINDS = {"table", "index", "view", "trigger"}
_BATCH = 2_000  # rows inserted together
STEP = "Reading the damaged file"
Key = tuple[Any, ...]


@dataclass(slots=True)
class Moved:
    """What was moved of one table.

    ``breaks``: the keys before and after each place where rows may be missing, ``None`` at an end of the table. In a
    table with rowids the key is the rowid, else the values of the record.
    """

    n_rows: int = 0
    is_found: bool = False  # its root page
    breaks: list[tuple[Key | None, Key | None]] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every row was found."""
        return self.is_found and not self.breaks


@dataclass(frozen=True, slots=True)
class StoredSchema:
    """The rows of the schema table that can be read; ``is_whole``: whether these are all."""

    rows: tuple[Record, ...]
    is_whole: bool


def read_schema(pages: PageFile) -> StoredSchema:
    """Read the schema of a damaged file: from its root, page 1, and what cannot be reached from there in any page."""
    table, walk = describe_schema_table(), TreeWalk(pages)
    found = list(walk.walk(1, is_table=True))
    rows = [cell.record for cell in found if cell is not None and cell.record and table.rate(cell.record) >= 0]
    if len(rows) == len(found) and rows:
        return StoredSchema(tuple(rows), is_whole=True)
    for number in range(2, pages.n_pages + 1):
        page = pages.read(number)
        if read_kind(page, number) != TABLE_LEAF or number in walk.visited:
            continue
        records = [cell.record for cell in walk.read_cells(page, number) if cell is not None and cell.record]
        mine = [record for record in records if table.rate(record) >= 0 and record[0] in _SCHEMA_KINDS]
        rows += [record for record in mine if record not in rows]
    return StoredSchema(tuple(rows), is_whole=False)


def move_tables(pages: PageFile, schema: StoredSchema, conn: Connection, on_progress: OnProgress) -> dict[str, Moved]:
    """Insert the rows of every table into ``conn``, which has the same empty tables; return what was moved of each.

    ``schema``: of the damaged file, which has the root pages.
    Rows of pages that belong to no readable tree are inserted too, when rows of that table are missing and the page is
    not known to be unused; a row of a readable tree goes before one of these with the same key. Rows that the tables
    do not accept are left out.
    """
    walk = TreeWalk(pages)
    list(walk.walk(1, is_table=True))  # its pages are nobody else's
    roots = {row[1]: row[3] for row in schema.rows if type(row[3]) is int}
    tables = describe_tables(conn)
    moved: dict[str, Moved] = {}
    for table in tables:
        on_progress(Progress(STEP, len(walk.visited), pages.n_pages))
        moved[table.name] = _move_tree(conn, table, walk, roots.get(table.name), pages, on_progress)
    if not all(moved[table.name].is_whole for table in tables):
        for number, kind, cells in _find_orphans(pages, walk.visited, pages.read_free_pages()):
            on_progress(Progress(STEP, number, pages.n_pages))
            records = [cell.record for cell in cells if cell.record is not None]
            owners = choose_tables([describe_schema_table(), *tables], records, kind)
            if any(table.is_index or table.name == SCHEMA_TABLE for table in owners):
                continue
            _insert_once(conn, [table for table in owners if not moved[table.name].is_whole], cells, moved)
    on_progress(Progress(STEP, pages.n_pages, pages.n_pages))
    return {table.name: moved[table.name] for table in tables if not table.is_index}


def _move_tree(
    conn: Connection, table: Table, walk: TreeWalk, root: object, pages: PageFile, on_progress: OnProgress
) -> Moved:
    """Move the rows that are reached from the root page of a table."""
    moved = Moved(is_found=type(root) is int)
    if type(root) is not int:
        return moved
    batch: list[Cell] = []
    last: Key | None = None
    is_broken = False
    for cell in walk.walk(root, is_table=table.has_rowid):
        if cell is None or cell.record is None or table.rate(cell.record) < 0:
            is_broken = True
            continue
        key = _key(table, cell)
        if is_broken or (last is not None and not _is_after(key, last)):
            moved.breaks.append((last, key))
        is_broken, last = False, key
        batch.append(cell)
        if len(batch) >= _BATCH:
            moved.n_rows += 0 if table.is_index else _insert(conn, table, batch)
            batch.clear()
            on_progress(Progress(STEP, len(walk.visited), pages.n_pages))
    moved.n_rows += 0 if table.is_index else _insert(conn, table, batch)
    if is_broken:
        moved.breaks.append((last, None))
    return moved


def _find_orphans(pages: PageFile, visited: set[int], unused: set[int]) -> Iterator[tuple[int, int, list[Cell]]]:
    """Yield pages with records that no walk has reached: number, kind and the cells that can be decoded."""
    reader = TreeWalk(pages)
    for number in range(2, pages.n_pages + 1):
        if number in visited or number in unused:
            continue
        page = pages.read(number)
        kind = read_kind(page, number)
        if kind in LEAVES or kind == INDEX_INNER:
            cells = [cell for cell in reader.read_cells(page, number) if cell is not None]
            if cells:
                yield number, kind, cells


def _insert_once(conn: Connection, tables: Sequence[Table], cells: Sequence[Cell], moved: dict[str, Moved]) -> None:
    """Insert each record into the first of ``tables`` that has no row of its key yet."""
    if len(tables) == 1:
        moved[tables[0].name].n_rows += _insert(conn, tables[0], cells)
        return
    for cell in cells:
        for table in tables:
            if _insert(conn, table, [cell]):
                moved[table.name].n_rows += 1
                break


def _insert(conn: Connection, table: Table, cells: Iterable[Cell]) -> int:
    """Insert records that are not there yet; return how many the table accepted."""
    rows: dict[int, list[list[Value]]] = {}
    for cell in cells:
        if cell.record is not None and table.rate(cell.record) >= 0:
            values = zip(cell.record, table.columns, strict=False)
            row = [cell.rowid if column.is_rowid else value for value, column in values]
            rows.setdefault(len(row), []).append(row)
    before = conn.total_changes
    for n_columns, group in rows.items():
        names = ", ".join(f'"{column.name}"' for column in table.columns[:n_columns])
        marks = ", ".join("?" * n_columns)
        sql = f'INSERT OR IGNORE INTO "{table.name}" ({names}) VALUES ({marks})'
        conn.executemany(sql, group)
    return conn.total_changes - before


def _key(table: Table, cell: Cell) -> Key:
    if table.has_rowid:
        return (cell.rowid,)
    assert cell.record is not None  # noqa: S101 (checked by the caller)
    return cell.record


def _is_after(key: Key, last: Key) -> bool:
    """Return whether a record comes after another one; NULL comes first, and texts are compared by their bytes."""
    for mine, other in zip(key, last, strict=False):
        if mine == other:
            continue
        if type(mine) is str and type(other) is str:
            return mine.encode() > other.encode()
        if isinstance(mine, int | float) and isinstance(other, int | float):
            return mine > other
        return mine is not None
    return False
