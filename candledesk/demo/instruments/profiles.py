"""The demo's ordinary instruments, and the table of all; those with an oddity are in specials.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from candledesk.demo.instruments.profile import LONDON, NEW_YORK, Profile, make_stock
from candledesk.demo.instruments.specials import SPECIAL_PROFILES
from candledesk.demo.instruments.splits import SplitEvent

YOUNG_SYMBOL = "NEWCO"
YOUNG_AGE_DAYS = 40

PROFILES: tuple[Profile, ...] = (
    replace(
        make_stock("AAPL", "Apple Inc.", date(2019, 1, 2), 250.0),
        name="Apple Inc. (real dailies 2019-2024, everything else synthetic)",
        volume=48_000_000,
        has_real_days=True,
    ),
    replace(make_stock("MSFT", "Microsoft Corporation", date(1986, 3, 13), 420.0), volume=21_000_000, drift=0.09),
    replace(
        make_stock("NVDA", "NVIDIA Corporation", date(1999, 1, 22), 560.0),
        volume=60_000_000,
        volatility=0.42,
        drift=0.12,
        splits=(SplitEvent(date(2026, 9, 14), 4),),
        dividend=0.25,
    ),
    replace(
        make_stock("THIN", "Thinly Traded Trust", date(2005, 6, 1), 31.0),
        exchange="ASE",
        exchange_name="NYSE American",
        volume=9_000,
        traded=0.12,
    ),
    make_stock(YOUNG_SYMBOL, "Young Listing Inc.", date(2026, 10, 15), 24.0),
    replace(
        make_stock("SPY", "SPDR S&P 500 ETF Trust", date(1993, 1, 29), 600.0),
        quote_type="ETF",
        exchange="PCX",
        exchange_name="NYSEArca",
        volume=70_000_000,
        volatility=0.16,
        dividend=1.7,
        dividend_months=(3, 6, 9, 12),
    ),
    replace(
        make_stock("^GSPC", "S&P 500", date(1980, 1, 2), 6_000.0),
        quote_type="INDEX",
        exchange="SNP",
        exchange_name="SNP",
        volume=3_000_000_000,
        volatility=0.16,
    ),
    Profile(
        "VOD.L", "Vodafone Group PLC (synthetic)", "EQUITY", "LSE", "LSE", "XLON", LONDON, "GBp",
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
        "EURUSD=X", "EUR/USD (synthetic)", "CURRENCY", "CCY", "CCY", "FX", LONDON, "USD",
        date(2003, 12, 1), 1.09, drift=0.0, volatility=0.075, pull=0.001, volume=0, decimals=4,
    ),
    Profile(
        "GBPUSD=X", "GBP/USD (synthetic)", "CURRENCY", "CCY", "CCY", "FX", LONDON, "USD",
        date(2003, 12, 1), 1.28, drift=0.0, volatility=0.085, pull=0.001, volume=0, decimals=4,
    ),
    Profile(
        "ES=F", "E-Mini S&P 500 (synthetic)", "FUTURE", "CME", "CME", "XCME", NEW_YORK, "USD",
        date(2000, 9, 18), 6_020.0, volatility=0.16, volume=1_400_000,
    ),
    Profile(
        "CL=F", "Crude Oil (synthetic)", "FUTURE", "NYM", "NY Mercantile", "XNYM", NEW_YORK, "USD",
        date(2000, 8, 23), 68.0, drift=0.0, volatility=0.35, pull=0.001, volume=320_000,
        has_negative_days=True,
    ),
)  # fmt: skip


def profiles_at(now: int) -> dict[str, Profile]:
    """Return the instruments by symbol at ``now`` (UTC seconds); ``YOUNG_SYMBOL`` was listed 40 days before."""
    table = {profile.symbol: profile for profile in (*PROFILES, *SPECIAL_PROFILES)}
    day = datetime.fromtimestamp(now, UTC).date() - timedelta(days=YOUNG_AGE_DAYS)
    table[YOUNG_SYMBOL] = replace(table[YOUNG_SYMBOL], listed=day)
    return table
