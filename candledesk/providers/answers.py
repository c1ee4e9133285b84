"""Every kind of answer a provider can give, as a typed outcome; nothing else leaves ``provider``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.domain.bars import Bars
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One provider request: fetched intervals only (``interval.base is interval``).

    ``span``: the window in UTC seconds (1d: session dates at 00:00 UTC); ``tz``: the exchange's IANA zone, ``None``
    while unknown; ``extended``: ask with extended hours (24-hour venues); ``deadline_s``: seconds for everything,
    retries inside the client included; ``not_before``: the instant that must not be gone behind, not even for slack.
    """

    symbol: str
    interval: Interval
    span: Span
    tz: str | None
    extended: bool
    deadline_s: float
    not_before: int | None = None


SPLIT, DIVIDEND, CAPITAL_GAIN = "split", "dividend", "capital_gain"


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """Something that moves the price of a share on ``date`` (UTC midnight), as the provider states it.

    ``kind``: ``split`` (``value``: new shares per old), ``dividend`` or ``capital_gain`` of a fund (``value``: cash per
    share); ``currency`` of the cash as stated, ``None`` when it is the price's own.
    """

    date: int
    kind: str
    value: float
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class BarsAnswer:
    """The provider answered: raw bars (not yet cleaned: may be unsorted, doubled, NaN, off-grid), perhaps none.

    ``sessions``: regular trading segments ``(open, close)`` in UTC seconds that the answer itself states (yahoo.md:
    ``tradingPeriods``), empty when it states none; ``n_requests``: HTTP requests it really cost; ``market``: time (UTC
    seconds) and price of the regular market as the answer states them, ``None`` when it does not.
    """

    bars: Bars
    instrument: Instrument
    actions: tuple[CorporateAction, ...] = ()
    sessions: tuple[tuple[int, int], ...] = ()
    n_requests: int = 1
    market: tuple[int, float] | None = None


class RefusalKind(StrEnum):
    """Why the provider will not answer for a span, whatever is retried."""

    SPAN_TOO_WIDE = "span_too_wide"
    BEYOND_LOOKBACK = "beyond_lookback"
    BEFORE_LISTING = "before_listing"
    UNKNOWN_SYMBOL = "unknown_symbol"
    BAD_REQUEST = "bad_request"


@dataclass(frozen=True, slots=True)
class RefusedAnswer:
    """A definitive no with the provider's own words; never retried as it is. ``limit_s``: the cap it states, if any."""

    kind: RefusalKind
    reason: str
    limit_s: int | None = None
    n_requests: int = 1


@dataclass(frozen=True, slots=True)
class FaultAnswer:
    """A transient failure (network, time-out, 5xx, garbage); may be retried after a pause."""

    reason: str
    is_offline: bool = False
    n_requests: int = 1


@dataclass(frozen=True, slots=True)
class RateLimitedAnswer:
    """The provider said 429: every lane stops."""

    reason: str
    n_requests: int = 1


@dataclass(frozen=True, slots=True)
class SymbolMatch:
    """One hit of a symbol search."""

    symbol: str
    name: str
    exchange: str
    quote_type: str = field(default="")


@dataclass(frozen=True, slots=True)
class MatchesAnswer:
    """The provider's search answered: what it found, best first, perhaps nothing."""

    matches: tuple[SymbolMatch, ...]
    n_requests: int = 1


ProviderAnswer = BarsAnswer | RefusedAnswer | FaultAnswer | RateLimitedAnswer
SearchAnswer = MatchesAnswer | RefusedAnswer | FaultAnswer | RateLimitedAnswer
