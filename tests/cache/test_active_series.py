"""Which series are kept current: what is shown, and for half an hour what was asked for."""

import threading

from candledesk.cache.active_series import N_REMEMBERED, REMEMBERED_S, ActiveSeries, Waiting, elapsed_s
from candledesk.domain.interval import INTERVALS

MINUTE, QUARTER, HALF = INTERVALS["1m"], INTERVALS["15m"], INTERVALS["30m"]


class World:
    def __init__(self):
        self.elapsed = 0.0
        self.active = ActiveSeries(lambda: self.elapsed)

    def names(self):
        return [(symbol, interval.name) for symbol, interval in self.active.series()]


def test_what_was_asked_for_is_forgotten_after_a_while():
    world = World()
    world.active.note("AAA", MINUTE)
    world.elapsed = REMEMBERED_S - 1
    assert world.names() == [("AAA", "1m")]
    world.active.note("AAA", MINUTE)
    world.elapsed += REMEMBERED_S - 1
    assert world.names() == [("AAA", "1m")]
    world.elapsed += 2
    assert world.names() == []


def test_what_is_shown_counts_until_the_last_chart_leaves():
    world = World()
    first, second = (world.active.follow("AAA", MINUTE) for _ in range(2))
    world.elapsed = 10 * REMEMBERED_S
    first()
    first()
    assert world.names() == [("AAA", "1m")]
    second()
    assert world.names() == []


def test_a_derived_interval_is_its_base_and_each_series_comes_once_what_is_shown_first():
    world = World()
    world.active.note("BBB", MINUTE)
    world.active.note("AAA", QUARTER)
    world.active.follow("AAA", HALF)
    assert world.names() == [("AAA", "15m"), ("BBB", "1m")]


def test_a_script_that_walks_through_everything_does_not_make_everything_active():
    world = World()
    for number in range(3 * N_REMEMBERED):
        world.active.note(f"S{number}", MINUTE)
    assert len(world.names()) == N_REMEMBERED
    assert world.names()[0] == (f"S{3 * N_REMEMBERED - 1}", "1m")


class BetweenLocks:
    """A lock whose first release is followed by what another thread does."""

    def __init__(self, others):
        self.lock, self.others = threading.Lock(), [others]

    def __enter__(self):
        self.lock.acquire()

    def __exit__(self, *_):
        self.lock.release()
        if self.others:
            self.others.pop()()


def test_a_series_that_is_opened_while_a_round_ends_counts_from_then_on():
    world = World()
    world.active._lock = BetweenLocks(lambda: world.active.follow("AAA", MINUTE))
    world.active.note_waiting({}, 1_000)
    world.elapsed = 100.0
    world.active.note_waiting({("AAA", "1m"): Waiting(0, 900)}, 1_100)
    assert world.active.worst_lag_s(1_100) == 100


def test_the_clock_that_nobody_sets_goes_forward():
    assert 0 < elapsed_s() <= elapsed_s()
