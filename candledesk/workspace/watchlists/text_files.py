"""The files in which other programs keep lists of symbols: reading them as names in sections, and writing one kind.

Recognised by their content: TradingView's text (names at commas, ``###Title`` opens a section), a name a line, CSV with
a column of symbols, such as the export of a portfolio (its comments become notes), and the JSON document of a
watchlist.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from candledesk.domain.errors import DocumentError
from candledesk.domain.texts import plain_text
from candledesk.workspace.names import MAX_NAME_CHARS
from candledesk.workspace.watchlists.watchlist import MAX_FOREIGN_CHARS, MAX_NOTE_CHARS, parse_watchlist

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from candledesk.workspace.watchlists.watchlist import Watchlist

MAX_FILE_BYTES = 1_000_000
MAX_NAMES = 20_000
SECTION_MARK = "###"
TABLE_KIND = "CSV with a column of symbols"
_SYMBOL_HEADINGS = ("symbol", "ticker")
_NOTE_HEADINGS = ("comment", "notes", "note")
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class NamedSection:
    """A section of a file: its title, empty for names before the first one, and names as they are spelled there."""

    title: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListFile:
    """What a file holds: ``kind`` in words for people, sections, and notes by name; ``watchlist`` of a JSON file."""

    kind: str
    sections: tuple[NamedSection, ...]
    notes: Mapping[str, str] = field(default_factory=dict)
    watchlist: Watchlist | None = None


def decode_text(content: bytes) -> str:
    """Return the text of a file: UTF-8 or UTF-16 by their byte order mark, else UTF-8, else Windows-1252.

    Raises ``DocumentError`` for more than 1 MB, and for a file that is not text.
    """
    if len(content) > MAX_FILE_BYTES:
        raise DocumentError("FILE", f"A list may have at most {MAX_FILE_BYTES:,} bytes, not {len(content):,}")
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise DocumentError("FILE", "This is not a text file")


def read_list_file(content: bytes) -> ListFile:
    """Return the names of a file of any of the kinds; ``DocumentError`` when it has none or is not text."""
    text = decode_text(content)
    if text.lstrip().startswith("{"):
        return _read_json(text)
    found = _read_table(text) or _read_names(text)
    n_names = sum(len(section.names) for section in found.sections)
    if not n_names:
        raise DocumentError("FILE", "No symbol was found in this file")
    if n_names > MAX_NAMES:
        raise DocumentError("FILE", f"A file may hold at most {MAX_NAMES:,} names, not {n_names:,}")
    return found


def write_tradingview(sections: Iterable[NamedSection]) -> str:
    """Return the text of TradingView: one line, names at commas, each title behind ``###``."""
    parts: list[str] = []
    for section in sections:
        if section.title:
            parts.append(SECTION_MARK + " ".join(section.title.replace(",", " ").split()))
        parts += section.names
    return ",".join(parts) + "\n"


def _read_json(text: str) -> ListFile:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise DocumentError("FILE", "This file begins like JSON and is not") from None
    return ListFile("a watchlist of CandleDesk", (), watchlist=parse_watchlist(document))


def _read_table(text: str) -> ListFile | None:
    """Return the column of symbols of a CSV file, ``None`` when its first line does not name one."""
    lines = text.splitlines()
    heading = next((line for line in lines if line.strip()), "")
    separator = max(_SEPARATORS, key=heading.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        headings = [cell.strip().lower() for cell in next(row for row in rows if any(cell.strip() for cell in row))]
        column = next((headings.index(name) for name in _SYMBOL_HEADINGS if name in headings), None)
        if column is None:
            return None
        note_column = next((headings.index(name) for name in _NOTE_HEADINGS if name in headings), None)
        return _table_of(list(rows), column, note_column)
    except (csv.Error, StopIteration):
        return None


def _table_of(rows: list[list[str]], column: int, note_column: int | None) -> ListFile:
    tokens: list[str] = []
    notes: dict[str, str] = {}
    for row in rows:
        first, name = _cell(row, 0), _cell(row, column)
        if first.startswith(SECTION_MARK):
            tokens.append(first)
        elif name:
            tokens.append(name)
            if note_column is not None and note_column < len(row) and row[note_column].strip():
                notes.setdefault(name, plain_text(row[note_column], MAX_NOTE_CHARS))
    return ListFile(TABLE_KIND, tuple(_split_sections(tokens)), notes)


def _cell(row: list[str], column: int) -> str:
    return _clean(row[column]) if column < len(row) else ""


def _read_names(text: str) -> ListFile:
    lines = [line for line in text.splitlines() if line.strip()]
    tokens = [token for part in re.split(r"[,;\t\r\n]", "\n".join(lines)) if (token := _clean(part))]
    has_exchange = any(":" in token for token in tokens) or any(token.startswith(SECTION_MARK) for token in tokens)
    kind = "TradingView's text" if has_exchange else "a list of symbols"
    return ListFile(kind, tuple(_split_sections(tokens)))


def _split_sections(tokens: Iterable[str]) -> Iterator[NamedSection]:
    """Yield the sections; one without a title only when names come before the first title."""
    title, names = "", list[str]()
    is_first = True
    for token in tokens:
        if token.startswith(SECTION_MARK):
            if names or not is_first:
                yield NamedSection(title, tuple(names))
            title, names, is_first = _title(token), [], False
        else:
            names.append(token)
    if names or not is_first:
        yield NamedSection(title, tuple(names))


def _title(token: str) -> str:
    return plain_text(token.removeprefix(SECTION_MARK), MAX_NAME_CHARS)


def _clean(text: str) -> str:
    """Return a cell or name without the quotes around it and without invisible characters."""
    return plain_text(text, MAX_FOREIGN_CHARS).strip("\"' ")
