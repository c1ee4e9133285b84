"""CandleDesk: candlestick charts over a cache that fetches every bar once and keeps it for ever."""

__version__ = "0.1.0"
