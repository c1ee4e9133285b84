"""What happens to the file: a changed row (S2), another file's log (S4), many symbols (S8), a former version (S9)."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from candledesk.domain.interval import INTERVALS
from tests.bench.former_home import write_former_copy
from tests.cache.conftest import CacheHarness, FakeYahoo, days_back
from tests.faults.damage.campaign import prepare
from tests.faults.damage.home import stored_series
from tests.faults.damage.kinds import Trial, damage
from tests.faults.damage.reading import TRUE, judge, read_home
from tests.faults.damage.worker import Worker, repair
from tests.faults.process import ROOT

N_SYMBOLS = 300
SPAN = "2020-01-01"

pytestmark = pytest.mark.allow_logs


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    """Homes with bars of three venues, and what is read of them undamaged."""
    folder = tmp_path_factory.mktemp("files")
    prepare(folder)
    return Worker(folder)


@pytest.fixture
def home(worker, tmp_path):
    (tmp_path / "candles.db").write_bytes((worker.sources[False] / "candles.db").read_bytes())
    return tmp_path


def outcome(worker, home):
    given = read_home(home, stored_series(is_logged=False), is_writable=True)
    verdict = judge(given, worker.truths[False])
    return verdict.outcome, verdict.notes[:3]


def run(home, *arguments):
    command = [sys.executable, "-m", "candledesk", *arguments, "--home", str(home), "--yahoo-url", "http://127.0.0.1:9"]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)


def change_a_row(database):
    """Change one close behind the back of its chunk; return the former value."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        row = "WHERE (series_id, ts) = (SELECT series_id, ts FROM candle LIMIT 1 OFFSET 700)"
        (close,) = connection.execute(f"SELECT close FROM candle {row}").fetchone()
        connection.execute(f"UPDATE candle SET close = low {row}")
    return close


def test_of_a_changed_row_and_its_chunk_the_proven_one_is_used_and_both_are_shown(worker, home):
    close = change_a_row(home / "candles.db")
    assert outcome(worker, home)[0] == TRUE
    change_a_row(home / "candles.db")
    _, printed = repair(home)
    assert f"{close:g}" in printed
    assert outcome(worker, home)[0] == TRUE
    with closing(sqlite3.connect(home / "candles.db")) as connection:
        assert connection.execute("SELECT close FROM candle LIMIT 1 OFFSET 700").fetchone() == (close,)


def test_the_log_of_another_file_is_refused_and_a_repair_leaves_it_out(worker, tmp_path):
    damage(Trial("other_log", 1), worker.sources[True], tmp_path, worker.owners)
    refused = run(tmp_path, "candles", "ACME", "1d", "--offline")
    assert (refused.returncode, refused.stdout) == (5, "")
    assert "does not belong to" in refused.stderr
    repaired = run(tmp_path, "doctor", "--repair")
    assert "of another file" in repaired.stdout
    assert list(tmp_path.glob("candles.db.damaged-*-wal"))
    assert outcome(worker, tmp_path)[0] == TRUE


def test_the_coverage_of_many_symbols_lists_all_of_them(tmp_path):
    harness = CacheHarness(tmp_path, FakeYahoo())
    try:
        symbols = [f"S{number:03}" for number in range(N_SYMBOLS)]
        wanted = [harness.cache.start_backfill(symbol, INTERVALS["1d"], days_back(5)) for symbol in symbols]
        for job in wanted:
            harness.cache.wait_job(job.result(60).job_id).result(60)
    finally:
        harness.service.close()
    listed = run(tmp_path, "coverage")
    assert listed.returncode == 0
    assert {line.split()[0] for line in listed.stdout.splitlines()[1:]} == set(symbols)


def test_a_file_of_a_former_version_is_copied_and_migrated_with_progress_and_loses_nothing(worker, home):
    (home / "candles.db").unlink()
    write_former_copy(worker.sources[False] / "candles.db", home / "candles.db")
    first = run(home, "candles", "ACME", "1d", "--from", SPAN, "--offline")
    assert first.stdout.count("\n") > 1_000, first.stderr
    (copy,) = (home / "backups").iterdir()
    assert str(copy) in first.stderr
    assert len(first.stderr.splitlines()) > 2
    assert outcome(worker, home)[0] == TRUE
    again = run(home, "candles", "ACME", "1d", "--from", SPAN, "--offline")
    assert again.stdout == first.stdout
    assert str(copy) not in again.stderr
    assert list((home / "backups").iterdir()) == [copy]
    assert run(home, "backup", "--remove", copy.name).returncode == 0
    assert not list((home / "backups").iterdir())
