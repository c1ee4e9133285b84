"""Where the bars of a span came from and whether they can still change, by the coverage ledger. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.bar_messages import Provenance
from candledesk.cache.rules.coverage_rules import final_times
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.coverage import IMPORTED, CoverageState
from candledesk.domain.prices.resample import base_span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.messages import DerivedSpan
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.coverage import Coverage
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span

_STORED = frozenset({CoverageState.HAVE, CoverageState.PROVISIONAL})
IMPORTED_BARS = "Imported bars"


def describe_provenance(
    series: tuple[str, Interval], span: Span, facts: Facts, *, source: str, derived: Sequence[DerivedSpan]
) -> Provenance:
    """Return the provenance of the bars of ``series`` (symbol, interval) that open in ``span``.

    ``facts``: those of the interval's base; ``source``: the provider's name in words; ``derived``: what of the base
    bars is made from finer ones.
    """
    symbol, interval = series
    base = base_span(interval, facts.calendar, span)
    rows = [row for row in facts.coverage if row.span.overlaps(base)]
    stored = [row for row in rows if row.state in _STORED]
    forming = [row for row in stored if row.state is CoverageState.PROVISIONAL]
    final_at = _final_time(facts, interval, span)
    names = [interval.base.name] if interval.base is not interval else []
    names += [name for part, name in derived if part.overlaps(base)]
    is_over = final_at <= facts.now
    speaking = forming or [row for row in rows if row.state not in _STORED]
    checks = [row.expires_at for row in rows if row.expires_at is not None]
    is_final = is_over and (interval.base is not interval or not forming)
    return Provenance(
        symbol,
        interval,
        span,
        is_final=is_final,
        reason="" if is_final else next((row.reason for row in speaking if row.reason), ""),
        derived_from=tuple(dict.fromkeys(names)),
        sources=tuple(dict.fromkeys(IMPORTED_BARS if row.source == IMPORTED else source for row in stored)),
        fetched_at=_fetched_at(stored, final_at),
        is_fetch_exact=len(stored) == 1 and bool(forming),
        next_check=min(checks, default=None),
    )


def _final_time(facts: Facts, interval: Interval, span: Span) -> int:
    """Return from when the newest bar of ``span`` cannot change any more (UTC seconds)."""
    times = expected_open_times(facts.calendar, interval, span)
    newest = times[-1:] if len(times) else np.array([span.start], np.int64)
    return int(final_times(facts.calendar, interval, newest)[0])


def _fetched_at(stored: Sequence[Coverage], final_at: int) -> int | None:
    """Return the earliest time at which the stored bars can have been fetched, ``None`` without coverage.

    Neighbouring spans share the oldest time; but a bar that cannot change any more was fetched after it was final.
    """
    times = [
        max(row.fetched_at, final_at) if row.state is CoverageState.HAVE and row.source != IMPORTED else row.fetched_at
        for row in stored
    ]
    return min(times, default=None)
