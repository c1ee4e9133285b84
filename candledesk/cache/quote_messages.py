"""What a list of symbols shows of an instrument: its newest stored price, how old it is, and its former prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.domain.calendar.countdown import TradingHours
    from candledesk.domain.instrument import Instrument
    from candledesk.domain.interval import Interval


@dataclass(frozen=True, slots=True)
class Quote:
    """The newest stored price of a symbol; ``price`` ``None``: nothing of it is stored.

    ``instrument``: ``None`` while the symbol is not known. ``price``: the close of the stored bar that was true last,
    and ``as_of`` when that was (UTC seconds): the end of a bar that has ended, else when it was fetched less the
    exchange's delay. ``previous_close``: of the session before the one of the price, ``None`` when it is not stored;
    ``volume``: of the session of the price as far as it is stored. ``closes``: of the last bars of ``closes_of``, the
    newest last. ``hours``: the venue's present and next sessions; ``closed_at``: when its last session ended that has
    ended, ``None`` while its calendar is not loaded; ``delay_s``: by how many seconds the exchange's prices are late.
    """

    symbol: str
    instrument: Instrument | None = None
    price: float | None = None
    as_of: int | None = None
    previous_close: float | None = None
    volume: float | None = None
    closes: tuple[float, ...] = ()
    closes_of: Interval | None = None
    hours: TradingHours | None = None
    closed_at: int | None = None
    delay_s: int = 0
