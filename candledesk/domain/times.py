"""Parsing of the times that people and scripts write: ISO-8601 dates, or instants with an offset."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from candledesk.domain.errors import InputError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+\- ]\d{2}:\d{2})?")
_HELP = "write a date (2026-11-02) or an instant with its offset (2026-11-02T14:30:00Z)"


def parse_time(text: str, field: str) -> int:
    """Return UTC seconds of a date (00:00 UTC) or an instant with an offset, rounded up to a whole second.

    Raises ``InputError`` for other text and for an instant without an offset, because its time zone is unknown
    (INTERFACE.md). A blank in the place of the ``+`` is accepted, because URL decoding turns one into the other.
    """
    match = _INSTANT.fullmatch(text)
    if match is not None and match[2] is None:
        raise InputError(field, f"{text!r} names no offset from UTC: write {match[1]}Z, or {match[1]}+01:00")
    if match is None and not _DATE.fullmatch(text):
        raise InputError(field, f"Not a time: {text!r}; {_HELP}")
    offset = "+00:00" if match is None else match[2].replace(" ", "+").replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat((f"{text}T00:00" if match is None else match[1]) + offset)
        return math.ceil(moment.astimezone(UTC).timestamp())
    except (ValueError, OverflowError):
        raise InputError(field, f"No such time: {text!r}; {_HELP}") from None
