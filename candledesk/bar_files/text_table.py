"""The rows of a text file, with their lines: its encoding and its separator are recognised (pure)."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
N_LOOKED_AT = 50  # lines that the separator is recognised by
_FEWEST = 4  # cells of a row of bars: a time, and prices that are perhaps one


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line, without blanks around them; ``line`` counts from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextTable:
    """The rows of a file that are not empty, and how they were read: ``encoding`` and ``separator`` in words."""

    rows: list[Row]
    encoding: str
    separator: str


def read_table(data: bytes) -> TextTable:
    """Return the rows of a text file; ``ValueError`` for one that is no text or has no columns."""
    text, encoding = _decode(data)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows = []
    try:
        for cells in reader:
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                rows.append(Row(reader.line_num, stripped))
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None
    return TextTable(rows, encoding, SEPARATORS[separator])


def _decode(data: bytes) -> tuple[str, str]:
    for bom, codec, name in _BOMS:
        if data.startswith(bom):
            return data.decode(codec), name
    if b"\0" in data[:4096]:
        raise ValueError("it is not a text file, nor Parquet or Arrow")
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "Latin-1"


def _separator(text: str) -> str:
    """Return the separator that gives most of the first lines the same number of cells; ``ValueError`` when none does.

    A comma may stand inside of numbers, so another separator that fits goes before it.
    """
    lines = [line for line in text[: 1 << 16].splitlines()[:N_LOOKED_AT] if line.strip()]
    best, most = "", 0
    for separator in SEPARATORS:
        counts = Counter(len(cells) for cells in csv.reader(lines, delimiter=separator) if len(cells) >= _FEWEST)
        agreeing = max(counts.values(), default=0)
        if agreeing > most and agreeing * 2 >= len(lines) - 3:
            best, most = separator, agreeing
            if separator != ",":
                break
    if not best:
        raise ValueError("its lines have no columns that are separated by commas, semicolons, tabs or bars")
    return best
