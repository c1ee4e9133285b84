"""The names that people give to watchlists and layouts, and other short texts of theirs."""

from __future__ import annotations

import unicodedata

from candledesk.domain.errors import DocumentError
from candledesk.domain.texts import plain_text

MAX_NAME_CHARS = 64
NAME_PATTERN = r"^[^/\\]+$"  # a name is a part of an address of the API
_RELATIVE = frozenset({".", ".."})  # parts of an address that clients resolve themselves


def check_name(name: object, field: str = "name") -> str:
    """Return a name in Unicode's composed form (NFC), so that one name is not stored twice.

    Raises ``DocumentError`` unless it is one line of 1 to 64 readable characters without a slash.
    """
    text = check_text(name, field, MAX_NAME_CHARS)
    if not text or text in _RELATIVE or "/" in text or "\\" in text:
        raise DocumentError(field, f"{field} must have 1 to {MAX_NAME_CHARS} characters, none of them a slash")
    return text


def check_text(text: object, field: str, limit: int) -> str:
    """Return a text of one line in NFC; ``DocumentError`` for invisible characters and more than ``limit``."""
    if not isinstance(text, str):
        raise DocumentError(field, f"{field} must be a text")
    composed = unicodedata.normalize("NFC", text)
    plain = plain_text(composed, len(composed))
    if plain != composed:
        raise DocumentError(
            field, f"{field} must be one line of readable characters, without blanks at its ends or two in a row"
        )
    if len(plain) > limit:
        raise DocumentError(field, f"{field} may have at most {limit} characters")
    return plain


def clean_name(text: str, fallback: str) -> str:
    """Return a valid name for a text from a file, ``fallback`` when nothing is left of it."""
    name = plain_text(unicodedata.normalize("NFC", text).replace("/", " ").replace("\\", " "), MAX_NAME_CHARS)
    return fallback if not name or name in _RELATIVE else name
