"""JSON documents as text: what the rows of ``user.db`` hold."""

from __future__ import annotations

import json
from typing import Any

from candledesk.domain.errors import InputError

Document = dict[str, Any]  # what JSON calls an object


def encode_document(document: Document) -> str:
    """Return ``document`` as JSON that keeps the order of its keys; ``InputError`` when JSON cannot hold a value."""
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError("document", f"This cannot be stored as JSON: {error}") from error


def decode_document(text: str) -> Document:
    """Return the document that ``encode_document`` made ``text`` from."""
    document: Document = json.loads(text)
    return document
