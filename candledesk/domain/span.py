"""Half-open spans of UTC seconds and their arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

HISTORY_START = -2_208_988_800
"""1900-01-01 UTC, before the first bar of any provider: the start of a request for the whole history."""


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """The half-open span ``[start, end)`` in UTC seconds; never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse an empty or reversed span with ``ValueError``."""
        if self.start >= self.end:
            msg = f"empty span [{self.start}, {self.end})"
            raise ValueError(msg)

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two spans share at least one second."""
        return self.start < other.end and other.start < self.end

    def intersect(self, other: Span) -> Span | None:
        """Return the shared part, or ``None`` when there is none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Return the union as sorted, disjoint spans; touching ones become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def subtract_spans(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Return the parts of ``spans`` outside all ``holes``, sorted and disjoint."""
    cuts = merge_spans(holes)
    left: list[Span] = []
    for span in merge_spans(spans):
        start = span.start
        for cut in cuts:
            if cut.end <= start or cut.start >= span.end:
                continue
            if cut.start > start:
                left.append(Span(start, cut.start))
            start = max(start, cut.end)
        if start < span.end:
            left.append(Span(start, span.end))
    return left
