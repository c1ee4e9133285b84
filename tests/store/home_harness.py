"""A home with some bars and a watchlist, for tests of backups and restores."""

from contextlib import closing

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.store.database_file import transaction
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.coverage import write_coverage
from candledesk.store.market.database import connect_reader, connect_writer, create_or_open
from candledesk.store.market.instruments import series_id, write_instrument
from candledesk.store.user.database import open_user_database
from candledesk.store.user.watchlists import WATCHLISTS

NOW = 1_800_000_000
FIRST = 1_700_000_040
MINUTE = INTERVALS["1m"]


def make_bars(n, *, start=FIRST, salt=0.0):
    times = start + 60 * np.arange(n, dtype=np.int64)
    price = 100.0 + (times // 60 % 97) + salt
    return Bars(times, price, price + 2.0, price - 2.0, price + 1.0, np.full(n, 7.0))


def make_home(home, n_bars=5_000, symbol="AAPL", salt=0.0):
    """Create or extend the databases of a home; everything is folded into the files."""
    home.mkdir(exist_ok=True)
    create_or_open(home / "candles.db")
    with closing(connect_writer(home / "candles.db")) as conn:
        store(conn, make_bars(n_bars, salt=salt), symbol)
    return home


def store(conn, bars, symbol="AAPL"):
    with transaction(conn):
        write_instrument(conn, Instrument(symbol, "NMS", "EQUITY", "UTC", "USD", 2, None), "XNYS", "XNYS", NOW)
        series = series_id(conn, symbol, MINUTE, create=True)
        write_bars(conn, series, bars)
        span = Span(int(bars.open_time[0]), int(bars.open_time[-1]) + 60)
        write_coverage(conn, series, [Coverage(span, CoverageState.HAVE, NOW)])
    return series


def bars_of(database, symbol="AAPL"):
    with closing(connect_reader(database)) as conn:
        series = series_id(conn, symbol, MINUTE)
        return None if series is None else read_bars(conn, series, Span(0, 2**40))


def write_list(home, name):
    with closing(open_user_database(home / "user.db", NOW).connection) as conn, transaction(conn):
        WATCHLISTS.write(conn, name, {"name": name, "sections": []}, NOW)


def lists_of(home):
    with closing(open_user_database(home / "user.db", NOW).connection) as conn:
        return [row.name for row in WATCHLISTS.list_rows(conn)]
