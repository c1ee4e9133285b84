"""Reads a file of bars of any of the programs that are known: what it is, its bars, and what of it gives none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.bar_files.arrow_files import is_arrow, read_arrow
from candledesk.bar_files.assembling import assemble
from candledesk.bar_files.columns import PRICES, Columns, Role, find_columns
from candledesk.bar_files.messages import ReadOptions
from candledesk.bar_files.numbers import is_unclear, marks_of, read_number
from candledesk.bar_files.text_table import read_table
from candledesk.bar_files.times import LineError, read_times
from candledesk.bar_files.tools import recognise
from candledesk.domain.errors import EnvironmentFaultError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from candledesk.bar_files.messages import BarFile
    from candledesk.bar_files.text_table import Row, TextTable
    from candledesk.domain.bars import FloatArray

MAX_BYTES = 1 << 30
_FOREIGN_WORDS = frozenset({"datum", "data", "fecha", "eröffnung", "eröffn", "schluss", "zuletzt", "clôture", "cierre"})
_MAGIC = (  # how files begin that are no text
    (b"PK\x03\x04", "it is an archive or a workbook: unpack it, or save the sheet as CSV"),
    (b"\x1f\x8b", "it is packed by gzip: unpack it first"),
    (b"\xd0\xcf\x11\xe0", "it is a workbook of an old Excel: save the sheet as CSV"),
    (b"%PDF", "it is a PDF"),
)


def read_bar_file(path: Path, options: ReadOptions | None = None) -> BarFile:
    """Read a file; ``InputError`` with the line and the reason for one that cannot be read without a doubt.

    Text (CSV of any separator), Parquet, and Arrow files and streams are recognised by their first bytes. Raises
    ``EnvironmentFaultError`` when the file cannot be opened.
    """
    options = options or ReadOptions()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("FILE", f"{path.name} is larger than {MAX_BYTES >> 30} GB: split it")
        with path.open("rb") as file:
            start = file.read(8)
        data = None if is_arrow(start) or options.form == "parquet" else path.read_bytes()
    except OSError as error:
        raise EnvironmentFaultError(f"{path} cannot be read: {error.strerror}") from error
    try:
        if data is None:
            return read_arrow(path, options)
        return _read_text(path.name, data, options)
    except LineError as error:
        raise InputError("FILE", f"{path.name}, line {error.line}: {error}") from None
    except ValueError as error:
        raise InputError("FILE", f"{path.name}: {error}") from None


def _read_text(name: str, data: bytes, options: ReadOptions) -> BarFile:
    for magic, text in _MAGIC:
        if data.startswith(magic):
            raise ValueError(text)
    if data.lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml", b"{", b"[")):
        raise ValueError("it is a web page or JSON, not a table")
    table = read_table(data)
    columns = find_columns(table.rows)
    rows = _rows_of(table, columns, options.symbol)
    if not rows:
        raise ValueError("it has a header and no bars")
    header = table.rows[columns.n_before - 1].cells if columns.header else ()
    tool = recognise(columns, rows[0].cells, table.separator, header)
    times = read_times(((row.line, _time_text(row, columns)) for row in rows), options)
    mark = _mark_of(rows, columns, options)
    prices = np.array([_prices(row, columns, mark) for row in rows], np.float64).T
    volume, notes = _volume(rows, columns, mark)
    facts = [
        ("columns", ", ".join(f"{role.value} = {columns.names[role]}" for role in columns.places)),
        ("text", f"{table.encoding}, separated by {table.separator}, decimals after {mark!r}"),
    ]
    if columns.left_out:
        facts.append(("left out", ", ".join(columns.left_out)))
    return assemble(name, tool, times, np.vstack([prices, volume]), options, facts, notes)


def _rows_of(table: TextTable, columns: Columns, symbol: str) -> list[Row]:
    """Return the rows of bars; ``ValueError`` for a file of several symbols of which none is named."""
    rows = list(_whole(table.rows[columns.n_before :], columns))
    at = columns.places.get(Role.SYMBOL)
    if at is None:
        return rows
    found = dict.fromkeys(row.cells[at].upper() for row in rows)
    if len(found) <= 1:
        return rows
    if symbol not in found:
        raise ValueError(f"it has bars of {len(found)} symbols ({', '.join(list(found)[:5])} …): name one by --symbol")
    return [row for row in rows if row.cells[at].upper() == symbol]


def _whole(rows: Sequence[Row], columns: Columns) -> Iterator[Row]:
    """Yield the rows with all columns that are needed; a last line of words is left out, any other raises."""
    needed = 1 + max(at for role, at in columns.places.items() if role not in {Role.VOLUME, Role.TICKS})
    most = 1 + max(columns.places.values())
    for at, row in enumerate(rows):
        if len(row.cells) >= needed:
            yield row if len(row.cells) >= most else replace(row, cells=row.cells + ("",) * (most - len(row.cells)))
        elif at < len(rows) - 1 or row.cells[0][:1].isdigit():
            raise LineError(row.line, f"it has {len(row.cells)} columns, and {needed} are needed")


def _time_text(row: Row, columns: Columns) -> str:
    places = columns.places
    if Role.MOMENT in places:
        return row.cells[places[Role.MOMENT]]
    if Role.DATE not in places:
        return row.cells[places[Role.CLOCK]]
    day = row.cells[places[Role.DATE]]
    return f"{day} {_clock(row.cells[places[Role.CLOCK]])}".strip() if Role.CLOCK in places else day


def _clock(text: str) -> str:
    """Return a time of day with colons; a number has lost its leading zeros: 93000, 930, 0."""
    if not text.isdigit() or len(text) > len("hhmmss"):
        return text
    digits = text.zfill(6) if len(text) in {1, 5, 6} else text.zfill(4)
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _mark_of(rows: Sequence[Row], columns: Columns, options: ReadOptions) -> str:
    """Return the mark before the decimals of prices; ``ValueError`` where they contradict each other or are unclear."""
    if options.decimal:
        return options.decimal
    places = [columns.places[role] for role in PRICES]
    texts = {row.cells[at] for row in rows for at in places}
    marks = marks_of(texts)
    if len(marks) == 1:
        return marks.pop()
    if marks:
        raise ValueError("some prices have decimals after a point, others after a comma: say which by --decimal")
    unclear = sorted(text for text in texts if is_unclear(text))
    if unclear and (any("," in text for text in unclear) or _FOREIGN_WORDS & set(columns.header)):
        line = next(row.line for row in rows if unclear[0] in row.cells)
        raise LineError(line, f"is {unclear[0]} a thousand or a fraction? Say it by --decimal . or --decimal ,")
    return "."


def _prices(row: Row, columns: Columns, mark: str) -> list[float]:
    try:
        return [read_number(row.cells[columns.places[role]], mark) for role in PRICES]
    except ValueError as error:
        raise LineError(row.line, str(error)) from None


def _volume(rows: Sequence[Row], columns: Columns, mark: str) -> tuple[FloatArray, list[str]]:
    """Return the volumes, and what is to be said of them."""
    for role in (Role.VOLUME, Role.TICKS):
        if role not in columns.places:
            continue
        values = np.array([_volume_of(row, columns.places[role], mark) for row in rows], np.float64)
        if role is Role.TICKS or Role.TICKS not in columns.places or np.any(values > 0):
            notes = ["The volume is the number of price changes."] if role is Role.TICKS else []
            return values, notes
    return np.zeros(len(rows)), ["The file has no volume."]


def _volume_of(row: Row, at: int, mark: str) -> float:
    try:
        return read_number(row.cells[at], mark)
    except ValueError as error:
        raise LineError(row.line, str(error)) from None
