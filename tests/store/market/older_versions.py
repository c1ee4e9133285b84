"""Bars as versions without checksums wrote them: rows, and chunks of 8 bytes a value."""

import numpy as np

from candledesk.store.market import pyramid
from candledesk.store.market.rows import upsert_rows

INSERT = "INSERT INTO chunk (series_id, level, start, n, codec, rev, data) VALUES (?, ?, ?, ?, 0, 1, ?)"


def write_as_before_checksums(conn, series, bars, step=60):
    """Store ``bars`` in a series that has none; call it inside a transaction."""
    upsert_rows(conn, series, bars)
    records = pyramid.from_bars(bars)
    for level in pyramid.LEVELS:
        records = records if level == 1 else pyramid.coarsen(records, step * level)
        starts = records[pyramid.TIME] // (2_048 * step * level)
        for start in np.unique(starts).tolist():
            part = np.ascontiguousarray(records[:, starts == start], "<i8")
            conn.execute(INSERT, (series, level, start, part.shape[1], part.tobytes()))
    conn.execute("UPDATE series SET rev = 1, chunk_rev = 1 WHERE series_id = ?", (series,))
