"""The demo market: a loopback stand-in for Yahoo, used by ``--demo`` and by the tests.

Every price is invented, except AAPL's daily bars of 2019 to 2024, which are real (package hvsampledata).
``SHOWN`` in ``instruments/specials.py`` lists the symbols that reproduce oddities of Yahoo's data. ``DemoMarket.split``
splits a symbol and ``DemoMarket.reuse`` gives it to another company while the market runs; ``http/faults.py`` lists the
faults of answers. People find all of this at ``/_demo/page`` of the market's address, programs at the routes of
``http/control.py``.
"""

from candledesk.demo.http.market import LogEntry
from candledesk.demo.http.server import DemoMarket

__all__ = ["DemoMarket", "LogEntry"]
