"""Coverage: the state of the spans of a series, with the reason (DESIGN.md, rule 1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from candledesk.domain.json_fields import JsonField
from candledesk.domain.span import Span
from candledesk.domain.times import UtcSeconds


class CoverageState(StrEnum):
    """The state of a span: stored bars, no bars, or not fetched with a reason."""

    HAVE = "have"
    PROVISIONAL = "provisional"
    KNOWN_EMPTY = "known_empty"
    REFUSED = "refused"
    FAILED = "failed"


DAMAGED = "damaged"
"""``Coverage.reason`` of bars that were damaged in both stored copies; a longer reason begins with it."""

FETCHED, IMPORTED = "provider", "import"
"""``Coverage.source``: bars from the instrument's provider, which can be fetched again; bars from an import."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One span of one series with its coverage state.

    ``fetched_at``/``expires_at``: UTC seconds; an expired span counts as a gap again; ``None`` never expires.
    ``reason``: a short sentence for people. A ``FAILED`` span is a gap that is requested again at ``expires_at``.
    """

    schema_name: ClassVar[str] = "Covered"

    span: Span
    state: CoverageState
    fetched_at: UtcSeconds
    expires_at: Annotated[UtcSeconds | None, "when it will be requested again"] = None
    reason: str = ""
    source: Annotated[str, JsonField(is_internal=True)] = FETCHED

    def is_settled(self, now: int) -> bool:
        """Return whether this span needs no request at ``now`` (UTC seconds)."""
        return self.expires_at is None or now < self.expires_at


class MarkState(StrEnum):
    """The state of a part of a chart's time that is not simply stored."""

    PROVISIONAL = "provisional"  # stored, and may still change
    KNOWN_EMPTY = "known_empty"  # requested: the provider has no bars there
    MISSING = "missing"  # expected, and not requested yet
    REFUSED = "refused"  # never requested: before the listing, or beyond the look-back
    DERIVED = "derived"  # beyond the look-back, and made from finer stored bars
    FAILED = "failed"  # the request failed; it is repeated at ``expires_at``
    ODD = "odd"  # stored, with flagged bars; ``reason``: why they are flagged


@dataclass(frozen=True, slots=True)
class CoverageMark:
    """A part of a series that is not simply stored, with the reason; ``fetched_at``, ``expires_at``: UTC seconds."""

    span: Span
    state: MarkState
    reason: str = ""
    fetched_at: int | None = None
    expires_at: int | None = None
