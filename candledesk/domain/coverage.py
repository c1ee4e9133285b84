"""Coverage: what is known of a span of one series, and why (DESIGN.md, rule 1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.domain.span import Span


class CoverageState(StrEnum):
    """What is known of a span."""

    HAVE = "have"
    PROVISIONAL = "provisional"
    KNOWN_EMPTY = "known_empty"
    REFUSED = "refused"
    FAILED = "failed"


FETCHED, IMPORTED = "provider", "import"
"""``Coverage.source``: bars that the instrument's provider answered with, and can be asked for again; foreign ones."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One span of one series and what is known of it.

    ``fetched_at``/``expires_at``: UTC seconds; an expired span counts as a gap again; ``None`` never expires.
    ``reason``: a short sentence for people. A ``FAILED`` span is a gap whose next try is at ``expires_at``.
    """

    span: Span
    state: CoverageState
    fetched_at: int
    expires_at: int | None = None
    reason: str = ""
    source: str = FETCHED

    def is_settled(self, now: int) -> bool:
        """Whether nothing needs to be asked for this span at ``now`` (UTC seconds)."""
        return self.expires_at is None or now < self.expires_at
