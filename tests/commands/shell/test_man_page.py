"""The manual page holds all of the help, in roff that formatters take."""

import shutil
import subprocess

import pytest

from candledesk.commands import exit_codes
from candledesk.commands.entry import cli
from candledesk.commands.shell.declared import read_commands
from candledesk.commands.shell.man_page import EXIT_TEXTS, _escaped, write_man_page

ROWS = read_commands(cli)
PAGE = write_man_page(cli.help, ROWS)


@pytest.mark.parametrize("command", ROWS, ids=lambda row: row.name)
def test_each_command_has_a_section_with_its_help_and_options(command):
    section = PAGE.partition(f".SS candledesk {command.name} ")[2].partition(".SS ")[0].replace("\\", "")
    assert " ".join(command.text.split("\n\n")[0].split()).replace("…", "...") in section
    own = [name for option in command.options for name in option.names if not option.is_common]
    assert [name for name in own if f"fB{name}fR" not in section] == []


def test_common_options_stand_in_a_section_of_their_own():
    assert PAGE.count(r"\-\-yahoo\-url\fR") == 1


def test_every_exit_code_is_explained():
    codes = {value for name, value in vars(exit_codes).items() if name.startswith("EXIT_")}
    assert set(EXIT_TEXTS) == codes


def test_no_text_is_read_as_a_request():
    assert _escaped(".SH x") == r"\&.SH x"
    assert _escaped("'a' \\n -x") == r"\&'a' \en \-x"


def test_groff_takes_it_without_a_warning():
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=PAGE, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "charts that never lose a candle" in done.stdout
