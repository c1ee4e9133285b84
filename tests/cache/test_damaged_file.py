"""Damaged pages of the bars under the whole cache: true bars, or a gap, or an error; what was lost is fetched again."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from candledesk.domain.errors import EnvironmentFaultError
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from candledesk.store.market.chunks.decoded import decoded_chunks
from tests.cache.conftest import NOW, CacheHarness, FakeYahoo

pytestmark = pytest.mark.allow_logs

MIDNIGHT = NOW // DAY_S * DAY_S
SPANS = {
    "1m": Span(MIDNIGHT - 20 * DAY_S, MIDNIGHT),
    "1h": Span(MIDNIGHT - 200 * DAY_S, MIDNIGHT),
    "1d": Span(MIDNIGHT - 600 * DAY_S, MIDNIGHT),
}
DERIVED = {
    "4h": Span(MIDNIGHT - 190 * DAY_S, MIDNIGHT - DAY_S),
    "1wk": Span(MIDNIGHT - 590 * DAY_S, MIDNIGHT - 9 * DAY_S),
}
PAGES = """
SELECT pageno, pgsize FROM dbstat WHERE name IN ('candle', 'chunk', 'chunk_checksum', 'sqlite_autoindex_chunk_1')
"""
KINDS = {"one bit": 40, "eight bytes": 15, "zeros": 10}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a database with three series, the places of the pages that hold bars, and derived bars."""
    harness = CacheHarness(tmp_path_factory.mktemp("whole"), FakeYahoo())
    for name, span in SPANS.items():
        assert harness.backfill(name, span).state == "succeeded"
    derived = {name: harness.bars(name, span, fill="none").bars for name, span in DERIVED.items()}
    harness.service.close()
    path = harness.folder / "candles.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        pages = conn.execute(PAGES).fetchall()
    return path.read_bytes(), [((number - 1) * size, size) for number, size in pages], derived


def damage(whole, kind, rng):
    data, pages = bytearray(whole[0]), whole[1]
    start, size = pages[rng.integers(len(pages))]
    place = start + int(rng.integers(size - 8))
    if kind == "one bit":
        data[place] ^= 1 << int(rng.integers(8))
    elif kind == "eight bytes":
        data[place : place + 8] = rng.bytes(8)
    else:
        data[start : start + size] = bytes(size)
    return data


def read(harness, name, fill, derived):
    """Read one series and compare it with the truth; return how it ended."""
    span = DERIVED.get(name) or SPANS[name]
    try:
        reply = harness.bars(name, span, fill=fill)
    except EnvironmentFaultError:
        return "refused"
    if name in DERIVED:
        assert not reply.complete or reply.bars.equals(derived[name])
        return "complete" if reply.complete else "gap"
    truth = harness.yahoo.truth("AAA", name, span)
    is_there = np.isin(truth.open_time, reply.bars.open_time)
    assert reply.bars.equals(truth.take(is_there))
    for time in truth.open_time[~is_there].tolist():
        assert any(gap.span.start <= time < gap.span.end for gap in reply.gaps)
    return "complete" if reply.complete else "gap"


@pytest.mark.parametrize("kind", KINDS)
def test_no_wrong_bar_is_shown_and_what_was_lost_comes_back(whole, tmp_path, kind):
    """As many files as ``KINDS`` says, each damaged in one place, are read offline, then with requests."""
    rng, ends = np.random.default_rng(11), []
    for trial in range(KINDS[kind]):
        folder = tmp_path / str(trial)
        folder.mkdir()
        (folder / "candles.db").write_bytes(damage(whole, kind, rng))
        decoded_chunks.clear()
        harness = CacheHarness(folder, FakeYahoo())
        try:
            offline = [read(harness, name, "none", whole[2]) for name in (*SPANS, *DERIVED)]
            view = harness.view("1m", anchor=MIDNIGHT, n_before=1_000)
            truth = harness.yahoo.truth("AAA", "1m", SPANS["1m"])
            assert view.bars.equals(truth.take(np.isin(truth.open_time, view.bars.open_time)))
            for name, span in DERIVED.items():
                assert not harness.view(name, anchor=span.end, n_before=30, view_id=2).error
            online = [read(harness, name, "wait", whole[2]) for name in SPANS]
            assert "gap" not in online
            ends.append((offline, online))
        finally:
            harness.service.close()
    assert sum(set(offline) == set(online) == {"complete"} for offline, online in ends) >= 0.9 * len(ends), ends
