"""The legend's words: symbol, interval, venue and the values of one bar."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from candledesk.domain.venue_names import venue_name
from candledesk.ui.chart.frame import has_volume, highest
from candledesk.ui.chart.scales import format_price, format_volume

if TYPE_CHECKING:
    from candledesk.ui.chart.scene import Series


class Tone(StrEnum):
    """How a part is coloured."""

    TITLE = "title"
    MUTED = "muted"
    UP = "up"
    DOWN = "down"


class Part(NamedTuple):
    """A run of text; ``n_chars``: the digits to reserve, so that values do not jump while the mouse moves."""

    text: str
    tone: Tone
    n_chars: int = 0


@lru_cache(maxsize=4)
def _price_room(series: Series) -> int:
    """Return how many digits the highest loaded price has."""
    return len(format_price(highest(series), series.decimals))


def title_parts(series: Series) -> list[Part]:
    """Return symbol, name, interval and venue."""
    instrument = series.instrument
    parts = [Part(series.symbol, Tone.TITLE)]
    if instrument is not None and instrument.name and instrument.name != series.symbol:
        parts.append(Part(instrument.name, Tone.MUTED))
    parts.append(Part(series.interval.name, Tone.MUTED))
    if instrument is not None:
        venue = venue_name(instrument.exchange)
        parts.append(Part(f"{venue} · {instrument.currency}" if instrument.currency else venue, Tone.MUTED))
    return parts


def value_parts(series: Series, row: int) -> list[Part]:
    """Return open, high, low, close, the change from the previous close (or from the open) and the volume."""
    bars, decimals = series.bars, series.decimals
    before = float(bars.close[row - 1]) if row > 0 else float(bars.open[row])
    close = float(bars.close[row])
    change = close - before
    tone = Tone.UP if close >= float(bars.open[row]) else Tone.DOWN
    room = _price_room(series)
    parts: list[Part] = []
    for name, values in (("O", bars.open), ("H", bars.high), ("L", bars.low), ("C", bars.close)):
        parts += [Part(name, Tone.MUTED), Part(format_price(float(values[row]), decimals), tone, room)]
    share = change / before * 100 if before else 0.0
    change_tone = Tone.UP if change >= 0 else Tone.DOWN
    parts.append(
        Part(f"{change:+,.{decimals}f} ({share:+.2f}%)".replace("-", "\N{MINUS SIGN}"), change_tone, room + 10)
    )
    if has_volume(series):  # as the volume pane: currencies and indices have none
        parts += [Part("Vol", Tone.MUTED), Part(format_volume(float(bars.volume[row])), tone, 7)]
    return parts
