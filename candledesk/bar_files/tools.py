"""Which program wrote a file, as far as its header shows: a name for people, and what is particular of it (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.bar_files.columns import Columns


@dataclass(frozen=True, slots=True)
class Tool:
    """A program whose files are known. ``is_utc``: its times are in UTC; ``is_close_time``: they end the bars."""

    title: str
    is_utc: bool = False
    is_close_time: bool = False


PLAIN = Tool("plain text")
_NINJA = Tool("NinjaTrader", is_close_time=True)
_BY_HEADER = (  # the first whose names are all in the header
    (("final", "odd"), Tool("CandleDesk")),
    (("<ticker>", "<per>"), Tool("Stooq")),
    (("<date>", "<tickvol>"), Tool("MetaTrader 5")),
    (("window start",), Tool("Polygon")),
    (("gmt time",), Tool("Dukascopy", is_utc=True)),
    (("close/last",), Tool("Nasdaq")),
    (("numberoftrades", "bidvolume"), Tool("Sierra Chart")),
    (("open time", "taker buy base volume"), Tool("Binance")),
    (("open time", "quote volume"), Tool("Binance")),
    (("unix", "symbol"), Tool("CryptoDataDownload", is_utc=True)),
    (("dividends", "stock splits"), Tool("yfinance")),
    (("date", "open", "high", "low", "close", "adj close", "volume"), Tool("Yahoo Finance")),
    (("price", "change %"), Tool("Investing.com")),
    (("zuletzt", "eröffn"), Tool("Investing.com")),
    (("data", "otwarcie", "zamkniecie"), Tool("Stooq")),
    (("timestamp", "open", "high", "low", "close", "adjusted close"), Tool("Alpha Vantage")),
)
_KLINES, _METATRADER = 12, 7


def recognise(columns: Columns, first: Sequence[str], separator: str, raw_header: Sequence[str]) -> Tool:
    """Return the tool; ``first``: the cells of the first bar, ``raw_header``: those of the header as they are."""
    names = {*columns.header, *(cell.strip().lower() for cell in raw_header)}
    for needed, tool in _BY_HEADER:
        if names.issuperset(needed):
            return tool
    return _by_place(columns) if columns.header else _by_shape(first, separator)


def _by_place(columns: Columns) -> Tool:
    if columns.symbol:
        return Tool("yfinance")
    return Tool("TradingView") if columns.header[0] == "time" else PLAIN


def _by_shape(first: Sequence[str], separator: str) -> Tool:
    if len(first) == _KLINES:
        return Tool("Binance")
    if len(first) == _METATRADER and ":" in first[1]:
        return Tool("MetaTrader 4")
    if separator == "semicolons" and first[0].replace(" ", "").isdigit() and " " in first[0]:
        return _NINJA
    return PLAIN
