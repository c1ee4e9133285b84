"""The limiter with a clock of its own: no test here waits for time to pass."""

import threading
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.instrument import Instrument
from candledesk.providers.answers import BarsAnswer, FaultAnswer, RateLimitedAnswer, RefusalKind, RefusedAnswer
from candledesk.providers.rate_limiter import Limiter, LimiterCore, LimiterMemory, RequestOutcome, outcome_of

RATE = 24  # a minute: a token each 2.5 s
BURST = 6
JOIN_S = 20


class Clock:
    def __init__(self):
        self.now = 1_000.0
        self.wall = 1_800_000_000.0

    def advance(self, seconds):
        self.now += seconds
        self.wall += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def changes():
    return []


@pytest.fixture
def limiter(clock, changes):
    return Limiter(
        RATE,
        BURST,
        60.0,
        clock=lambda: clock.wall,
        monotonic=lambda: clock.now,
        random=lambda: 0.5,  # no jitter
        on_change=changes.append,
    )


def goes(limiter, priority=0):
    return limiter.acquire(priority, threading.Event(), timeout_s=0)


def drain(limiter):
    return sum(goes(limiter) for _ in range(100))


# --- the bucket ----------------------------------------------------------------------------------------------------


def test_a_burst_then_one_each_2_5_seconds(limiter, clock):
    assert drain(limiter) == BURST
    clock.advance(2.4)
    assert not goes(limiter)
    clock.advance(0.1)
    assert goes(limiter)
    assert not goes(limiter)


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 2)), max_size=120))
def test_no_minute_grants_more_than_rate_and_burst(steps):
    core, now, granted = LimiterCore(RATE, BURST, 60.0), 0.0, []
    for pause, priority in steps:
        now += pause
        while core.wait_s(now, priority) <= 0:
            core.take(now)
            granted.append(now)
    for i, first in enumerate(granted):
        assert sum(first <= at < first + 60 for at in granted[i:]) <= RATE + BURST


def test_waiting_exactly_the_returned_time_is_enough():
    core, now = LimiterCore(7, 2, 60.0), 0.1
    for _ in range(500):
        now += core.wait_s(now)
        assert core.wait_s(now) == 0
        core.take(now)


def test_a_call_that_cost_more_requests_costs_more_tokens(limiter, clock):
    drain(limiter)
    limiter.report(3, RequestOutcome.ANSWERED)
    assert limiter.state().next_request_in_s == pytest.approx(7.5)
    clock.advance(7.5)
    assert goes(limiter)


def test_a_call_that_sent_nothing_gives_its_token_back_and_teaches_nothing(limiter):
    drain(limiter)
    limiter.report(0, RequestOutcome.OFFLINE, "never sent")
    assert limiter.state().tokens == 1
    assert not limiter.state().is_offline
    assert limiter.state().last_error == ""


def test_a_backfill_leaves_tokens_for_the_next_scroll(limiter):
    assert sum(goes(limiter, priority=2) for _ in range(100)) == BURST - 2
    assert goes(limiter, priority=0)
    assert goes(limiter, priority=1)
    assert not goes(limiter, priority=0)


def test_a_burst_of_one_still_lets_a_backfill_through():
    core = LimiterCore(RATE, 1, 60.0)
    assert core.wait_s(0.0, priority=2) == 0


@pytest.mark.parametrize(("rate", "burst", "pause"), [(0, 6, 60), (-1, 6, 60), (24, 0, 60), (24, 6, -1)])
def test_a_limiter_that_grants_nothing_is_refused(rate, burst, pause):
    with pytest.raises(ValueError, match="no such limiter"):
        LimiterCore(rate, burst, pause)


def test_a_clock_that_falls_back_gives_no_negative_wait_and_no_tokens(limiter, clock):
    drain(limiter)
    clock.now -= 500
    assert limiter.state().next_request_in_s >= 0
    assert not goes(limiter)
    clock.advance(500 + 2.5)
    assert goes(limiter)
    assert not goes(limiter)


# --- the breaker ---------------------------------------------------------------------------------------------------


def test_a_429_stops_every_lane_then_one_probe_goes(limiter, clock):
    assert goes(limiter)
    limiter.report(1, RequestOutcome.RATE_LIMITED, "too many")
    state = limiter.state()
    assert (state.breaker, state.last_error) == ("open", "too many")
    assert state.retry_at == 1_800_000_060
    assert state.next_request_in_s == 60
    clock.advance(59)
    assert not goes(limiter)
    clock.advance(1)
    assert limiter.state().breaker == "half_open"
    assert goes(limiter)
    assert not goes(limiter), "only one probe"
    limiter.report(1, RequestOutcome.ANSWERED)
    state = limiter.state()
    assert (state.breaker, state.last_error, state.retry_at) == ("closed", "", None)
    assert goes(limiter)


def test_pauses_double_up_to_15_minutes_and_a_success_resets_them(limiter, clock):
    pauses = []
    for _ in range(6):
        assert goes(limiter)
        limiter.report(1, RequestOutcome.RATE_LIMITED)
        pauses.append(limiter.state().next_request_in_s)
        clock.advance(pauses[-1])
    assert pauses == [60, 120, 240, 480, 900, 900]
    assert goes(limiter)
    limiter.report(1, RequestOutcome.ANSWERED)
    limiter.report(1, RequestOutcome.RATE_LIMITED)
    assert limiter.state().next_request_in_s == 60


def test_four_lanes_that_see_the_same_429_pause_once(limiter):
    for _ in range(4):
        assert goes(limiter)
    for _ in range(4):
        limiter.report(1, RequestOutcome.RATE_LIMITED)
    assert limiter.state().next_request_in_s == 60


def test_a_late_success_of_another_lane_does_not_end_the_pause(limiter):
    limiter.report(1, RequestOutcome.RATE_LIMITED)
    limiter.report(1, RequestOutcome.ANSWERED)
    assert limiter.state().breaker == "open"
    assert not goes(limiter)


def test_a_probe_that_fails_otherwise_is_followed_by_another(limiter, clock):
    limiter.report(1, RequestOutcome.RATE_LIMITED)
    clock.advance(60)
    assert goes(limiter)
    limiter.report(1, RequestOutcome.FAULT, "HTTP 502")
    assert limiter.state().breaker == "half_open"
    assert goes(limiter)


def test_a_probe_that_never_reports_blocks_for_a_minute_at_most(limiter, clock):
    limiter.report(1, RequestOutcome.RATE_LIMITED)
    clock.advance(60)
    assert goes(limiter)
    clock.advance(59)
    assert not goes(limiter)
    clock.advance(1)
    assert goes(limiter)


@pytest.mark.parametrize(("draw", "pause"), [(0.0, 54), (0.5, 60), (1.0, 66)])
def test_the_pause_has_ten_percent_of_jitter(draw, pause):
    core = LimiterCore(RATE, BURST, 60.0, random=lambda: draw)
    core.report(0.0, 1, RequestOutcome.RATE_LIMITED)
    assert core.pause_left_s(0.0) == pytest.approx(pause)


def test_the_retry_time_follows_the_wall_clock_when_it_is_set(limiter, clock):
    limiter.report(1, RequestOutcome.RATE_LIMITED)
    clock.wall += 3_600
    assert limiter.state().retry_at == 1_800_003_660


# --- offline -------------------------------------------------------------------------------------------------------


def test_offline_backs_off_1_2_4_to_60_seconds_with_one_probe_each(limiter, clock):
    waits = []
    for _ in range(9):
        clock.advance(60)  # tokens enough
        assert goes(limiter)
        assert not waits or not goes(limiter), "one probe at a time"
        limiter.report(1, RequestOutcome.OFFLINE, "no network")
        waits.append(limiter.state().next_request_in_s)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    state = limiter.state()
    assert (state.is_offline, state.breaker, state.last_error) == (True, "closed", "no network")
    assert state.retry_at is not None


def test_lanes_that_fail_together_take_one_step(limiter):
    for _ in range(4):
        limiter.report(1, RequestOutcome.OFFLINE)
    assert limiter.state().next_request_in_s == 1


@pytest.mark.parametrize("outcome", [RequestOutcome.ANSWERED, RequestOutcome.FAULT])
def test_any_answer_ends_offline(limiter, outcome):
    limiter.report(1, RequestOutcome.OFFLINE)
    limiter.report(1, outcome)
    assert not limiter.state().is_offline
    assert goes(limiter)
    assert goes(limiter)


# --- the driver ----------------------------------------------------------------------------------------------------


def wait_until(is_true):
    while not is_true():
        time.sleep(0.001)


def start_waiting(limiter, priority, done, cancel=None, name=None):
    n_before = len(limiter._waiting)

    def run():
        done.append((priority if name is None else name, limiter.acquire(priority, cancel or threading.Event())))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    wait_until(lambda: len(limiter._waiting) > n_before)
    return thread


def test_the_foreground_goes_first_then_who_came_first(limiter, clock):
    drain(limiter)
    done = []
    arrivals = [(2, "fill 1"), (1, "update 1"), (2, "fill 2"), (1, "update 2"), (1, "update 3"), (0, "scroll")]
    for priority, name in arrivals:
        start_waiting(limiter, priority, done, name=name)
    token = 2.5
    for n_done, seconds in enumerate((token, token, token, token, 3 * token, token)):
        clock.advance(seconds)
        limiter.notify()
        wait_until(lambda n=n_done: len(done) > n)
    assert [name for name, _ in done] == ["scroll", "update 1", "update 2", "update 3", "fill 1", "fill 2"]


def test_a_cancelled_caller_returns_at_once(limiter):
    limiter.report(1, RequestOutcome.RATE_LIMITED)
    done, cancel = [], threading.Event()
    thread = start_waiting(limiter, 0, done, cancel)
    cancel.set()
    limiter.notify()
    thread.join(JOIN_S)  # the pause takes a minute
    assert not thread.is_alive()
    assert done == [(0, False)]
    assert limiter._waiting == []


def test_a_cancelled_caller_lets_the_next_one_go(limiter, clock):
    limiter.report(1, RequestOutcome.RATE_LIMITED)
    done, cancel = [], threading.Event()
    first = start_waiting(limiter, 0, done, cancel)
    second = start_waiting(limiter, 1, done)
    cancel.set()
    clock.advance(60)
    limiter.notify()
    first.join(JOIN_S)
    second.join(JOIN_S)
    assert sorted(done) == [(0, False), (1, True)]


def test_an_already_cancelled_caller_takes_no_token(limiter):
    cancel = threading.Event()
    cancel.set()
    assert not limiter.acquire(0, cancel)
    assert limiter.state().tokens == BURST


def test_a_report_wakes_who_waits_for_the_probe(limiter, clock):
    limiter.report(1, RequestOutcome.RATE_LIMITED)
    clock.advance(60)
    assert goes(limiter)
    done = []
    thread = start_waiting(limiter, 0, done)
    limiter.report(1, RequestOutcome.ANSWERED)
    thread.join(JOIN_S)  # the probe counts as lost after a minute
    assert done == [(0, True)]


def test_changes_are_emitted_once_and_outside_the_lock(clock):
    seen = []
    limiter = Limiter(on_change=lambda state: seen.append((state, limiter.state())), monotonic=lambda: clock.now)
    for outcome in (
        RequestOutcome.ANSWERED,
        RequestOutcome.OFFLINE,
        RequestOutcome.ANSWERED,
        RequestOutcome.RATE_LIMITED,
        RequestOutcome.RATE_LIMITED,
    ):
        limiter.report(1, outcome)
    reported = [(state.breaker, state.is_offline) for state, _ in seen]
    assert reported == [("closed", True), ("closed", False), ("open", False)]
    assert all(a != b for a, b in pairwise(reported))


INSTRUMENT = Instrument("X", "NMS", "EQUITY", "UTC", None, 2, None)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (BarsAnswer(Bars.empty(), INSTRUMENT), RequestOutcome.ANSWERED),
        (RefusedAnswer(RefusalKind.BAD_REQUEST, "no"), RequestOutcome.ANSWERED),
        (RateLimitedAnswer("slow down"), RequestOutcome.RATE_LIMITED),
        (FaultAnswer("broken"), RequestOutcome.FAULT),
        (FaultAnswer("gone", is_offline=True), RequestOutcome.OFFLINE),
    ],
)
def test_every_answer_has_an_outcome(limiter, answer, outcome):
    assert outcome_of(answer) is outcome
    limiter.report_answer(answer)
    assert limiter.state().last_error == getattr(answer, "reason", "") * (outcome is not RequestOutcome.ANSWERED)


def test_a_restart_neither_forgets_a_pause_nor_brings_a_fresh_burst():
    wall, saved = [1_000.0], []
    make = lambda **more: Limiter(  # noqa: E731
        60, 6, 100.0, clock=lambda: wall[0], monotonic=lambda: wall[0], random=lambda: 0.5, **more
    )
    first = make(on_use=saved.append)
    for _ in range(6):
        assert first.acquire(0, threading.Event(), 0.0)
    first.report(1, RequestOutcome.RATE_LIMITED, "429")
    wall[0] += 10
    again = make(memory=saved[-1])
    assert again.state().breaker == "open"
    assert again.state().next_request_in_s == pytest.approx(90.0)
    wall[0] += 90
    probe = make(memory=saved[-1])
    assert probe.acquire(0, threading.Event(), 0.0)
    assert not probe.acquire(0, threading.Event(), 0.0)  # one probe at a time
    probe.report(1, RequestOutcome.RATE_LIMITED, "429")
    assert probe.state().next_request_in_s == pytest.approx(200.0)  # it doubles across the restart


def test_a_clock_set_back_between_runs_gives_nothing_and_takes_nothing():
    memory = LimiterMemory(tokens=2.0, paused_until=0.0, n_limited=0, saved_at=5_000.0)
    limiter = Limiter(60, 6, clock=lambda: 1_000.0, monotonic=lambda: 0.0, memory=memory)
    assert limiter.state().tokens == pytest.approx(2.0)
