"""Which column of a file is what: by the words of its header, or without one by the shape of its rows (pure)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from candledesk.bar_files.moments import read_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.bar_files.text_table import Row


class Role(StrEnum):
    """What a column has."""

    MOMENT = "time"
    DATE = "date"
    CLOCK = "time of day"
    OPEN = "open"
    HIGH = "high"
    LOW = "low"
    CLOSE = "close"
    VOLUME = "volume"
    TICKS = "tick volume"
    SYMBOL = "symbol"


PRICES = (Role.OPEN, Role.HIGH, Role.LOW, Role.CLOSE)
_WORDS = {  # the first word of a role goes before a later one where a file has several
    Role.MOMENT: "unix, unix timestamp, epoch, timestamp, datetime, date time, date/time, gmt time, utc time, "
    "local time, window start, open time, opentime, t, start, start time, time stamp, zeitstempel, zeitpunkt",
    Role.DATE: "date, datum, data, fecha, day, tag, trade date, trading day",
    Role.CLOCK: "time, zeit, uhrzeit, hora, heure, czas",
    Role.OPEN: "open, o, 1. open, open price, opening price, eröffnung, eröffn, eröffnungskurs, erster, otwarcie, "
    "ouverture, apertura, first",
    Role.HIGH: "high, h, 2. high, high price, hoch, höchst, höchstkurs, tageshoch, najwyzszy, najwyższy, haut, "
    "plus haut, máximo, max",
    Role.LOW: "low, l, 3. low, low price, tief, tiefst, tiefstkurs, tagestief, najnizszy, najniższy, bas, plus bas, "
    "mínimo, min",
    Role.CLOSE: "close, c, 4. close, close price, close/last, last, schluss, schluß, schlusskurs, zuletzt, letzter, "
    "zamkniecie, zamknięcie, clôture, dernier, cierre, último, price",
    Role.VOLUME: "volume, v, vol, 5. volume, 6. volume, volumen, umsatz, stück, wolumen, volume (shares), real volume",
    Role.TICKS: "tickvol, tick volume",
    Role.SYMBOL: "symbol, ticker, instrument",
}
_ROLES = {word: (role, rank) for role, words in _WORDS.items() for rank, word in enumerate(words.split(", "))}
_DECORATION = re.compile(r"[<>\"*]|[.:]$")
N_HEADER = 10  # lines in which a header is looked for: some programs write a title before it
_SPLIT_TIME = 7  # columns of MetaTrader 4: date, time of day, four prices, volume


@dataclass(frozen=True, slots=True)
class Columns:
    """The place of each column that is used, with its name in the file, and the names of those that are left out.

    ``header``: all names in lower case, empty without a header; ``n_before``: rows before the first bar; ``symbol``:
    what the header says that the bars are of.
    """

    places: dict[Role, int]
    names: dict[Role, str]
    left_out: tuple[str, ...]
    header: tuple[str, ...]
    n_before: int
    symbol: str = ""


def plain_name(cell: str) -> str:
    """Return a name of a column in the form of the table of words."""
    return _DECORATION.sub("", cell.strip()).strip().lower().replace("_", " ")


def find_columns(rows: Sequence[Row]) -> Columns:
    """Return the columns of a file; ``ValueError`` with what is missing or doubled."""
    if not rows:
        raise ValueError("it is empty")
    nearest: list[str] = []
    for at, row in enumerate(rows[:N_HEADER]):
        stacked = _stacked(rows, at)
        if stacked is not None:
            return stacked
        places = _places(row.cells)
        missing = _missing(places)
        if not missing:
            return _named(row.cells, places, at + 1)
        if len(places) > 1 and (not nearest or len(missing) < len(nearest)):
            nearest = missing
    if nearest:
        raise ValueError(f"columns are missing: {', '.join(nearest)}")
    return by_shape(rows)


def _missing(places: dict[Role, int]) -> list[str]:
    has_time = bool(places.keys() & {Role.MOMENT, Role.DATE, Role.CLOCK})
    return ([] if has_time else ["time"]) + [role.value for role in PRICES if role not in places]


def _places(cells: Sequence[str]) -> dict[Role, int]:
    """Return the place of each role; ``ValueError`` when two columns of one name have the same."""
    found: dict[Role, tuple[int, int]] = {}
    doubled = {name for name, n in Counter(plain_name(cell) for cell in cells).items() if n > 1}
    for at, cell in enumerate(cells):
        name = plain_name(cell)
        role, rank = _ROLES.get(name, (None, 0))
        if role is None and name.startswith("volume "):  # of a pair of coins: its first one is what is traded
            role, rank = Role.VOLUME, len(_ROLES) + at
        if role is None:
            continue
        if name in doubled and role in PRICES:
            raise ValueError(f"several columns are called {cell!r}: a file must be of one symbol")
        if role not in found or rank < found[role][0]:
            found[role] = rank, at
    places = {role: at for role, (_, at) in found.items()}
    if Role.MOMENT in places:
        places.pop(Role.DATE, None)
        places.pop(Role.CLOCK, None)
    return places


def _named(cells: Sequence[str], places: dict[Role, int], n_before: int, symbol: str = "") -> Columns:
    used = set(places.values())
    names = {role: cells[at] for role, at in places.items()}
    left_out = tuple(cell for at, cell in enumerate(cells) if at not in used and cell)
    return Columns(places, names, left_out, tuple(plain_name(cell) for cell in cells), n_before, symbol)


def _stacked(rows: Sequence[Row], at: int) -> Columns | None:
    """Return the columns under yfinance's header of several lines: Price…, Ticker…, Date."""
    if at + 2 >= len(rows) or rows[at + 1].cells[0].lower() != "ticker":
        return None
    tickers = {cell for cell in rows[at + 1].cells[1:] if cell}
    if len(tickers) > 1:
        raise ValueError(f"it has bars of {', '.join(sorted(tickers)[:5])}: a file must be of one symbol")
    cells = (rows[at + 2].cells[0], *rows[at].cells[1:])
    places = _places(cells)
    missing = _missing(places)
    if missing:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
    return _named(cells, places, at + 3, next(iter(tickers), ""))


def by_shape(rows: Sequence[Row]) -> Columns:
    """Return the columns of a file without a header: a time, open, high, low, close and perhaps more.

    ``ValueError`` unless the first row begins with a time and every high and low of the first rows fits.
    """
    first = rows[0].cells
    roles: tuple[Role, ...] | None = None
    if _is_time(first[0]):
        roles = (Role.MOMENT, *PRICES, Role.VOLUME)[: len(first)]
        if len(first) == _SPLIT_TIME and ":" in first[1] and _is_time(f"{first[0]} {first[1]}"):
            roles = (Role.DATE, Role.CLOCK, *PRICES, Role.VOLUME)
    if roles is None or len(first) < len(PRICES) + 1:
        raise ValueError("it has no header that names time, open, high, low and close, and no rows of that shape")
    places = {role: at for at, role in enumerate(roles)}
    if not all(_fits(row.cells, places) for row in rows[:N_HEADER]):
        raise ValueError("it has no header, and its columns are not time, open, high, low and close in this order")
    names = {role: f"column {at + 1}" for role, at in places.items()}
    left_out = tuple(f"column {at + 1}" for at in range(len(roles), len(first)))
    return Columns(places, names, left_out, (), 0)


def _is_time(text: str) -> bool:
    try:
        read_moment(text)
    except ValueError as error:
        return "--date-format" in str(error) and any(letter.isdigit() for letter in text[:2])
    return True


def _fits(cells: Sequence[str], places: dict[Role, int]) -> bool:
    """Tell whether the high of a row is its highest price and the low its lowest; a comma counts as a point."""
    try:
        prices = [float(cells[places[role]].replace(",", ".")) for role in PRICES]
    except (ValueError, IndexError):
        return False
    opened, high, low, close = prices
    return high >= max(opened, close, low) and low <= min(opened, close, high)
