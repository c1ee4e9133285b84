"""The demo market: a loopback stand-in for Yahoo, used by ``--demo`` and by the tests.

Every price is invented, except AAPL's daily bars of 2019 to 2024, which are real (package hvsampledata).
"""

from candledesk.demo.server import DemoMarket, LogEntry

__all__ = ["DemoMarket", "LogEntry"]
