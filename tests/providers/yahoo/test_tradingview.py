"""Yahoo's symbols of TradingView's names, exactly as WORKBENCH.md §3.1 lists them, and the way back."""

import pytest

from candledesk.providers.yahoo.tradingview import find_name, find_symbols

ONE = [
    ("NASDAQ:AAPL", "AAPL"),
    ("NYSE:KO", "KO"),
    ("AMEX:SPY", "SPY"),
    ("ARCA:GLD", "GLD"),
    ("BATS:UVXY", "UVXY"),
    ("NYSE:BRK.B", "BRK-B"),
    ("NYSE:BAC/PL", "BAC-PL"),
    ("LSE:VOD", "VOD.L"),
    ("LSE:BT.A", "BT-A.L"),
    ("LSE:BP.", "BP.L"),
    ("XETR:SAP", "SAP.DE"),
    ("FWB:SAP", "SAP.F"),
    ("MIL:ENI", "ENI.MI"),
    ("BME:SAN", "SAN.MC"),
    ("SIX:NESN", "NESN.SW"),
    ("OMXSTO:VOLV_B", "VOLV-B.ST"),
    ("OMXCOP:NOVO_B", "NOVO-B.CO"),
    ("OMXHEX:NOKIA", "NOKIA.HE"),
    ("OSL:EQNR", "EQNR.OL"),
    ("VIE:OMV", "OMV.VI"),
    ("GPW:PKO", "PKO.WA"),
    ("TSE:7203", "7203.T"),
    ("HKEX:700", "0700.HK"),
    ("HKEX:9988", "9988.HK"),
    ("HKEX:80700", "80700.HK"),
    ("SSE:600519", "600519.SS"),
    ("SZSE:000858", "000858.SZ"),
    ("TWSE:2330", "2330.TW"),
    ("NSE:RELIANCE", "RELIANCE.NS"),
    ("BSE:500325", "500325.BO"),
    ("ASX:BHP", "BHP.AX"),
    ("NZX:AIR", "AIR.NZ"),
    ("TSX:BBD.B", "BBD-B.TO"),
    ("TSXV:ABC", "ABC.V"),
    ("BMFBOVESPA:PETR4", "PETR4.SA"),
    ("JSE:NPN", "NPN.JO"),
    ("FX:EURUSD", "EURUSD=X"),
    ("OANDA:usdjpy", "USDJPY=X"),
    ("BINANCE:BTCUSDT", "BTC-USD"),
    ("COINBASE:ETHUSD", "ETH-USD"),
    ("KRAKEN:USDTUSD", "USDT-USD"),
    ("CME_MINI:ES1!", "ES=F"),
    ("NYMEX:CL1!", "CL=F"),
    ("SP:SPX", "^GSPC"),
    ("TVC:SPX", "^GSPC"),
    ("DJ:DJI", "^DJI"),
    ("NASDAQ:IXIC", "^IXIC"),
    ("TVC:VIX", "^VIX"),
    ("TVC:TNX", "^TNX"),
    ("NASDAQ:NDX", "^NDX"),
]
WITHOUT_EXCHANGE = [
    ("AAPL", "AAPL"),
    ("brk.b", "BRK-B"),
    ("VOD.L", "VOD.L"),
    ("SAP.F", "SAP.F"),
    ("0700.HK", "0700.HK"),
    ("ES1!", "ES=F"),
    ("EURUSD", "EURUSD=X"),
    ("BTCUSDT", "BTC-USD"),
    ("^GSPC", "^GSPC"),
    ("BTC-USD", "BTC-USD"),
]
SEVERAL = [
    ("EURONEXT:MC", ("MC.PA", "MC.AS", "MC.BR", "MC.LS")),
    ("KRX:005930", ("005930.KS", "005930.KQ")),
    ("NSE:M_M", ("M-M.NS", "M&M.NS")),
]
NONE = [
    "FOO:BAR",
    "NASDAQ:",
    ":AAPL",
    "NASDAQ:AAPL/NYSE:IBM",
    "BINANCE:BTCUSDT.P",
    "CME_MINI:ES2!",
    "EUREX:FDAX1!",
    "FX:XAUUSD",
    "TVC:GOLD",
    "NYSE:XYZ.U",
    "NYSE:XYZ.WS",
    "$$CASH",
    "Apple Inc",
    "NASDAQ:\uff53\uff53",
    "",
    "X" * 33,
]


@pytest.mark.parametrize(("name", "symbol"), ONE + WITHOUT_EXCHANGE)
def test_a_name_is_one_symbol(name, symbol):
    assert find_symbols(name) == (symbol,)


@pytest.mark.parametrize(("name", "symbols"), SEVERAL)
def test_where_only_the_provider_knows_there_is_a_choice(name, symbols):
    assert find_symbols(name) == symbols


@pytest.mark.parametrize("name", NONE)
def test_what_is_not_in_the_table_is_not_guessed(name):
    assert find_symbols(name) == ()


@pytest.mark.parametrize(
    ("symbol", "exchange", "name"),
    [
        ("AAPL", "NMS", "NASDAQ:AAPL"),
        ("BRK-B", "NYQ", "NYSE:BRK.B"),
        ("BAC-PL", "NYQ", "NYSE:BAC/PL"),
        ("SPY", "PCX", "AMEX:SPY"),
        ("UVXY", "BTS", "BATS:UVXY"),
        ("BT-A.L", "", "LSE:BT.A"),
        ("VOLV-B.ST", "", "OMXSTO:VOLV_B"),
        ("M&M.NS", "", "NSE:M_M"),
        ("0700.HK", "", "HKEX:700"),
        ("MC.PA", "", "EURONEXT:MC"),
        ("EURUSD=X", "", "FX_IDC:EURUSD"),
        ("BTC-USD", "", "CRYPTO:BTCUSD"),
        ("ES=F", "", "CME_MINI:ES1!"),
        ("^GSPC", "", "SP:SPX"),
    ],
)
def test_a_symbol_has_a_name(symbol, exchange, name):
    assert find_name(symbol, exchange) == name
    assert symbol in find_symbols(name)


@pytest.mark.parametrize("symbol", ["AAPL", "D05.SI", "^FTSE", "XX=F", "BRK-B", "XYZ_2026-11-28", "JPY=X"])
def test_a_symbol_without_a_known_name_has_none(symbol):
    assert find_name(symbol, "") == ""
