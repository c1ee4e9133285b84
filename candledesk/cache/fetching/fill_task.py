"""A fill task fetches the missing bars of a span; it ends when they are known, cannot be fetched or are not needed."""

from __future__ import annotations

import threading
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from candledesk.domain.calendar.sessions import span_after, span_before
from candledesk.domain.span import Span, subtract_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from candledesk.cache.fetching.catalog import SeriesState
    from candledesk.cache.messages import Gap
    from candledesk.cache.rules.planner import Facts
    from candledesk.cache.storing.held_rows import Sighting
    from candledesk.domain.interval import Interval


USUAL_TRIES = 3  # of one window, before it is listed as failed; a chart asks again by itself later
PATIENT_TRIES = 6  # of a backfill: with one answer in three broken, one window in 1,400 fails


class Priority(IntEnum):
    """The order of fetches (DESIGN.md, "Threads")."""

    VIEWPORT = 0
    UPDATE = 1
    BACKFILL = 2


@dataclass(frozen=True, slots=True)
class FillTarget:
    """The bars to fill: of a ``span``, or counted around ``anchor`` (``None``: now); neither: the whole history."""

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
    """How a fill task ended: the gaps that are left, and why it stopped early, if it did.

    ``never``: gaps that no later try can fill, as they lie before all that the provider has.
    """

    gaps: tuple[Gap, ...] = ()
    never: tuple[Gap, ...] = ()
    error: Exception | None = None
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FillPlan:
    """What is left to ask for a task: the ``windows``, newest first, and the ``gaps`` that remain without them.

    ``known``: the series as it was read; ``version``: that of its claims before it was read (``single_flight``).
    """

    known: SeriesState
    windows: tuple[Span, ...]
    gaps: tuple[Gap, ...]
    version: int

    def after(self, answered: Span | None, version: int) -> FillPlan:
        """Return what is left after a release, which made ``version``; ``answered``: its window, if it was answered."""
        if answered is None:
            return replace(self, version=version)
        windows = [part for one in self.windows for part in reversed(subtract_spans([one], [answered]))]
        gaps = [replace(gap, span=part) for gap in self.gaps for part in subtract_spans([gap.span], [answered])]
        return replace(self, windows=tuple(windows), gaps=tuple(gaps), version=version)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The tries of one window: where it ``start``s (its end may be now, and moves) and how often it has failed so far.

    ``held``: rows that are held back until the provider repeats them (``commit``); ``is_checked``: the daily bars were
    read for it, to know its split basis.
    """

    start: int | None = None
    n_faults: int = 0
    held: Mapping[int, Sighting] = field(default_factory=dict)
    is_checked: bool = False

    def of(self, window: Span) -> Attempt:
        """Return the attempt at ``window``: this one, or a new one when it is another window."""
        return self if self.start == window.start else Attempt(window.start, is_checked=self.is_checked)


@dataclass(eq=False, slots=True)
class FillTask:
    """One task under way. Only ``fill_scheduler`` writes to it; ``target`` is replaced while a chart scrolls on.

    ``only_instrument``: it ends as soon as the symbol is known; ``is_daily_first_request``: a new symbol is looked up
    by its latest daily bars, not by bars of the interval; ``is_view``: older bars than the target's are fetched too
    where that costs no request; ``is_update``: what is covered is fetched again, once; ``asked`` holds the windows that
    were. ``n_tries``: of one window, until it counts as failed; ``waits_for_network``: it waits for the network
    instead. ``on_blocked`` is called with the reason when it waits for something that may take for ever (the network,
    a full disk), ``on_retry_pause`` when it begins to wait for its next try of a window, which keeps nobody else from
    asking. ``plan``: what is left of its plan, ``None`` when it must be planned anew; ``is_reported``: whether an event
    has said what became of one of its windows; ``is_proven``: whether the stored bars of its span were checked.
    """

    symbol: str
    interval: Interval
    target: FillTarget
    priority: Priority
    job_id: int | None = None
    plan: FillPlan | None = None
    is_update: bool = False
    n_tries: int = USUAL_TRIES
    only_instrument: bool = False
    is_daily_first_request: bool = False
    is_view: bool = False
    waits_for_network: bool = False
    on_blocked: Callable[[Exception], None] = field(default=lambda _error: None)
    on_retry_pause: Callable[[], None] = field(default=lambda: None)
    cancel: threading.Event = field(default_factory=threading.Event)
    end: Future[FillResult] = field(default_factory=Future)
    attempt: Attempt = field(default_factory=Attempt)
    asked: list[Span] = field(default_factory=list)
    is_in_retry_pause: bool = False
    is_reported: bool = False
    is_proven: bool = False

    @property
    def is_live(self) -> bool:
        """Whether it has not ended and nobody has cancelled it."""
        return not self.end.done() and not self.cancel.is_set()

    @property
    def asks_older(self) -> bool:
        """Whether its requests ask all older bars that fit in: a chart's, which count bars from an anchor."""
        return (self.is_view or self.target.n_before > 0) and not self.is_update

    @property
    def keeps_plan(self) -> bool:
        """Whether it goes on by its plan after an answer; a job is planned from the database at every step."""
        return self.job_id is None and not self.is_update

    @property
    def series(self) -> tuple[str, Interval]:
        """The series to fill: symbol and interval."""
        return self.symbol, self.interval

    def finish(self, end: FillResult) -> None:
        """End it once; later calls change nothing."""
        with suppress(InvalidStateError):  # two threads may end it at the same moment
            self.end.set_result(end)
