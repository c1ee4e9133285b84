"""The one table of Yahoo's exchange codes: whose MIC, whose calendar, and how late Yahoo's prices are."""

from __future__ import annotations

from dataclasses import dataclass

from candledesk.domain.venue import TradingDays, Venue

_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange code of Yahoo.

    ``calendar``: name in exchange_calendars, or in pandas_market_calendars when ``is_futures``; ``settle_s``: seconds
    that Yahoo's prices lag the exchange (help.yahoo.com SLN2310, as tabled by yfinance-cache ``yfc_dat.py``;
    unlisted ones get 20 minutes); ``open_shift_s``: correction of the calendar's open.
    """

    mic: str
    calendar: str
    settle_s: int = 20 * _MINUTE_S
    is_futures: bool = False
    open_shift_s: int = 0


def find_venue(exchange: str, quote_type: str, tz: str) -> Venue:
    """Return the venue of an instrument, all three as Yahoo states them (yahoo.md §7: venue rule).

    Cryptocurrencies trade all UTC days, currencies the FX week; futures by local day; everything else by its
    exchange's own calendar. Of an unknown exchange whole weekdays in its zone are taken.
    """
    if quote_type == "CRYPTOCURRENCY":
        return Venue("24/7", "UTC", TradingDays.EVERY_DAY)
    if quote_type == "CURRENCY":
        return Venue("FX", "Europe/London", TradingDays.CURRENCY)
    row = EXCHANGES.get(exchange)
    if row is None:
        return Venue(exchange or "unknown", tz, TradingDays.WEEKDAYS, is_24h=quote_type == "FUTURE")
    days = TradingDays.FUTURES if row.is_futures else TradingDays.EXCHANGE
    return Venue(row.mic, tz, days, row.calendar, row.settle_s, row.open_shift_s)


def _rows(mic: str, calendar: str, delay_min: int, codes: str, *, is_futures: bool = False) -> dict[str, Exchange]:
    """Return one row for each of the blank-separated codes."""
    return {code: Exchange(mic, calendar, delay_min * _MINUTE_S, is_futures) for code in codes.split()}


EXCHANGES: dict[str, Exchange] = {
    # United States: Nasdaq and its indices and funds, NYSE and the others (all keep NYSE's sessions), OTC.
    **_rows("XNAS", "XNYS", 0, "NMS NGM NCM NAS NIM"),
    **_rows("XNYS", "XNYS", 0, "NYQ NYS SNP DJI"),
    **_rows("ARCX", "XNYS", 0, "PCX"),
    **_rows("XASE", "XNYS", 0, "ASE"),
    **_rows("BATS", "XNYS", 0, "BTS"),
    **_rows("OTCM", "XNYS", 15, "PNK OQX OQB OEM OTC"),
    **_rows("XCBO", "XCBF", 15, "CBO CGI WCB CXI OPR"),  # Cboe indices trade 15 minutes longer than shares
    # Rest of the Americas.
    **_rows("XTSE", "XTSE", 0, "TOR"),
    **_rows("XTSX", "XTSE", 0, "VAN"),
    **_rows("XCNQ", "XTSE", 0, "CNQ"),
    **_rows("NEOE", "XTSE", 0, "NEO"),
    **_rows("XMEX", "XMEX", 20, "MEX"),
    **_rows("BVMF", "BVMF", 15, "SAO"),
    **_rows("XBUE", "XBUE", 30, "BUE"),
    **_rows("XSGO", "XSGO", 15, "SGO"),
    **_rows("XBOG", "XBOG", 15, "BVC"),
    **_rows("XLIM", "XLIM", 15, "LIM"),
    # Europe.
    **_rows("XLON", "XLON", 20, "LSE IOB"),
    **_rows("XLON", "XLON", 15, "FGI"),
    **_rows("XDUB", "XDUB", 15, "ISE"),
    **_rows("XETR", "XETR", 15, "GER"),
    **_rows("XFRA", "XDUS", 15, "FRA"),  # XFRA has Xetra's hours; the floor trades 08:00-22:00 like Düsseldorf
    **_rows("XDUS", "XDUS", 15, "DUS"),
    **_rows("XHAM", "XHAM", 15, "HAM"),
    **_rows("XHAN", "XHAM", 15, "HAN"),
    **_rows("XBER", "XHAM", 15, "BER"),
    **_rows("XMUN", "XHAM", 15, "MUN"),
    **_rows("XSTU", "XHAM", 15, "STU"),
    **_rows("XEUR", "XEUR", 15, "EUX"),
    **_rows("XPAR", "XPAR", 15, "PAR ENX"),
    **_rows("XAMS", "XAMS", 15, "AMS"),
    **_rows("XBRU", "XBRU", 15, "BRU"),
    **_rows("XLIS", "XLIS", 15, "LIS"),
    **_rows("XMIL", "XMIL", 20, "MIL TLO"),
    **_rows("XMAD", "XMAD", 15, "MCE"),
    **_rows("XSWX", "XSWX", 30, "EBS ZRH"),
    **_rows("XWBO", "XWBO", 15, "VIE"),
    **_rows("XSTO", "XSTO", 0, "STO"),
    **_rows("XCSE", "XCSE", 0, "CPH"),
    **_rows("XHEL", "XHEL", 0, "HEL"),
    **_rows("XOSL", "XOSL", 15, "OSL"),
    **_rows("XICE", "XICE", 0, "ICE"),
    **_rows("XTAL", "XTAL", 0, "TAL"),
    **_rows("XRIS", "XRIS", 0, "RIS"),
    **_rows("XLIT", "XLIT", 0, "LIT"),
    **_rows("ASEX", "ASEX", 15, "ATH"),
    **_rows("XWAR", "XWAR", 15, "WSE"),
    **_rows("XPRA", "XPRA", 20, "PRA"),
    **_rows("XBUD", "XBUD", 15, "BUD"),
    **_rows("XBSE", "XBSE", 15, "BVB"),
    **_rows("XIST", "XIST", 15, "IST"),
    **_rows("XMOS", "XMOS", 15, "MCX"),
    # Middle East and Africa.
    # Yahoo aligns Tel Aviv's bars as if its 09:59 open were 09:30 (yfinance-cache yfc_time.py: align "-30m").
    "TLV": Exchange("XTAE", "XTAE", 20 * _MINUTE_S, open_shift_s=-29 * _MINUTE_S),
    **_rows("XSAU", "XSAU", 15, "SAU"),
    **_rows("XJSE", "XJSE", 15, "JNB"),
    # Asia and the Pacific.
    **_rows("XTKS", "XTKS", 20, "JPX TYO"),
    **_rows("XTKS", "XTKS", 30, "OSA"),
    **_rows("XSAP", "XTKS", 20, "SAP"),
    **_rows("XFKA", "XTKS", 20, "FKA"),
    **_rows("XHKG", "XHKG", 15, "HKG"),
    **_rows("XSHG", "XSHG", 30, "SHH SHG"),
    **_rows("XSHE", "XSHG", 30, "SHZ"),
    **_rows("XTAI", "XTAI", 20, "TAI"),
    **_rows("ROCO", "XTAI", 20, "TWO"),
    **_rows("XKRX", "XKRX", 20, "KSC"),
    **_rows("XKOS", "XKRX", 20, "KOE"),
    **_rows("XNSE", "XBOM", 0, "NSI"),  # not in exchange_calendars; keeps the Bombay exchange's sessions
    **_rows("XBOM", "XBOM", 15, "BSE"),
    **_rows("XSES", "XSES", 20, "SES"),
    **_rows("XKLS", "XKLS", 15, "KLS"),
    **_rows("XIDX", "XIDX", 10, "JKT"),
    **_rows("XBKK", "XBKK", 15, "SET"),
    **_rows("XPHS", "XPHS", 15, "PHS PHP"),
    **_rows("XKAR", "XKAR", 15, "KAR"),
    **_rows("XASX", "XASX", 20, "ASX"),
    **_rows("XNZE", "XNZE", 20, "NZE"),
    # Futures. A code covers many products: the calendar with the longest hours is taken, because a bar outside it
    # would be refused, while an hour too many is asked for once and then known to be empty.
    **_rows("XCME", "CME Globex Equity", 10, "CME", is_futures=True),
    **_rows("XCBT", "CME Globex Fixed Income", 10, "CBT", is_futures=True),
    **_rows("XCEC", "CMEGlobex_GC", 30, "CMX", is_futures=True),
    **_rows("XNYM", "CMEGlobex_CL", 10, "NYM", is_futures=True),
    **_rows("IFUS", "CMEGlobex_CL", 30, "NYB", is_futures=True),
    **_rows("XCBF", "CME Globex Equity", 15, "CFE", is_futures=True),
}
