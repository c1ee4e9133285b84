"""Finds the rows of a list that match a typed text, by arrays over all letters at once. Pure.

A row has a title and further words. Every word of the text has to begin or stand in one of them; the first letters of
a title's words, and letters that only follow each other, are matches too, of less weight.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from candledesk.domain.bars import BoolArray, FloatArray

    _Units = NDArray[np.uint16]

EXACT = 20.0  # the text is the title
_WHOLE_WORD = 1.0  # is added where a word of the text is a whole word of the row
_INITIALS = 7.0
SCATTERED = 1.0  # at most, for letters that only follow each other
_SCATTERED_LETTERS = range(3, 10)  # fewer are found everywhere, and more take longer than a frame
_MAX_SPREAD = 3  # as many letters of the row for each letter of the text
_ENOUGH = 50  # rows that match by their words: letters that only follow each other are not looked for
# The weight of a place by its rank: within the further words, within the title, at a word of the further words,
# at a word of the title, at the beginning of the title. A weight of 0 is no match.
_WEIGHTS = (0.0, 2.0, 4.0, 5.0, 8.0, 10.0)
_MORE_MIDDLE, _TITLE_MIDDLE, _MORE_WORD, _TITLE_WORD, _TITLE_START = range(1, 6)
_END = 0  # closes each row
_BETWEEN = 1  # stands between the title and the further words
_LAST_UNIT = 0xFFFF


_SEPARATORS = {0: " ", 1: " "}  # they close a row and its title in the index, and stand in no row


def fold(text: str) -> str:
    """Return a text of the same length in lower case and without accents, one UTF-16 unit per letter."""
    text = text.translate(_SEPARATORS)
    if text.isascii():
        return text.lower()
    return "".join(_fold_letter(letter) for letter in text)


def _fold_letter(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter)[0].lower()[:1]
    return plain if ord(plain) <= _LAST_UNIT else "\N{REPLACEMENT CHARACTER}"


def _units(text: str) -> _Units:
    return np.frombuffer(text.encode("utf-16-le", "replace"), np.uint16)


def _is_word_letter(units: _Units) -> BoolArray:
    """Return which letters belong to words: letters and digits of ASCII, and all beyond ASCII but punctuation."""
    table = np.array([chr(unit).isalnum() for unit in range(_LAST_UNIT + 1)]) if units.max(initial=0) > 127 else _ASCII  # noqa: PLR2004
    return table[units]


_ASCII = np.array([chr(unit).isalnum() for unit in range(128)])


@dataclass(frozen=True, slots=True, eq=False)
class _Letters:
    """Letters of rows one after the other, each row closed by ``_END``; of each letter its row and its place's rank."""

    units: _Units
    row: NDArray[np.int32]
    rank: NDArray[np.uint8]
    is_word_letter: BoolArray

    def find(self, word: _Units) -> NDArray[np.intp]:
        """Return where ``word`` stands, in rising order."""
        last = len(self.units) - len(word)
        at = np.flatnonzero(self.units[: last + 1] == word[0]) if last >= 0 else np.empty(0, np.intp)
        for offset in range(1, len(word)):
            at = at[self.units[at + offset] == word[offset]]
        return at


class TextIndex:
    """The letters of a list of rows, prepared once: about 0.15 s for 50,000 rows, on any thread."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        """Each row is a title and further words."""
        titles = [fold(title) for title, _ in rows]
        lines = [f"{title}\x01{fold(more)}\x00" for title, (_, more) in zip(titles, rows, strict=True)]
        units = _units("".join(lines))
        lengths = np.array([len(line) for line in lines], np.intp)
        row = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
        starts = np.cumsum(lengths) - lengths
        self.title_lengths = np.array([len(title) for title in titles], np.intp)
        offset = np.arange(len(units)) - starts[row]
        is_title = offset < self.title_lengths[row]
        is_letter = _is_word_letter(units)
        is_start = is_letter & ~np.concatenate(([False], is_letter[:-1]))
        rank = np.where(is_title, _TITLE_MIDDLE, _MORE_MIDDLE).astype(np.uint8)
        rank[is_start & ~is_title] = _MORE_WORD
        rank[is_start & is_title] = _TITLE_WORD
        rank[(offset == 0) & is_title] = _TITLE_START
        self._letters = _Letters(units, row, rank, is_letter)
        self._is_start = is_start
        kept = (is_start & is_title) | (units == _END)
        self._initials = _Letters(units[kept], row[kept], rank[kept], is_letter[kept])
        self._by_title: dict[str, list[int]] = {}
        for at, title in enumerate(titles):
            self._by_title.setdefault(title, []).append(at)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.title_lengths)

    def titled(self, title: str) -> list[int]:
        """Return the rows with exactly this title, whatever its case."""
        return self._by_title.get(fold(title), [])

    def scores(self, text: str) -> FloatArray:
        """Return how well each row matches a text, shape ``(n,)``; 0 for those that do not. An empty text is 1."""
        words = [_units(word) for word in fold(text).split()]
        if not words or not len(self):
            return np.ones(len(self))
        found = [self._word_scores(word) for word in words]
        scores: FloatArray = np.mean(found, axis=0)
        scores[np.min(found, axis=0) == 0] = 0
        joined = np.concatenate(words)
        if len(joined) > 1:
            at = self._initials.find(joined)
            rows = self._initials.row[at[self._initials.rank[at] == _TITLE_START]]
            scores[rows] = np.maximum(scores[rows], _INITIALS)
        if len(joined) in _SCATTERED_LETTERS and np.count_nonzero(scores) < _ENOUGH:
            self._add_scattered(scores, joined)
        scores[self.titled(text.strip())] = EXACT
        return scores

    def _word_scores(self, word: _Units) -> FloatArray:
        letters = self._letters
        at = letters.find(word)
        rank, row = letters.rank[at], letters.row[at]
        is_whole = ~letters.is_word_letter[at + len(word)] & (rank >= _MORE_WORD)  # a row never ends by a letter
        scores = np.zeros(len(self))
        for place in range(_MORE_MIDDLE, _TITLE_START + 1):  # in rising order: the best place of a row remains
            is_here = rank == place
            scores[row[is_here]] = _WEIGHTS[place]
            scores[row[is_here & is_whole]] = _WEIGHTS[place] + _WHOLE_WORD
        return scores

    def _add_scattered(self, scores: FloatArray, word: _Units) -> None:
        """Add rows in which the letters follow each other, the first of them at the beginning of a word."""
        letters = self._letters
        first = np.flatnonzero((letters.units == word[0]) & self._is_start)
        first = first[scores[letters.row[first]] == 0]
        at = first
        for unit in word[1:]:
            places = np.append(np.flatnonzero(letters.units == unit), len(letters.units) - 1)
            following = places[np.searchsorted(places[:-1], at + 1)]
            is_same = letters.row[following] == letters.row[first]
            is_same &= letters.units[following] == unit
            is_same &= following - first < _MAX_SPREAD * len(word)
            at, first = following[is_same], first[is_same]
        spread = at - first + 1
        order = np.argsort(-spread, kind="stable")  # the narrowest of a row is written last
        scores[letters.row[first[order]]] = SCATTERED * len(word) / spread[order]


def matched_letters(title: str, more: str, text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the letters of a title and of its further words that a text matches, as rising indexes."""
    title, more, words = fold(title), fold(more), fold(text).split()
    found: tuple[set[int], set[int]] = set(), set()
    for word in words:
        side, line = (0, title) if word in title else (1, more)
        at = _best_place(line, word)
        if at < 0:
            return _scattered_letters(title, more, "".join(words))
        found[side].update(range(at, at + len(word)))
    return tuple(sorted(found[0])), tuple(sorted(found[1]))


def _scattered_letters(title: str, more: str, word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    run = _initials_of(title, word) or _scattered(f"{title}\x01{more}", word)
    n_title = len(title)
    return tuple(at for at in run if at < n_title), tuple(at - n_title - 1 for at in run if at > n_title)


def _starts(line: str) -> list[int]:
    return [at for at, letter in enumerate(line) if letter.isalnum() and not (at and line[at - 1].isalnum())]


def _best_place(line: str, word: str) -> int:
    """Return where a word stands, at the beginning of another if there is one; −1 for nowhere."""
    return next((at for at in _starts(line) if line.startswith(word, at)), line.find(word))


def _initials_of(line: str, word: str) -> list[int]:
    starts = _starts(line)[: len(word)]
    return starts if "".join(line[at] for at in starts) == word else []


def _scattered(line: str, word: str) -> list[int]:
    """Return the narrowest run of letters that follow each other, from the beginning of a word; empty for none."""
    runs = []
    for start in _starts(line):
        run = [start] if word and line[start] == word[0] else []
        while run and len(run) < len(word):
            at = line.find(word[len(run)], run[-1] + 1)
            run = [*run, at] if at >= 0 else []
        if run:
            runs.append(run)
    run = min(runs, key=lambda run: run[-1] - run[0], default=[])
    return run if run and run[-1] - run[0] < _MAX_SPREAD * len(word) else []
