"""The demo's instruments: what each one is and how its invented prices behave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

YOUNG_SYMBOL = "NEWCO"
YOUNG_AGE_DAYS = 40


@dataclass(frozen=True, slots=True)
class Profile:
    """One demo instrument.

    ``listed``: the first session is the first one on or after it; ``anchor``: the date at which the price is about
    ``price``; ``drift``/``volatility`` per year; ``pull``: share of the distance to ``price`` that is lost each day;
    ``volume`` per session; ``traded``: share of minutes with a trade; ``splits``: (date, new shares per old);
    ``dividends``: (cash per share, months); ``has_real_days``: dailies of 2019–2024 are real.
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
    splits: tuple[tuple[date, int], ...] = ()
    dividend: float = 0.0
    dividend_months: tuple[int, ...] = (2, 5, 8, 11)
    has_real_days: bool = False

    @property
    def is_24h(self) -> bool:
        """Whether the provider states its sessions as whole days (yahoo.md §4.11)."""
        return self.quote_type in {"CRYPTOCURRENCY", "CURRENCY", "FUTURE"}


_NEW_YORK, _LONDON = "America/New_York", "Europe/London"


def _stock(symbol: str, name: str, listed: date, price: float) -> Profile:
    return Profile(symbol, f"{name} (synthetic)", "EQUITY", "NMS", "NasdaqGS", "XNYS", _NEW_YORK, "USD", listed, price)


PROFILES: tuple[Profile, ...] = (
    replace(
        _stock("AAPL", "Apple Inc.", date(2019, 1, 2), 250.0),
        name="Apple Inc. (real dailies 2019-2024, everything else synthetic)",
        volume=48_000_000,
        has_real_days=True,
    ),
    replace(_stock("MSFT", "Microsoft Corporation", date(1986, 3, 13), 420.0), volume=21_000_000, drift=0.09),
    replace(
        _stock("NVDA", "NVIDIA Corporation", date(1999, 1, 22), 560.0),
        volume=60_000_000,
        volatility=0.42,
        drift=0.12,
        splits=((date(2026, 9, 14), 4),),
        dividend=0.25,
    ),
    replace(
        _stock("THIN", "Thinly Traded Trust", date(2005, 6, 1), 31.0),
        exchange="ASE",
        exchange_name="NYSE American",
        volume=9_000,
        traded=0.12,
    ),
    _stock(YOUNG_SYMBOL, "Young Listing Inc.", date(2026, 10, 15), 24.0),
    replace(
        _stock("SPY", "SPDR S&P 500 ETF Trust", date(1993, 1, 29), 600.0),
        quote_type="ETF",
        exchange="PCX",
        exchange_name="NYSEArca",
        volume=70_000_000,
        volatility=0.16,
        dividend=1.7,
        dividend_months=(3, 6, 9, 12),
    ),
    replace(
        _stock("^GSPC", "S&P 500", date(1980, 1, 2), 6_000.0),
        quote_type="INDEX",
        exchange="SNP",
        exchange_name="SNP",
        volume=3_000_000_000,
        volatility=0.16,
    ),
    Profile(
        "VOD.L", "Vodafone Group PLC (synthetic)", "EQUITY", "LSE", "LSE", "XLON", _LONDON, "GBp",
        date(1988, 11, 1), 88.0, volume=45_000_000, pull=0.0005, dividend=2.0, dividend_months=(6, 11),
    ),
    Profile(
        "7203.T", "Toyota Motor Corporation (synthetic)", "EQUITY", "JPX", "Tokyo", "XTKS", "Asia/Tokyo", "JPY",
        date(1999, 5, 6), 2_900.0, volume=24_000_000, decimals=1,
    ),
    Profile(
        "0700.HK", "Tencent Holdings Limited (synthetic)", "EQUITY", "HKG", "HKSE", "XHKG", "Asia/Hong_Kong", "HKD",
        date(2004, 6, 16), 480.0, volume=19_000_000, volatility=0.35,
    ),
    Profile(
        "BTC-USD", "Bitcoin USD (synthetic)", "CRYPTOCURRENCY", "CCC", "CCC", "24/7", "UTC", "USD",
        date(2014, 9, 17), 90_000.0, drift=0.45, volatility=0.6, volume=30_000_000_000,
    ),
    Profile(
        "ETH-USD", "Ethereum USD (synthetic)", "CRYPTOCURRENCY", "CCC", "CCC", "24/7", "UTC", "USD",
        date(2017, 11, 9), 3_200.0, drift=0.3, volatility=0.75, volume=18_000_000_000,
    ),
    Profile(
        "EURUSD=X", "EUR/USD (synthetic)", "CURRENCY", "CCY", "CCY", "FX", _LONDON, "USD",
        date(2003, 12, 1), 1.09, drift=0.0, volatility=0.075, pull=0.001, volume=0, decimals=4,
    ),
    Profile(
        "GBPUSD=X", "GBP/USD (synthetic)", "CURRENCY", "CCY", "CCY", "FX", _LONDON, "USD",
        date(2003, 12, 1), 1.28, drift=0.0, volatility=0.085, pull=0.001, volume=0, decimals=4,
    ),
    Profile(
        "ES=F", "E-Mini S&P 500 (synthetic)", "FUTURE", "CME", "CME", "XCME", _NEW_YORK, "USD",
        date(2000, 9, 18), 6_020.0, volatility=0.16, volume=1_400_000,
    ),
    Profile(
        "CL=F", "Crude Oil (synthetic)", "FUTURE", "NYM", "NY Mercantile", "XNYM", _NEW_YORK, "USD",
        date(2000, 8, 23), 68.0, drift=0.0, volatility=0.35, pull=0.001, volume=320_000,
    ),
)  # fmt: skip


def profiles_at(now: int) -> dict[str, Profile]:
    """Return the instruments by symbol as of ``now`` (UTC seconds): the young one was listed 40 days before."""
    table = {profile.symbol: profile for profile in PROFILES}
    day = datetime.fromtimestamp(now, UTC).date() - timedelta(days=YOUNG_AGE_DAYS)
    table[YOUNG_SYMBOL] = replace(table[YOUNG_SYMBOL], listed=day)
    return table
