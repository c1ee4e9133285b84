"""The quotes of the fake cache: the last stored bars of a symbol, as if its venue were closed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.quote_messages import Quote
from candledesk.domain.interval import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.bars import Bars
    from candledesk.domain.instrument import Instrument

N_CLOSES = 45
CLOSE_S = 75_600  # of New York, in seconds of the UTC day


def fake_quote(symbol: str, instruments: Mapping[str, Instrument], bars: Bars | None) -> Quote:
    """Return the quote of a symbol whose stored daily bars are ``bars``."""
    instrument = instruments.get(symbol)
    if instrument is None or bars is None or not len(bars):
        return Quote(symbol, instrument)
    ended = int(bars.open_time[-1]) + CLOSE_S
    return Quote(
        symbol,
        instrument,
        float(bars.close[-1]),
        ended,
        float(bars.close[-2]) if len(bars) > 1 else None,
        float(bars.volume[-1]),
        tuple(bars.close[-N_CLOSES:].tolist()),
        INTERVALS["1d"],
        closed_at=ended,
    )
