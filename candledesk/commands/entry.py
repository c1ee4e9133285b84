"""The command line: runs the command that is named, and ends the process with an exit code of INTERFACE.md."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from candledesk import __version__
from candledesk.commands.exit_codes import (
    EXIT_BUG,
    EXIT_DONE,
    EXIT_ENVIRONMENT,
    EXIT_INTERRUPTED,
    EXIT_UNKNOWN,
    EXIT_USAGE,
)
from candledesk.commands.group import CommandGroup
from candledesk.commands.process_start import describe_shortage, open_standard_streams, repair_time_zone
from candledesk.domain.errors import (
    CandleDeskError,
    EnvironmentFaultError,
    NotCachedError,
    OfflineError,
    UnknownSymbolError,
)
from candledesk.domain.texts import printable
from candledesk.ending_signals import ending_signals

if TYPE_CHECKING:
    from candledesk.commands.context import CommandContext

log = logging.getLogger(__name__)
_PACKAGE = "candledesk.commands"
COMMANDS = {  # the module that declares each command
    "window": f"{_PACKAGE}.window",
    "serve": f"{_PACKAGE}.window",
    "address": f"{_PACKAGE}.window",
    "candles": f"{_PACKAGE}.candles",
    "coverage": f"{_PACKAGE}.coverage",
    "backfill": f"{_PACKAGE}.backfill",
    "indicators": f"{_PACKAGE}.indicators",
    "jobs": f"{_PACKAGE}.jobs",
    "harvest": f"{_PACKAGE}.archive",
    "snapshot": f"{_PACKAGE}.snapshot",
    "export": f"{_PACKAGE}.files.export",
    "import": f"{_PACKAGE}.files.imports",
    "backup": f"{_PACKAGE}.files.backup",
    "restore": f"{_PACKAGE}.files.backup",
    "storage": f"{_PACKAGE}.files.storage",
    "forget": f"{_PACKAGE}.files.storage",
    "compact": f"{_PACKAGE}.files.storage",
    "watchlist": f"{_PACKAGE}.workspace.watchlist",
    "layout": f"{_PACKAGE}.workspace.layout",
    "drawings": f"{_PACKAGE}.workspace.drawings",
    "udf": f"{_PACKAGE}.datafeed.command",
    "doctor": f"{_PACKAGE}.doctor.command",
    "completion": f"{_PACKAGE}.shell.completion",
    "man": f"{_PACKAGE}.shell.man",
}
_HELP = """CandleDesk: charts that never lose a candle.

Without a command, `candledesk [SYMBOL…] [--interval 1d]` opens the window.
"""
cli = click.version_option(__version__)(CommandGroup("candledesk", COMMANDS, "window", help=_HELP))
_opened: list[CommandContext] = []


def _exit_code(error: Exception) -> int:
    if isinstance(error, UnknownSymbolError):
        return EXIT_UNKNOWN
    if isinstance(error, (EnvironmentFaultError, NotCachedError, OfflineError)):
        return EXIT_ENVIRONMENT
    return EXIT_USAGE


def _call(arguments: list[str]) -> int:
    try:
        code = cli.main(arguments, prog_name="candledesk", standalone_mode=False, obj=_opened)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(printable(shown.getvalue()), nl=False, err=True)
        return error.exit_code
    except BrokenPipeError:  # whatever reads our output has ended
        return EXIT_DONE
    return code if isinstance(code, int) else EXIT_DONE


def _call_and_flush(arguments: list[str]) -> int:
    try:
        return _call(arguments)
    finally:
        with contextlib.suppress(BrokenPipeError):  # as above
            sys.stdout.flush()  # here, where its fault is reported like any other


def _run(arguments: list[str]) -> int:
    try:
        return _call_and_flush(arguments)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else EXIT_BUG
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; what was fetched is stored", err=True)
        return EXIT_INTERRUPTED
    except CandleDeskError as error:
        click.echo(printable(f"candledesk: {error}"), err=True)
        return _exit_code(error)
    except Exception as error:
        shortage = describe_shortage(error)
        if shortage:
            click.echo(f"candledesk: {shortage}", err=True)
            return EXIT_ENVIRONMENT
        log.exception("internal error")
        text = f"candledesk: Internal error, {type(error).__name__}: {error} (details in the log)"
        click.echo(printable(text), err=True)
        return EXIT_BUG


def _on_terminate(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _abort(_number: int, _frame: object) -> None:
    """End at once, at a second signal."""
    try:
        for context in _opened:
            context.abort()
    finally:
        os._exit(EXIT_INTERRUPTED)


def _close_within_limit(code: int) -> None:
    if any(context.has_application for context in _opened):
        from candledesk.app import EXIT_S, end_process_within

        for number in ending_signals():
            signal.signal(number, _abort)
        end_process_within(EXIT_S, code)
    for context in _opened:
        context.close()


def main() -> None:
    """Run the command line and end the process at once, whatever threads still hang."""
    open_standard_streams()
    repair_time_zone()
    # A shell has SIGINT ignored for background jobs, and Python leaves it so; a SIGINT that is sent must interrupt.
    for number in ending_signals():
        signal.signal(number, _on_terminate)
    code = _run(sys.argv[1:])
    _close_within_limit(code)
    sys.stderr.flush()
    os._exit(code)
