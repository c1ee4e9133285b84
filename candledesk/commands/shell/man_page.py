"""The manual page in man(7) macros from the rows of the parser, the options of the environment and the exit codes."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from candledesk import __version__
from candledesk.commands import exit_codes
from candledesk.settings import PREFIX, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from candledesk.commands.shell.declared import CommandRow, OptionRow, Value

EXIT_TEXTS = {
    exit_codes.EXIT_DONE: "done",
    exit_codes.EXIT_BUG: "an internal error; details are in the log",
    exit_codes.EXIT_USAGE: "a wrong command line or value",
    exit_codes.EXIT_GAPS: "done, but gaps remain, which are listed",
    exit_codes.EXIT_UNKNOWN: "unknown symbol",
    exit_codes.EXIT_ENVIRONMENT: "a fault of the environment: disk, database, network",
    exit_codes.EXIT_INTERRUPTED: "interrupted",
}
MAX_WORDS = 5  # of a value, beside its option
_FORMS = (
    "Times are in ISO-8601, a date (2026-11-02) or an instant with offset (2026-11-02T14:30:00Z). Spans are half-open: "
    "--from is included and --to is not. Data are written to the standard output, messages to the standard error."
)


def write_man_page(text: str, commands: Sequence[CommandRow]) -> str:
    """Return the page; ``text``: the help of the command line itself."""
    lines = [
        f'.TH CANDLEDESK 1 "" "CandleDesk {__version__}"',
        ".SH NAME",
        r"candledesk \- charts that never lose a candle",
    ]
    lines += [".SH SYNOPSIS", ".B candledesk", r"[\fICOMMAND\fR] [\fIARGUMENT\fR \&...] [\fIOPTION\fR \&...]"]
    lines += [".SH DESCRIPTION", *_paragraphs(text), ".PP", _escaped(_FORMS), ".SH COMMANDS"]
    for one in commands:
        lines += _command(one)
    lines += [".SH OPTIONS OF EVERY COMMAND"]
    for option in commands[0].options:
        if option.is_common:
            lines += _option(option)
    lines += [".SH ENVIRONMENT", *_environment(), ".SH EXIT STATUS"]
    for code, words in EXIT_TEXTS.items():
        lines += [".TP", rf"\fB{code}\fR", _escaped(words)]
    return "\n".join(lines) + "\n"


def _command(command: CommandRow) -> Iterator[str]:
    yield f".SS candledesk {_escaped(f'{command.name} {command.usage}'.strip())}"
    yield from _paragraphs(command.text)
    for option in command.options:
        if not option.is_common:
            yield from _option(option)


def _option(option: OptionRow) -> Iterator[str]:
    names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in option.names)
    words = "" if option.value is None else rf" \fI{_escaped(_value_text(option.value))}\fR"
    yield from (".TP", f"{names}{words}", _escaped(option.text) or r"\&")


def _value_text(value: Value) -> str:
    """Return the words to choose from, or the value's name where there are many."""
    return "|".join(value.words) if 0 < len(value.words) <= MAX_WORDS else value.name


def _environment() -> Iterator[str]:
    for row in fields(Settings):
        default = f" (default: {row.default})" if row.default not in {"", None} else ""
        yield from (".TP", rf"\fB{PREFIX}{row.name.upper()}\fR", _escaped(f"{row.metadata['text']}{default}"))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        yield from (".PP", _escaped(" ".join(paragraph.split())))


def _escaped(text: str) -> str:
    """Return a text in which roff reads nothing as a request or an escape."""
    shown = text.replace("\\", r"\e").replace("-", r"\-").replace("…", "...")
    return rf"\&{shown}" if shown.startswith((".", "'")) else shown
