"""The words in which the window writes the names of inputs, outputs and choices of an indicator. Pure."""

from __future__ import annotations

UPPER = frozenset({"macd", "vwap", "poc", "adx", "di", "atr", "rsi", "k", "d", "a", "b", "sma", "ema", "rma", "wma"})
"""The words that are written in capitals."""


def words_of(name: str) -> str:
    """Return the words of a parameter, an output or a choice: ``Smooth K`` of ``smooth_k``, ``MACD`` of ``macd``."""
    first, *others = (word.upper() if word in UPPER else word for word in name.split("_"))
    return " ".join((first[0].upper() + first[1:], *others))
