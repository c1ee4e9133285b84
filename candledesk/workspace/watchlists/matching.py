"""Which symbols the names in a file mean, as a preview that a person confirms: nothing is guessed (WORKBENCH.md §3.1).

The preview says of each name: found (one symbol, perhaps by the provider's search), several (a choice), or not found.
A watchlist is made of what was found and of what a person chose; the rest is listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from candledesk.domain.errors import DocumentError
from candledesk.domain.symbols import DEFAULT_PROVIDER, split_symbol
from candledesk.workspace.watchlists.text_files import TABLE_KIND, NamedSection
from candledesk.workspace.watchlists.watchlist import (
    MAX_SECTIONS,
    MAX_SYMBOLS,
    Watchlist,
    WatchlistSection,
    check_size,
    watchlist_document,
)

if TYPE_CHECKING:
    from collections.abc import Container

    from candledesk.workspace.watchlists.text_files import ListFile


class SymbolNames(Protocol):
    """The names of TradingView for the symbols of the providers (``providers.registry.ListedNames``)."""

    def find_symbols(self, name: str) -> tuple[str, ...]:
        """Return the symbols that a name can mean: one, several, or none."""
        ...

    def find_name(self, symbol: str, exchange: str) -> str:
        """Return the name of a symbol, empty when there is none; ``exchange``: the provider's code, or empty."""
        ...


class Found(StrEnum):
    """What the preview says of a name."""

    ONE = "found"
    SEARCHED = "found by search"
    SEVERAL = "several"
    NONE = "not found"


@dataclass(frozen=True, slots=True)
class Match:
    """A name and the symbols that it can mean; ``is_searched``: the provider's search has that one alone."""

    name: str
    symbols: tuple[str, ...]
    is_searched: bool = False

    @property
    def found(self) -> Found:
        """What the preview says of it."""
        if len(self.symbols) > 1:
            return Found.SEVERAL
        if not self.symbols:
            return Found.NONE
        return Found.SEARCHED if self.is_searched else Found.ONE


@dataclass(frozen=True, slots=True)
class MatchedSection:
    """A section of a file with the matches of its names."""

    title: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file means; ``kind`` of the file in words, ``notes`` by name; ``watchlist``: of a file that needs none."""

    kind: str
    sections: tuple[MatchedSection, ...]
    notes: Mapping[str, str] = field(default_factory=dict)
    watchlist: Watchlist | None = None

    def matches(self, *found: Found) -> list[Match]:
        """Return the matches of these kinds in the order of the file, each name once."""
        rows = {match.name: match for section in self.sections for match in section.matches}
        return [match for match in rows.values() if match.found in found]


def preview_file(file: ListFile, names: SymbolNames) -> Preview:
    """Return what the names of a file mean."""
    sections = tuple(
        MatchedSection(part.title, tuple(Match(name, names.find_symbols(name)) for name in part.names))
        for part in file.sections
    )
    return Preview(file.kind, sections, file.notes, file.watchlist)


def narrow(match: Match, known: Container[str]) -> Match:
    """Return a match of several symbols with the only one that the provider's search found; else the match itself."""
    left = [symbol for symbol in match.symbols if symbol in known]
    return replace(match, symbols=(left[0],), is_searched=True) if len(left) == 1 else match


def replace_matches(preview: Preview, settled: Mapping[str, Match]) -> Preview:
    """Return the preview with other matches for some names."""
    sections = tuple(
        replace(part, matches=tuple(settled.get(match.name, match) for match in part.matches))
        for part in preview.sections
    )
    return replace(preview, sections=sections)


def choose(preview: Preview, choices: Mapping[str, str]) -> Preview:
    """Return the preview with the symbols that a person chose by name; ``DocumentError`` for a name it lacks."""
    names = {match.name for section in preview.sections for match in section.matches}
    for name in choices:
        if name not in names:
            raise DocumentError("choose", f"The file has no {name!r}")
    return replace_matches(preview, {name: Match(name, (symbol,)) for name, symbol in choices.items()})


def make_watchlist(name: str, preview: Preview, names: SymbolNames) -> Watchlist:
    """Return the list of what was found; of a symbol that comes twice the first one counts.

    The file's own spelling of a symbol is kept where ``names`` could not find it again. Raises ``DocumentError`` for
    more symbols than a list may have.
    """
    if preview.watchlist is not None:
        return replace(preview.watchlist, name=name)
    taken: dict[str, str] = {}
    sections = []
    for part in preview.sections:
        symbols = []
        for match in part.matches:
            if len(match.symbols) == 1 and match.symbols[0] not in taken:
                taken[match.symbols[0]] = match.name
                symbols.append(match.symbols[0])
        sections.append(WatchlistSection(part.title, tuple(symbols)))
    watchlist = Watchlist(
        name,
        _with_titles(sections),
        notes={symbol: preview.notes[own] for symbol, own in taken.items() if own in preview.notes},
        tradingview_names={
            symbol: own for symbol, own in taken.items() if _is_remembered(symbol, own, names, preview.kind)
        },
    )
    _check_limits(watchlist)
    return watchlist


def _is_remembered(symbol: str, own: str, names: SymbolNames, kind: str) -> bool:
    """Tell whether the file's spelling is kept: TradingView has it, and the symbol does not lead back to it."""
    if split_symbol(symbol)[0] != DEFAULT_PROVIDER:
        return False  # such as an imported series, which no other program knows
    derived = names.find_name(symbol, "")
    return own != derived and (":" in own or (kind != TABLE_KIND and not derived))


def _with_titles(sections: list[WatchlistSection]) -> tuple[WatchlistSection, ...]:
    """Give sections after the first one a title where the file has an empty one."""
    return tuple(
        replace(part, title=f"Section {at + 1}") if at and not part.title else part for at, part in enumerate(sections)
    )


def _check_limits(watchlist: Watchlist) -> None:
    if len(watchlist.symbols) > MAX_SYMBOLS or len(watchlist.sections) > MAX_SECTIONS:
        raise DocumentError(
            "FILE",
            f"A watchlist may have at most {MAX_SYMBOLS:,} symbols and {MAX_SECTIONS} sections, "
            f"not {len(watchlist.symbols):,} and {len(watchlist.sections):,}",
        )
    check_size(watchlist_document(watchlist))


def name_sections(
    watchlist: Watchlist, names: SymbolNames, exchanges: Mapping[str, str]
) -> tuple[tuple[NamedSection, ...], tuple[str, ...]]:
    """Return the sections with TradingView's names, and the symbols that have none and are left out.

    ``exchanges``: the provider's code of the exchange of each symbol where it is known.
    """
    sections, unnamed = [], []
    for part in watchlist.sections:
        found = []
        for symbol in part.symbols:
            name = _name_of(symbol, watchlist, names, exchanges.get(symbol, ""))
            found.append(name) if name else unnamed.append(symbol)
        sections.append(NamedSection(part.title, tuple(found)))
    return tuple(sections), tuple(unnamed)


def _name_of(symbol: str, watchlist: Watchlist, names: SymbolNames, exchange: str) -> str:
    """Return the name that the list remembers while it still means the symbol, else the one of the symbol.

    A remembered name without an exchange is written only when the exchange is not known.
    """
    own = watchlist.tradingview_names.get(symbol, "")
    own = own if symbol in names.find_symbols(own) else ""
    return own if ":" in own else names.find_name(symbol, exchange) or own
