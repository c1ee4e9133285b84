"""All series of an instrument move together, and only on evidence; straight on the database."""

import numpy as np
import pytest

from candledesk.cache.storing.rebase import FRESH_S, Compared, Settled, retire_other_company, settle_basis
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.store.market.bars import read_bars, write_bars
from candledesk.store.market.corporate_actions import StoredAction, write_actions
from candledesk.store.market.coverage import write_coverage
from candledesk.store.market.database import connect_writer, create_or_open, transaction
from candledesk.store.market.instruments import read_instrument, series_id, write_instrument
from candledesk.store.market.odd_bars import OddBar, read_odd, write_odd
from candledesk.store.market.split_basis import read_basis, write_basis
from tests.domain.strategies import FIRST_DAY_S, calendar_of

DAY, HOUR = INTERVALS["1d"], INTERVALS["1h"]
DATES = FIRST_DAY_S + np.arange(30) * DAY_S
CALENDAR = calendar_of(*((int(date), 9 * HOUR_S, 16 * HOUR_S, 0, 0) for date in DATES))
STORED_UNTIL = int(DATES[19]) + 20 * HOUR_S
NOW = int(DATES[29]) + 20 * HOUR_S
EX = int(DATES[22])
CLOSES = np.linspace(50.0, 60.0, 30)
AAA = Instrument("AAA", "TST", "EQUITY", "UTC", "USD", 2, int(DATES[0]), "Aaa Ltd")
WHOLE = Span(0, 2**40)


def daily(first, last, times=1.0):
    closes = CLOSES[first:last] * times
    flat = (closes.copy() for _ in range(3))
    return Bars(DATES[first:last].copy(), *flat, closes, np.full(len(closes), 600.0))


def hourly(first, last, times=1.0):
    open_times = (DATES[first:last, None] + np.arange(9, 16) * HOUR_S).ravel()
    closes = np.repeat(CLOSES[first:last], 7) * times
    return Bars(open_times, *(closes.copy() for _ in range(3)), closes, np.full(len(closes), 70.0))


class Store:
    """The database of one instrument with dailies and hours on the basis of ``STORED_UNTIL``."""

    def __init__(self, connection):
        self.connection = connection
        with transaction(connection):
            write_instrument(connection, AAA, "TEST", "TEST", 1)
        self.put(DAY, daily(0, 20))
        self.put(HOUR, hourly(5, 20))
        self.know(STORED_UNTIL)

    def put(self, interval, bars):
        with transaction(self.connection):
            number = series_id(self.connection, "AAA", interval, create=True)
            write_bars(self.connection, number, bars)

    def know(self, until):
        with transaction(self.connection):
            write_basis(self.connection, "AAA", until)

    def split(self, factor, date=EX):
        with transaction(self.connection):
            write_actions(self.connection, "AAA", [StoredAction(date, "split", factor)], 1)

    def settle(self, interval, bars, asked, now=NOW, **options):
        with transaction(self.connection):
            return settle_basis(self.connection, Compared("AAA", interval, bars, CALENDAR, asked, now, **options))

    def closes(self, interval):
        return read_bars(self.connection, series_id(self.connection, "AAA", interval), WHOLE).close.tolist()


@pytest.fixture
def store(tmp_path):
    create_or_open(tmp_path / "candles.db")
    connection = connect_writer(tmp_path / "candles.db")
    yield Store(connection)
    connection.close()


def span(first, end=NOW + 1):
    return Span(int(DATES[first]), end)


def assert_divided(store, factor):
    assert store.closes(DAY) == pytest.approx((CLOSES[:20] / factor).tolist())
    assert store.closes(HOUR) == pytest.approx((np.repeat(CLOSES[5:20], 7) / factor).tolist())


@pytest.mark.parametrize("factor", [50.0, 1.046, 0.01])
@pytest.mark.parametrize("interval", [DAY, HOUR])
def test_the_same_bars_on_a_new_basis_move_every_series(store, interval, factor):
    store.split(factor)
    new = daily(15, 30, 1 / factor) if interval is DAY else hourly(15, 30, 1 / factor)
    settled = store.settle(interval, new, span(15), new_splits=((EX, factor),))
    assert settled == Settled(None, (interval, HOUR if interval is DAY else DAY))
    assert_divided(store, factor)
    assert read_basis(store.connection, "AAA") == NOW
    assert store.settle(interval, new, span(15)) == Settled()
    assert_divided(store, factor)


@pytest.mark.parametrize(("interval", "bars"), [(DAY, daily(25, 30, 0.25)), (HOUR, hourly(25, 30, 0.25))])
def test_a_split_in_an_answer_moves_what_cannot_be_compared(store, interval, bars):
    store.split(4.0)
    settled = store.settle(interval, bars, span(19), new_splits=((EX, 4.0),))
    assert settled.unproven_since is None
    assert set(settled.rebased) == {DAY, HOUR}
    assert_divided(store, 4.0)


@pytest.mark.parametrize(("days_before", "is_new_fact"), [(0, True), (1, False)])
def test_a_split_of_a_time_whose_splits_were_known_is_reflected(store, days_before, is_new_fact):
    date = STORED_UNTIL // DAY_S * DAY_S - days_before * DAY_S
    store.split(4.0, date)
    store.settle(DAY, daily(25, 30), span(18), new_splits=((date, 4.0),))
    assert (store.closes(DAY)[0] == CLOSES[0] / 4.0) == is_new_fact


def test_a_split_that_is_known_already_divides_nothing_again(store):
    store.split(4.0)
    assert store.settle(DAY, daily(25, 30), span(19)) == Settled()
    assert_divided(store, 1.0)


def test_hours_of_which_no_daily_bar_is_stored_follow(store):
    number = series_id(store.connection, "AAA", DAY)
    with transaction(store.connection):
        for table in ("candle", "chunk", "chunk_checksum"):
            store.connection.execute(f"DELETE FROM {table} WHERE series_id = ?", (number,))
    store.split(4.0)
    store.settle(DAY, daily(15, 30, 0.25), span(15), new_splits=((EX, 4.0),))
    assert store.closes(HOUR) == pytest.approx((np.repeat(CLOSES[5:20], 7) / 4.0).tolist())


@pytest.mark.parametrize(
    ("interval", "bars", "asked", "is_proven"),
    [
        (DAY, daily(25, 30), span(25), False),  # nothing to compare, and a split between would not be listed
        (DAY, daily(25, 30), span(20), False),
        (DAY, daily(25, 30), Span(STORED_UNTIL, NOW), True),  # it would be
        (DAY, daily(25, 30), Span(STORED_UNTIL + 1, NOW), False),
        (DAY, daily(25, 29), Span(STORED_UNTIL, NOW - FRESH_S - 1), False),  # not up to now
        (DAY, daily(15, 30), span(25), True),  # the same bars
        (DAY, daily(15, 30, 1.3), span(25), False),  # which no split explains
        (HOUR, hourly(25, 30), span(25), False),
        (HOUR, hourly(15, 30), span(25), True),
        (HOUR, hourly(25, 30), Span(STORED_UNTIL, NOW), True),
    ],
)
def test_what_is_not_proven_waits_for_the_dailies(store, interval, bars, asked, is_proven):
    settled = store.settle(interval, bars, asked)
    assert settled == Settled(None if is_proven else int(DATES[0]))
    assert_divided(store, 1.0)
    is_reached = asked.start <= STORED_UNTIL and asked.end >= NOW - FRESH_S
    assert read_basis(store.connection, "AAA") == (NOW if is_reached else STORED_UNTIL)


def test_what_was_answered_a_moment_ago_is_not_asked_again(store):
    for seconds, is_proven in ((FRESH_S, True), (FRESH_S + 1, False)):
        settled = store.settle(HOUR, hourly(2, 4), span(2, int(DATES[4])), now=STORED_UNTIL + seconds)
        assert settled == Settled(None if is_proven else int(DATES[0]))


def test_from_the_oldest_asked_or_stored(store):
    early = Span(int(DATES[0]) - 9 * DAY_S, int(DATES[0]) - DAY_S)
    assert store.settle(DAY, Bars.empty(), early) == Settled(early.start)


def test_all_dailies_since_the_oldest_bar_show_an_unstated_split(store):
    reported = daily(0, 30)
    old = reported.close[:10] * 2.0
    store.put(DAY, Bars(reported.open_time[:10], *(old.copy() for _ in range(3)), old, reported.volume[:10]))
    store.put(HOUR, hourly(5, 10, 2.0))
    settled = store.settle(DAY, reported, span(0))
    assert settled == Settled(None, (DAY, HOUR))
    assert_divided(store, 1.0)


def test_bars_that_still_formed_are_not_compared(store):
    number = series_id(store.connection, "AAA", DAY)
    with transaction(store.connection):
        row = Coverage(Span(int(DATES[19]), int(DATES[20])), CoverageState.PROVISIONAL, 1, 5)
        write_coverage(store.connection, number, [row])
    assert store.settle(DAY, daily(19, 30, 1.3), span(21)) == Settled(int(DATES[0]))
    assert store.settle(DAY, daily(19, 30), span(21)) == Settled(int(DATES[0]))
    assert store.settle(DAY, daily(18, 30), span(21)) == Settled()


def test_nothing_stored_is_on_every_basis(tmp_path):
    create_or_open(tmp_path / "candles.db")
    connection = connect_writer(tmp_path / "candles.db")
    try:
        early, late = span(5, int(DATES[9])), span(5, NOW + 9)
        for asked, now in ((early, NOW), (early, NOW + 9), (late, NOW + 18)):
            with transaction(connection):
                write_instrument(connection, AAA, "TEST", "TEST", 1)
                new = Compared("AAA", DAY, daily(5, 9), CALENDAR, asked, now)
                assert settle_basis(connection, new) == Settled()
            assert read_basis(connection, "AAA") == now
    finally:
        connection.close()


def test_what_was_sent_of_flagged_bars_moves_too(store):
    number = series_id(store.connection, "AAA", DAY)
    odd = [OddBar(int(DATES[3]), 128, (0.5, None, 0.5, 0.5), 600.0), OddBar(int(DATES[4]), 1)]
    with transaction(store.connection):
        write_odd(store.connection, number, np.array([], np.int64), odd)
    store.split(4.0)
    store.settle(DAY, daily(15, 30, 0.25), span(15), new_splits=((EX, 4.0),))
    assert read_odd(store.connection, number, WHOLE) == [
        OddBar(int(DATES[3]), 128, (0.125, None, 0.125, 0.125), 2_400.0),
        odd[1],
    ]


@pytest.mark.parametrize(
    ("name", "first", "times", "is_other"),
    [
        ("Nova Robotics Inc.", STORED_UNTIL + DAY_S, 1.0, True),
        ("Nova Robotics Inc.", int(DATES[0]) - 30 * DAY_S, 3.0, True),
        ("Nova Robotics Inc.", int(DATES[0]) - 30 * DAY_S, 1.0, False),
        ("Aaa Ltd", STORED_UNTIL + DAY_S, 3.0, False),
    ],
)
def test_another_company_gets_none_of_the_previous_companys_bars(store, name, first, times, is_other):
    answered = Instrument("AAA", "TST", "EQUITY", "UTC", "USD", 2, first, name)
    with transaction(store.connection):
        retired = retire_other_company(store.connection, answered, DAY, daily(10, 30, times))
    assert bool(retired) == is_other
    assert (read_instrument(store.connection, "AAA") is None) == is_other
