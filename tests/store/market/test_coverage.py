"""The coverage ledger: disjoint and merged spans; later entries replace earlier ones."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.span import Span
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import transaction

HAVE, EMPTY, FAILED = CoverageState.HAVE, CoverageState.KNOWN_EMPTY, CoverageState.FAILED

claims = st.sampled_from(
    [(HAVE, None, ""), (EMPTY, 500, "no trades"), (EMPTY, 900, "no trades"), (FAILED, 500, "time-out")]
)
entries = st.builds(
    lambda start, length, claim, at: Coverage(Span(start, start + length), claim[0], at, claim[1], claim[2]),
    st.integers(0, 60),
    st.integers(1, 25),
    claims,
    st.integers(1, 9),
)


def _facts(entry):
    return entry.state, entry.expires_at, entry.reason, entry.source


def _write(conn, series, *new):
    with transaction(conn):
        return write_coverage(conn, series, list(new))


@given(st.lists(st.lists(entries, max_size=3), max_size=8))
@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_the_ledger_is_disjoint_merged_and_has_the_last_entries(writer, series, batches):
    writer.execute("DELETE FROM coverage")
    truth = {}
    for batch in batches:
        _write(writer, series, *batch)
        for entry in batch:
            truth.update(dict.fromkeys(range(entry.span.start, entry.span.end), _facts(entry)))
        ledger = read_coverage(writer, series)
        for left, right in pairwise(ledger):
            assert left.span.end <= right.span.start
            assert left.span.end < right.span.start or _facts(left) != _facts(right)
        assert {
            second: _facts(piece) for piece in ledger for second in range(piece.span.start, piece.span.end)
        } == truth
        assert sum(piece.span.end - piece.span.start for piece in ledger) == len(truth)
        assert _write(writer, series, *ledger) == 0


def test_a_repeated_entry_writes_nothing_even_when_it_is_newer(path, writer, series):
    _write(writer, series, Coverage(Span(0, 100), HAVE, 10))
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert _write(writer, series, Coverage(Span(0, 100), HAVE, 20), Coverage(Span(20, 50), HAVE, 30)) == 0
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    assert read_coverage(writer, series) == [Coverage(Span(0, 100), HAVE, 10)]


def test_a_new_entry_replaces_what_it_overlaps(writer, series):
    _write(writer, series, Coverage(Span(0, 100), HAVE, 10))
    _write(writer, series, Coverage(Span(40, 60), FAILED, 20, 90, "time-out"))
    assert read_coverage(writer, series) == [
        Coverage(Span(0, 40), HAVE, 10),
        Coverage(Span(40, 60), FAILED, 20, 90, "time-out"),
        Coverage(Span(60, 100), HAVE, 10),
    ]
    _write(writer, series, Coverage(Span(40, 60), HAVE, 30))
    assert read_coverage(writer, series) == [Coverage(Span(0, 100), HAVE, 10)]


@pytest.mark.parametrize(("span", "n"), [(Span(0, 10), 0), (Span(0, 11), 1), (Span(15, 35), 2), (Span(20, 30), 0)])
def test_a_span_selects_what_overlaps_it(writer, series, span, n):
    _write(writer, series, Coverage(Span(10, 20), HAVE, 1), Coverage(Span(30, 40), HAVE, 1))
    assert len(read_coverage(writer, series, span)) == n


def test_nothing_to_write(writer, series):
    assert _write(writer, series) == 0
