"""How each indicator looks when it is added: its short title, group, colours and fills (WORKBENCH.md §1.3). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.indicators.declaration import Indicator

BLUE, ORANGE, PURPLE, TEAL, RED = "#3b7bf2", "#d9740b", "#8f66d9", "#12967f", "#ec4353"
PINK, GREEN, CYAN, OLIVE, GREY = "#d14b9c", "#3d9944", "#1592a8", "#9d8318", "#7f8694"
PALETTE = (BLUE, ORANGE, PURPLE, TEAL, PINK, OLIVE, CYAN, RED, GREEN, GREY)
"""Line colours, each with a contrast of at least 3:1 on the grounds of both themes."""


class Group(StrEnum):
    """The groups of the list of indicators, in its order."""

    AVERAGES = "Averages"
    OSCILLATORS = "Oscillators"
    TREND = "Trend"
    VOLATILITY = "Volatility"
    VOLUME = "Volume"
    LEVELS = "Levels"
    OWN = "Own indicators"


class ColumnColours(StrEnum):
    """What the colour of a column says: nothing, the direction of its bar, that it rises, or its sign and that."""

    PLAIN = auto()
    BAR = auto()
    CHANGE = auto()
    SIGN_AND_CHANGE = auto()


@dataclass(frozen=True, slots=True)
class Fill:
    """The area between two outputs in the colour of ``of``; ``other``: in the colour of that one where it is upper."""

    upper: str
    lower: str
    of: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """``colours``: of the outputs in their order; the last one also of those that follow.

    ``off``: outputs that are not drawn at first. ``direction``: the output whose sign chooses between the colour of
    rising and that of falling; the line is broken where it changes. ``body_fill``: the output from which the area to
    the middle of each bar's body is filled in that colour. ``level_fill``: two levels with a fill between.
    """

    short: str
    group: Group
    colours: tuple[str, ...]
    columns: ColumnColours = ColumnColours.PLAIN
    fills: tuple[Fill, ...] = ()
    off: tuple[str, ...] = ()
    direction: str = ""
    body_fill: str = ""
    level_fill: tuple[float, float] | None = None


_BAND = (Fill("upper", "lower", "upper"),)
LOOKS = {
    "volume": Look("Volume", Group.VOLUME, (GREY, BLUE), ColumnColours.BAR, off=("average",)),
    "sma": Look("SMA", Group.AVERAGES, (BLUE,)),
    "ema": Look("EMA", Group.AVERAGES, (ORANGE,)),
    "rsi": Look("RSI", Group.OSCILLATORS, (PURPLE,), level_fill=(70.0, 30.0)),
    "macd": Look("MACD", Group.OSCILLATORS, (BLUE, ORANGE, GREY), ColumnColours.SIGN_AND_CHANGE),
    "bollinger": Look("BB", Group.VOLATILITY, (ORANGE, BLUE, BLUE), fills=_BAND),
    "vwap": Look("VWAP", Group.VOLUME, (BLUE, GREEN, GREEN), fills=_BAND),
    "atr": Look("ATR", Group.VOLATILITY, (RED,)),
    "stochastic": Look("Stoch", Group.OSCILLATORS, (BLUE, ORANGE), level_fill=(80.0, 20.0)),
    "supertrend": Look("Supertrend", Group.TREND, (GREY,), direction="direction", body_fill="line"),
    "adx": Look("ADX", Group.TREND, (RED, BLUE, ORANGE)),
    "ichimoku": Look(
        "Ichimoku", Group.TREND, (BLUE, RED, GREEN, ORANGE, PURPLE),
        fills=(Fill("span_a", "span_b", "span_a", "span_b"),),
    ),
    "volume_profile": Look("VPVR", Group.VOLUME, (RED, GREY, GREY)),
    "stoch_rsi": Look("Stoch RSI", Group.OSCILLATORS, (BLUE, ORANGE), level_fill=(80.0, 20.0)),
    "cci": Look("CCI", Group.OSCILLATORS, (BLUE,), level_fill=(100.0, -100.0)),
    "pivot_points": Look("Pivots", Group.LEVELS, (ORANGE, *(RED, GREEN) * 5)),
    "obv": Look("OBV", Group.VOLUME, (BLUE,)),
    "sar": Look("SAR", Group.TREND, (BLUE,)),
    "mfi": Look("MFI", Group.VOLUME, (PURPLE,), level_fill=(80.0, 20.0)),
    "wma": Look("WMA", Group.AVERAGES, (PURPLE,)),
    "hma": Look("HMA", Group.AVERAGES, (TEAL,)),
    "donchian": Look("DC", Group.VOLATILITY, (BLUE, ORANGE, BLUE), fills=_BAND),
    "keltner": Look("KC", Group.VOLATILITY, (BLUE,), fills=_BAND),
    "vwma": Look("VWMA", Group.AVERAGES, (CYAN,)),
    "roc": Look("ROC", Group.OSCILLATORS, (BLUE,)),
    "williams_r": Look("%R", Group.OSCILLATORS, (PURPLE,), level_fill=(-20.0, -80.0)),
    "zigzag": Look("ZigZag", Group.LEVELS, (BLUE,)),
    "cmf": Look("CMF", Group.VOLUME, (GREEN,)),
    "ao": Look("AO", Group.OSCILLATORS, (GREY,), ColumnColours.CHANGE),
    "momentum": Look("Mom", Group.OSCILLATORS, (BLUE,)),
}  # fmt: skip
_MAX_SHORT = 24  # characters of an own indicator's title in the legend


def look_of(indicator: Indicator) -> Look:
    """Return how an indicator looks; an own one has its title and a colour for each line."""
    return LOOKS.get(indicator.id) or Look(indicator.title[:_MAX_SHORT], Group.OWN, PALETTE)
