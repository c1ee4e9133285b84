"""Instruments that reproduce oddities of Yahoo's data; the name of each states its oddity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from candledesk.demo.instruments.profile import LONDON, Profile, make_nyse_stock, make_stock
from candledesk.demo.instruments.special_sessions import MUMBAI_MIC, RIYADH_MIC


def _mumbai(symbol: str, name: str, price: float) -> Profile:
    return Profile(
        symbol, f"{name} (synthetic: special sessions)", "EQUITY", "NSI", "NSE", MUMBAI_MIC, "Asia/Kolkata", "INR",
        date(2002, 7, 1), price, volume=9_000_000,
    )  # fmt: skip


def _riyadh(symbol: str, name: str, listed: date, price: float) -> Profile:
    return Profile(
        symbol, name, "EQUITY", "SAU", "Saudi", RIYADH_MIC, "Asia/Riyadh", "SAR", listed, price,
        volatility=0.2, volume=11_000_000,
    )  # fmt: skip


def _london(symbol: str, name: str, listed: date, price: float) -> Profile:
    return Profile(
        symbol, name, "EQUITY", "LSE", "LSE", "XLON", LONDON, "GBp", listed, price, drift=0.0, pull=0.002, volume=90_000
    )


SPECIAL_PROFILES: tuple[Profile, ...] = (
    _mumbai("RELIANCE.NS", "Reliance Industries Limited", 1_500.0),
    _mumbai("TCS.NS", "Tata Consultancy Services Limited", 3_400.0),
    _riyadh("2222.SR", "Saudi Arabian Oil Company (synthetic: Sunday to Thursday)", date(2019, 12, 11), 26.0),
    _riyadh("1120.SR", "Al Rajhi Bank (synthetic: the week changed in 2013)", date(2008, 1, 1), 95.0),
    replace(
        make_nyse_stock("IBM", "International Business Machines Corporation", date(1962, 1, 2), 230.0),
        name="International Business Machines Corporation (synthetic: since 1962)",
        drift=0.03,
        pull=0.0005,
        volume=4_000_000,
    ),
    replace(
        make_nyse_stock("KO", "The Coca-Cola Company", date(1962, 1, 2), 70.0),
        name="The Coca-Cola Company (synthetic: opens of 0 from 1978 to 1983)",
        drift=0.02,
        volatility=0.18,
        pull=0.001,
        volume=14_000_000,
        oddities=("open_zero",),
    ),
    replace(
        _london("TRT.L", "Transense Technologies plc (synthetic: opens outside low and high)", date(2004, 3, 1), 160.0),
        traded=0.05,
        oddities=("open_outside", "close_outside", "prices_missing", "crossed"),
    ),
    replace(
        make_nyse_stock("BRK-A", "Berkshire Hathaway Inc.", date(1980, 3, 17), 742_000.0),
        name="Berkshire Hathaway Inc. (synthetic: one absurd price a week in 1m)",
        volatility=0.16,
        volume=900,
        oddities=("absurd_tick",),
    ),
    replace(
        _london("BVC.L", "BATM Advanced Communications (synthetic: blocks in pounds)", date(2004, 3, 1), 18.0),
        decimals=3,
        oddities=("block_in_pounds", "bar_in_both_units"),
    ),
    replace(
        make_stock("FCNTX", "Fidelity Contrafund", date(1990, 1, 2), 150.0),
        name="Fidelity Contrafund (synthetic: capital gains)",
        quote_type="MUTUALFUND",
        exchange="NAS",
        exchange_name="Nasdaq",
        volatility=0.08,
        volume=0,
        dividend_months=(12,),
        gain=0.03,
    ),
    replace(
        _london("KMR.L", "Kenmare Resources plc (synthetic: dividends in dollars)", date(1994, 6, 1), 320.0),
        dividend=0.10,
        dividend_months=(5, 10),
        dividend_currency="USD",
        oddities=("phantoms",),
    ),
    Profile(
        "PEPE24478-USD", "Pepe USD (synthetic: 0.000004 with two decimals stated)", "CRYPTOCURRENCY", "CCC", "CCC",
        "24/7", "UTC", "USD", date(2023, 4, 17), 4e-6, drift=0.0, volatility=0.8, pull=0.002, volume=400_000_000,
        decimals=12, price_hint=2,
    ),
)  # fmt: skip

SHOWN: dict[str, str] = {
    "RELIANCE.NS": "special sessions: Sundays 2026-02-01 and 2026-11-08 (18:00-19:00), Saturdays, the hour of Diwali",
    "TCS.NS": "the same sessions of the same venue",
    "2222.SR": "a week from Sunday to Thursday",
    "1120.SR": "a week from Saturday to Wednesday until June 2013, from Sunday to Thursday since",
    "IBM": "dailies since 1962-01-02",
    "KO": "opens of 0 in the dailies of 1978 to 1983",
    "TRT.L": "opens outside low and high (a tenth of the days); closes outside, crossed rows, null prices (rarer)",
    "BRK-A": "one absurd price in the 1m bars of every Wednesday",
    "BVC.L": "dailies in pounds: the first 30, and 10 to 17 March of each year; 1h: one bar a month in both units",
    "CL=F": "a close of -37.63 on 2020-04-20",
    "FCNTX": "a fund's capital gains; in odd years the dividend holds the gain that is stated beside it",
    "KMR.L": "dividends in dollars of a share in pence; flat rows without volume on London's holidays",
    "PEPE24478-USD": "a coin at 0.000004 for which the provider reports two decimals",
}
