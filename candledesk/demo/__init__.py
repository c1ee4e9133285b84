"""The demo market: a loopback stand-in for Yahoo, used by ``--demo`` and by the tests.

Every price is invented, except AAPL's daily bars of 2019 to 2024, which are real (package hvsampledata).
``instruments/specials.py`` says which symbol shows what is odd at Yahoo (``SHOWN``); ``DemoMarket.split`` and
``.reuse`` split a symbol and give it to another company while the market runs; ``http/faults.py`` lists what an answer
can suffer. All of it is also at ``/_demo/page`` of the market's address, for people, and at the routes of
``http/control.py``, for programs.
"""

from candledesk.demo.http.market import LogEntry
from candledesk.demo.http.server import DemoMarket

__all__ = ["DemoMarket", "LogEntry"]
