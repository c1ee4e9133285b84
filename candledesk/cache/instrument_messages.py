"""What the cache answers about an instrument: its facts, its next sessions, its corporate events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.span import Span


@dataclass(frozen=True, slots=True)
class InstrumentReport:
    """An instrument with the venue's sessions of the coming week and every stored corporate event.

    ``sessions``: from open to close, ascending; the first one may be open now. ``events``: by date; ``open_time`` of
    each is the opening instant of its session.
    """

    instrument: Instrument
    sessions: tuple[Span, ...] = ()
    events: tuple[CorporateEvent, ...] = ()
