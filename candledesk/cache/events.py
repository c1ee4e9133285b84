"""The events of the cache: what happened, for charts, the event stream and other subscribers.

The API writes some of them as JSON by their annotations (``domain.json_fields``, ``web.codec``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from candledesk.cache.maintenance_messages import MaintenanceTask
from candledesk.cache.messages import Job, LimiterState
from candledesk.domain.interval import Interval
from candledesk.domain.json_fields import JsonField
from candledesk.domain.span import Span


@dataclass(frozen=True, slots=True)
class BarsStored:
    """Event: bars were stored or corrected; ``span``: from the first to the end of the last of them.

    ``rev``: the series' new revision. ``covered``: the window of which something else is known since then, such as that
    a part of it is empty; ``None`` for the bars alone.
    """

    symbol: str
    interval: Interval
    span: Span
    rev: int
    covered: Annotated[Span | None, JsonField(is_internal=True)] = None

    @property
    def known(self) -> Span:
        """Where something else is known: the bars and the window."""
        other = self.covered or self.span
        return Span(min(self.span.start, other.start), max(self.span.end, other.end))


@dataclass(frozen=True, slots=True)
class CoverageChanged:
    """Event: what is known of ``span`` changed, but no bar: it was refused, it failed, or nothing is there.

    ``rev``: the series' revision, which is the former one.
    """

    symbol: str
    interval: Interval
    span: Span
    rev: int

    @property
    def known(self) -> Span:
        """Where something else is known."""
        return self.span


@dataclass(frozen=True, slots=True)
class RefreshDue:
    """Event, inside the process: views of the series should read it again, though nothing of it was written.

    Without ``symbol`` and ``interval`` every series is meant: a venue's calendar has changed. Else a fill has ended
    without an answer, or what failed may be tried again.
    """

    symbol: str | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class JobChanged:
    """Event: a job changed."""

    job: Job


@dataclass(frozen=True, slots=True)
class JobsChanged:
    """Event: many jobs changed at once (``n_jobs``); read the list again. No ``JobChanged`` is sent for each."""

    n_jobs: int


@dataclass(frozen=True, slots=True)
class LimiterChanged:
    """Event: the limiter, the breaker or the reachability of the provider changed."""

    state: LimiterState


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """Event: something that a person must know (disk full, read-only database); ``text`` says what to do.

    An empty text: it is over, bars are stored again.
    """

    text: str


@dataclass(frozen=True, slots=True)
class SymbolReused:
    """Event: a symbol belongs to another company by now; the former one's bars are kept as ``former_symbol``."""

    symbol: str
    former_symbol: str
    name: str

    @property
    def text(self) -> Annotated[str, JsonField(after="name")]:
        """A sentence that says so."""
        return f"{self.symbol} is {self.name} now. The bars of the former company are kept as {self.former_symbol}."


@dataclass(frozen=True, slots=True)
class DamageFound:
    """Event: stored bars were damaged; ``text`` says which, and what was done.

    ``is_lost``: whether both copies of some of the bars were, so that they are a gap now. Sent once for each damage.
    """

    symbol: str
    interval: Interval
    span: Span
    is_lost: Annotated[bool, JsonField("lost")]
    text: str


@dataclass(frozen=True, slots=True)
class EntriesRestored:
    """Event: entries of the database other than bars were damaged; ``text`` says which, and what was done."""

    text: str


@dataclass(frozen=True, slots=True)
class MaintenanceChanged:
    """Event: a maintenance task began, went on or ended; its progress is sent a few times a second at most."""

    task: MaintenanceTask


@dataclass(frozen=True, slots=True)
class WindowRequested:
    """Event: another start of the program asks for the window in front, with a chart of ``symbol`` if one is named.

    ``interval`` without a symbol is for the chart that is shown; ``None``: daily bars for a new chart.
    """

    symbol: str | None = None
    interval: Interval | None = None


Event = (
    BarsStored
    | CoverageChanged
    | RefreshDue
    | JobChanged
    | JobsChanged
    | LimiterChanged
    | FaultRaised
    | SymbolReused
    | DamageFound
    | EntriesRestored
    | MaintenanceChanged
    | WindowRequested
)
