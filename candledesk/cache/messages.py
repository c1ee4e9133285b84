"""The frozen requests, replies and events that cross between the cache and its doors (ui, web, cli)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from candledesk.domain import job_states

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.bars import Bars, FloatArray, IntArray
    from candledesk.domain.calendar.countdown import TradingHours
    from candledesk.domain.coverage import Coverage
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span


class EdgeState(StrEnum):
    """What lies left of the oldest bar in a viewport reply."""

    MORE = "more"  # older bars are stored
    LOADING = "loading"  # not stored: a fill is queued or running
    FAILED = "failed"  # the last try failed; ``edge_reason`` says why and when the next one is
    START = "start"  # nothing older exists: listing date or look-back; ``edge_reason`` says which


@dataclass(frozen=True, slots=True)
class ViewportRequest:
    """What a chart wants to see: ``n_before`` bars that open before ``anchor`` and ``n_after`` from it on.

    ``anchor``: UTC seconds of a bar's open, ``None`` for the latest bar (then ``n_after`` is 0 and the latest bar is
    included in ``n_before``). ``generation`` rises with every request of the same ``view_id``; a reply to an older
    generation is stale and is not drawn. ``stride``: each row of the answer may stand for about so many bars (one of
    1, 8, 64, 512), so that an answer's size does not grow with the number of bars; derived intervals ignore it.
    """

    view_id: int
    generation: int
    symbol: str
    interval: Interval
    anchor: int | None
    n_before: int
    n_after: int
    stride: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class ViewportReply:
    """The cached bars for a ``ViewportRequest``, at once; what is missing follows as ``BarsStored`` events.

    ``instrument`` is ``None`` while the symbol is not known yet; ``at_latest``: the last bar here is the last stored;
    ``error``: why nothing can be loaded (unknown symbol), else empty; ``n_provisional``: how many of the last bars
    are not final. ``starts``: when ``bars`` are aggregates of consecutive bars, the index of each row's first bar and,
    last, the number of bars, int64 of shape ``(n + 1,)``, from 0; else ``None``. ``n_older`` and ``n_newer``: how many
    bars are stored on either side (beyond a gap too; 0 for derived intervals).
    ``hours``: the venue's present and next sessions, ``None`` while the symbol is not known yet.
    ``odd``: the flags (``domain.oddity``) of each row that holds a flagged bar, by the row's open time. ``usual``: the
    highest high and the lowest low of each row without bars that are flagged as jumps, float64 of shape ``(n,)`` each,
    NaN for a row of nothing else; ``None`` when no row holds such a bar. The price axis is fitted to these.
    ``stored_from``: when the oldest stored bar opens (beyond a gap too), ``None`` for derived intervals.
    ``upcoming``: when the bars open that the venue's calendar expects behind the latest one, int64 of shape ``(m,)``,
    ``None`` where the last bar here is not the latest.
    """

    request: ViewportRequest
    bars: Bars
    instrument: Instrument | None
    edge: EdgeState
    edge_reason: str = ""
    at_latest: bool = True
    rev: int = 0
    n_provisional: int = 0
    error: str = ""
    hours: TradingHours | None = None
    starts: IntArray | None = None
    n_older: int = 0
    n_newer: int = 0
    odd: Mapping[int, int] = field(default_factory=dict)
    usual: tuple[FloatArray, FloatArray] | None = None
    stored_from: int | None = None
    upcoming: IntArray | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Bars that are expected in ``span`` and not known, with the reason and the next try (UTC seconds)."""

    span: Span
    reason: str
    retry_at: int | None = None


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


DerivedSpan = tuple["Span", str]
"""Where bars were made from finer stored ones, because the provider has them no longer, and from which interval."""

FillMode = Literal["wait", "none", "async"]
Adjust = Literal["none", "splits", "all"]


@dataclass(frozen=True, slots=True)
class BarsRequest:
    """Bars of one span for scripts. ``span`` ``None``: the latest bars, about 500 or ``limit``; ``fill``: INTERFACE.md.

    ``limit``: at most that many bars, the oldest of the span first (``None``: all). ``raw``: prices as the provider
    sent them, where they are read in another unit or on another basis (NaN: none was sent). ``prefetch``: older bars
    that the same request to the provider can bring are asked for as well.
    """

    symbol: str
    interval: Interval
    span: Span | None
    fill: FillMode = "wait"
    timeout_s: float | None = 8.0
    adjust: Adjust = "splits"
    limit: int | None = None
    raw: bool = False
    prefetch: bool = False


@dataclass(frozen=True, slots=True)
class BarsReply:
    """The answer to ``BarsRequest``: ``next_open_time`` is the cursor when ``limit`` cut it; ``rev`` for ETags.

    ``odd``: the flags (``domain.oddity``) of each flagged bar, by its open time; of a derived bar, those of its parts.
    ``notes``: what a person should know of the answer, a sentence each.
    ``derived``: ascending, disjoint; what lies in it is no gap.
    """

    request: BarsRequest
    span: Span
    bars: Bars
    is_final: tuple[bool, ...] | None
    instrument: Instrument
    gaps: tuple[Gap, ...] = ()
    next_open_time: int | None = None
    rev: int = 0
    odd: Mapping[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    derived: tuple[DerivedSpan, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every expected bar of the span is stored or known not to exist."""
        return not self.gaps


@dataclass(frozen=True, slots=True)
class SeriesReport:
    """What is known of one series: its coverage, ascending and disjoint, the gaps of all history, and bars stored.

    ``odd``: how many stored bars are flagged, by reason (``domain.oddity``'s tokens); ``dropped``: how many rows were
    sent that cannot be a bar, by reason.
    Of a followed series ``lag_s``: for how long its first closed bar that was not asked for has been available (0: it
    is current), and ``updated_at``: when its newest bars were asked for (UTC seconds); else both ``None``.
    """

    coverage: tuple[Coverage, ...]
    gaps: tuple[Gap, ...]
    n_bars: int
    odd: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    lag_s: int | None = None
    updated_at: int | None = None


@dataclass(frozen=True, slots=True)
class SymbolFound:
    """One hit of a symbol search; ``is_cached``: the cache has met it, else the provider's search names it."""

    symbol: str
    name: str
    exchange: str
    quote_type: str
    is_cached: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a foreign file: bars read, accepted, really new or changed, and refused by reason."""

    n_read: int
    n_stored: int
    n_changed: int
    refused: dict[str, int]


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """A series of the harvest list (``is_on``), or one that has just been taken off; ``interval`` is a fetched one.

    ``unbroken_since``: open time of the first bar since which no gap is left, ``None`` when nothing is known of it;
    what the next run will bring is no gap. ``next_run_at`` in the past: as soon as the updater comes to it. ``note``:
    what a person should know of it. Times in UTC seconds.
    """

    symbol: str
    interval: Interval
    unbroken_since: int | None
    last_run_at: int | None
    next_run_at: int | None
    note: str
    is_on: bool = True


JobState = job_states.JobState


@dataclass(frozen=True, slots=True)
class Job:
    """One fill job as it stands; ``kind``: ``viewport``, ``update`` or ``backfill``. Times in UTC seconds.

    ``attempts``: how often it was begun. ``error``: why it failed, or why a live one waits. ``gaps``: what it left
    open. ``next_try_at``: when a live job that waits goes on. ``cursor``: from here to the span's end everything was
    asked (windows go newest first), ``None`` before the first window. ``dropped``: how many rows of its span were sent
    that cannot be a bar, by reason; told of a single job, not in lists.
    """

    job_id: int
    kind: str
    symbol: str
    interval: Interval
    span: Span
    state: JobState
    bars_done: int
    bars_expected: int
    attempts: int
    error: str
    created_at: int
    updated_at: int
    eta_s: float | None = None
    gaps: tuple[Gap, ...] = field(default=())
    next_try_at: int | None = None
    cursor: int | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BackfillEstimate:
    """What a backfill of ``n_series`` would cost: requests, ``seconds`` at the limiter's rate, and missing bars.

    ``unknown``: symbols that were never met; one request more each is counted, and their history is guessed.
    """

    n_series: int
    n_requests: int
    seconds: float
    n_bars: int
    unknown: tuple[str, ...] = ()


class BreakerState(StrEnum):
    """Whether requests may leave: ``closed`` yes, ``open`` no, ``half_open`` one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class LimiterState:
    """The limiter for people: ``tokens`` left now, seconds to the next request, the breaker and its next try.

    ``update_lag_s``: by how many seconds the updates of followed series run late, 0 while they keep up.
    """

    tokens: float
    next_request_in_s: float
    breaker: BreakerState
    retry_at: int | None = None
    last_error: str = ""
    is_offline: bool = False
    update_lag_s: int = 0


@dataclass(frozen=True, slots=True)
class BarsStored:
    """Event: bars or coverage of ``span`` changed; ``rev`` is the series' new revision."""

    symbol: str
    interval: Interval
    span: Span
    rev: int


@dataclass(frozen=True, slots=True)
class JobChanged:
    """Event: a job moved."""

    job: Job


@dataclass(frozen=True, slots=True)
class JobsChanged:
    """Event: many jobs moved at once (``n_jobs``); read the list again. No ``JobChanged`` is told for each."""

    n_jobs: int


@dataclass(frozen=True, slots=True)
class LimiterChanged:
    """Event: the limiter, the breaker or the reachability of the provider changed."""

    state: LimiterState


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """Event: something a person must know (disk full, read-only database); ``text`` says what to do.

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
    def text(self) -> str:
        """A sentence that says so."""
        return f"{self.symbol} is {self.name} now. The bars of the former company are kept as {self.former_symbol}."


@dataclass(frozen=True, slots=True)
class WindowRequested:
    """Event: somebody wants the window in front, with a chart of ``symbol`` where one is named.

    ``interval`` without a symbol is for the chart that is shown; ``None``: daily bars for a new chart.
    """

    symbol: str | None = None
    interval: Interval | None = None


Event = BarsStored | JobChanged | JobsChanged | LimiterChanged | FaultRaised | SymbolReused | WindowRequested
