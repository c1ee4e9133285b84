"""The session calendar of a venue: when it trades, as arrays of sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from candledesk.domain.bars import IntArray


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class SessionCalendar:
    """Sessions of one venue, ascending, one row each; int64 UTC seconds, arrays of shape ``(n,)``.

    ``date``: the session's own date at 00:00 UTC; ``open``/``close``: first and one-past-last trading second;
    ``break_start``/``break_end``: the lunch break or daily halt, both 0 when there is none. ``tz``: IANA zone.
    ``settle_s``: how long after its close the provider may still change a bar (exchange delay, yahoo.md §4.10).
    ``is_24h``: whether a session can reach its end at 24:00 without a closing bar (crypto, FX, futures); requests for
    such venues include extended hours, because the provider leaves out the last minute otherwise (yahoo.md §4.11).
    ``observed``: the dates of those sessions that are known from the provider's rows only, ascending, any length.
    """

    mic: str
    tz: str
    date: IntArray
    open: IntArray
    close: IntArray
    break_start: IntArray
    break_end: IntArray
    settle_s: int = 0
    is_24h: bool = False
    observed: IntArray = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        """Return the number of sessions."""
        return len(self.date)

    def equals(self, other: SessionCalendar) -> bool:
        """Tell whether both hold exactly the same sessions of the same venue."""
        if self is other:
            return True
        rules = [(one.mic, one.tz, one.settle_s, one.is_24h) for one in (self, other)]
        names = ("date", "open", "close", "break_start", "break_end", "observed")
        return rules[0] == rules[1] and all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)
