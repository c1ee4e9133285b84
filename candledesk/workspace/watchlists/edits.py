"""What a person does to a watchlist, as pure functions from a list to the next one.

Each raises ``DocumentError`` when the result would break a rule of ``watchlist.py``, and returns an equal list when
nothing changes. Places are counted in the list as it is before the change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.errors import DocumentError
from candledesk.workspace.names import MAX_NAME_CHARS, check_text
from candledesk.workspace.watchlists.watchlist import (
    FLAG_COLOURS,
    MAX_NOTE_CHARS,
    MAX_SECTIONS,
    MAX_SYMBOLS,
    Watchlist,
    WatchlistSection,
    check_size,
    watchlist_document,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


def add_symbols(watchlist: Watchlist, symbols: Iterable[str], section: int | None = None) -> Watchlist:
    """Return the list with symbols that it lacks at the end of a section, ``None``: of the last one."""
    own = set(watchlist.symbols)
    new = tuple(symbol for symbol in dict.fromkeys(symbols) if symbol not in own)
    if not new:
        return watchlist
    sections = list(watchlist.sections) or [WatchlistSection("", ())]
    at = len(sections) - 1 if section is None else section
    sections[at] = replace(sections[at], symbols=sections[at].symbols + new)
    return _checked(watchlist, sections)


def add_list(watchlist: Watchlist, added: Watchlist) -> Watchlist:
    """Return the list with the sections, flags and notes of another behind its own; its own symbols stay in place."""
    own = set(watchlist.symbols)
    sections = list(watchlist.sections)
    for part in added.sections:
        symbols = tuple(symbol for symbol in part.symbols if symbol not in own)
        if part.title or not sections:
            sections.append(replace(part, symbols=symbols))
        else:
            sections[-1] = replace(sections[-1], symbols=sections[-1].symbols + symbols)
    merged = replace(
        watchlist,
        flags={**added.flags, **watchlist.flags},
        notes={**added.notes, **watchlist.notes},
        tradingview_names={**added.tradingview_names, **watchlist.tradingview_names},
    )
    return _checked(merged, sections)


def remove_symbols(watchlist: Watchlist, symbols: Collection[str]) -> Watchlist:
    """Return the list without symbols, their flags and notes; its sections stay, empty or not."""
    return _checked(watchlist, [_without(part, symbols) for part in watchlist.sections])


def move_symbols(watchlist: Watchlist, symbols: Collection[str], section: int, place: int) -> Watchlist:
    """Return the list with symbols, in their present order, before the one at ``place`` of a section."""
    moved = tuple(symbol for symbol in watchlist.symbols if symbol in symbols)
    target = watchlist.sections[section]
    before = tuple(symbol for symbol in target.symbols[:place] if symbol not in symbols)
    after = tuple(symbol for symbol in target.symbols[place:] if symbol not in symbols)
    sections = [_without(part, symbols) for part in watchlist.sections]
    sections[section] = replace(target, symbols=before + moved + after)
    return _checked(watchlist, sections)


def add_section(watchlist: Watchlist, title: str, symbols: Collection[str] = ()) -> Watchlist:
    """Return the list with a new section at the end that takes symbols of the list, in their present order."""
    own = tuple(symbol for symbol in watchlist.symbols if symbol in symbols)
    sections = [_without(part, own) for part in watchlist.sections]
    return _checked(watchlist, [*sections, WatchlistSection(_title(title), own)])


def rename_section(watchlist: Watchlist, section: int, title: str) -> Watchlist:
    """Return the list with another title of a section."""
    sections = list(watchlist.sections)
    sections[section] = replace(sections[section], title=_title(title))
    return _checked(watchlist, sections)


def remove_section(watchlist: Watchlist, section: int) -> Watchlist:
    """Return the list without a title; its symbols join the section before it."""
    sections = list(watchlist.sections)
    removed = sections.pop(section)
    if section:
        above = sections[section - 1]
        sections[section - 1] = replace(above, symbols=above.symbols + removed.symbols)
    else:
        sections.insert(0, WatchlistSection("", removed.symbols))
    return _checked(watchlist, sections)


def move_section(watchlist: Watchlist, section: int, before: int) -> Watchlist:
    """Return the list with a section before another one (``len(sections)``: at the end).

    Symbols without a title stay the first section.
    """
    sections = list(watchlist.sections)
    moved = sections.pop(section)
    at = before - (before > section)
    if not moved.title or (at == 0 and not sections[0].title):
        at = 0 if not moved.title else 1
    sections.insert(at, moved)
    return _checked(watchlist, sections)


def fold_section(watchlist: Watchlist, section: int, *, is_folded: bool) -> Watchlist:
    """Return the list with a section folded to its title, or unfolded."""
    sections = list(watchlist.sections)
    sections[section] = replace(sections[section], is_folded=is_folded)
    return _checked(watchlist, sections)


def set_flag(watchlist: Watchlist, symbols: Collection[str], colour: str) -> Watchlist:
    """Return the list with a flag of one of ``FLAG_COLOURS`` on symbols, empty: without one."""
    if colour and colour not in FLAG_COLOURS:
        raise DocumentError("flags", f"A flag is one of {' '.join(FLAG_COLOURS)}, not {colour!r}")
    flags = {symbol: own for symbol, own in watchlist.flags.items() if symbol not in symbols}
    flags |= dict.fromkeys((symbol for symbol in watchlist.symbols if symbol in symbols), colour) if colour else {}
    return _checked(replace(watchlist, flags=flags), watchlist.sections)


def set_note(watchlist: Watchlist, symbol: str, note: str) -> Watchlist:
    """Return the list with a note on a symbol, empty: without one; blanks and line ends become one blank."""
    text = check_text(" ".join(note.split()), f"notes.{symbol}", MAX_NOTE_CHARS)
    notes = {own: said for own, said in watchlist.notes.items() if own != symbol} | ({symbol: text} if text else {})
    return _checked(replace(watchlist, notes=notes), watchlist.sections)


def _title(title: str) -> str:
    text = check_text(" ".join(title.split()), "title", MAX_NAME_CHARS)
    if not text:
        raise DocumentError("title", "A section needs a title")
    return text


def _without(section: WatchlistSection, symbols: Collection[str]) -> WatchlistSection:
    return replace(section, symbols=tuple(symbol for symbol in section.symbols if symbol not in symbols))


def _checked(watchlist: Watchlist, sections: Sequence[WatchlistSection]) -> Watchlist:
    """Return the list with these sections, without an empty one that has no title, and by the rules of a list."""
    kept = [part for part in sections if part.title or part.symbols]
    own = {symbol for part in kept for symbol in part.symbols}
    if len(own) > MAX_SYMBOLS or len(kept) > MAX_SECTIONS:
        raise DocumentError("sections", f"A list may have at most {MAX_SYMBOLS:,} symbols in {MAX_SECTIONS} sections")
    made = replace(
        watchlist,
        sections=tuple(kept),
        flags={symbol: colour for symbol, colour in watchlist.flags.items() if symbol in own},
        notes={symbol: note for symbol, note in watchlist.notes.items() if symbol in own},
        tradingview_names={symbol: name for symbol, name in watchlist.tradingview_names.items() if symbol in own},
    )
    check_size(watchlist_document(made))
    return made
