"""``download``: the frames of many symbols side by side, as yfinance 1.7.0 combines them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from candledesk.domain.errors import InputError
from candledesk.python_api.connection import default_cache
from candledesk.python_api.frames import is_intraday
from candledesk.python_api.reader import PriceReader, RangeArguments
from candledesk.python_api.ticker import Ticker, refuse_unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from candledesk.python_api.ranges import Moment


def download(  # noqa: PLR0913, PLR0917 - the arguments of yfinance, in its order
    tickers: str | Iterable[str],
    start: Moment | None = None,
    end: Moment | None = None,
    actions: bool = False,  # noqa: FBT001, FBT002
    threads: bool | int = True,  # noqa: FBT001, FBT002
    ignore_tz: bool | None = None,  # noqa: FBT001
    group_by: str = "column",
    auto_adjust: bool = True,  # noqa: FBT001, FBT002
    back_adjust: bool = False,  # noqa: FBT001, FBT002
    repair: bool = False,  # noqa: FBT001, FBT002
    keepna: bool = False,  # noqa: FBT001, FBT002
    progress: bool = True,  # noqa: FBT001, FBT002
    period: str | None = None,
    interval: str = "1d",
    prepost: bool = False,  # noqa: FBT001, FBT002
    rounding: bool = False,  # noqa: FBT001, FBT002
    timeout: float | None = None,
    session: object = None,
    multi_level_index: bool = True,  # noqa: FBT001, FBT002
    *,
    reader: PriceReader | None = None,
) -> pd.DataFrame:
    """Return the prices of many symbols as ``yfinance.download`` returns them, filling the cache first.

    Columns: two levels, ``Price`` and ``Ticker`` (``group_by="ticker"``: the other way round, in the order of
    ``tickers``); one level for a single symbol without ``multi_level_index``. Index: without a zone (``ignore_tz``, the
    default for 1d and longer), else in the zone that most symbols have. ``threads``, ``progress``, ``timeout`` and
    ``session`` are accepted and not used. ``reader``: of another cache than the usual one.
    """
    del threads, progress, timeout, session
    refuse_unsupported(prepost=prepost, repair=repair)
    symbols = _symbols(tickers)
    prices = PriceReader(default_cache()) if reader is None else reader
    prices.prefetch([RangeArguments(symbol, interval.lower(), period, start, end) for symbol in symbols])
    frames = {
        symbol: Ticker(symbol, reader=prices).history(
            period,
            interval,
            start,
            end,
            actions=actions,
            auto_adjust=auto_adjust,
            back_adjust=back_adjust,
            keepna=keepna,
            rounding=rounding,
        )
        for symbol in symbols
    }
    is_naive = not is_intraday(interval) if ignore_tz is None else ignore_tz
    combined = pd.concat(_aligned(frames, is_naive=is_naive), axis=1, sort=True, names=["Ticker", "Price"])
    if group_by == "column":
        combined = combined.swaplevel(axis=1).sort_index(axis=1)
    if not multi_level_index and len(symbols) == 1:
        combined = combined.droplevel("Ticker", axis=1).rename_axis(None, axis=1)
    return combined


def _symbols(tickers: str | Iterable[str]) -> list[str]:
    """Return the symbols of a list, or of a text in which blanks or commas separate them; each once."""
    names = tickers.replace(",", " ").split() if isinstance(tickers, str) else tickers
    found = list(dict.fromkeys(name.upper() for name in names))
    if not found:
        raise InputError("tickers", "Name at least one symbol")
    return found


def _aligned(frames: Mapping[str, pd.DataFrame], *, is_naive: bool) -> dict[str, pd.DataFrame]:
    """Return the frames on the times that any of them has."""
    filled = {symbol: frame for symbol, frame in frames.items() if len(frame)}
    if is_naive:
        filled = {symbol: frame.tz_localize(None) for symbol, frame in filled.items()}
    elif filled:
        zones = Counter(sorted(str(pd.DatetimeIndex(frame.index).tz) for frame in filled.values()))
        usual = zones.most_common(1)[0][0]  # the first by name of those that are equally frequent
        filled = {symbol: frame.tz_convert(usual) for symbol, frame in filled.items()}
    index: pd.Index[Any] = pd.DatetimeIndex([])
    for number, frame in enumerate(filled.values()):
        index = index.union(frame.index) if number else frame.index
    return {symbol: filled.get(symbol, frame).reindex(index) for symbol, frame in frames.items()}
