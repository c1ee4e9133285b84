"""The frozen requests, replies and events between the cache and what uses it (window, web server, commands).

The API writes and reads some of them as JSON by their annotations (``domain.json_fields``, ``web.codec``):
there a text in ``Annotated`` is the description of the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from candledesk.domain import job_states
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import Interval
from candledesk.domain.job_states import JobKind
from candledesk.domain.json_fields import JsonField
from candledesk.domain.span import Span
from candledesk.domain.times import UtcSeconds

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars, FloatArray, IntArray
    from candledesk.domain.calendar.countdown import TradingHours
    from candledesk.domain.instrument import Instrument


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

    ``instrument`` and ``hours`` (the venue's present and next sessions) are ``None`` while the symbol is not known yet;
    ``at_latest``: the last bar here is the last stored; ``error``: why nothing can be loaded (unknown symbol), else
    empty; ``n_provisional``: how many of the last bars are not final. ``starts``: when ``bars`` are aggregates, the
    index of each row's first bar and, last, the number of bars, int64 of shape ``(n + 1,)``, from 0; else ``None``.
    ``n_older`` and ``n_newer``: how many bars are stored on either side (beyond a gap too; 0 for derived intervals),
    ``stored_from``: when the oldest of them opens. ``upcoming``: when the bars open that the calendar expects after the
    latest one, int64 of shape ``(m,)``, ``None`` without the latest one. ``odd``: the flags (``domain.oddity``) of each
    row that holds a flagged bar, by the row's open time. ``usual``: what the price axis is fitted to, each row's
    highest high and lowest low without bars flagged as jumps, float64 of shape ``(n,)`` each, NaN for a row of nothing
    else; ``None`` without such bars. ``oldest_askable``: how far back the provider answers (UTC seconds), ``None`` for
    no limit but the listing.
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
    oldest_askable: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Bars that are expected in ``span`` and not known."""

    span: Span
    reason: Annotated[str, "why it is missing"]
    retry_at: Annotated[UtcSeconds | None, "the next try"] = None


DerivedSpan = tuple[Span, str]
"""Where bars were made from finer stored ones, because the provider has them no longer, and from which interval."""

Counts = Mapping[str, int]
"""How many there are of each reason."""

FillMode = Literal["wait", "none", "async"]
Adjust = Literal["none", "splits", "all"]


@dataclass(frozen=True, slots=True)
class BarsRequest:
    """Bars of one span for scripts. ``span`` ``None``: the latest bars, about 500 or ``limit``; ``fill``: INTERFACE.md.

    ``limit``: at most that many bars, the oldest of the span first (``None``: all). ``raw``: prices as the provider
    sent them, where they are read in another unit or on another basis (NaN: none was sent). ``prefetch``: older bars
    that the same request to the provider can bring are asked for as well. ``countback``: that many bars before the end
    of ``span`` (``None``: the latest) if there are so many; the start of ``span`` is not read then. ``as_of`` (UTC
    seconds): what was known then: bars that were closed, on the split basis of that time (``cache.rules.as_of``).
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
    countback: int | None = None
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class BarsReply:
    """The answer to ``BarsRequest``: ``next_open_time`` is the cursor when ``limit`` cut it; ``rev`` for ETags.

    ``odd``: the flags (``domain.oddity``) of each flagged bar, by its open time; of a derived bar, those of its parts.
    ``notes``: what a person should know of the answer, a sentence each. ``derived``: ascending, disjoint; what lies in
    it is no gap. ``lookback_s``: how far back from now the provider answers, ``None`` for no limit but the listing.
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
    lookback_s: int | None = None

    @property
    def complete(self) -> bool:
        """Whether every expected bar of the span is stored or known not to exist."""
        return not self.gaps


@dataclass(frozen=True, slots=True)
class SeriesReport:
    """What is known of one series; ``coverage`` is ascending and disjoint, ``gaps`` those of all reachable history."""

    schema_name: ClassVar[str] = "Coverage"

    coverage: Annotated[tuple[Coverage, ...], JsonField("spans")]
    gaps: tuple[Gap, ...]
    n_bars: Annotated[int, JsonField("bars"), "candles that are stored"]
    odd: Annotated[Counts, "stored candles that are flagged, by reason"] = field(default_factory=dict)
    dropped: Annotated[Counts, "rows that were sent and cannot be a candle, by reason"] = field(default_factory=dict)
    lag_s: Annotated[int | None, "by how many seconds its newest closed bar is late; null: it is not followed"] = None
    updated_at: Annotated[UtcSeconds | None, "when the newest bars of a followed series were requested"] = None

    @property
    def complete(self) -> Annotated[bool, JsonField(after="gaps")]:
        """Whether no gap is left."""
        return not self.gaps


@dataclass(frozen=True, slots=True)
class SeriesCoverage:
    """A stored series: the UTC seconds at which its oldest and newest bar open, its size, and what is known of it."""

    symbol: str
    interval: Interval
    first: Annotated[UtcSeconds | None, JsonField("from"), "the open of the oldest stored candle"]
    last: Annotated[UtcSeconds | None, JsonField("to"), "the open of the newest stored candle"]
    n_bytes: Annotated[int, JsonField("bytes"), "about how much of the database it takes"]
    report: Annotated[SeriesReport, JsonField("coverage"), "what is known of it"]

    @property
    def n_bars(self) -> Annotated[int, JsonField("bars", after="interval")]:
        """Candles that are stored."""
        return self.report.n_bars

    @property
    def complete(self) -> Annotated[bool, JsonField(after="last")]:
        """Whether no gap is left."""
        return self.report.complete

    @property
    def updated_at(self) -> Annotated[UtcSeconds | None, JsonField(after="n_bytes")]:
        """When something of it was requested last."""
        asked = [row.fetched_at for row in self.report.coverage if row.state is not CoverageState.REFUSED]
        return self.report.updated_at or max(asked, default=None)


@dataclass(frozen=True, slots=True)
class SymbolFound:
    """One result of a symbol search."""

    schema_name: ClassVar[str] = "Symbol"

    symbol: str
    name: str
    exchange: Annotated[str, "the provider's code of the exchange"]
    quote_type: Annotated[str, JsonField("type")]
    exchange_name: Annotated[str, "the usual name of the exchange; its code where that is not known"] = ""
    is_cached: Annotated[bool, JsonField("cached"), "whether it is already in the cache"] = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What a person says of a local instrument: its exchange as a MIC (``XNYS``), its currency, and its name."""

    exchange: str = ""
    currency: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Bars of a file that were read, accepted, new or changed, and refused by reason; ``symbol`` as they are stored."""

    n_read: Annotated[int, JsonField("read")]
    n_stored: Annotated[int, JsonField("stored"), "those that passed the checks"]
    n_changed: Annotated[int, JsonField("changed"), "those of them that are new or differ from what was stored"]
    refused: Counts
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """A series of the archive (``is_on``), or one that has just been taken out of it; ``interval`` is a fetched one."""

    schema_name: ClassVar[str] = "Harvested"

    symbol: str
    interval: Interval
    is_on: Annotated[bool, JsonField("on"), "whether it is archived automatically"] = field(default=True, kw_only=True)
    unbroken_since: Annotated[UtcSeconds | None, "open time of the first bar since which nothing is missing"]
    last_run_at: UtcSeconds | None
    next_run_at: Annotated[UtcSeconds | None, "in the past: it is due"]
    note: Annotated[str, "what a person should know of it; empty when there is nothing to say"]


JobState = job_states.JobState


@dataclass(frozen=True, slots=True)
class Job:
    """One fill job as it stands."""

    job_id: int
    kind: JobKind
    symbol: str
    interval: Interval
    span: Span
    state: JobState
    bars_done: Annotated[int, "expected candles of the span that are known"]
    bars_expected: int
    eta_s: Annotated[float | None, "seconds"] = field(default=None, kw_only=True)
    attempts: Annotated[int, "how often it was started"]
    error: Annotated[str, "why it failed, or why a live one waits; empty when there is nothing to say"]
    gaps: Annotated[tuple[Gap, ...], "what it left open"] = field(default=(), kw_only=True)
    created_at: UtcSeconds
    updated_at: UtcSeconds
    next_try_at: Annotated[UtcSeconds | None, "when a waiting job continues"] = field(default=None, kw_only=True)
    cursor: Annotated[UtcSeconds | None, "from here on everything was requested"] = field(default=None, kw_only=True)
    dropped: Annotated[Counts, "rows that cannot be a candle, by reason; empty in lists"] = field(
        default_factory=dict, kw_only=True
    )


@dataclass(frozen=True, slots=True)
class BackfillEstimate:
    """What a backfill of ``n_series`` would cost."""

    schema_name: ClassVar[str] = "Estimate"

    n_series: int
    n_requests: int
    seconds: Annotated[float, "at the limiter's rate, if nothing else is requested"]
    n_bars: Annotated[int, "bars that are missing"]
    unknown: Annotated[tuple[str, ...], "symbols that are not yet in the cache; their history is guessed"] = ()


class BreakerState(StrEnum):
    """Whether requests may leave: ``closed`` yes, ``open`` no, ``half_open`` one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class LimiterState:
    """The limiter towards the provider as it stands."""

    schema_name: ClassVar[str] = "Limiter"

    tokens: Annotated[float, "requests that may leave at once"]
    next_request_in_s: float
    breaker: BreakerState
    retry_at: UtcSeconds | None = None
    last_error: str = ""
    is_offline: Annotated[bool, JsonField("offline")] = False
    update_lag_s: Annotated[int, "by how many seconds the updates of followed series are late"] = 0
    provider: Annotated[str, "whose limiter it is: of several, the one that is held back longest"] = "The provider"
    unanswered_since: Annotated[
        UtcSeconds | None, "since when requests have no answer; null while answers come within seconds"
    ] = None
