"""kill -9 at random moments of a backfill: nothing that was acknowledged is lost, nothing is stored twice."""

import contextlib
import time

import numpy as np
import pytest

from candledesk.domain.interval import DAY_S
from tests.faults.evidence import Evidence, check_true
from tests.faults.process import is_alive, wait_until

# symbol, interval, days: small windows of many rows, so that there is always a fetch or a transaction to hit
SERIES = (
    ("MSFT", "1m", 28),
    ("BTC-USD", "1m", 28),
    ("VOD.L", "1m", 28),
    ("EURUSD=X", "5m", 57),
    ("7203.T", "2m", 57),
    ("ES=F", "1h", 720),
)
SHARE_BLIND = 0.25  # killed before it has said anything: imports, migration, recovery of the log
BLIND_S = 2.5
FETCHING_S = 1.5


class Acknowledged:
    """What the processes of one home have reported so far, and what must therefore be there."""

    def __init__(self, market):
        now = market.clock.now()
        self.spans = {(s, i): (now - days * DAY_S, now - DAY_S) for s, i, days in SERIES}
        self.truth = {key: market.truth(*key, *span) for key, span in self.spans.items()}
        self.times = {key: np.empty(0, np.int64) for key in self.spans}
        self.done = {}

    @property
    def n_bars(self):
        return sum(len(times) for times in self.times.values())

    def note(self, key, times):
        self.times[key] = np.union1d(self.times[key], times)

    def note_events(self, events):
        for name, row in events:
            if name == "bars_stored" and (row["symbol"], row["interval"]) in self.truth:
                key = row["symbol"], row["interval"]
                times = self.truth[key].open_time
                self.note(key, times[(times >= _seconds(row["from"])) & (times < _seconds(row["to"]))])
            elif name == "job" and row["kind"] == "backfill":
                self.note_job(row)

    def note_job(self, row):
        assert self.done.get(row["job_id"], 0) <= row["bars_done"], f"progress fell back: {row}"
        self.done[row["job_id"]] = row["bars_done"]

    def check(self, evidence):
        if evidence.is_empty:
            assert not self.n_bars
            return
        stored_done = {row[0]: row[4] for row in evidence.jobs()}
        for job_id, done in self.done.items():
            assert stored_done[job_id] >= done, "committed progress was lost"
        for key, span in self.spans.items():
            bars = evidence.bars(*key, *span)
            check_true(bars, self.truth[key])
            assert len(np.setdiff1d(self.times[key], bars.open_time)) == 0, f"acknowledged bars of {key} were lost"


class Campaign:
    def __init__(self, start, market, dice, folder):
        self.start, self.market, self.dice, self.folder = start, market, dice, folder
        self.orphans = []
        self.n = dict.fromkeys(("blind", "fetching", "requeued", "bars", "homes"), 0)
        self.new_home()

    def new_home(self):
        self.n["homes"] += 1
        self.home = self.folder / f"home{self.n['homes']}"
        self.reported = Acknowledged(self.market)
        self.is_begun = False

    def cycle(self):
        instance = self.start(self.home)
        if self.dice.random() < SHARE_BLIND:
            self.n["blind"] += 1
            time.sleep(self.dice.uniform(0, BLIND_S))
        else:
            if not self.live_through(instance):
                instance.quit()
                self.finish()
                return
            self.n["fetching"] += 1
        self.orphans += instance.kill()
        self.reported.note_events(instance.events)
        self.examine()

    def live_through(self, instance):
        """Fetch for a random while, looking at the bars; return whether anything is left to be done."""
        instance.ready().listen()
        if not self.is_begun:
            for key, span in self.reported.spans.items():
                instance.backfill(*key, *span)
            self.is_begun = True
        elif not instance.live_jobs():
            return False
        n_asked = len(self.market.chart_log())
        wait_until(lambda: len(self.market.chart_log()) > n_asked or not instance.live_jobs(), what="a fetch")
        end = time.monotonic() + self.dice.uniform(0, FETCHING_S)
        while time.monotonic() < end:
            key = self.dice.choice(list(self.reported.spans))
            with contextlib.suppress(AssertionError):  # 404 until the instrument is known
                seen = instance.candles(*key, *self.reported.spans[key])
                self.reported.note(key, np.array(seen["candles"]["time"], np.int64))
        return True

    def examine(self):
        if not (self.home / "candles.db").exists():
            assert not self.reported.n_bars
            return
        with Evidence(self.home, self.folder / "copy") as evidence:
            evidence.check_sound()
            self.reported.check(evidence)
            if not evidence.is_empty:
                self.n["requeued"] += evidence.states().get("running", 0)

    def finish(self):
        """Every job of the home has ended by itself: it must have succeeded, and the series equal the truth."""
        with Evidence(self.home, self.folder / "copy") as evidence:
            evidence.check_sound()
            assert {row[3] for row in evidence.jobs()} == {"succeeded"}, evidence.jobs()
            for key, span in self.reported.spans.items():
                bars = evidence.bars(*key, *span)
                assert bars.equals(self.reported.truth[key]), (key, len(bars), len(self.reported.truth[key]))
                self.n["bars"] += len(bars)
        self.new_home()

    def let_it_end(self):
        """The last process is not killed: what is left goes on by itself, to the end."""
        if not self.is_begun:
            return
        instance = self.start(self.home).ready()
        wait_until(lambda: not instance.live_jobs(), 240, "the end of the jobs")
        code, _ = instance.quit()
        assert code == 0
        self.finish()


@pytest.mark.timeout(3_600)
def test_kill_9_during_backfills(start, market, dice, count, figures, tmp_path):
    for number, delay_s in enumerate((0.1, 0.3, 0.6)):
        market.faults.add("delay", delay_s=delay_s, probability=0.4, seed=number)
    n_cycles = count(8, 200)
    campaign = Campaign(start, market, dice, tmp_path)
    while campaign.n["blind"] + campaign.n["fetching"] < n_cycles:
        campaign.cycle()
    campaign.let_it_end()
    wait_until(lambda: not any(is_alive(pid) for pid in campaign.orphans), 10, "the fetch processes to end")
    n = campaign.n
    assert n["bars"] > 0
    figures(
        f"{n_cycles} kills ({n['blind']} blind, {n['fetching']} while fetching), {n['requeued']} running jobs taken up"
        f" again, {n['homes'] - 1} homes filled to the end with {n['bars']:,} bars equal to the truth;"
        " 0 acknowledged bars lost, 0 duplicates, integrity and chunks ok, 0 fetch processes left"
    )


def _seconds(text):
    return int(np.datetime64(text.rstrip("Z"), "s").astype(np.int64))
