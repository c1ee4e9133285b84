"""Completion as the shells themselves do it, with scripts that are made from the parser."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from candledesk.commands.entry import COMMANDS, cli
from candledesk.commands.shell.declared import read_commands
from candledesk.commands.shell.scripts import WRITERS
from candledesk.domain.interval import INTERVALS

ROOT = Path(__file__).parents[3]
SYMBOLS = "AAPL AMD BRK-B MSFT local:ACME"
ROWS = read_commands(cli)
# The program, of which the scripts ask nothing but the symbols; it notes with which options.
PROGRAM = 'candledesk() {{ echo "$@" >> {notes}; [[ "$1 $2" == "completion symbols" ]] && printf "%s\\n" {symbols}; }}'
BASH = """
{program}
{script}
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_candledesk
printf "%s\\n" "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def scripts():
    return {shell: write(ROWS) for shell, write in WRITERS.items()}


@pytest.fixture
def complete(scripts, tmp_path):
    """Return what bash offers for the last of some words, and what the program was asked."""
    notes = tmp_path / "asked"

    def run(*words):
        program = PROGRAM.format(notes=notes, symbols=SYMBOLS)
        quoted = " ".join(f"'{word}'" for word in ("candledesk", *words))
        text = BASH.format(program=program, script=scripts["bash"], words=quoted)
        done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=True, timeout=60)
        assert done.stderr == ""
        return done.stdout.split(), notes.read_text().split() if notes.exists() else []

    return run


def test_the_first_word_is_a_command_or_a_symbol(complete):
    assert complete("ca")[0] == ["candles"]
    assert set(complete("")[0]) >= {*COMMANDS, "AAPL"}
    assert complete("aa")[0] == ["AAPL"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_command_is_offered(complete, name):
    command = next(one for one in ROWS if one.name == name)
    declared = {option for parameter in cli.get_command(None, name).params for option in getattr(parameter, "opts", ())}
    offered = set(complete(name, "--")[0])
    assert offered == {name for option in command.options for name in option.names if name.startswith("--")}
    assert offered >= {option for option in declared if option.startswith("--")}


def test_arguments_are_offered_by_their_place(complete):
    assert complete("candles", "a")[0] == ["AAPL", "AMD"]
    assert complete("candles", "AAPL", "1")[0] == [name for name in INTERVALS if name.startswith("1")]
    assert complete("candles", "--limit", "5", "--offline", "AAPL", "5")[0] == ["5m"]
    assert complete("backfill", "AAPL", "MSFT", "b")[0] == ["BRK-B"]
    assert complete("jobs", "retry")[0] == ["retry", "retry-failed"]
    assert complete("indicators", "bol")[0] == ["bollinger"]


def test_values_of_options_are_offered(complete):
    assert complete("candles", "AAPL", "1d", "--adjust", "")[0] == ["none", "splits", "all"]
    assert complete("AAPL", "--interval", "3")[0] == ["30m", "3mo"]
    assert complete("candles", "--from", "2")[0] == []


def test_the_symbols_are_those_of_the_home_that_is_named(complete):
    found, asked = complete("--home", "candles", "candles", "m")
    assert (found, asked) == (["MSFT"], ["completion", "symbols", "--home", "candles"])


def test_keys_that_need_no_symbol_start_no_program(complete):
    assert complete("candles", "--a")[1] == complete("candles", "AAPL", "1")[1] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_are_valid(scripts, tmp_path, shell):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    path = tmp_path / shell
    path.write_text(scripts[shell])
    done = subprocess.run([program, "-n", path], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in scripts[shell] for name in COMMANDS)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("candledesk cand", ["candles"]),
        ("candledesk candles AAPL 1d --adj", ["--adjust"]),
        ("candledesk candles --adjust s", ["splits"]),
        ("candledesk candles AM", ["AMD"]),
    ],
)
def test_fish_offers_the_same(scripts, tmp_path, line, offered):
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    program = f"function candledesk; printf '%s\\n' {SYMBOLS}; end"
    text = f"{program}\n{scripts['fish']}\ncomplete -C '{line}'"
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["fish", "--no-config", "-c", text], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    assert [row.split("\t")[0] for row in done.stdout.splitlines()] == offered


def run(home, *arguments):
    command = [sys.executable, "-m", "candledesk", "--home", str(home), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_completing_symbols_makes_no_home(tmp_path):
    done = run(tmp_path / "home", "completion", "symbols")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_cached_symbols_are_printed_a_line_each(tmp_path):
    bars = tmp_path / "bars.csv"
    bars.write_text("timestamp,open,high,low,close,volume\n2026-06-01,1,2,1,2,5\n")
    home = tmp_path / "home"
    assert run(home, "import", str(bars), "--symbol", "local:ACME", "--interval", "1d").returncode == 0
    assert run(home, "completion", "symbols").stdout == "local:ACME\n"
    assert run(home, "completion", "bash").stdout == WRITERS["bash"](ROWS)
