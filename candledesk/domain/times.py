"""Parsing of the times that people and scripts write: ISO-8601 dates, or instants with an offset."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from candledesk.domain.errors import InputError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+\- ]\d{2}:\d{2})?")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: ``iso_time`` appends the Z
FIRST_TIME, LAST_TIME = -62_135_596_800, 253_402_300_799  # the years 1 to 9999: what ISO-8601 texts can hold
TIME_HELP = "write a date (2026-11-02) or an instant with its offset (2026-11-02T14:30:00Z)"


def parse_time(text: str, field: str) -> int:
    """Return UTC seconds of a date (00:00 UTC) or an instant with an offset, rounded up to a whole second.

    Raises ``InputError`` for other text and for an instant without an offset, because its time zone is unknown
    (INTERFACE.md). A blank in the place of the ``+`` is accepted, because URL decoding turns one into the other.
    """
    match = _INSTANT.fullmatch(text)
    if match is not None and match[2] is None:
        raise InputError(field, f"{text!r} names no offset from UTC: write {match[1]}Z, or {match[1]}+01:00")
    if match is None and not _DATE.fullmatch(text):
        raise InputError(field, f"Not a time: {text!r}; {TIME_HELP}")
    offset = "+00:00" if match is None else match[2].replace(" ", "+").replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat((f"{text}T00:00" if match is None else match[1]) + offset)
        return math.ceil(moment.astimezone(UTC).timestamp())
    except (ValueError, OverflowError):
        raise InputError(field, f"No such time: {text!r}; {TIME_HELP}") from None


@dataclass(frozen=True, slots=True)
class InstantMark:
    """Marks a number of seconds that JSON shows as an ISO-8601 text."""


UtcSeconds = Annotated[int, InstantMark()]
"""UTC seconds since 1970, shown as ``2026-11-02T14:30:00Z``."""


def iso_time(seconds: float) -> str:
    """Return ``2026-11-02T14:30:00Z`` of UTC seconds, which are clamped to the years 1 to 9999."""
    moment = _EPOCH + timedelta(seconds=int(min(max(seconds, FIRST_TIME), LAST_TIME)))
    return f"{moment.isoformat()}Z"
