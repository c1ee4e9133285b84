"""Which command a command line means, and with which arguments."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from candledesk.commands.entry import COMMANDS, cli

ROOT = Path(__file__).parents[2]


def resolve(given):
    """Return the command and its arguments, without running it."""
    name, _command, arguments = cli.resolve_command(click.Context(cli), list(given))
    return [name, *arguments]


@pytest.mark.parametrize(
    ("given", "arranged"),
    [
        (["AAPL", "--interval", "1h"], ["window", "AAPL", "--interval", "1h"]),
        (["--interval", "1h", "AAPL"], ["window", "--interval", "1h", "AAPL"]),
        (["--demo", "serve"], ["serve", "--demo"]),
        (["--demo", "--help"], ["window", "--demo", "--help"]),
        (["--port", "0", "serve"], ["serve", "--port", "0"]),
        (["--home", "jobs", "candles", "AAPL", "1d"], ["candles", "--home", "jobs", "AAPL", "1d"]),
        (["AAPL", "candles", "1d"], ["candles", "AAPL", "1d"]),
        (["JOB", "BACKFIL"], ["window", "JOB", "BACKFIL"]),
        (["msft", "--home", "backfil"], ["window", "msft", "--home", "backfil"]),
        (["AAPL", "backfil"], ["window", "AAPL", "backfil"]),
        (["window", "backfil"], ["window", "backfil"]),
    ],
)
def test_common_options_may_stand_before_the_command(given, arranged):
    assert resolve(given) == arranged


@pytest.mark.parametrize("arguments", [["backfil", "AAPL"], ["--home", "x", "backfil"], ["--demo", "Backfill"]])
def test_a_typo_of_a_command_is_named(arguments):
    with pytest.raises(click.UsageError, match="did you mean 'backfill'"):
        resolve(arguments)


@pytest.mark.parametrize("word", ["help", "version"])
def test_an_option_that_is_written_as_a_command_is_named(word):
    with pytest.raises(click.UsageError, match=f"did you mean --{word}"):
        resolve([word])


@pytest.mark.parametrize(
    ("command", "word", "meant"),
    [
        ("jobs", "lst", "list"),
        ("jobs", "retry-faild", "retry-failed"),
        ("harvest", "ad", "add"),
        ("watchlist", "exprt", "export"),
        ("layout", "improt", "import"),
        ("drawings", "lits", "list"),
    ],
)
def test_a_typo_of_an_action_is_named(command, word, meant):
    with pytest.raises(click.BadParameter, match=f"Did you mean '{meant}'"):
        cli.get_command(click.Context(cli), command).make_context(command, [word], obj=[])


def test_a_typo_of_a_command_opens_no_chart(tmp_path):
    arguments = ["--home", str(tmp_path), "backfil", "AAPL", "--interval", "1d"]
    command = [sys.executable, "-m", "candledesk", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert "No such command 'backfil': did you mean 'backfill'?" in done.stderr
    assert "candledesk window BACKFIL)" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["AAPL"], ["--interval", "1h", "AAPL"]])
def test_without_a_command_the_window_is_opened(tmp_path, arguments):
    environment = {"PATH": os.environ["PATH"], "CANDLEDESK_HOME": str(tmp_path)}  # without a display
    command = [sys.executable, "-m", "candledesk", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (5, "")
    assert "There is no display for a window" in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_declared_in_its_module_and_takes_the_common_options(name):
    command = cli.get_command(click.Context(cli), name)
    assert command.name == name
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--home", "--yahoo-url", "--stream-url", "--demo"} <= options


@pytest.mark.parametrize("arguments", [["AAPL"], ["--demo", "AAPL"], ["--home", "x", "--interval", "1h", "AAPL"]])
def test_the_window_is_found_without_importing_the_other_commands(arguments):
    """A second start shows the window that is open; it must not wait for numpy."""
    code = f"""
import sys, click
from candledesk.commands.entry import cli
cli.resolve_command(click.Context(cli), {arguments!r})
print(*sorted(name for name in sys.modules if name.startswith("candledesk.commands.") or name == "numpy"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "candledesk.commands.window" in done.stdout.split()
    assert not {"numpy", "candledesk.commands.candles"} & set(done.stdout.split())
