"""Workers that raise everything, and people who change their minds a thousand times: jobs never lie about it."""

import asyncio
import concurrent.futures
import os
import signal
import time
from collections import Counter

import pytest

from candledesk.cache.messages import BarsRequest, JobState, ViewportRequest
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.job_states import EDGES
from candledesk.domain.span import Span
from tests.cache.conftest import NOW, CacheHarness, FakeYahoo
from tests.faults.evidence import Evidence, check_true
from tests.faults.process import span_text, wait_until

WAIT_S = 60
FIRST_MONDAY = (NOW // DAY_S - 702) * DAY_S


class OddError(BaseException):
    """Not even an ``Exception``."""


KINDS = (
    *(ValueError, KeyError, SystemExit, KeyboardInterrupt, MemoryError, GeneratorExit, StopIteration, RecursionError),
    *(OSError, EOFError, AssertionError, ZeroDivisionError, StopAsyncIteration, OddError),
    *(concurrent.futures.CancelledError, asyncio.CancelledError, concurrent.futures.InvalidStateError),
)


class RaisingYahoo(FakeYahoo):
    """Raises the next kind of exception for each request of an hour's bars, while ``is_raising``."""

    def __init__(self):
        super().__init__()
        self.raised = []
        self.is_raising = False
        self.script = self.play

    def play(self, request):
        if not self.is_raising or request.interval.name != "1h":
            return
        with self.lock:
            kind = KINDS[len(self.raised) % len(KINDS)]
            self.raised.append(kind)
        raise kind(f"number {len(self.raised)}")


@pytest.mark.timeout(900)
@pytest.mark.allow_logs
def test_workers_that_raise_anything(tmp_path, count, figures):
    n_wanted = count(200, 1_000)
    yahoo = RaisingYahoo()
    harness = CacheHarness(tmp_path, yahoo)
    try:
        harness.bars("1d", Span(FIRST_MONDAY, FIRST_MONDAY + 30 * DAY_S))
        pool = list(harness.service._pool._threads)
        yahoo.is_raising = True
        futures, job_ids = [], []
        for number in range(n_wanted):
            if len(yahoo.raised) >= n_wanted:
                break
            jobs, others = ask_three_ways(harness, number)
            futures += others
            job_ids += jobs
        concurrent.futures.wait(futures, WAIT_S)
        assert [future for future in futures if not future.done()] == []
        ended = [harness.cache.wait_job(job_id).result(WAIT_S) for job_id in job_ids]
        names = {kind.__name__ for kind in KINDS}
        untold = [job for job in ended if job.state is not JobState.FAILED or not any(n in job.error for n in names)]
        assert [(job.state, job.error) for job in untold] == []
        assert harness.service._pool._threads == pool
        assert all(thread.is_alive() for thread in pool)
        assert harness.service._fill_scheduler.n_in_flight == 0
        n_raised, yahoo.is_raising = len(yahoo.raised), False
        check_all_is_well(harness, yahoo, job_ids)
    finally:
        harness.service.close()
    assert n_raised >= n_wanted
    figures(
        f"{n_raised:,} exceptions of {len(KINDS)} kinds in workers: {len(pool)} of {len(pool)} threads alive,"
        f" {len(futures) + len(job_ids):,} futures all resolved, {len(job_ids):,} jobs each said why, and all succeeded"
        " when retried"
    )


def ask_three_ways(harness, number):
    """A job, a script and a chart want three different days; return jobs' numbers and the futures."""
    start = FIRST_MONDAY + (number % 100 * 7 + number // 100 % 5) * DAY_S  # always a weekday
    span = Span(start, start + DAY_S)
    job = harness.cache.start_backfill("AAA", INTERVALS["1h"], span).result(WAIT_S)
    bars = harness.cache.load_bars(BarsRequest("AAA", INTERVALS["1h"], span, timeout_s=20.0))
    view = harness.cache.load_viewport(
        ViewportRequest(number % 3, next(harness.generations), "AAA", INTERVALS["1h"], span.start, 50, 50)
    )
    concurrent.futures.wait([bars], WAIT_S)
    return [job.job_id], [bars, view]


def check_all_is_well(harness, yahoo, job_ids):
    """The same threads fetch as if nothing had been: every failed job succeeds when it is retried."""
    assert harness.cache.retry_failed_jobs().result(WAIT_S) == len(job_ids)
    assert {harness.cache.wait_job(job_id).result(WAIT_S).state for job_id in job_ids} == {JobState.SUCCEEDED}
    span = Span(FIRST_MONDAY, FIRST_MONDAY + 100 * DAY_S)
    assert harness.bars("1h", span).bars.equals(yahoo.truth("AAA", "1h", span))


SERIES = (("MSFT", "1m"), ("BTC-USD", "1m"), ("VOD.L", "1m"), ("EURUSD=X", "1m"), ("ES=F", "1m"))
ROADS = {(a.value, b.value) for (a, _), b in EDGES.items()} | {(state.value, state.value) for state in JobState}


class Person:
    """Starts backfills and changes their mind at random, noting what was answered and how fast."""

    def __init__(self, instance, market, dice):
        self.instance, self.dice = instance, dice
        self.now = market.clock.now()
        self.job_ids, self.seconds, self.refused = [], [], 0
        self.n = dict.fromkeys(("cancel", "pause", "resume", "retry"), 0)

    def order(self, method, path, body=None):
        """Ask, and wait where the server says that this is too fast."""
        while True:
            started = time.monotonic()
            status, answer = self.instance.ask(method, path, body=body)
            if status != 429:
                return status, answer, time.monotonic() - started
            time.sleep(0.05)

    def start(self):
        symbol, interval = self.dice.choice(SERIES)
        start = self.now - self.dice.randrange(3 * 1_440, 28 * 1_440) * 60
        span = span_text(start, start + self.dice.randrange(60, 3 * 1_440) * 60)
        status, answer, _ = self.order("POST", "candles/backfill", {"symbol": symbol, "interval": interval, **span})
        assert status == 202, answer
        return answer["job_id"]

    def do(self, job_id, verb):
        status, answer, took_s = self.order("POST", f"jobs/{job_id}/{verb}")
        assert status in {200, 409}, answer
        if status == 409:
            self.refused += 1
            return
        self.n[verb] += 1
        if verb in {"cancel", "pause"}:
            self.seconds.append(took_s)
            assert answer["state"] == {"cancel": "cancelled", "pause": "paused"}[verb]

    def live(self):
        """One job, from its start to its cancellation."""
        job_id = self.start()
        self.job_ids.append(job_id)
        time.sleep(self.dice.choice((0.0, 0.0, 0.01, 0.05, 0.1)))
        mood = self.dice.random()
        if mood < 0.2:
            self.do(job_id, "pause")
            if self.dice.random() < 0.5:
                self.do(job_id, "resume")
        elif mood < 0.3:
            self.do(job_id, "cancel")
            self.do(job_id, "retry")
        self.do(job_id, "cancel")


def check_roads(events):
    """Every job went from state to state on legal roads only; return where each was last."""
    last = {}
    for name, row in events:
        if name != "job" or row["kind"] != "backfill":
            continue
        before = last.get(row["job_id"], "queued")
        assert (before, row["state"]) in ROADS, (row["job_id"], before, row["state"])
        last[row["job_id"]] = row["state"]
    return last


def change_minds(start, market, dice, home, n_wanted):
    """Cancel so many jobs of a new home, where there is much to fetch; return the person, the events and the bars."""
    instance = start(home).ready()
    for symbol, _ in SERIES:
        instance.get("candles", symbol=symbol, interval="1d", timeout=30)
    instance.listen()
    person = Person(instance, market, dice)
    while person.n["cancel"] < n_wanted:
        person.live()
    wait_until(lambda: not instance.live_jobs(), what="the last step of the last job")
    assert all(job["state"] != "paused" for job in instance.jobs())
    assert instance.quit()[0] == 0
    last = check_roads(instance.events)
    with Evidence(home, home.parent / "copy") as evidence:
        evidence.check_sound()
        stored = {row[0]: row[3] for row in evidence.jobs()}
        assert {job_id: stored[job_id] for job_id in person.job_ids} == {j: last[j] for j in person.job_ids}
        assert set(stored.values()) <= {"cancelled", "succeeded"}
        return person, sum(check_series(evidence, market, person.now, *key) for key in SERIES)


def check_series(evidence, market, now, symbol, interval):
    span = (now - 29 * DAY_S, now - DAY_S)
    bars = evidence.bars(symbol, interval, *span)
    check_true(bars, market.truth(symbol, interval, *span))
    return len(bars)


@pytest.mark.timeout(1_800)
def test_random_cancels(start, market, dice, count, figures, tmp_path):
    market.faults.add("delay", delay_s=0.1, probability=0.7, seed=1)
    n, seconds, n_refused, n_bars = Counter(), [], 0, 0
    for number in range(count(1, 20)):  # once everything is stored a job succeeds before it can be cancelled
        person, n_kept = change_minds(start, market, dice, tmp_path / f"home{number}", count(60, 50))
        n.update(person.n)
        seconds += person.seconds
        n_refused, n_bars = n_refused + person.refused, n_bars + n_kept
    seconds.sort()
    figures(
        f"{n['cancel']:,} cancels, {n['pause']} pauses, {n['resume']} resumes, {n['retry']} retries at random moments,"
        f" {n_refused} refused because the job had ended; answered in {1000 * seconds[len(seconds) // 2]:.0f} ms"
        f" (99 %: {1000 * seconds[int(0.99 * (len(seconds) - 1))]:.0f} ms); no state flipped back, no live row left,"
        f" {n_bars:,} bars kept, all true"
    )


@pytest.mark.timeout(900)
def test_the_fetch_process_is_killed_again_and_again(start, market, count, dice, figures, tmp_path):
    n_kills = count(3, 30)
    market.faults.add("delay", delay_s=0.4)
    home = tmp_path / "home"
    instance = start(home, CANDLEDESK_REQUEST_TIMEOUT_S="5").ready()
    now = market.clock.now()
    wanted = dict.fromkeys(SERIES, (now - 28 * DAY_S, now - DAY_S))
    for key, span in wanted.items():
        instance.backfill(*key, *span)
    for _ in range(n_kills):
        n_asked = len(market.chart_log())
        wait_until(lambda n=n_asked: len(market.chart_log()) > n or not instance.live_jobs(), what="a fetch")
        time.sleep(dice.uniform(0, 0.5))
        for pid in instance.children():
            os.kill(pid, signal.SIGKILL)
    for key, span in wanted.items():  # what failed meanwhile is asked for again
        instance.backfill(*key, *span)
    wait_until(lambda: not instance.live_jobs(), 300, "the jobs' end", 0.1)
    states = [job["state"] for job in instance.jobs() if job["kind"] == "backfill"]
    assert set(states) == {"succeeded"}, instance.jobs()
    assert instance.quit()[0] == 0
    with Evidence(home, tmp_path / "copy") as evidence:
        evidence.check_sound()
        for key, span in wanted.items():
            assert evidence.bars(*key, *span).equals(market.truth(*key, *span)), key
    figures(f"the fetch process was killed {n_kills} times: every job succeeded, every bar equal to the truth")
