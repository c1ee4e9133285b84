"""kill -9 while files are copied, restored or salvaged: afterwards a home is as before, or as it was to become."""

import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from candledesk.store.restoring import finish_restore
from tests.faults.damage.campaign import prepare
from tests.faults.damage.home import stored_series
from tests.faults.damage.kinds import Trial, damage
from tests.faults.damage.reading import OUTCOMES, TRUE, WRONG, judge, read_home
from tests.faults.damage.worker import Worker
from tests.faults.process import ROOT

NOWHERE = "http://127.0.0.1:9"
COMMAND_S = 120
POLL_S = 0.0005
WATCHED = (".db", ".db-wal", ".db-shm", ".bak", "unfinished", "damaged", "former")

pytestmark = [pytest.mark.timeout(3_600), pytest.mark.allow_logs]


@dataclass
class Ended:
    """How a command ended; ``busy_s``: from its first change of a file to its end."""

    code: int
    text: str
    busy_s: float


class Home:
    """A home of the damage campaign, and what is read from it."""

    def __init__(self, folder):
        prepare(folder)
        self.worker = Worker(folder)
        self.folder = folder / "home"
        self.outside = folder / "outside"
        self.outside.mkdir()

    def fill(self, *, is_logged):
        """Make the home new: with a log that was left by a killed process, or without one."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        for path in self.worker.sources[is_logged].iterdir():
            shutil.copy2(path, self.folder / path.name)

    def verdict(self, *, is_logged):
        """Compare a copy of the home with the truth, so that it stays as the killed process has left it."""
        copy = self.folder.with_name("copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder, copy)
        finish_restore(copy)  # as each start does that takes the lock of the home
        given = read_home(copy, stored_series(is_logged=is_logged), is_writable=True)
        return judge(given, self.worker.truths[is_logged])

    def run(self, *arguments, kill_after_s=None):
        """Run a command; ``kill_after_s``: kill it so many seconds after its first change of a file."""
        command = [sys.executable, "-m", "candledesk", *arguments, "--home", self.folder, "--yahoo-url", NOWHERE]
        before = self._files()
        process = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
        )
        while self._files() == before and process.poll() is None:
            time.sleep(POLL_S)
        changed_at = time.monotonic()
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            process.kill()
        text = process.communicate(timeout=COMMAND_S)[0]
        return Ended(process.returncode, text, time.monotonic() - changed_at)

    def _files(self):
        found = {}
        for folder in (self.folder, self.outside):
            for path in folder.rglob("*"):
                if path.name.endswith(WATCHED) or any(part in path.name for part in WATCHED[3:]):
                    try:
                        state = path.stat()
                    except OSError:
                        continue
                    found[path] = state.st_ino, state.st_size
        return found


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def delays(dice, longest_s, n):
    """Return moments of a work of ``longest_s`` seconds, its very beginning among them."""
    return [0.0, *(dice.uniform(0, longest_s) for _ in range(n - 1))]


def test_a_backup_that_is_killed_leaves_none_or_a_whole_one(home, dice, count, figures):
    target, n_whole, rounds = home.outside / "backup.db", 0, count(8, 60)
    home.fill(is_logged=True)
    busy_s = _run_well(home, "backup", target).busy_s
    for delay in delays(dice, busy_s, rounds):
        target.unlink(missing_ok=True)
        home.fill(is_logged=True)
        home.run("backup", target, kill_after_s=delay)
        assert home.verdict(is_logged=True).outcome == TRUE
        if target.exists():
            n_whole += 1
            home.fill(is_logged=False)
            shutil.copyfile(target, home.folder / "candles.db")
            assert home.verdict(is_logged=True).outcome == TRUE
    figures(f"{rounds} backups killed within {busy_s:.2f} s: {n_whole} were whole, the others not there; home true")


def test_a_restore_that_is_killed_leaves_the_former_home_or_the_backup(home, dice, count, figures):
    """The former home has a log, which must not be applied to the restored file."""
    target, n_new, rounds = home.outside / "backup.db", 0, count(8, 60)
    home.fill(is_logged=False)
    _run_well(home, "backup", target)
    home.fill(is_logged=True)
    busy_s = _run_well(home, "restore", target).busy_s
    assert home.verdict(is_logged=False).outcome == TRUE
    for delay in delays(dice, busy_s, rounds):
        home.fill(is_logged=True)
        ended = home.run("restore", target, kill_after_s=delay)
        former, new = home.verdict(is_logged=True), home.verdict(is_logged=False)
        assert TRUE in {former.outcome, new.outcome}, (delay, ended.text, former.notes[:3], new.notes[:3])
        n_new += new.outcome == TRUE and former.outcome != TRUE
        _run_well(home, "restore", target)
        assert home.verdict(is_logged=False).outcome == TRUE
    figures(f"{rounds} restores killed within {busy_s:.2f} s: {n_new} had finished, the others had changed nothing")


def test_a_salvage_that_is_killed_is_done_by_the_next(home, dice, count, figures):
    rounds, n_done = count(6, 40), 0
    for number in range(rounds):
        trial = Trial("page_zero", dice.randrange(1_000_000))
        _damage(home, trial)
        whole = home.run("doctor", "--repair")
        expected = home.verdict(is_logged=False)
        _damage(home, trial)
        delay = random.Random(f"{trial.seed}").uniform(0, whole.busy_s) if number else 0.0
        ended = home.run("doctor", "--repair", kill_after_s=delay)
        left = home.verdict(is_logged=False)
        assert OUTCOMES.index(left.outcome) < OUTCOMES.index(WRONG), (trial, delay, ended.text, left.notes[:3])
        n_done += left.n_bars == expected.n_bars
        home.run("doctor", "--repair")
        found = home.verdict(is_logged=False)
        assert (found.outcome, found.n_bars) == (expected.outcome, expected.n_bars), (trial, delay, found.notes[:3])
    figures(f"{rounds} repairs killed: {n_done} homes were whole at once, all after the next repair")


def _run_well(home, *arguments):
    ended = home.run(*arguments)
    assert ended.code == 0, ended.text
    return ended


def _damage(home, trial):
    home.fill(is_logged=False)
    damage(trial, home.worker.sources[False], home.folder, home.worker.owners)
