"""What a database says when its process is gone, held against the market's truth.

A copy is examined, log included, so that the recovery after a kill is left to the next start of the program itself.
"""

import shutil
import sqlite3

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.store.market.chunks.verification import verify_chunks

_COLUMNS = "c.ts, c.open, c.high, c.low, c.close, c.volume"
_DOUBLES = "SELECT count(*) FROM (SELECT 1 FROM candles GROUP BY symbol, interval, timestamp HAVING count(*) > 1)"
_INVALID = "SELECT count(*) FROM candle WHERE NOT (low > 0 AND low <= min(open, close) AND high >= max(open, close))"
_WRONG_STEP = "SELECT count(*) FROM candle JOIN series USING (series_id) WHERE step < 86400 AND ts % 60"
_JOBS = """
SELECT j.job_id, i.symbol, s.interval, j.state, j.bars_done, j.error
FROM backfill_job AS j JOIN series AS s USING (series_id) JOIN instrument AS i USING (instrument_id) WHERE kind = ?
"""


class Evidence:
    """A copy of a home's database, open for questions; a context manager."""

    def __init__(self, home, folder):
        folder.mkdir(exist_ok=True)
        for suffix in ("", "-wal"):
            copy = folder / f"candles.db{suffix}"
            copy.unlink(missing_ok=True)
            source = home / copy.name
            if source.exists():
                shutil.copyfile(source, copy)
        self.path = folder / "candles.db"
        self._connection = sqlite3.connect(self.path, isolation_level=None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def rows(self, sql, *values):
        return self._connection.execute(sql, values).fetchall()

    @property
    def is_empty(self):
        """Whether the process died before it had made its tables."""
        return not self.rows("SELECT 1 FROM sqlite_schema WHERE name = 'candles'")

    def check_sound(self):
        """Assert that the file, its rows and its chunks are in order; return how many rows there are."""
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        assert self.rows("PRAGMA foreign_key_check") == []
        if self.is_empty:
            return 0
        assert self.rows(_DOUBLES) == [(0,)]
        assert self.rows(_INVALID) == [(0,)]
        assert self.rows(_WRONG_STEP) == [(0,)]
        for (series_id,) in self.rows("SELECT series_id FROM series"):
            assert verify_chunks(self._connection, series_id) == []
        return self.rows("SELECT count(*) FROM candle")[0][0]

    def bars(self, symbol, interval, start, end):
        """Return the rows of a span, ascending."""
        found = self.rows(
            f"SELECT {_COLUMNS} FROM candle AS c JOIN series AS s USING (series_id) JOIN instrument AS i"
            " USING (instrument_id) WHERE symbol = ? AND s.interval = ? AND ts >= ? AND ts < ? ORDER BY ts",
            *(symbol, interval, start, end),
        )
        return Bars.from_rows(found)

    def jobs(self, kind="backfill"):
        """Return (job_id, symbol, interval, state, bars_done, error) of every job."""
        return self.rows(_JOBS, kind)

    def states(self):
        return dict(self.rows("SELECT state, count(*) FROM backfill_job GROUP BY state"))


def check_true(bars, truth):
    """Assert that every stored bar is a bar of the truth, value for value."""
    at = np.searchsorted(truth.open_time, bars.open_time)
    assert np.array_equal(truth.open_time[np.minimum(at, len(truth) - 1)], bars.open_time), "bars that never were"
    assert bars.equals(truth.take(at)), "bars with other values than the truth"
