"""Coverage: what is known of a span of one series, and why (DESIGN.md, rule 1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from candledesk.domain.json_fields import JsonField
from candledesk.domain.span import Span
from candledesk.domain.times import UtcSeconds


class CoverageState(StrEnum):
    """What is known of a span."""

    HAVE = "have"
    PROVISIONAL = "provisional"
    KNOWN_EMPTY = "known_empty"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One span of one series and what is known of it.

    ``fetched_at``/``expires_at``: UTC seconds; an expired span counts as a gap again; ``None`` never expires.
    ``reason``: a short sentence for people. A ``FAILED`` span is a gap whose next try is at ``expires_at``.
    """

    schema_name: ClassVar[str] = "Covered"

    span: Span
    state: CoverageState
    fetched_at: UtcSeconds
    expires_at: Annotated[UtcSeconds | None, "when it will be requested again"] = None
    reason: str = ""
    source: Annotated[str, JsonField(is_internal=True)] = "yahoo"

    def is_settled(self, now: int) -> bool:
        """Whether nothing needs to be asked for this span at ``now`` (UTC seconds)."""
        return self.expires_at is None or now < self.expires_at


class MarkState(StrEnum):
    """What a part of a chart's time is, when it is not simply stored."""

    PROVISIONAL = "provisional"  # stored, and may still change
    KNOWN_EMPTY = "known_empty"  # asked: the provider has nothing there
    MISSING = "missing"  # expected, and not asked yet
    REFUSED = "refused"  # never asked: before the listing, or beyond the look-back
    DERIVED = "derived"  # beyond the look-back, and made from finer stored bars
    FAILED = "failed"  # asked in vain; tried again at ``expires_at``
    ODD = "odd"  # stored, with bars that are flagged; ``reason`` says why


@dataclass(frozen=True, slots=True)
class CoverageMark:
    """A part of a series that is not simply stored: why, since when, and until when that is believed (UTC seconds)."""

    span: Span
    state: MarkState
    reason: str = ""
    fetched_at: int | None = None
    expires_at: int | None = None
