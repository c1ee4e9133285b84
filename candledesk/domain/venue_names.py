"""Exchanges as people call them."""

from __future__ import annotations

# By Yahoo's codes (yahoo.md).
VENUE_NAMES = {
    "NMS": "NASDAQ", "NGM": "NASDAQ", "NCM": "NASDAQ", "NYQ": "NYSE", "PCX": "NYSE Arca", "ASE": "NYSE American",
    "BTS": "Cboe", "LSE": "London", "JPX": "Tokyo", "HKG": "Hong Kong", "GER": "Xetra", "PAR": "Paris",
    "AMS": "Amsterdam", "TOR": "Toronto", "ASX": "Sydney", "EBS": "Zürich", "MIL": "Milan", "CCC": "Crypto",
    "CCY": "Forex", "CME": "CME", "CBT": "CBOT", "NYM": "NYMEX", "CMX": "COMEX", "SNP": "S&P", "DJI": "Dow Jones",
}  # fmt: skip


def venue_name(exchange: str) -> str:
    """Return the name of a provider's exchange code, ``NASDAQ`` for ``NMS``; a code that is not listed as it is."""
    return VENUE_NAMES.get(exchange, exchange)
