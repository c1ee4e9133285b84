"""The plan of one chart request: what it shows unbroken, what is fetched for it, and what lies left of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.rules.planner import Plan, cut_windows, plan_span, unknown_part
from candledesk.domain.gaps import find_gaps
from candledesk.domain.span import HISTORY_START, Span, subtract_spans

if TYPE_CHECKING:
    from candledesk.cache.rules.planner import Facts


@dataclass(frozen=True, eq=False)
class ViewportPlan:
    """What is unknown of a series when a chart asks, planned at most once: at the first part that is not all known.

    ``window_s``: see ``Plan``.
    """

    facts: Facts
    window_s: int | None = None

    def part(self, span: Span | None) -> Plan:
        """Return the plan of what is unknown in ``span`` (``None``: in the whole history)."""
        whole = Span(HISTORY_START, self.facts.now + 1) if span is None else span
        unknown = unknown_part(whole, self.facts)
        return self._nothing if unknown is None else self._history.part(unknown)

    def holes(self, seen: Span) -> list[Span]:
        """Return what of ``seen`` nobody has asked for yet, cut as it would be asked for, newest first.

        Stored bars beyond such a hole would be drawn as if they were neighbours; they come once it is filled. Where an
        answer has expired or a fetch has failed nothing is cut: what is stored stays visible.
        """
        asked = [row.span for row in self.facts.coverage]
        if not subtract_spans([seen], asked):
            return []
        expected = self._history.part(seen).expected
        return cut_windows(find_gaps(expected, self.facts.interval.step_s, asked), self.facts)

    @property
    def _nothing(self) -> Plan:
        return Plan(self.facts, np.empty(0, np.int64))

    @cached_property
    def _history(self) -> Plan:
        unknown = unknown_part(Span(HISTORY_START, self.facts.now + 1), self.facts)
        return self._nothing if unknown is None else plan_span(unknown, self.facts, (), self.window_s)
