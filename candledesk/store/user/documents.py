"""Encoding of the JSON documents in the rows of ``user.db``."""

from __future__ import annotations

import json
from typing import Any

from candledesk.domain.errors import InputError

Document = dict[str, Any]  # a JSON object


def encode_document(document: Document) -> str:
    """Return ``document`` as JSON with the keys in their order; raise ``InputError`` for a value that JSON lacks."""
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError("document", f"This cannot be stored as JSON: {error}") from error


def decode_document(text: str) -> Document:
    """Return the document of a text made by ``encode_document``."""
    document: Document = json.loads(text)
    return document
