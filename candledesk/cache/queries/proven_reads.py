"""Reads that go round damaged bars: what is lost is a gap of the answer (DESIGN.md, rule 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from candledesk.store.market.chunks.proof import lost_spans

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.span import Span
    from candledesk.store.market.chunks.proof import Finding

T = TypeVar("T")


def read_proven(read: Callable[[list[Finding]], T], findings: list[Finding]) -> T:
    """Return what ``read(findings)`` returns once it finds no lost bars that it did not know of before.

    ``read`` adds the damage that it finds to ``findings`` and takes the lost bars in it for gaps; so it is called once
    where none are lost, and usually twice where some are.
    """
    while True:
        known = _lost(findings)
        answer = read(findings)
        if _lost(findings) == known:
            return answer


def _lost(findings: list[Finding]) -> dict[int, list[Span]]:
    return {finding.series_id: lost_spans(findings, finding.series_id) for finding in findings if finding.lost}
