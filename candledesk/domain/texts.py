"""Text of others: what a provider, a file or a person wrote, before it is stored, shown or printed."""

from __future__ import annotations

import unicodedata

MAX_CHARS = 300
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})  # control, format (bidi overrides, zero width, tags) and lone surrogates
_LAYOUT = frozenset("\n\t")


def plain_text(value: object, limit: int = MAX_CHARS) -> str:
    """Return what of a foreign text can be read: one line, at most ``limit`` characters; anything but text is empty.

    Control characters (NUL, ESC, BEL …), the invisible ones of Unicode's category Cf (bidi overrides and isolates, zero
    width) and lone surrogates are removed; runs of white space, line ends included, become one space. Markup stays as
    it was written: a view must show it as plain text.
    """
    if not isinstance(value, str):
        return ""
    spaced = "".join(" " if char.isspace() else char for char in value)
    return " ".join(_without_unseen(spaced).split())[:limit].rstrip()


def printable(text: str) -> str:
    """Return lines for a terminal or a log without what would move the cursor, hide or reorder; layout stays."""
    return text if text.isascii() and text.isprintable() else _without_unseen(text)


def _without_unseen(text: str) -> str:
    return "".join(char for char in text if char in _LAYOUT or unicodedata.category(char) not in _UNSEEN)
