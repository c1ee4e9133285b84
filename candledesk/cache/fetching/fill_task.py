"""A demand: somebody wants a span of a series known; it lives until that is so, or cannot be, or nobody wants it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from candledesk.domain.calendar.sessions import span_after, span_before
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.cache.fetching.commit import Sighting
    from candledesk.cache.messages import Gap
    from candledesk.cache.rules.planner import Facts
    from candledesk.domain.interval import Interval


USUAL_TRIES = 3  # of one window, before it is listed as failed; a chart asks again by itself later
PATIENT_TRIES = 6  # for who waits for a whole span: with one answer in three broken, one window in 1,400 fails


class Priority(IntEnum):
    """Whose fetches go first (DESIGN.md, "Threads")."""

    VIEWPORT = 0
    UPDATE = 1
    BACKFILL = 2


@dataclass(frozen=True, slots=True)
class FillTarget:
    """What is wanted: a ``span``, or bars counted around ``anchor`` (``None``: now); neither: the whole history."""

    span: Span | None = None
    anchor: int | None = None
    n_before: int = 0
    n_after: int = 0

    def resolve(self, facts: Facts) -> Span | None:
        """Return the span that is meant on this series' calendar; ``None`` for the whole history."""
        if self.span is not None or not (self.n_before or self.n_after):
            return self.span
        end = facts.now + 1 if self.anchor is None else self.anchor
        before = span_before(facts.calendar, facts.interval, end, max(1, self.n_before))
        stop = end
        if self.n_after:
            stop = span_after(facts.calendar, facts.interval, end, self.n_after).end
        return Span(before.start, max(stop, before.end))


@dataclass(frozen=True, slots=True)
class FillResult:
    """How a demand ended: the gaps that are left, and why it stopped early, if it did.

    ``never``: gaps that no later try can fill, as they lie before all that the provider has.
    """

    gaps: tuple[Gap, ...] = ()
    never: tuple[Gap, ...] = ()
    error: Exception | None = None
    is_cancelled: bool = False


@dataclass(eq=False, slots=True)
class FillTask:
    """One demand under way. ``target`` may be replaced while it lives (a chart that scrolls on).

    ``only_instrument``: it ends as soon as the symbol is known; ``is_daily_first_request``: a new symbol is learnt from
    its latest daily bars, not from bars of the interval; ``is_view``: who scrolls on wants the older bars too;
    ``is_update``: what is covered is asked again, once; ``asked`` remembers which windows that were. ``n_tries``: of
    one window, until it is given up; ``failing``: where that window begins, ``n_faults``: how often it has failed.
    ``after``: what must end before it goes on; ``is_checked``: that were the dailies, to know its basis.
    ``waits_for_network``: it waits for the network instead of giving up; ``on_blocked`` is told why it waits for
    something that may take for ever (the network, a full disk). ``is_in_retry_pause``: it only waits for its next try
    of a window, which keeps nobody else from asking; ``on_retry_pause`` is told when that begins. ``sightings``: rows
    of the present window that are held back until the provider repeats them (``commit``).
    """

    symbol: str
    interval: Interval
    target: FillTarget
    priority: Priority
    job_id: int | None = None
    cancel: threading.Event = field(default_factory=threading.Event)
    end: Future[FillResult] = field(default_factory=Future)
    n_faults: int = 0
    failing: int | None = None
    is_update: bool = False
    n_tries: int = USUAL_TRIES
    only_instrument: bool = False
    is_daily_first_request: bool = False
    is_view: bool = False
    asked: list[Span] = field(default_factory=list)
    after: FillTask | None = None
    is_checked: bool = False
    waits_for_network: bool = False
    on_blocked: Callable[[Exception], None] = field(default=lambda _error: None)
    is_in_retry_pause: bool = False
    on_retry_pause: Callable[[], None] = field(default=lambda: None)
    sightings: dict[int, Sighting] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        """Whether it has not ended and nobody has cancelled it."""
        return not self.end.done() and not self.cancel.is_set()

    @property
    def asks_older(self) -> bool:
        """Whether its requests ask all older bars that fit in: a chart's, which count bars from an anchor."""
        return (self.is_view or self.target.n_before > 0) and not self.is_update

    @property
    def series(self) -> tuple[str, Interval]:
        """Whose bars are wanted."""
        return self.symbol, self.interval

    def finish(self, end: FillResult) -> None:
        """End it once; later calls change nothing."""
        with suppress(InvalidStateError):  # two threads may end it at the same moment
            self.end.set_result(end)
