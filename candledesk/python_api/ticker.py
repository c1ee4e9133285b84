"""``history`` and ``Ticker``: the calls of yfinance 1.7.0, answered from the cache."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from candledesk.cache.bar_messages import EventKind
from candledesk.domain.errors import UnknownSymbolError
from candledesk.python_api.connection import default_cache
from candledesk.python_api.frames import ACTIONS, FrameOptions, empty_frame, has_gains, history_frame, instants
from candledesk.python_api.ranges import CallError
from candledesk.python_api.reader import IncompleteWarning, PriceReader, RangeArguments

if TYPE_CHECKING:
    from candledesk.cache.instrument_messages import InstrumentReport
    from candledesk.domain.instrument import Instrument
    from candledesk.python_api.ranges import Moment


class Ticker:
    """One symbol; the methods and properties are those of ``yfinance.Ticker`` that concern prices."""

    def __init__(self, ticker: str, session: object = None, *, reader: PriceReader | None = None) -> None:
        """Ask nothing yet. ``session`` is accepted and not used; ``reader``: of another cache than the usual one."""
        del session
        self.ticker = ticker.upper()
        self._reader = reader

    def __repr__(self) -> str:
        """Return what the object stands for."""
        return f"candledesk.Ticker object <{self.ticker}>"

    def history(  # noqa: PLR0913, PLR0917 - the arguments of yfinance, in its order
        self,
        period: str | None = None,
        interval: str = "1d",
        start: Moment | None = None,
        end: Moment | None = None,
        prepost: bool = False,  # noqa: FBT001, FBT002
        actions: bool = True,  # noqa: FBT001, FBT002
        auto_adjust: bool = True,  # noqa: FBT001, FBT002
        back_adjust: bool = False,  # noqa: FBT001, FBT002
        repair: bool = False,  # noqa: FBT001, FBT002
        keepna: bool = False,  # noqa: FBT001, FBT002
        rounding: bool = False,  # noqa: FBT001, FBT002
        timeout: float | None = None,
        raise_errors: bool = False,  # noqa: FBT001, FBT002
    ) -> pd.DataFrame:
        """Return prices as ``yfinance.Ticker.history`` returns them, filling the cache first.

        Index: ``Date`` (midnights) or ``Datetime``, in the exchange's zone. Columns: ``Open High Low Close [Adj Close]
        Volume [Dividends Stock Splits [Capital Gains]]``, float64 but for ``Volume`` (int64). ``timeout`` is not used:
        the provider's limits say how long a fill takes. A symbol that the provider does not know is an empty frame and
        an ``IncompleteWarning``, with ``raise_errors`` an ``UnknownSymbolError``. ``prepost`` and ``repair`` are
        refused with ``CallError``. What differs from yfinance stands in ``candledesk.DIFFERENCES``.
        """
        del timeout
        refuse_unsupported(prepost=prepost, repair=repair)
        name = interval.lower()
        options = FrameOptions(name, auto_adjust, back_adjust, actions, keepna, rounding)
        try:
            series = self._prices().read(RangeArguments(self.ticker, name, period, start, end))
        except UnknownSymbolError as error:
            if raise_errors:
                raise
            warnings.warn(str(error), IncompleteWarning, stacklevel=2)
            return empty_frame()
        return history_frame(series, options)

    @property
    def dividends(self) -> pd.Series[Any] | pd.DataFrame:
        """Every dividend by the instant at which its session opens; with its currency where one is stated."""
        report = self._report()
        values = _event_values(report, EventKind.DIVIDEND)
        currencies = [one.currency or "" for one in report.events if one.kind is EventKind.DIVIDEND]
        return values.to_frame().assign(currency=currencies) if any(currencies) else values

    @property
    def splits(self) -> pd.Series[Any]:
        """Every split by the instant at which its session opens: new shares per old."""
        return _event_values(self._report(), EventKind.SPLIT)

    @property
    def capital_gains(self) -> pd.Series[Any]:
        """Every capital gain of a fund; an empty series of any other instrument."""
        report = self._report()
        return (
            _event_values(report, EventKind.CAPITAL_GAIN) if has_gains(report.instrument) else pd.Series(dtype=object)
        )

    @property
    def actions(self) -> pd.DataFrame:
        """The days with a dividend, split or capital gain; only columns that hold one.

        ``Dividends FX`` has the currencies where dividends state one.
        """
        frame = self.history(period="max")
        columns = [name for name in ACTIONS.values() if name in frame]
        paid = frame.loc[(frame[columns] != 0).any(axis=1), columns]
        paid = paid.loc[:, (paid != 0).any()]
        events = self._report().events
        currencies = {one.date: one.currency for one in events if one.kind is EventKind.DIVIDEND and one.currency}
        if currencies:
            dates = pd.DatetimeIndex(paid.index).tz_localize(None)
            paid.insert(1, "Dividends FX", [currencies.get(int(date.timestamp()), "") for date in dates])
        return paid

    @property
    def history_metadata(self) -> dict[str, Any]:
        """What is known of the instrument, by Yahoo's names."""
        return _metadata(self._report().instrument)

    def get_history_metadata(self) -> dict[str, Any]:
        """Return ``history_metadata``."""
        return self.history_metadata

    def _prices(self) -> PriceReader:
        return PriceReader(default_cache()) if self._reader is None else self._reader

    def _report(self) -> InstrumentReport:
        return self._prices().read_instrument(self.ticker)


def history(symbol: str, **arguments: Any) -> pd.DataFrame:  # noqa: ANN401 - those of Ticker.history
    """Return ``Ticker(symbol).history(**arguments)``."""
    return Ticker(symbol).history(**arguments)


def refuse_unsupported(*, prepost: bool, repair: bool) -> None:
    """Raise ``CallError`` for what the cache does not do."""
    if prepost:
        raise CallError("prepost", "The cache holds the regular sessions only: leave prepost out")
    if repair:
        text = "The cache stores prices as they were sent and flags odd ones; it repairs none: leave repair out"
        raise CallError("repair", text)


def _event_values(report: InstrumentReport, kind: EventKind) -> pd.Series[Any]:
    events = [one for one in report.events if one.kind is kind]
    index = instants(np.array([one.open_time for one in events], np.int64), report.instrument.tz).rename("Date")
    return pd.Series([one.value for one in events], index, dtype=float if events else object, name=ACTIONS[kind])


def _metadata(found: Instrument) -> dict[str, Any]:
    first = found.first_open_time
    return {
        "currency": found.currency,
        "symbol": found.symbol,
        "exchangeName": found.exchange,
        "fullExchangeName": found.exchange_name,
        "instrumentType": found.quote_type,
        "firstTradeDate": None if first is None else pd.Timestamp(first, unit="s", tz="UTC").tz_convert(found.tz),
        "exchangeTimezoneName": found.tz,
        "longName": found.name,
        "priceHint": found.price_decimals,
    }
