"""How a file is to be read, and what was found in it."""

from __future__ import annotations

from dataclasses import dataclass

from candledesk.domain.bars import Bars
from candledesk.domain.interval import Interval


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person says of a file; what is not said is recognised, or asked for where the file leaves it open.

    ``interval``: of its bars; ``zone``: of times without an offset, and of the sessions of daily bars whose times are
    instants (``America/New_York``); ``date_format``: ``dmy``, ``mdy``, ``ymd`` or a pattern of ``strptime``;
    ``decimal``: ``.`` or ``,``; ``times``: ``open`` or ``close``, which end of a bar its time is; ``form``: ``csv`` or
    ``parquet``; ``symbol``: of a file with several.
    """

    interval: Interval | None = None
    zone: str = ""
    date_format: str = ""
    decimal: str = ""
    times: str = ""
    form: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that gives no bar: its ``line`` in the file (from 1; of Parquet: its row), and why.

    ``is_dropped``: it is not among the bars that were read; else the checks of the cache refuse it.
    """

    line: int
    reason: str
    is_dropped: bool = True


@dataclass(frozen=True, slots=True)
class BarFile:
    """What a file has. ``bars``: as read, not yet checked against a calendar; ``n_rows``: rows of bars in the file.

    ``tool``: which program wrote it; ``facts``: what was recognised, as pairs of a word and its value for people;
    ``interval``: that of the options, else found; ``refused``: the rows that give no bar, by line; ``notes``: sentences
    about what a person should check.
    """

    name: str
    bars: Bars
    n_rows: int
    tool: str
    facts: tuple[tuple[str, str], ...]
    interval: Interval
    refused: tuple[RefusedRow, ...] = ()
    notes: tuple[str, ...] = ()
