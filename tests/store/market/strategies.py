"""Histories of writes and deletes near the edges of chunks, and the bars that they write."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.span import Span
from candledesk.store.market.bars import delete_bars, write_bars
from candledesk.store.market.database import transaction
from candledesk.store.market.instruments import CHUNK_BARS

EVER = Span(-(2**40), 2**40)
FEW = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
# Minutes relative to 1970, near the edges of chunks of every level, before 1970 too.
edges = st.sampled_from(
    [0, CHUNK_BARS, -CHUNK_BARS, 8 * CHUNK_BARS, 64 * CHUNK_BARS, 512 * CHUNK_BARS, -512 * CHUNK_BARS, 3 * CHUNK_BARS]
)
starts = st.builds(lambda edge, offset: edge + offset, edges, st.integers(-700, 700))
writes = st.tuples(st.just("write"), starts, st.integers(1, 900), st.integers(1, 9), st.integers(0, 2))
deletes = st.tuples(st.just("delete"), starts, st.integers(1, 900), st.just(1), st.just(0))
histories = st.lists(st.one_of(writes, writes, writes, deletes), min_size=1, max_size=7)


def make_bars(start, n, stride=1, seed=0):
    """Make n bars from minute ``start``, one every ``stride`` minutes, with whole volumes, whose sums are exact."""
    rng = np.random.default_rng([seed, n, stride])
    low = np.round(rng.random(n) * 100 + 1, 2)
    time = (start + stride * np.arange(n, dtype=np.int64)) * 60
    return Bars(time, low + 0.25, low + 1, low, low + 0.5, rng.integers(0, 99, n) * 1.0)


def apply_history(conn, series, history):
    with transaction(conn):
        delete_bars(conn, series, EVER)
    for kind, start, n, stride, seed in history:
        with transaction(conn):
            if kind == "write":
                write_bars(conn, series, make_bars(start, n, stride, seed))
            else:
                delete_bars(conn, series, Span(start * 60, (start + n) * 60))
