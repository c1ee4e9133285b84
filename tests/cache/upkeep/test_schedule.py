"""Rounds of upkeep with a clock by hand: what is started, how often, and what a jumping clock changes (nothing)."""

import pytest

from candledesk.cache.rules.planner import Facts
from candledesk.cache.upkeep.schedule import (
    MAX_PAUSE_S,
    SLOT_S,
    SeriesStatus,
    UpdateRate,
    UpdateScheduler,
)
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.job_states import JobKind
from candledesk.domain.span import Span
from candledesk.providers.yahoo.capabilities import LIMITS
from tests.cache.conftest import NOW, all_day_calendar, weekday_calendar

WEEKDAYS, ALL_DAYS = weekday_calendar(), all_day_calendar()
TODAY = NOW // DAY_S * DAY_S
OPEN, CLOSE = TODAY + 52_200, TODAY + 75_600
HAVE, PROVISIONAL, EMPTY = CoverageState.HAVE, CoverageState.PROVISIONAL, CoverageState.KNOWN_EMPTY


class World:
    """A wall clock, one that nobody sets, and series whose updates are answered at once by default."""

    def __init__(self, *series, now=NOW, calendar=WEEKDAYS, floor_s=60, rate=24):
        self.scheduler = UpdateScheduler(UpdateRate(floor_s, rate))
        self.elapsed, self.calendar = 1_000.0, calendar
        self.wall = now - self.elapsed
        self.asked = dict.fromkeys(series, now)
        self.newest = {}
        self.answers = True
        self.is_alone, self.in_front = False, set()
        self.log = []

    @property
    def now(self):
        return int(self.wall + self.elapsed)

    def status(self, key):
        symbol, name = key
        asked, interval = self.asked[key], INTERVALS[name]
        edge = max(asked // interval.step_s * interval.step_s, TODAY - 29 * DAY_S)
        if self.calendar is WEEKDAYS and CLOSE <= asked < CLOSE + 120:
            edge = CLOSE - interval.step_s  # the last bar is not final yet
        rows = [Coverage(Span(TODAY - 30 * DAY_S, edge), HAVE, asked)]
        is_forming = edge + interval.step_s > OPEN and edge % DAY_S < 75_600
        state, expires = (PROVISIONAL, asked + 30) if is_forming or self.calendar is ALL_DAYS else (HAVE, None)
        rows.append(Coverage(Span(edge, edge + interval.step_s), state, asked, expires))
        facts = Facts(interval, self.calendar, tuple(rows), None, self.now, LIMITS[interval.name])
        return SeriesStatus(facts, symbol, self.newest.get(key, edge), is_active=True, is_in_front=key in self.in_front)

    def run_one_round(self):
        series = [self.status(key) for key in self.asked]
        found = self.scheduler.plan(series, self.elapsed, is_alone=self.is_alone)
        for task in found.tasks:
            history = self.scheduler.begin(task, self.now, self.elapsed)
            self.log.append((task.symbol, task.kind, self.now))
            if self.answers:
                self.asked[task.symbol, task.interval.name] = self.now
            if self.answers is not None:
                history.end(self.now, self.elapsed, is_answered=self.answers)
        return found

    def run(self, seconds):
        end = self.elapsed + seconds
        while self.elapsed < end:
            pause = self.run_one_round().pause_s
            assert 0 < pause <= MAX_PAUSE_S
            self.advance(min(pause, end - self.elapsed) + 0.01)
        return len(self.log)

    def advance(self, seconds):
        self.elapsed += seconds


def test_one_update_a_bar():
    world = World(("AAA", "1m"))
    assert world.run(1_800) in (29, 30, 31)
    assert {kind for _, kind, _ in world.log} == {JobKind.UPDATE}
    assert all((at - OPEN) % 60 in (2, 3) for _, _, at in world.log)  # shortly after the bar's close


@pytest.mark.parametrize(("name", "expected"), [("5m", 60), ("15m", 20), ("1h", 5), ("1d", 4)])
def test_longer_bars_are_asked_less_often(name, expected):
    assert World(("AAA", name)).run(3_600) in range(expected - 1, expected + 2)


def test_nothing_is_asked_from_the_close_to_the_next_open():
    world = World(("AAA", "1m"), now=CLOSE - 90)
    n_at_close = world.run(300)
    assert n_at_close == 3
    assert world.run(17 * HOUR_S) == n_at_close
    world.run(3_600)
    assert len(world.log) - n_at_close == 33  # minutes after the next open


def test_one_update_after_a_long_sleep():
    world = World(("AAA", "1m"), ("BBB", "1m"), now=OPEN + 60, calendar=ALL_DAYS)
    world.run(300)
    world.log.clear()
    world.advance(10 * HOUR_S)
    world.run_one_round()
    assert sorted(symbol for symbol, _, _ in world.log) == ["AAA", "BBB"]
    world.run_one_round()
    assert len(world.log) == 2


@pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S])
@pytest.mark.parametrize("name", ["1m", "1d"])
def test_a_clock_that_is_set_costs_no_update(jump_s, name):
    plain, jumping = (World(("AAA", name), calendar=ALL_DAYS) for _ in range(2))
    n_plain = plain.run(3_600)
    jumping.run(1_200)
    jumping.wall += jump_s
    jumping.run(1_200)
    jumping.wall -= jump_s
    assert jumping.run(1_200) <= n_plain
    assert len(jumping.log) >= 0.8 * n_plain


def by_second(log):
    found = {}
    for _, _, at in log:
        found[at] = found.get(at, 0) + 1
    return found


def test_many_charts_share_half_the_limiters_rate_and_do_not_come_at_once():
    world = World(*((f"S{n}", "1m") for n in range(36)))
    n_saved = 4 * 12
    assert 340 + n_saved < world.run(1_800) < 376 + n_saved  # 12 a minute
    assert max(by_second(world.log).values()) <= 4


def test_while_nobody_else_asks_updates_take_nine_tenths():
    world = World(*((f"S{n}", "1m") for n in range(36)))
    world.is_alone = True
    assert 620 < world.run(1_800) - 48 < 660  # 21.6 a minute


def test_the_series_that_waits_longest_goes_first_and_the_chart_in_front_before_it():
    world = World(*((f"S{n}", "1m") for n in range(9)))
    for n in range(9):
        world.asked[f"S{n}", "1m"] = NOW - 600 + 60 * n
    first = world.scheduler.plan([world.status(key) for key in world.asked], world.elapsed)
    assert [task.symbol for task in first.tasks] == ["S0", "S1", "S2", "S3"]
    assert first.pause_s == SLOT_S
    world.in_front = {("S7", "1m")}
    found = world.scheduler.plan([world.status(key) for key in world.asked], world.elapsed)
    assert [task.symbol for task in found.tasks] == ["S7", "S0", "S1", "S2"]


def test_a_schedule_says_since_when_a_closed_bar_waits():
    world = World(("AAA", "1m"), ("BBB", "5m"))
    world.asked["AAA", "1m"] = NOW - 150
    found = world.run_one_round()
    assert found.waiting["AAA", "1m"].since == NOW - 148
    assert found.waiting["AAA", "1m"].asked_at == NOW - 150
    assert found.waiting["BBB", "5m"].since is None
    assert world.run_one_round().waiting["AAA", "1m"].since is None
    world.answers = False
    world.advance(60)
    world.run_one_round()
    world.advance(60)
    assert world.run_one_round().waiting["AAA", "1m"].is_failing


def test_forming_bars_are_read_with_what_closed_bars_leave():
    """40 series of 15m: 160 closed bars an hour, and two updates in between in place of four."""
    world = World(*((f"S{n}", "15m") for n in range(40)))
    assert 380 <= world.run(3_600) <= 490
    closing = {(symbol, (at - OPEN - 2) // 900) for symbol, _, at in world.log if (at - OPEN - 2) % 900 < 90}
    assert len(closing) == 40 * 4
    world = World(*((f"S{n}", "15m") for n in range(40)))
    world.in_front = {("S30", "15m")}
    world.run(3_600)
    n_front, n_behind = (sum(row[0] == symbol for row in world.log) for symbol in ("S30", "S31"))
    assert (n_front, n_behind in range(8, 13)) == (20, True)
    busy = World(*((f"S{n}", "1m") for n in range(12)), ("AAA", "5m"))
    busy.run(3_600)
    assert 10 <= sum(symbol == "AAA" for symbol, _, _ in busy.log) <= 13


def test_one_forming_bar_alone_is_read_at_its_own_pace_and_no_closed_bar_is_left_out():
    world = World(("AAA", "15m"))
    world.run(3_600)
    late = [(at - OPEN) % 900 for _, _, at in world.log]
    assert sum(2 <= second <= 4 for second in late) == 4
    assert len(late) in (19, 20, 21)


def test_a_bar_that_closed_while_its_update_ran_is_asked_for():
    world = World(("AAA", "1m"))
    world.answers = None
    world.advance(58 - NOW % 60)
    world.asked["AAA", "1m"] = world.now - 100
    (task,) = world.run_one_round().tasks
    history = world.scheduler.history(task.key)
    world.advance(10)  # the bar closed meanwhile; the answer was stored after it was available
    world.asked["AAA", "1m"] = world.now - 3
    history.end(world.now, world.elapsed, is_answered=True)
    assert len(world.run_one_round().tasks) == 1


def test_another_request_does_not_delay_the_next_update():
    world = World(("AAA", "1m"))
    world.run(180)
    world.asked["AAA", "1m"] = last = world.now // 60 * 60 + 35
    world.advance(last - world.now)
    n = len(world.log)
    world.run(40)
    assert [at - last for _, _, at in world.log[n:]] == [27]


def test_what_runs_is_not_started_again():
    world = World(("AAA", "1m"))
    world.answers = None
    assert world.run(1_800) == 1


def test_failures_are_tried_again_less_and_less():
    world = World(("AAA", "1m"))
    world.answers = False
    assert world.run(3_600) <= 8
    world.answers = True
    n = len(world.log)
    world.run(1_800)
    assert len(world.log) > n
    world.log.clear()
    assert world.run(600) in (9, 10, 11)


def test_an_update_that_brought_its_bars_is_no_failure_whatever_gaps_are_left():
    world = World(("AAA", "1m"))
    world.answers = None
    world.run(90)
    history = world.scheduler.history(("AAA", "1m", JobKind.UPDATE))
    world.asked["AAA", "1m"] = world.now
    history.n_failed, world.answers = 9, True
    history.end(world.now, world.elapsed, is_answered=False)
    assert world.run(300) >= 4


def test_a_stock_that_brings_nothing_new_is_asked_less():
    world = World(("AAA", "1m"))
    world.newest["AAA", "1m"] = TODAY - 20 * DAY_S
    assert world.run(DAY_S) <= 5


def test_an_update_reads_the_last_sessions_and_in_between_only_the_running_one():
    world = World(("AAA", "1m"))
    starts = []
    for _ in range(70):
        world.advance(60)
        starts += [task.span.start for task in world.run_one_round().tasks]
    assert starts.count(OPEN - 2 * DAY_S) == 2
    assert starts.count(OPEN) == len(starts) - 2 > 60


def empty_session(n_days, expires_at):
    return Coverage(Span(OPEN - n_days * DAY_S, CLOSE - n_days * DAY_S), EMPTY, NOW - HOUR_S, expires_at)


def status(*rows, now=NOW, **options):
    return SeriesStatus(
        Facts(INTERVALS["1h"], WEEKDAYS, tuple(rows), None, now, LIMITS["1h"]), "AAA", CLOSE - DAY_S, **options
    )


def test_an_empty_session_is_asked_again_a_bounded_number_of_times_a_day():
    scheduler = UpdateScheduler(UpdateRate(60, 24))
    n = 0
    for hour in range(24):
        found = scheduler.plan([status(empty_session(1, NOW - 1))], hour * 3_600.0)
        for task in found.tasks:
            assert (task.kind, task.span) == (JobKind.RECHECK, Span(OPEN - DAY_S, CLOSE - DAY_S))
            scheduler.begin(task, NOW, hour * 3_600.0).end(NOW, hour * 3_600.0, is_answered=True)
            n += 1
    assert n == 8
    assert scheduler.plan([status(empty_session(1, NOW - 1))], 25 * 3_600.0).tasks


def test_nothing_is_asked_again_before_its_time_or_while_something_else_asks():
    scheduler = UpdateScheduler(UpdateRate(60, 24))
    assert scheduler.plan([status(empty_session(1, NOW + 1))], 0.0).tasks == []
    kinds = [task.kind for task in scheduler.plan([status(empty_session(1, NOW - 1), is_active=True)], 0.0).tasks]
    assert kinds == [JobKind.UPDATE]


def test_archive_runs_go_two_at_a_time_the_longest_waiting_first():
    scheduler = UpdateScheduler(UpdateRate(60, 24))
    facts = Facts(INTERVALS["1m"], WEEKDAYS, (), None, NOW, LIMITS["1m"])
    series = [SeriesStatus(facts, f"S{n}", None, is_archived=True, last_run_at=NOW - n * DAY_S) for n in range(2, 7)]
    first = scheduler.plan(series, 0.0).tasks
    assert [task.symbol for task in first] == ["S6", "S5"]
    assert {task.kind for task in first} == {JobKind.ARCHIVE}
    assert first[0].span == Span(facts.floor[0] // 60 * 60, NOW // 60 * 60 + 60)
    for task in first:
        scheduler.begin(task, NOW, 0.0)
    assert scheduler.plan(series, 0.0).tasks == []
    scheduler.history(first[0].key).end(NOW, 0.0, is_answered=False)
    assert [task.symbol for task in scheduler.plan(series, 0.0).tasks] == ["S4"]


def count_started(world, symbol):
    return sum(row[0] == symbol for row in world.log)


def test_at_an_empty_budget_the_next_round_comes_when_one_update_may_start():
    world = World(("AAA", "1m"))
    for _ in range(48):  # what four minutes at half of the limiter's rate have saved up
        world.scheduler.budget.take()
    world.asked["AAA", "1m"] = world.now - 600
    found = world.run_one_round()
    assert (found.tasks, found.pause_s) == ([], 5.0)  # 12 a minute
    world.advance(5.0)
    assert [task.symbol for task in world.run_one_round().tasks] == ["AAA"]


def test_updates_of_the_same_round_count_before_the_next_one_may_start():
    world = World(("AAA", "1m"), ("BBB", "1m"))
    for _ in range(47):
        world.scheduler.budget.take()
    world.asked = {("AAA", "1m"): world.now - 700, ("BBB", "1m"): world.now - 600}
    found = world.run_one_round()
    assert ([task.symbol for task in found.tasks], found.pause_s) == (["AAA"], 5.0)


def test_forming_bars_in_front_take_their_updates_before_the_others_share_the_rest():
    """Of 12 updates a minute five charts of 5m in front take 5; nine behind them share 7, one in two minutes each."""
    front, behind = [(f"F{n}", "5m") for n in range(5)], [(f"S{n}", "5m") for n in range(9)]
    world = World(*front, *behind)
    world.in_front = set(front)
    world.run(3_600)
    assert {count_started(world, symbol) for symbol, _ in front} <= set(range(56, 62))
    assert {count_started(world, symbol) for symbol, _ in behind} <= set(range(28, 33))


def test_where_closed_bars_of_the_charts_in_front_take_everything_forming_bars_wait():
    front = [*((f"F{n}", "1m") for n in range(12)), ("F12", "5m")]
    world = World(*front, ("AAA", "5m"))
    world.in_front = set(front)
    world.run(3_600)
    assert [count_started(world, symbol) in range(10, 14) for symbol in ("F12", "AAA")] == [True, True]


@pytest.mark.parametrize(("before_s", "is_started"), [(20, False), (21, True)])
@pytest.mark.parametrize("is_in_front", [False, True])
def test_shortly_before_bars_close_only_the_chart_in_front_reads_a_forming_one(before_s, is_started, is_in_front):
    world = World(("AAA", "5m"), ("BBB", "1m"))
    world.advance(62 - world.now % 60 - before_s)  # a closed minute is asked for two seconds after its end
    assert world.now % 60 == (62 - before_s) % 60
    world.asked = {("AAA", "5m"): world.now - 70, ("BBB", "1m"): world.now - 35}
    world.in_front = {("AAA", "5m")} if is_in_front else set()
    assert [task.symbol for task in world.run_one_round().tasks] == (["AAA"] if is_started or is_in_front else [])


def test_of_many_empty_sessions_sixty_are_asked_again_in_one_day():
    facts = status(empty_session(1, NOW - 1)).facts
    series = [SeriesStatus(facts, f"S{n}", CLOSE - DAY_S) for n in range(70)]
    scheduler = UpdateScheduler(UpdateRate(60, 24))
    tasks = scheduler.plan(series, 0.0).tasks
    assert [task.kind for task in tasks] == [JobKind.RECHECK] * 60
    for task in tasks:
        scheduler.begin(task, NOW, 0.0).end(NOW, 0.0, is_answered=True)
    assert scheduler.plan(series, 3_600.0).tasks == []
    assert len(scheduler.plan(series, DAY_S + 1.0).tasks) == 60
