"""What the cache answers about single bars: the corporate events that belong to them, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span


class EventKind(StrEnum):
    """The kinds of corporate events that the ledger holds."""

    DIVIDEND = "dividend"
    SPLIT = "split"
    CAPITAL_GAIN = "capital_gain"


@dataclass(frozen=True, slots=True)
class CorporateEvent:
    """A stored dividend, split or capital gain. ``date``: its ex-date at 00:00 UTC; ``open_time``: of its bar.

    ``value``: cash per share in ``currency`` on the present split basis (``None``: currency of the prices), of a split
    new shares per old.
    """

    date: int
    kind: EventKind
    value: float
    currency: str | None
    open_time: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the bars of a span came from, and whether they can still change.

    ``is_final``: ``None`` when that is not known. ``reason``: why a bar may change or how the last refresh failed, as a
    short sentence, else empty. ``derived_from``: the stored intervals that the bars are made of, empty for stored ones.
    ``sources``: in words. ``fetched_at``: UTC seconds, ``None`` when nothing is known; where not ``is_fetch_exact``,
    they were fetched at that time or later, because the ledger keeps one time for neighbouring spans. ``next_check``:
    when they are requested again.
    """

    symbol: str
    interval: Interval
    span: Span
    is_final: bool | None = None
    reason: str = ""
    derived_from: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    fetched_at: int | None = None
    is_fetch_exact: bool = False
    next_check: int | None = None
