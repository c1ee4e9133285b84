"""Windows: how gaps are cut into provider requests, and what the provider's look-back allows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from candledesk.domain.span import Span, merge_spans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.domain.interval import Interval


def plan_windows(
    gaps: Iterable[Span],
    interval: Interval,
    *,
    window_s: int | None = None,
    newest_first: bool = True,
    is_on_grid: bool = True,
) -> list[Span]:
    """Cut ``gaps`` into windows of at most ``window_s`` seconds (default: the interval's), newest first.

    The cuts lie on one grid counted from the epoch, so that any two plans agree on them and a window is fetched once
    however many plans want it (DESIGN.md, rule 5); with ``is_on_grid`` off they are counted from each gap's
    start, which costs one request less where the grid would cut a gap that fits. The windows cover the gaps exactly.
    ``window_s`` is rounded down to whole steps. Raises ``ValueError`` when it is not positive.
    """
    wanted_s = interval.window_s if window_s is None else window_s
    if wanted_s <= 0:
        msg = f"window_s must be positive, not {wanted_s}"
        raise ValueError(msg)
    size_s = max(wanted_s // interval.step_s, 1) * interval.step_s
    windows: list[Span] = []
    for gap in merge_spans(gaps):
        first_cut = (gap.start // size_s + 1) * size_s if is_on_grid else gap.start + size_s
        cuts = range(first_cut, gap.end, size_s)
        edges = [gap.start, *cuts, gap.end]
        windows.extend(Span(start, end) for start, end in pairwise(edges))
    return windows[::-1] if newest_first else windows


def clamp_to_lookback(span: Span, interval: Interval, now: int) -> tuple[Span | None, Span | None]:
    """Split ``span`` into what the provider will answer at ``now`` (UTC seconds) and what it will refuse.

    The look-back has a margin inside the provider's own cap, which is checked against its clock (yahoo.md §1).
    """
    if interval.lookback_s is None:
        return span, None
    floor = now - interval.lookback_s
    if span.start >= floor:
        return span, None
    if span.end <= floor:
        return None, span
    return Span(floor, span.end), Span(span.start, floor)
