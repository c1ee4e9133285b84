"""Real processes that inherit closed or full streams, an impossible zone or little memory: one line, 0 or 5."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from candledesk.commands.process_start import COMMAND_BYTES, describe_shortage
from candledesk.ending_signals import ending_signals
from tests.cache.conftest import HOUR, CacheHarness, FakeYahoo

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell starts the process")


def run(tmp_path, redirections, *arguments, before="", **environment):
    """Return the exit code, the standard output and the messages of a command that a shell has started."""
    command = f'{before} exec {sys.executable} -m candledesk "$@" {redirections}'
    done = subprocess.run(
        ["/bin/sh", "-c", command, "sh", *arguments, "--home", str(tmp_path / "home")],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("redirection", [">/dev/full", ">&- <&-"])
def test_an_output_that_cannot_be_written_is_one_line_and_exit_code_5(tmp_path, redirection):
    code, _, errors = run(tmp_path, redirection, "jobs", "--help")
    assert code == 5
    assert errors.startswith("candledesk: Cannot write to the standard output: ")
    assert errors.count("\n") == 1


@pytest.mark.parametrize("redirection", ["2>/dev/full", "<&- >&- 2>&-"])
def test_messages_that_cannot_be_written_change_no_exit_code(tmp_path, redirection):
    assert run(tmp_path, redirection, "candles", "no symbol", "1d") == (2, "", "")


def test_a_zone_that_does_not_exist_is_one_line(tmp_path):
    code, out, errors = run(tmp_path, "", "coverage", "--json", TZ="XXX-25:33")
    assert (code, out) == (0, "[]\n")
    assert errors == "candledesk: 'XXX-25:33' is no time zone that can be used: UTC is used instead\n"


def test_a_limit_of_memory_is_one_line(tmp_path):
    code, _, errors = run(tmp_path, "", "coverage", before="ulimit -v 400000;")
    assert code == 5
    assert "is limited to 410 MB (ulimit -v), and CandleDesk needs 700 MB" in errors
    assert errors.count("\n") == 1
    assert resource.getpagesize() < COMMAND_BYTES


def test_what_is_used_up_is_named():
    assert "not enough memory" in describe_shortage(MemoryError())
    assert "not enough memory" in describe_shortage(RuntimeError("can't start new thread"))
    assert "Too many files are open" in describe_shortage(OSError(24, "Too many open files"))
    assert "The disk is full (/a)" in describe_shortage(OSError(28, "No space left on device", "/a"))
    assert describe_shortage(OSError(2, "No such file or directory")) == ""
    assert describe_shortage(KeyError("a")) == ""


def test_a_closed_terminal_ends_the_program_unless_that_is_ignored():
    previous = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        assert signal.SIGHUP in ending_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        assert ending_signals() == (signal.SIGINT, signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, previous)


@pytest.fixture
def stored(tmp_path):
    """A home with bars of AAA."""
    (tmp_path / "home").mkdir()
    harness = CacheHarness(tmp_path / "home", FakeYahoo())
    harness.bars("1h", HOUR)
    harness.service.close()


@pytest.mark.usefixtures("stored")
def test_stored_bars_are_read_where_not_one_byte_can_be_written(tmp_path):
    span = ("--from", "2026-11-18", "--to", "2026-11-24")
    code, out, _ = run(tmp_path, "", "candles", "AAA", "1h", *span, "--offline", before="ulimit -f 0;")
    assert code == 0
    assert out.count("\n") > 20
    code, out, errors = run(tmp_path, "", "candles", "AAA", "5m", *span, before="ulimit -f 0;")
    assert (code, out) == (5, "")
    assert "The disk reported an error" in errors  # for SQLite a limit of the size of files is no full disk
