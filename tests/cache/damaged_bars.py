"""Damages stored bars of a running cache, as a failing disk does."""

import sqlite3
from contextlib import closing

from candledesk.store.market.chunks.decoded import decoded_chunks

SERIES = """
SELECT series_id FROM series JOIN instrument USING (instrument_id) WHERE spelling = :symbol AND interval = :interval
"""
CHUNK = f"""
UPDATE chunk SET data = zeroblob(length(data)) WHERE series_id = ({SERIES}) AND level = :level AND start = :key
"""
ROWS = f"""
UPDATE candle SET close = close + 0.5, high = high + 0.5
WHERE series_id = ({SERIES}) AND ts = (
    SELECT max(ts) FROM candle WHERE series_id = ({SERIES}) AND ts < (
        SELECT (start + 1) * span - 600 FROM chunk JOIN series USING (series_id)
        WHERE series_id = ({SERIES}) AND level = 1 AND start = :key))
"""
CHECKSUM = f"UPDATE chunk_checksum SET crc = crc + 1 WHERE series_id = ({SERIES}) AND level = :level AND start = :key"
BOTH_COPIES = (CHUNK, ROWS)
N_DAMAGED = "SELECT count(*) FROM chunk WHERE data = zeroblob(length(data))"


def spoil(harness, interval, statements, *, nth=0, level=1, symbol="AAA"):
    """Damage one chunk, counted from the newest, and return its time range."""
    where = {"symbol": symbol, "interval": interval, "level": level, "nth": nth}
    with closing(sqlite3.connect(harness.folder / "candles.db", isolation_level=None)) as conn:
        key, span = conn.execute(
            "SELECT start, span FROM chunk JOIN series USING (series_id) JOIN instrument USING (instrument_id)"
            " WHERE spelling = :symbol AND interval = :interval AND level = :level ORDER BY start DESC LIMIT 1"
            " OFFSET :nth",
            where,
        ).fetchone()
        for statement in statements:
            assert conn.execute(statement, where | {"key": key}).rowcount == 1
    decoded_chunks.clear()
    return key * span * level, (key + 1) * span * level


def n_damaged(harness):
    """Return how many chunks are as ``spoil`` has left them."""
    with closing(sqlite3.connect(harness.folder / "candles.db")) as conn:
        return conn.execute(N_DAMAGED).fetchone()[0]
