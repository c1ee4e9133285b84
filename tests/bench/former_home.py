"""Makes a copy of a home as the version before checksums had written it, to measure its migration."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np

from candledesk.store.market import pyramid
from candledesk.store.market.chunks.codec import decode_into
from candledesk.store.market.database import APPLICATION_ID, PAGE_SIZE
from candledesk.store.market.migrations import MIGRATIONS

N_STEPS = 10  # the schema version of that time
_CHUNK = "INSERT INTO chunk (series_id, level, start, n, codec, rev, data) VALUES (?, ?, ?, ?, 0, ?, ?)"
_TABLES = "SELECT name FROM {0}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"


def write_former_copy(database, copy):
    """Write the candle database ``database`` of this version to the new file ``copy`` in the former version."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = OFF").fetchall()
        connection.execute("BEGIN")
        for step in MIGRATIONS[:N_STEPS]:
            step.run(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {N_STEPS}")
        connection.execute("COMMIT")
        connection.execute("ATTACH ? AS now", (str(database),))
        connection.execute("BEGIN")
        for name in sorted({row[0] for row in connection.execute(_TABLES.format("main"))} - {"chunk"}):
            _copy_table(connection, name)
        chunks = connection.execute("SELECT series_id, level, start, n, codec, rev, data FROM now.chunk")
        connection.executemany(_CHUNK, map(_uncompressed, chunks))
        connection.execute("COMMIT")


def _copy_table(connection, name):
    columns = [
        {row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({name})")} for schema in ("main", "now")
    ]
    common = ", ".join(sorted(columns[0] & columns[1]))
    connection.execute(f"INSERT INTO main.{name} ({common}) SELECT {common} FROM now.{name}")


def _uncompressed(row):
    series_id, level, start, n, codec, rev, data = row
    records = pyramid.empty(level, n)
    decode_into(records, codec, data)
    return series_id, level, start, n, rev, np.ascontiguousarray(records, "<i8").tobytes()
