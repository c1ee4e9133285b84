"""A calendar that grows: what its venue's series call known there is asked for again, and nothing else."""

import numpy as np
import pytest

from candledesk.cache.storing.recheck_sessions import reopen_sessions
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_overrides import apply_overrides
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market.bars import write_bars
from candledesk.store.market.coverage import read_coverage, write_coverage
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import series_id, write_instrument
from tests.cache.conftest import instrument
from tests.domain.strategies import FIRST_DAY_S, calendar_of

DAYS = [FIRST_DAY_S + i * DAY_S for i in (0, 3, 4, 5)]  # a Friday, and Monday to Wednesday
BEFORE = calendar_of(*((day, 9 * HOUR_S, 16 * HOUR_S, 0, 0) for day in DAYS))
SUNDAY = FIRST_DAY_S + 2 * DAY_S
AFTER = apply_overrides(BEFORE, [(SUNDAY + 10 * HOUR_S, SUNDAY + 12 * HOUR_S)])
WHOLE = Span(FIRST_DAY_S - DAY_S, FIRST_DAY_S + 9 * DAY_S)
HAVE = CoverageState.HAVE


@pytest.fixture
def connection(tmp_path):
    create_or_open(tmp_path / "candles.db")
    connection = connect_writer(tmp_path / "candles.db")
    yield connection
    connection.close()


@pytest.fixture
def ledger(connection):
    """Know a series of a symbol as ``state``, and return how to read what is known of it after the calendar grew."""

    def know(name, state=HAVE, symbol="AAA", mic="TEST", bars=()):
        with transaction(connection):
            write_instrument(connection, instrument(symbol), mic, mic, 1)
            number = series_id(connection, symbol, INTERVALS[name], create=True)
            write_coverage(connection, number, [Coverage(WHOLE, state, 1)])
            write_bars(connection, number, Bars.from_rows([(time, 1.0, 2.0, 0.5, 1.5, 9.0) for time in bars]))
        return lambda: [row.span for row in read_coverage(connection, number)]

    return know


def reopen(connection, before=BEFORE, after=AFTER):
    with transaction(connection):
        reopen_sessions(connection, before, after)


def without(start, end):
    return [Span(WHOLE.start, start), Span(end, WHOLE.end)]


def test_the_bars_of_the_new_session_are_asked_for(connection, ledger):
    known = {name: ledger(name) for name in ("1d", "1h", "15m")}
    reopen(connection)
    assert known["1d"]() == without(SUNDAY, SUNDAY + DAY_S)
    for name in ("1h", "15m"):
        assert known[name]() == without(SUNDAY + 10 * HOUR_S, SUNDAY + 12 * HOUR_S)


def test_of_every_instrument_of_the_venue_and_of_no_other(connection, ledger):
    sibling, stranger = ledger("1d", symbol="BBB"), ledger("1d", symbol="CCC", mic="ELSE")
    reopen(connection)
    assert sibling() == without(SUNDAY, SUNDAY + DAY_S)
    assert stranger() == [WHOLE]


@pytest.mark.parametrize("state", list(CoverageState))
def test_answered_spans_are_forgotten_and_refused_ones_are_not(connection, ledger, state):
    known = ledger("1d", state)
    reopen(connection)
    assert (known() == [WHOLE]) == (state not in (HAVE, CoverageState.KNOWN_EMPTY))


@pytest.mark.parametrize(
    ("name", "time", "stays"),
    [
        ("1d", SUNDAY, True),
        ("1d", FIRST_DAY_S, False),
        ("1h", SUNDAY + 11 * HOUR_S, True),
        ("1h", SUNDAY + 12 * HOUR_S, False),
    ],
)
def test_bars_that_are_stored_stay_known(connection, ledger, name, time, stays):
    known = ledger(name, bars=[time])
    reopen(connection)
    assert (known() == [WHOLE]) == stays


@pytest.mark.parametrize(("hours", "lost"), [((9, 18), (16, 18)), ((8, 16), (8, 9)), ((9, 15), None), ((9, 16), None)])
def test_a_session_that_grew_is_asked_for_where_it_did(connection, ledger, hours, lost):
    known, daily = ledger("1h"), ledger("1d")
    monday = DAYS[1]
    reopen(connection, after=apply_overrides(BEFORE, [(monday + hours[0] * HOUR_S, monday + hours[1] * HOUR_S)]))
    assert known() == ([WHOLE] if lost is None else without(*(monday + clock * HOUR_S for clock in lost)))
    assert daily() == [WHOLE]


def test_two_new_sessions_beside_each_other(connection, ledger):
    known = ledger("1h")
    saturday = SUNDAY - DAY_S
    both = [(day + 10 * HOUR_S, day + 12 * HOUR_S) for day in (saturday, SUNDAY)]
    reopen(connection, after=apply_overrides(BEFORE, both))
    (a, b), (c, d) = both
    assert known() == [Span(WHOLE.start, a), Span(b, c), Span(d, WHOLE.end)]


def test_a_calendar_that_did_not_grow_changes_nothing(connection, ledger):
    known = ledger("1d"), ledger("1h")
    reopen(connection, AFTER, AFTER)
    reopen(connection, AFTER, BEFORE)
    assert [one() for one in known] == [[WHOLE], [WHOLE]]
    assert np.isin(BEFORE.date, AFTER.date).all()
