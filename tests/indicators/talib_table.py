"""What TA-Lib computes for each of the thirty, and how it agrees; importing this needs TA-Lib."""

from typing import NamedTuple

import talib

SAME, LATER, OFFSET, DIFFERS = "same", "later", "constant offset", "differs"


class Row(NamedTuple):
    """What TA-Lib computes for an indicator, by output, and how it agrees; ``until``: ``LATER`` begins by that bar."""

    agreement: str
    compute: object
    params: dict = {}  # noqa: RUF012 - of a named tuple, never changed
    until: int = 0
    why: str = ""


def hlc3(b):
    return (b.high + b.low + b.close) / 3


def named(*names):
    return lambda lines: dict(zip(names, lines, strict=True))


def one(line):
    return {"value": line}


BANDS = named("upper", "basis", "lower")
TABLE = {
    "sma": Row(SAME, lambda b: one(talib.SMA(b.close, 9))),
    "ema": Row(SAME, lambda b: one(talib.EMA(b.close, 9))),
    "wma": Row(SAME, lambda b: one(talib.WMA(b.close, 9))),
    "hma": Row(SAME, lambda b: one(talib.HMA(b.close, 9))),
    "vwma": Row(SAME, lambda b: one(talib.VWMA(b.close, b.volume, 20))),
    "rsi": Row(SAME, lambda b: one(talib.RSI(b.close, 14))),
    "cci": Row(SAME, lambda b: one(talib.CCI(b.high, b.low, b.close, 20)), why="hlc3 in both"),
    "mfi": Row(SAME, lambda b: one(talib.MFI(b.high, b.low, b.close, b.volume, 14))),
    "roc": Row(SAME, lambda b: one(talib.ROC(b.close, 9))),
    "momentum": Row(SAME, lambda b: one(talib.MOM(b.close, 10))),
    "williams_r": Row(SAME, lambda b: one(talib.WILLR(b.high, b.low, b.close, 14))),
    "cmf": Row(SAME, lambda b: one(talib.CMF(b.high, b.low, b.close, b.volume, 20))),
    "ao": Row(SAME, lambda b: one(talib.AO(b.high, b.low, 5, 34))),
    "bollinger": Row(SAME, lambda b: BANDS(talib.BBANDS(b.close, 20, 2.0, 2.0, 0))),
    "donchian": Row(SAME, lambda b: BANDS(talib.DONCHIAN(b.high, b.low, 20))),
    "stochastic": Row(
        SAME,
        lambda b: named("k", "d")(talib.STOCH(b.high, b.low, b.close, 14, 1, 0, 3, 0)),
        why="trimmed to the first %D",
    ),
    "stoch_rsi": Row(
        SAME,
        lambda b: {"k": talib.STOCHRSI(b.close, 14, 14, 3, 0)[1]},
        why="its %D is our %K; it has no second smoothing",
    ),
    "macd": Row(
        LATER,
        lambda b: named("macd", "signal", "histogram")(talib.MACD(b.close, 12, 26, 9)),
        until=250,
        why="another seed",
    ),
    "atr": Row(LATER, lambda b: one(talib.ATR(b.high, b.low, b.close, 14)), until=300, why="bar 0 is not used"),
    "adx": Row(
        LATER,
        lambda b: {
            "adx": talib.ADX(b.high, b.low, b.close, 14),
            "plus_di": talib.PLUS_DI(b.high, b.low, b.close, 14),
            "minus_di": talib.MINUS_DI(b.high, b.low, b.close, 14),
        },
        until=400,
        why="another seed",
    ),
    "supertrend": Row(
        LATER, lambda b: {"line": talib.SUPERTREND(b.high, b.low, b.close, 10, 3.0)[0]}, until=300, why="its ATR"
    ),
    "obv": Row(OFFSET, lambda b: one(talib.OBV(b.close, b.volume)), why="starts with the first volume"),
    "sar": Row(DIFFERS, lambda b: one(talib.SAR(b.high, b.low, 0.02, 0.2)), why="its first trend is that of the DM"),
    "keltner": Row(DIFFERS, lambda b: BANDS(talib.KC(b.high, b.low, b.close, 20, 10, 2.0)), why="centred on hlc3"),
    "vwap": Row(DIFFERS, lambda b: {"vwap": talib.VWAP(b.high, b.low, b.close, b.volume)}, why="has no anchor"),
    "volume": Row(SAME, lambda b: {"average": talib.SMA(b.volume, 20)}, why="the average of the volume"),
}
NOT_IN_TALIB = {"ichimoku", "volume_profile", "pivot_points", "zigzag"}
