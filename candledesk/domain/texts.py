"""Texts for people: cleaning of untrusted ones (from a provider, a file or a person), and counts."""

from __future__ import annotations

import unicodedata

MAX_CHARS = 300
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})  # control, format (bidi overrides, zero width, tags) and lone surrogates
_LAYOUT = frozenset("\n\t")


def plain_text(value: object, limit: int = MAX_CHARS) -> str:
    """Return the readable part of an untrusted text: one line of at most ``limit`` characters; empty for a non-string.

    Control characters (NUL, ESC, BEL …), the invisible ones of Unicode's category Cf (bidi overrides and isolates, zero
    width) and lone surrogates are removed; runs of white space, line ends included, become one space. Markup is left in
    place, so the text must be shown as plain text.
    """
    if not isinstance(value, str):
        return ""
    if value.isascii() and value.isprintable():  # nearly all texts, and only their blanks can differ
        return " ".join(value.split())[:limit].rstrip()
    spaced = "".join(" " if char.isspace() else char for char in value)
    return " ".join(_without_unseen(spaced).split())[:limit].rstrip()


def printable(text: str) -> str:
    """Return text for a terminal or a log without control and invisible characters; line breaks and tabs are kept."""
    return text if text.isascii() and text.isprintable() else _without_unseen(text)


def count_text(n: int, one: str, many: str = "") -> str:
    """Return ``1 bar`` or ``2,000 bars``; ``many``: the plural where it is not ``one`` with an s."""
    return f"1 {one}" if n == 1 else f"{n:,} {many or one + 's'}"


def _without_unseen(text: str) -> str:
    return "".join(char for char in text if char in _LAYOUT or unicodedata.category(char) not in _UNSEEN)
