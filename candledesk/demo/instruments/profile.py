"""The description of one instrument of the demo and the parameters of its invented prices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.demo.instruments.splits import SplitEvent


@dataclass(frozen=True, slots=True)
class Profile:
    """One demo instrument.

    ``listed``: the first session is the first one on or after this date; ``anchor``: the date at which the price is
    about ``price``; ``drift``/``volatility`` per year; ``pull``: share of the distance to ``price`` that is lost each
    day; ``volume`` per session; ``traded``: share of minutes with a trade; ``dividend``: cash per share, paid in
    ``dividend_months``, stated with ``dividend_currency`` if there is one; ``gain``: share of the price that a fund
    pays as a capital gain on the same days; ``decimals``: of the prices; ``price_hint``: the decimals that the provider
    states, ``None`` for the same; ``oddities``: names in oddities.py; ``company``: part of the noise key, so that the
    second owner of a symbol gets other prices; ``has_real_days``: daily bars of 2019–2024 are real;
    ``has_negative_days``: crude oil in April 2020 (crude.py).
    """

    symbol: str
    name: str
    quote_type: str
    exchange: str
    exchange_name: str
    mic: str
    tz: str
    currency: str
    listed: date
    price: float
    drift: float = 0.06
    volatility: float = 0.25
    pull: float = 0.0
    volume: int = 5_000_000
    traded: float = 1.0
    decimals: int = 2
    anchor: date = date(2026, 1, 1)
    price_hint: int | None = None
    splits: tuple[SplitEvent, ...] = ()
    dividend: float = 0.0
    dividend_months: tuple[int, ...] = (2, 5, 8, 11)
    dividend_currency: str | None = None
    gain: float = 0.0
    oddities: tuple[str, ...] = ()
    company: str = ""
    has_real_days: bool = False
    has_negative_days: bool = False

    @property
    def is_24h(self) -> bool:
        """Whether the provider states its sessions as whole days (yahoo.md §4.11)."""
        return self.quote_type in {"CRYPTOCURRENCY", "CURRENCY", "FUTURE"}

    @property
    def is_fund(self) -> bool:
        """Whether it has one price a day, known after the close, and no intraday bars."""
        return self.quote_type == "MUTUALFUND"

    @property
    def noise_name(self) -> str:
        """The name from which the noise keys of the instrument are made."""
        return self.symbol + self.company


NEW_YORK, LONDON = "America/New_York", "Europe/London"


def make_stock(symbol: str, name: str, listed: date, price: float) -> Profile:
    """Return a share of Nasdaq."""
    return Profile(symbol, f"{name} (synthetic)", "EQUITY", "NMS", "NasdaqGS", "XNYS", NEW_YORK, "USD", listed, price)


def make_nyse_stock(symbol: str, name: str, listed: date, price: float) -> Profile:
    """Return a share of the New York Stock Exchange."""
    return replace(make_stock(symbol, name, listed, price), exchange="NYQ", exchange_name="NYSE")
