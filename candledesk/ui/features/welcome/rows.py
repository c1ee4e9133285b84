"""The three columns of the welcome page. Pure."""

from __future__ import annotations

from dataclasses import dataclass

TITLE = "Type a symbol"
TEXT = "Bars that were fetched once are kept on this computer, and are there without a network too."
OFFLINE_TEXT = "There is no network now: only symbols that are stored can be opened."


@dataclass(frozen=True, slots=True)
class WelcomeRow:
    """One line: what can be done, and ``detail`` or ``keys`` at the right (``keys`` as ``KeyCaps`` takes them).

    A click opens ``symbol``, or does the action of the id ``action``; a row without both is not clicked.
    """

    text: str
    detail: str = ""
    keys: str = ""
    symbol: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class WelcomeColumn:
    """A title with rows below."""

    title: str
    rows: tuple[WelcomeRow, ...]


COLUMNS = (
    WelcomeColumn(
        "Open a symbol",
        (
            WelcomeRow("AAPL", "A share", symbol="AAPL"),
            WelcomeRow("SPY", "A fund", symbol="SPY"),
            WelcomeRow("BTC-USD", "A coin", symbol="BTC-USD"),
            WelcomeRow("EURUSD=X", "A currency", symbol="EURUSD=X"),
            WelcomeRow("Search", keys="any letter", action="symbol"),
        ),
    ),
    WelcomeColumn(
        "Find your way",
        (
            WelcomeRow("Find anything", keys="Ctrl+P", action="palette"),
            WelcomeRow("All keys", keys="?", action="shortcuts"),
            WelcomeRow("Another interval", keys="1 to 9"),
            WelcomeRow("Indicators", keys="/"),
            WelcomeRow("Zoom, scroll", keys="wheel, drag"),
        ),
    ),
    WelcomeColumn(
        "Make it yours",
        (
            WelcomeRow("Paste a watchlist", keys="Ctrl+Shift+W", action="watchlist"),
            WelcomeRow("Four charts at once", action="grid_4"),
            WelcomeRow("Fetch years of history", keys="Ctrl+Shift+N", action="new_backfill"),
            WelcomeRow("Dark or light", keys="Ctrl+Shift+D", action="theme"),
            WelcomeRow("Chart options", keys="Ctrl+,", action="options"),
        ),
    ),
)
