"""A watchlist: symbols in order, in sections with titles, with flags and notes; its rules and its JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar

import orjson

from candledesk.domain.errors import DocumentError, InputError
from candledesk.domain.json_fields import JsonField
from candledesk.domain.symbols import is_symbol, parse_symbol
from candledesk.domain.times import UtcSeconds
from candledesk.workspace.names import MAX_NAME_CHARS, check_name, check_text

FLAG_COLOURS = ("red", "orange", "green", "cyan", "blue", "purple", "pink")
MAX_SYMBOLS = 1_000
MAX_SECTIONS = 100
MAX_NOTE_CHARS = 500
MAX_FOREIGN_CHARS = 64
MAX_DOCUMENT_BYTES = 60_000  # of JSON: a body of the API has at most 64 KiB
_SECTION_KEYS = frozenset({"title", "symbols", "folded"})
_KEYS = ("name", "sections", "flags", "notes", "tradingview_names", "updated_at")


@dataclass(frozen=True, slots=True)
class WatchlistSection:
    """Symbols in order under a title; only the first section of a list may have no title."""

    title: str
    symbols: tuple[str, ...]
    is_folded: Annotated[
        bool, JsonField("folded", is_left_out_empty=True), "whether a window shows only the title of the section"
    ] = False


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A named list; a symbol is in it once.

    ``flags``, ``notes`` and ``tradingview_names`` are by symbol. ``updated_at``: when it was last changed, UTC seconds,
    0 for a list that is not stored yet.
    """

    schema_name: ClassVar[str] = "Watchlist"

    name: str
    sections: tuple[WatchlistSection, ...] = ()
    flags: Annotated[Mapping[str, str], f"by symbol, one of {' '.join(FLAG_COLOURS)}"] = field(default_factory=dict)
    notes: Annotated[Mapping[str, str], "by symbol"] = field(default_factory=dict)
    tradingview_names: Annotated[
        Mapping[str, str],
        JsonField(is_left_out_empty=True),
        "by symbol: how a file of TradingView spelled it, for writing such a file again",
    ] = field(default_factory=dict)
    updated_at: UtcSeconds = 0

    @property
    def symbols(self) -> tuple[str, ...]:
        """All symbols in order."""
        return tuple(symbol for section in self.sections for symbol in section.symbols)


def watchlist_document(watchlist: Watchlist) -> dict[str, Any]:
    """Return the JSON document that is stored; parts that are empty are left out."""
    document: dict[str, Any] = {
        "name": watchlist.name,
        "sections": [_section_document(part) for part in watchlist.sections],
    }
    others = {
        "flags": watchlist.flags,
        "notes": watchlist.notes,
        "tradingview_names": watchlist.tradingview_names,
    }
    return document | {key: dict(values) for key, values in others.items() if values}


def _section_document(section: WatchlistSection) -> dict[str, Any]:
    document: dict[str, Any] = {"title": section.title, "symbols": list(section.symbols)}
    return document | ({"folded": True} if section.is_folded else {})


def parse_watchlist(document: Mapping[str, Any]) -> Watchlist:
    """Return the list of a JSON document, with symbols in the spelling of ``domain.symbols``.

    Raises ``DocumentError``, whose ``field`` is the path of what breaks a rule (``sections[1].symbols[0]``). What is
    said of symbols that are not in the list is left out; ``updated_at`` is ignored.
    """
    for key in document:
        if key not in _KEYS:
            raise DocumentError(key[:MAX_NAME_CHARS], f"A watchlist has no {key[:MAX_NAME_CHARS]!r}: {' '.join(_KEYS)}")
    name = check_name(document.get("name"))
    sections = _parse_sections(document.get("sections"))
    texts = {
        "flags": _texts_by_symbol(document, "flags", MAX_NAME_CHARS),
        "notes": _texts_by_symbol(document, "notes", MAX_NOTE_CHARS),
        "tradingview_names": _texts_by_symbol(document, "tradingview_names", MAX_FOREIGN_CHARS),
    }
    for symbol, colour in texts["flags"].items():
        if colour not in FLAG_COLOURS:
            raise DocumentError(f"flags.{symbol}", f"A flag is one of {' '.join(FLAG_COLOURS)}, not {colour!r}")
    own = frozenset(symbol for section in sections for symbol in section.symbols)
    kept = {key: {one: text for one, text in rows.items() if one in own and text} for key, rows in texts.items()}
    watchlist = Watchlist(name, sections, kept["flags"], kept["notes"], kept["tradingview_names"])
    check_size(watchlist_document(watchlist))
    return watchlist


def load_watchlist(name: str, document: Mapping[str, Any], updated_at: int) -> Watchlist:
    """Return the list of a stored document; of one that breaks a rule, as after an edit by hand, its symbols only."""
    try:
        return replace(parse_watchlist({**document, "name": name}), updated_at=updated_at)
    except DocumentError:
        symbols = [
            symbol
            for row in document.get("sections") or ()
            if isinstance(row, Mapping) and isinstance(row.get("symbols"), list)
            for symbol in row["symbols"]
            if isinstance(symbol, str) and is_symbol(symbol)
        ]
        return Watchlist(name, (WatchlistSection("", tuple(dict.fromkeys(symbols))),), updated_at=updated_at)


def check_size(document: Mapping[str, Any]) -> None:
    """Raise ``DocumentError`` for a document that is too large for a body of the API."""
    n_bytes = len(orjson.dumps(document))
    if n_bytes > MAX_DOCUMENT_BYTES:
        raise DocumentError("body", f"The document has {n_bytes:,} bytes: at most {MAX_DOCUMENT_BYTES:,} are stored")


def _parse_sections(rows: object) -> tuple[WatchlistSection, ...]:
    if not isinstance(rows, list) or len(rows) > MAX_SECTIONS:
        raise DocumentError("sections", f"The sections must be an array of at most {MAX_SECTIONS} objects")
    sections: list[WatchlistSection] = []
    places: dict[str, str] = {}
    for at, row in enumerate(rows):
        path = f"sections[{at}]"
        if not isinstance(row, Mapping) or not isinstance(row.get("symbols"), list) or set(row) - _SECTION_KEYS:
            raise DocumentError(path, f"{path} must be an object with title, folded and an array of symbols")
        is_folded = row.get("folded", False)
        if not isinstance(is_folded, bool):
            raise DocumentError(f"{path}.folded", f"{path}.folded must be true or false")
        title = check_text(row.get("title", ""), f"{path}.title", MAX_NAME_CHARS)
        if at and not title:
            raise DocumentError(f"{path}.title", "Only the first section may have no title")
        symbols = _parse_symbols(row["symbols"], f"{path}.symbols", places)
        sections.append(WatchlistSection(title, symbols, is_folded))
    return tuple(sections)


def _parse_symbols(rows: list[object], path: str, places: dict[str, str]) -> tuple[str, ...]:
    """Return the symbols of one section; ``places``: where those of the sections before are, which grows."""
    symbols: list[str] = []
    for at, text in enumerate(rows):
        place = f"{path}[{at}]"
        try:
            symbol = parse_symbol(text if isinstance(text, str) and text.isascii() else "")
        except InputError:
            raise DocumentError(place, f"{place} is not a symbol") from None
        if symbol in places:
            raise DocumentError(place, f"{symbol} is in the list already, at {places[symbol]}")
        places[symbol] = place
        symbols.append(symbol)
    if len(places) > MAX_SYMBOLS:
        raise DocumentError("sections", f"A watchlist may have at most {MAX_SYMBOLS:,} symbols")
    return tuple(symbols)


def _texts_by_symbol(document: Mapping[str, Any], key: str, limit: int) -> dict[str, str]:
    """Return the texts of one kind, whether or not their symbols are in the list."""
    rows = document.get(key)
    if rows is None:
        return {}
    if not isinstance(rows, Mapping):
        raise DocumentError(key, f"{key} must be an object of texts by symbol")
    return {
        symbol[:MAX_NAME_CHARS]: check_text(text, f"{key}.{symbol[:MAX_NAME_CHARS]}", limit)
        for symbol, text in rows.items()
    }
