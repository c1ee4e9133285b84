"""The commands about the files of a home, against a real cache here and through the endpoint of a running instance."""

import io
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.commands import progress as progress_module
from candledesk.commands.files.backup import list_copies, remove_copy, run_backup, run_restore
from candledesk.commands.files.storage import print_storage, run_forget
from candledesk.commands.printing import byte_text
from candledesk.commands.progress import ProgressLines, report_migration, run_task
from candledesk.domain.errors import EnvironmentFaultError, InputError, NothingStoredError
from candledesk.domain.progress import Progress
from candledesk.paths import Paths
from candledesk.store.lock import HomeLock
from candledesk.store.replacing import PLAN
from candledesk.web.client import RemoteCache
from candledesk.web.http_server import WebServer
from tests.cache.conftest import CacheHarness, FakeYahoo, days_back
from tests.fake_cache import FakeCache

ROOT = Path(__file__).parents[3]
RESOURCES = ROOT / "resources"
PLAIN = {"file": None, "with_user_data": False, "keep": None}


@pytest.fixture
def harness(tmp_path):
    harness = CacheHarness(tmp_path, FakeYahoo())
    harness.bars("1d", days_back(50))
    harness.bars("1m", days_back(5))
    yield harness
    harness.service.close()


@pytest.fixture(params=["direct", "remote"])
def cache(request, harness, monkeypatch):
    monkeypatch.setattr(progress_module, "POLL_S", 0.01)
    if request.param == "direct":
        yield harness.cache
        return
    server = WebServer(harness.cache, resources=RESOURCES, token="t", clock=lambda: harness.yahoo.now)
    server.start()
    yield RemoteCache(server.url, "t")
    server.stop(3)


def test_a_backup_is_made_listed_and_removed(cache, tmp_path, capsys):
    assert run_backup(cache, **PLAIN) == 0
    (path,) = (tmp_path / "backups").iterdir()
    assert capsys.readouterr().out.startswith(f"{path}: ")
    assert list_copies(Paths(tmp_path), as_json=True) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["path"], row["reason"], row["bytes"]) == (str(path), "manual", path.stat().st_size)
    assert remove_copy(Paths(tmp_path), path.name) == 0
    assert not path.exists()


def test_a_relative_path_is_meant_from_where_the_command_runs(cache, tmp_path, monkeypatch, capsys):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert run_backup(cache, **{**PLAIN, "file": "copy.db"}) == 0
    assert (tmp_path / "here" / "copy.db").exists()
    capsys.readouterr()


def test_a_foreign_file_is_refused(cache, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is not a backup"):
        run_backup(cache, **{**PLAIN, "file": str(tmp_path / "mine.txt")})


def test_the_sizes_are_printed(cache, capsys):
    assert print_storage(cache, as_json=False) == 0
    out = capsys.readouterr().out
    assert [line.split()[:2] for line in out.splitlines()[1:3]] == [["AAA", "1m"], ["AAA", "1d"]]
    assert "free pages" in out
    assert print_storage(cache, as_json=True) == 0
    report = json.loads(capsys.readouterr().out)
    assert [row["interval"] for row in report["series"]] == ["1m", "1d"]
    assert report["bytes"] > 0


def test_what_is_to_be_forgotten_is_named_first(cache, harness, capsys):
    assert run_forget(cache, symbol="aaa", interval="1m", yes=True, without_backup=False) == 0
    out, err = capsys.readouterr()
    assert err.startswith("AAA 1m: ")
    assert "AAA 1m deleted." in out
    assert "candledesk restore " in out
    assert [row.interval.name for row in cache.read_storage().result().series] == ["1d"]


def test_what_cannot_be_fetched_again_is_named(cache, harness, capsys):
    harness.yahoo.now += 40 * 86_400
    assert run_forget(cache, symbol="AAA", interval=None, yes=True, without_backup=True) == 0
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert lines[1].startswith("  1,4")
    assert lines[1].endswith("cannot be fetched again")
    assert lines[2].startswith("AAA 1d: ")
    assert len(lines) == 3
    assert out == "AAA 1m 1d deleted.\n"


def test_without_a_terminal_nothing_is_deleted_unasked(cache, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(InputError, match="add --yes"):
        run_forget(cache, symbol="AAA", interval=None, yes=False, without_backup=False)
    assert len(cache.read_storage().result().series) == 2
    capsys.readouterr()


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 130)])
def test_on_a_terminal_the_user_is_asked(harness, monkeypatch, capsys, answer, code):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "confirm", lambda *_args, **_options: answer)
    assert run_forget(harness.cache, symbol="AAA", interval=None, yes=False, without_backup=True) == code
    assert bool(harness.cache.read_storage().result().series) is not answer
    capsys.readouterr()


@pytest.mark.parametrize(("symbol", "interval"), [("NOPE", None), ("AAA", "1h")])
def test_what_is_not_stored_is_said_without_a_question(cache, symbol, interval):
    with pytest.raises(NothingStoredError):
        run_forget(cache, symbol=symbol, interval=interval, yes=False, without_backup=False)


def test_a_restore_brings_the_backup_back_and_names_the_former_file(harness, tmp_path, capsys):
    bars = harness.bars("1m", days_back(5), fill="none").bars
    run_backup(harness.cache, **{**PLAIN, "file": str(tmp_path / "copy.db")})
    run_forget(harness.cache, symbol="AAA", interval=None, yes=True, without_backup=True)
    harness.service.close()
    capsys.readouterr()
    assert run_restore(Paths(tmp_path), tmp_path / "copy.db", accepts_damage=False) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"Restored {tmp_path}/copy.db, made 2026-11-25T18:31:30Z: 2 series, ")
    assert out[1].startswith(f"The former file is kept as {tmp_path}/candles.db.before-restore-")
    harness.open()
    assert harness.bars("1m", days_back(5), fill="none").bars.equals(bars)


def test_nothing_is_restored_while_the_home_is_used(harness, tmp_path):
    run_backup(harness.cache, **{**PLAIN, "file": str(tmp_path / "copy.db")})
    lock = HomeLock(tmp_path / "instance.lock")
    try:
        with pytest.raises(EnvironmentFaultError, match=r"Process \d+ uses .*: quit that CandleDesk, then restore"):
            run_restore(Paths(tmp_path), tmp_path / "copy.db", accepts_damage=False)
    finally:
        lock.release()


def test_a_restore_that_was_interrupted_is_finished_at_the_next_start(harness, tmp_path, capsys):
    run_backup(harness.cache, **{**PLAIN, "file": str(tmp_path / "candles.db.restoring")})
    run_forget(harness.cache, symbol="AAA", interval=None, yes=True, without_backup=True)
    harness.service.close()
    moves = [("candles.db", "candles.db.former"), ("candles.db.restoring", "candles.db")]
    (tmp_path / PLAN).write_text(json.dumps(moves))
    with pytest.raises(EnvironmentFaultError, match="start CandleDesk once"):
        harness.open()
    capsys.readouterr()
    command = [sys.executable, "-m", "candledesk", "storage", "--json", "--home", str(tmp_path)]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {row["symbol"] for row in json.loads(shown)["series"]} == {"AAA"}
    assert not (tmp_path / PLAN).exists()
    assert (tmp_path / "candles.db.former").exists()


class _Ending(FakeCache):
    """Ends every task when it is read for the first time."""

    def __init__(self, **changes):
        super().__init__()
        self.changes = changes

    def read_maintenance(self, task_id):
        self.change_task(task_id, **self.changes)
        return super().read_maintenance(task_id)


COMPACT = MaintenanceRequest(MaintenanceKind.COMPACT)


def test_a_failed_task_is_an_error_after_what_it_did(capsys):
    cache = _Ending(state=MaintenanceState.FAILED, lines=("Half.",), error="The disk is full.")
    with pytest.raises(EnvironmentFaultError, match="The disk is full"):
        run_task(cache, COMPACT)
    assert capsys.readouterr().out == "Half.\n"


def test_a_task_that_is_cancelled_elsewhere_is_an_interruption():
    assert run_task(_Ending(state=MaintenanceState.CANCELLED), COMPACT) == 130


def test_an_interruption_cancels_the_task(monkeypatch):
    cache = FakeCache()

    def interrupt(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(progress_module.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_task(cache, COMPACT)
    assert cache.calls_of("cancel_maintenance") == [1]


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_one_line_on_a_terminal_which_is_empty_at_the_end():
    stream = _Terminal()
    with ProgressLines(stream) as show:
        show(Progress("Copying", 50, 200))
        show(Progress("Checking", 0, 0))
    assert stream.getvalue() == "\rCopying 25 %\rChecking    \r        \r"


def test_without_a_terminal_only_long_tasks_write_now_and_then(monkeypatch):
    stream, clock = io.StringIO(), [0.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: clock[0])
    with ProgressLines(stream) as show:
        for second in range(16):
            clock[0] = float(second)
            show(Progress("Copying", second, 20))
    assert stream.getvalue() == "Copying 10 %\nCopying 60 %\n"


def test_where_the_former_database_is_kept_is_said_once_it_was_migrated(capsys):
    report_migration(None)
    assert capsys.readouterr().err == ""
    report_migration(Path("/home/backups/x-schema-9.db"))
    err = capsys.readouterr().err
    assert "it is kept as /home/backups/x-schema-9.db" in err
    assert "`candledesk backup --remove x-schema-9.db`" in err


SIZES = [(0, "0 B"), (999, "999 B"), (4_100, "4.1 kB"), (12_000_000, "12.0 MB"), (1_234_567_890, "1.2 GB")]


@pytest.mark.parametrize(("n_bytes", "text"), SIZES)
def test_sizes_are_written_with_a_unit(n_bytes, text):
    assert byte_text(n_bytes) == text
