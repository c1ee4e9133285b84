"""Yahoo's exchange codes as people call the exchanges."""

from __future__ import annotations

EXCHANGE_NAMES = {
    "NMS": "NASDAQ", "NGM": "NASDAQ", "NCM": "NASDAQ", "NYQ": "NYSE", "PCX": "NYSE Arca", "ASE": "NYSE American",
    "BTS": "Cboe", "LSE": "London", "JPX": "Tokyo", "HKG": "Hong Kong", "GER": "Xetra", "PAR": "Paris",
    "AMS": "Amsterdam", "TOR": "Toronto", "ASX": "Sydney", "EBS": "Zürich", "MIL": "Milan", "CCC": "Crypto",
    "CCY": "Forex", "CME": "CME", "CBT": "CBOT", "NYM": "NYMEX", "CMX": "COMEX", "SNP": "S&P", "DJI": "Dow Jones",
    "NSI": "NSE India", "BSE": "BSE India", "KSC": "Korea", "KOE": "KOSDAQ", "JNB": "Johannesburg", "TLV": "Tel Aviv",
    "SAU": "Saudi Exchange", "SHH": "Shanghai", "SHZ": "Shenzhen", "TAI": "Taiwan", "SAO": "São Paulo", "MEX": "Mexico",
    "STO": "Stockholm", "CPH": "Copenhagen", "HEL": "Helsinki", "OSL": "Oslo", "MCE": "Madrid", "BRU": "Brussels",
    "LIS": "Lisbon", "VIE": "Vienna", "FRA": "Frankfurt", "SES": "Singapore", "JKT": "Jakarta", "NZE": "New Zealand",
}  # fmt: skip


def exchange_name(exchange: str) -> str:
    """Return the name of an exchange code, ``NASDAQ`` for ``NMS``; a code that is not listed as it is."""
    return EXCHANGE_NAMES.get(exchange, exchange)
