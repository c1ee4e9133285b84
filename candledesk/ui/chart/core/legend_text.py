"""The text of the legend: symbol, interval, venue and the values of one bar. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from candledesk.ui.chart.core.frame import has_volume, widest_price
from candledesk.ui.chart.core.geometry.odd_bars import flags_text
from candledesk.ui.chart.core.scales import format_price, format_volume

if TYPE_CHECKING:
    from candledesk.ui.chart.core.scene import Series


UNKNOWN = "\N{EN DASH}"  # for an open that was not sent


class Tone(StrEnum):
    """How a part is coloured."""

    TITLE = "title"
    MUTED = "muted"
    PRICE = "price"
    UP = "up"
    DOWN = "down"


class Part(NamedTuple):
    """A run of text; ``n_chars``: the digits to reserve, so that values do not jump while the mouse moves."""

    text: str
    tone: Tone
    n_chars: int = 0


def title_parts(series: Series) -> list[Part]:
    """Return symbol, name, interval and venue."""
    instrument = series.instrument
    parts = [Part(series.symbol, Tone.TITLE)]
    if instrument is not None and instrument.name and instrument.name != series.symbol:
        parts.append(Part(instrument.name, Tone.MUTED))
    parts.append(Part(series.interval.name, Tone.MUTED))
    if instrument is not None:
        venue = instrument.exchange_name or instrument.exchange
        parts.append(Part(f"{venue} · {instrument.currency}" if instrument.currency else venue, Tone.MUTED))
    return parts


def value_parts(series: Series, row: int) -> list[Part]:
    """Return the price, its change from the previous close (or from the open), open, high, low, close and volume."""
    bars, decimals = series.bars, series.decimals
    opening = float(series.drawn.open[row])  # of an open that was not sent the price that it is drawn from
    before = float(bars.close[row - 1]) if row > 0 else opening
    close = float(bars.close[row])
    change = close - before
    room = widest_price(series)
    is_unknown = series.oddities is not None and bool(series.oddities.is_open_unknown[row])
    share = f" ({change / before * 100:+.2f}%)" if before > 0 else ""  # of nothing, or of a debt, it has no meaning
    changed = f"{change:+,.{decimals}f}{share}".replace("-", "\N{MINUS SIGN}")
    parts = [
        Part(format_price(close, decimals), Tone.PRICE, room),
        Part(changed, Tone.UP if change >= 0 else Tone.DOWN, room + 10),
    ]
    for name, values in (("O", bars.open), ("H", bars.high), ("L", bars.low), ("C", bars.close)):
        text = UNKNOWN if is_unknown and name == "O" else format_price(float(values[row]), decimals)
        parts += [Part(name, Tone.MUTED), Part(text, Tone.MUTED, room)]
    if has_volume(series):  # as the volume pane: currencies and indices have none
        parts += [Part("Vol", Tone.MUTED), Part(format_volume(float(bars.volume[row])), Tone.MUTED, 7)]
    return parts


def flag_part(series: Series, row: int) -> list[Part]:
    """Return why the bar is flagged, as text; empty for an ordinary bar."""
    words = flags_text(series.flags.get(int(series.bars.open_time[row]), 0), is_single=series.is_single)
    return [Part(words, Tone.MUTED)] if words else []
