"""Yahoo's symbols of the names in TradingView's files, and the way back (WORKBENCH.md §3.1).

A name is ``EXCHANGE:TICKER``. A name without an exchange is one of Yahoo's own symbols, except for the few forms that
Yahoo does not have: a class after a dot (``BRK.B``), a continuous future (``ES1!``), a pair in one word (``EURUSD``).
"""

from __future__ import annotations

import re

from candledesk.domain.symbols import is_symbol

_SHARES_US = frozenset({"NASDAQ", "NYSE", "AMEX", "ARCA", "BATS"})
_SUFFIXES: dict[str, tuple[str, ...]] = {
    "LSE": (".L",),
    "XETR": (".DE",),
    "FWB": (".F",),
    "MIL": (".MI",),
    "BME": (".MC",),
    "SIX": (".SW",),
    "EURONEXT": (".PA", ".AS", ".BR", ".LS"),
    "OMXSTO": (".ST",),
    "OMXCOP": (".CO",),
    "OMXHEX": (".HE",),
    "OSL": (".OL",),
    "VIE": (".VI",),
    "GPW": (".WA",),
    "TSE": (".T",),
    "HKEX": (".HK",),
    "SSE": (".SS",),
    "SZSE": (".SZ",),
    "KRX": (".KS", ".KQ"),
    "TWSE": (".TW",),
    "NSE": (".NS",),
    "BSE": (".BO",),
    "ASX": (".AX",),
    "NZX": (".NZ",),
    "TSX": (".TO",),
    "TSXV": (".V",),
    "BMFBOVESPA": (".SA",),
    "JSE": (".JO",),
}
_EXCHANGES = {suffix: exchange for exchange, suffixes in _SUFFIXES.items() for suffix in suffixes}
_CLASS_MARKS = {"OMXSTO": "_", "OMXCOP": "_", "OMXHEX": "_", "NSE": "_", "BSE": "_"}  # others: a dot
_AMPERSAND = frozenset({"NSE", "BSE"})  # there ``M_M`` is Yahoo's M&M and ``BAJAJ_AUTO`` its BAJAJ-AUTO
_N_DIGITS_HK = 4
_CURRENCY_VENUES = frozenset(
    {"FX", "FX_IDC", "IDC", "OANDA", "FOREXCOM", "FXCM", "SAXO", "PEPPERSTONE", "CAPITALCOM", "ICMARKETS", "EIGHTCAP"}
)
_CURRENCY_CODES = (
    "AED ARS AUD BRL CAD CHF CLP CNH CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP PLN"
    " RON RUB SAR SEK SGD THB TRY TWD USD ZAR"
)
_CURRENCIES = frozenset(_CURRENCY_CODES.split())
_COIN_VENUE_NAMES = (
    "BINANCE BINANCEUS BITFINEX BITFLYER BITGET BITSTAMP BITTREX BYBIT COINBASE CRYPTO CRYPTOCOM GATEIO GEMINI HTX"
    " HUOBI KRAKEN KUCOIN MEXC OKEX OKX POLONIEX"
)
_COIN_VENUES = frozenset(_COIN_VENUE_NAMES.split())
# The roots of futures that Yahoo has, by TradingView's name of their exchange; Yahoo writes ES=F for ES1!.
_FUTURES = {
    "CME_MINI": "ES NQ RTY MES MNQ M2K",
    "CBOT_MINI": "YM MYM",
    "CME": "6A 6B 6C 6E 6J 6M 6N 6S BTC ETH GF HE LE",
    "CBOT": "KE ZB ZC ZF ZL ZM ZN ZO ZR ZS ZT ZW",
    "NYMEX": "BZ CL HO NG PA PL RB",
    "NYMEX_MINI": "MCL QM QG",
    "COMEX": "GC HG SI",
    "COMEX_MINI": "MGC SIL",
    "ICEUS": "CC CT DX KC OJ SB",
}
_FUTURES_VENUES = {root: venue for venue, roots in _FUTURES.items() for root in roots.split()}
_INDICES = {  # the first name of each symbol is the one that is written
    "SP:SPX": "^GSPC",
    "TVC:SPX": "^GSPC",
    "CBOE:SPX": "^GSPC",
    "DJ:DJI": "^DJI",
    "TVC:DJI": "^DJI",
    "NASDAQ:IXIC": "^IXIC",
    "TVC:IXIC": "^IXIC",
    "TVC:VIX": "^VIX",
    "CBOE:VIX": "^VIX",
    "TVC:TNX": "^TNX",
    "CBOE:TNX": "^TNX",
    "NASDAQ:NDX": "^NDX",  # without this row it would pass for a share
    "TVC:NDX": "^NDX",
}
_INDEX_NAMES = {symbol: name for name, symbol in reversed(_INDICES.items())}
_EXCHANGES_US = {  # Yahoo's codes (``exchanges``); funds of NYSE Arca are at AMEX in TradingView
    **dict.fromkeys(("NMS", "NGM", "NCM", "NAS"), "NASDAQ"),
    **dict.fromkeys(("NYQ", "NYS"), "NYSE"),
    **dict.fromkeys(("PCX", "ASE"), "AMEX"),
    "BTS": "BATS",
}

# A share with a class (BRK.B) or a preferred share (BAC/PL). Units, warrants and rights (.U .W .R) end otherwise at
# Yahoo, in more than one way.
_SHARE_US = re.compile(r"([A-Z0-9]{1,10})(?:\.([A-QSTX-Z])|/(P[A-Z]?))?")
_SHARE = re.compile(r"([A-Z0-9]+(?:[&\-][A-Z0-9]+)*)(?:[._]([A-Z0-9]{1,6}))?\.?")
_CLASS = re.compile(r"([A-Z0-9]{1,10})\.([A-EG-KM-QSX-Z])")  # .F .L .T .V are exchanges
_FUTURE = re.compile(r"([A-Z0-9]{1,4})1!")
_COIN = re.compile(r"([A-Z0-9]{2,12}?)USDT?")
_PAIR = re.compile(r"([A-Z]{3})([A-Z]{3})")


def find_symbols(name: str) -> tuple[str, ...]:
    """Return Yahoo's symbols that a name can mean: one, several where only Yahoo knows which exists, or none."""
    if not name.isascii():
        return ()
    exchange, colon, ticker = name.strip().upper().rpartition(":")
    found = _of_exchange(exchange, ticker) if colon else _without_exchange(ticker)
    return tuple(symbol for symbol in found if is_symbol(symbol))


def find_name(symbol: str, exchange: str) -> str:
    """Return TradingView's name of one of Yahoo's symbols; empty when none is known.

    ``exchange``: Yahoo's code of the instrument's exchange, empty when the instrument is not known yet; the symbol of
    a share in the United States does not say its exchange.
    """
    name = _INDEX_NAMES.get(symbol) or _derived_name(symbol) or _name_us(symbol, exchange)
    return name if symbol in find_symbols(name) else ""


def _of_exchange(exchange: str, ticker: str) -> tuple[str, ...]:
    index = _INDICES.get(f"{exchange}:{ticker}")
    if index is not None:
        return (index,)
    if exchange in _SHARES_US:
        return _share_us(ticker)
    if exchange in _SUFFIXES:
        return _share(exchange, ticker)
    if exchange in _CURRENCY_VENUES:
        return _pair(ticker)
    if exchange in _COIN_VENUES:
        return _coin(ticker)
    return _future(ticker) if exchange in _FUTURES else ()


def _without_exchange(ticker: str) -> tuple[str, ...]:
    own_class = _CLASS.fullmatch(ticker)
    if own_class is not None:
        return (f"{own_class[1]}-{own_class[2]}",)
    pair = _pair(ticker) or _future(ticker)
    if not pair and len(ticker) > 5:  # noqa: PLR2004 - no share of the United States has a longer ticker
        pair = _coin(ticker)
    return pair or (ticker,)


def _share_us(ticker: str) -> tuple[str, ...]:
    match = _SHARE_US.fullmatch(ticker)
    return () if match is None else ("-".join(filter(None, match.groups())),)


def _share(exchange: str, ticker: str) -> tuple[str, ...]:
    match = _SHARE.fullmatch(ticker)
    if match is None:
        return ()
    base, own_class = match.groups()
    if exchange == "HKEX" and base.isdecimal():
        base = base.zfill(_N_DIGITS_HK)
    joins = ("-", "&") if own_class and exchange in _AMPERSAND else ("-",)
    tickers = [base + join + own_class for join in joins] if own_class else [base]
    return tuple(one + suffix for one in tickers for suffix in _SUFFIXES[exchange])


def _pair(ticker: str) -> tuple[str, ...]:
    match = _PAIR.fullmatch(ticker)
    return (f"{ticker}=X",) if match is not None and _CURRENCIES.issuperset(match.groups()) else ()


def _coin(ticker: str) -> tuple[str, ...]:
    match = _COIN.fullmatch(ticker)
    return () if match is None else (f"{match[1]}-USD",)


def _future(ticker: str) -> tuple[str, ...]:
    match = _FUTURE.fullmatch(ticker)
    return () if match is None else (f"{match[1]}=F",)


def _derived_name(symbol: str) -> str:
    """Return the name of a symbol whose form says where it trades, empty for a share of the United States."""
    base, kind = symbol[:-2], symbol[-2:]
    if kind == "=X":
        return f"FX_IDC:{base}"
    if kind == "=F":
        return f"{_FUTURES_VENUES[base]}:{base}1!" if base in _FUTURES_VENUES else ""
    if symbol.endswith("-USD"):
        return f"CRYPTO:{symbol.removesuffix('-USD')}USD"
    base, _, suffix = symbol.rpartition(".")
    exchange = _EXCHANGES.get(f".{suffix}", "") if base else ""
    if not exchange:
        return ""
    ticker = re.sub("[-&]", _CLASS_MARKS.get(exchange, "."), base)
    return f"{exchange}:{ticker.lstrip('0') if exchange == 'HKEX' else ticker}"


def _name_us(symbol: str, exchange: str) -> str:
    venue = _EXCHANGES_US.get(exchange)
    if venue is None:
        return ""
    base, _, own_class = symbol.partition("-")
    mark = "/" if own_class.startswith("P") else "."
    return f"{venue}:{base}{mark}{own_class}" if own_class else f"{venue}:{base}"
