"""The demo market: a loopback stand-in for Yahoo, used by ``--demo`` and by the tests; every price but AAPL's old days is invented."""

from candledesk.demo.server import DemoMarket, LogEntry

__all__ = ["DemoMarket", "LogEntry"]
