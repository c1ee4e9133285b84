"""Messages between CandleDesk and the process of an own indicator: JSON and raw arrays, never a pickle.

What comes from that process was written by a foreign file: reading it must not run anything.
"""

from __future__ import annotations

import json
import struct
from typing import Any

HEAD = struct.Struct(">II")
"""The lengths of the JSON and of the arrays behind it, in bytes."""
MAX_JSON = 256 * 1024
TIME_LIMIT_S = 5.0
"""Of one call, kept by the process itself, which so finds the line; past it and a second more it is killed."""
MEMORY_BYTES = 1024 * 2**20
"""That a file may use above what the process has after its imports."""


class FrameError(Exception):
    """What came is not a message."""


def pack(document: dict[str, Any], arrays: bytes = b"") -> bytes:
    """Return the bytes of one message."""
    text = json.dumps(document).encode()
    return HEAD.pack(len(text), len(arrays)) + text + arrays


def lengths(head: bytes, max_arrays: int) -> tuple[int, int]:
    """Return the lengths that a head announces; ``FrameError`` when they are more than is expected."""
    n_json, n_arrays = HEAD.unpack(head)
    if n_json > MAX_JSON or n_arrays > max_arrays:
        raise FrameError
    return n_json, n_arrays


def read_document(text: bytes) -> dict[str, Any]:
    """Return the JSON object of a message; ``FrameError`` when it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise FrameError from None
    if not isinstance(document, dict):
        raise FrameError
    return document
