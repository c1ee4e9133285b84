"""A cache whose database has damaged rows: answers stay true, and the rows are restored while it runs."""

import sqlite3
from contextlib import closing

import pytest

from candledesk.cache.events import EntriesRestored, FaultRaised
from candledesk.domain.coverage import CoverageState
from candledesk.domain.interval import DAY_S
from candledesk.domain.span import Span
from tests.cache.conftest import NOW, days_back, same, wait_until

OLD = Span((NOW // DAY_S - 60) * DAY_S, (NOW // DAY_S - 20) * DAY_S)
WHERE = "WHERE state = 'have'"
pytestmark = pytest.mark.allow_logs


def damage(harness, *statements):
    """Stop the cache, change its file by another program, and start it again."""
    harness.service.close()
    with closing(sqlite3.connect(harness.folder / "candles.db")) as other, other:
        for statement in statements:
            assert other.execute(statement).rowcount > 0, statement
    harness.events.clear()
    harness.yahoo.requests.clear()
    harness.open()


def restored(harness):
    wait_until(lambda: any(isinstance(event, EntriesRestored) for event in harness.events))
    assert not [event for event in harness.events if isinstance(event, FaultRaised)]
    (text,) = [event.text for event in harness.events if isinstance(event, EntriesRestored)]
    return text


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ("UPDATE instrument SET symbol = 'AAB'", "the instrument AA"),
        ("UPDATE instrument SET currency = 'GBP', price_decimals = 7", "the instrument AAA"),
        ("DELETE FROM instrument", "the instrument AAA"),
        ("UPDATE series SET interval = '1h'", "the series AAA 1d"),
        ("UPDATE series SET step = 3600, span = 7372800", "the series AAA 1d"),
        ("DELETE FROM series", "the series AAA 1d"),
        ("UPDATE coverage SET hi = hi + 8640000", "the coverage of AAA 1d"),
        ("UPDATE coverage SET state = 'known_empty'", "the coverage of AAA 1d"),
        ("DELETE FROM coverage", "the coverage of AAA 1d"),
        ("DELETE FROM coverage_second", "the coverage of AAA 1d"),
    ],
)
def test_a_damaged_row_changes_no_answer_and_is_restored(harness, yahoo, statement, subject):
    before = harness.bars("1d", OLD)
    assert before.complete
    coverage = harness.coverage("1d")
    damage(harness, statement)
    reply = harness.bars("1d", OLD, fill="none")
    assert reply.complete
    assert same(reply.bars, yahoo.truth("AAA", "1d", OLD))
    assert reply.instrument == before.instrument
    assert subject in restored(harness)
    assert harness.coverage("1d") == coverage
    assert not yahoo.asked("1d")
    assert harness.bars("1d", OLD, fill="none").complete


def test_coverage_without_proof_is_made_again_from_the_bars(harness, yahoo):
    assert harness.bars("1d", days_back(60)).complete
    damage(harness, f"UPDATE coverage SET hi = hi - 86400 {WHERE}", f"UPDATE coverage_second SET hi = hi - 1 {WHERE}")
    reply = harness.bars("1d", OLD, fill="none")
    assert same(reply.bars, yahoo.truth("AAA", "1d", OLD))
    restored(harness)
    assert harness.bars("1d", OLD, fill="none").complete
    assert not yahoo.asked("1d")
    (gap,) = [piece for piece in harness.coverage("1d") if piece.state is CoverageState.FAILED]
    assert (gap.reason, gap.span.start > OLD.end) == ("damaged", True)
    assert harness.bars("1d", days_back(60)).complete
    assert all(request.span.start > OLD.end for request in yahoo.asked("1d"))


def test_an_instrument_without_proof_is_an_error_and_never_another_symbol(harness):
    harness.bars("1d", OLD)
    harness.bars("1d", OLD, symbol="BBB")
    damage(
        harness,
        "UPDATE instrument SET currency = 'GBP' WHERE symbol = 'AAA'",
        "UPDATE instrument_second SET currency = 'EUR' WHERE symbol = 'AAA'",
    )
    with pytest.raises(Exception, match="doctor --repair"):
        harness.bars("1d", OLD, fill="none")
    assert harness.bars("1d", OLD, symbol="BBB", fill="none").complete
