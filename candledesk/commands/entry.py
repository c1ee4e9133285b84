"""The command line: arguments to the app, answers to stdout, messages to stderr, exit codes of INTERFACE.md."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from candledesk import __version__
from candledesk.domain.errors import (
    CandleDeskError,
    EnvironmentFaultError,
    InputError,
    NotCachedError,
    OfflineError,
    UnknownJobError,
    UnknownSymbolError,
)
from candledesk.domain.interval import INTERVALS
from candledesk.domain.texts import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.app import Application
    from candledesk.cache.api import CommandApi
    from candledesk.settings import Settings

log = logging.getLogger(__name__)
EXIT_DONE, EXIT_BUG, EXIT_USAGE, EXIT_GAPS, EXIT_UNKNOWN, EXIT_ENVIRONMENT, EXIT_INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
COMMANDS = ("window", "serve", "candles", "backfill", "coverage", "jobs", "harvest", "snapshot", "import", "doctor")
CHART_TYPES = ("candles", "hollow", "bars", "heikin_ashi", "line", "area", "baseline")  # as ui/chart/options.py
_INTERVALS_HELP = f"{' '.join(INTERVALS)}, or another multiple: 45m 2h 2d 6mo 1y"
_FETCHED_HELP = " ".join(name for name, row in INTERVALS.items() if row.base is row)
JOB_ACTIONS = ("list", "show", "cancel", "pause", "resume", "retry", "retry-failed", "clear")
_CLOSE_WORDS = 0.8  # of difflib: one letter too many, too few or changed
_VALUE_OPTIONS = {
    "--home",
    "--yahoo-url",
    "--stream-url",
    "--interval",
    "--port",
    "--from",
    "--to",
    "--adjust",
    "--format",
    "--symbol",
    "--size",
    "--theme",
    "--type",
    "--scale",
    "-o",
}


class _Options:
    """The options that every command takes; the desk is opened at its first use and closed at the end."""

    def __init__(self, home: str | None, yahoo_url: str | None, stream_url: str | None, *, demo: bool) -> None:
        self.overrides = {"home": home, "yahoo_url": yahoo_url, "stream_url": stream_url}
        self.demo = demo
        self._application: Application | None = None

    def settings(self) -> Settings:
        from candledesk.settings import load_settings

        return load_settings(None, **self.overrides)

    def application(self) -> Application:
        from candledesk.app import Application

        if self._application is None:
            self._application = Application(self.settings(), demo=self.demo)
        return self._application

    def cache(self) -> CommandApi:
        """Open the cache, or a door to the instance that holds this home already."""
        from candledesk.commands.candles import report_reuse
        from candledesk.store.lock import HomeLockedError

        try:
            cache = self.application().cache
        except HomeLockedError as error:
            from candledesk.paths import open_home
            from candledesk.web.client import RemoteCache

            endpoint = open_home(self.settings().home, demo=self.demo).endpoint
            remote = RemoteCache.find(endpoint)
            if remote is None:
                raise error from None
            return remote
        cache.subscribe(report_reuse)
        return cache

    def abort(self) -> None:
        if self._application is not None:
            self._application.abort()

    @property
    def has_application(self) -> bool:
        return self._application is not None

    def close(self) -> None:
        if self._application is not None:
            self._application.close()


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that may stand before or after any command."""
    for option in (
        click.option("--demo", is_flag=True, help="use the embedded demo market instead of Yahoo; needs no network"),
        click.option("--stream-url", metavar="URL", help="the WebSocket for live prices"),
        click.option("--yahoo-url", metavar="URL", help="send every Yahoo request to this base URL"),
        click.option("--home", metavar="DIR", help="where the database, settings and logs live"),
    ):
        command = option(command)
    return command


_current: list[_Options] = []


def _options(kwargs: dict[str, Any]) -> _Options:
    names = ("home", "yahoo_url", "stream_url")
    options = _Options(*(kwargs.pop(name) for name in names), demo=kwargs.pop("demo"))
    _current.append(options)
    return options


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """CandleDesk: charts that never lose a candle.

    Without a command, `candledesk [SYMBOL…] [--interval 1d]` opens the window.
    """


@cli.command()
@click.argument("symbols", nargs=-1)
@click.option("--interval", metavar="I", default="1d", show_default=True, help=_INTERVALS_HELP)
@_common
def window(symbols: tuple[str, ...], interval: str, **kwargs: Any) -> None:
    """Open the window (the default command)."""
    from candledesk.domain.instrument import parse_symbol
    from candledesk.domain.interval import parse_interval

    options = _options(kwargs)
    chosen, name = [parse_symbol(symbol) for symbol in symbols], parse_interval(interval).name
    if sys.platform.startswith("linux") and not any(
        os.environ.get(key) for key in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        raise EnvironmentFaultError("There is no display for a window: use `candledesk serve` for the browser chart")
    stated = click.get_current_context().get_parameter_source("interval") is not ParameterSource.DEFAULT
    if _is_shown_elsewhere(options, tuple(chosen), name if stated else None):
        return
    from candledesk.app import run_window

    sys.exit(run_window(options.application(), chosen, name))


def _is_shown_elsewhere(options: _Options, symbols: tuple[str, ...], interval: str | None) -> bool:
    """Show the window that this home has already; ``EnvironmentFaultError`` when its holder has none or is silent."""
    from candledesk.paths import open_home
    from candledesk.web import second_start

    paths = open_home(options.settings().home, demo=options.demo)
    endpoint = paths.endpoint
    give_up_at = time.monotonic() + second_start.PATIENCE_S
    holder = second_start.raise_window(endpoint, symbols, interval)
    if holder.outcome is second_start.RaiseOutcome.NOBODY:
        from candledesk.store.lock import HomeLockedError, check_home

        try:
            check_home(paths.lock)  # before anything that takes long to import
        except HomeLockedError as error:
            left_s = give_up_at - time.monotonic()
            holder = second_start.await_window(endpoint, symbols, interval, patience_s=left_s)
            if holder.outcome is second_start.RaiseOutcome.NOBODY:
                raise error from None
    if holder.outcome is second_start.RaiseOutcome.NO_WINDOW:
        raise second_start.describe_holder(holder)
    return holder.outcome is second_start.RaiseOutcome.RAISED


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes a free one")
@_common
def serve(port: int, **kwargs: Any) -> None:
    """Serve the browser chart and the HTTP API without a window, until Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    application = _options(kwargs).application()
    web = application.make_web(port)
    application.start_web()
    click.echo(web.chart_url)
    sys.stdout.flush()
    application.service.child.warm_up()
    application.resume_jobs()
    application.start_updates()
    stop.wait()


@cli.command()
@click.argument("symbol")
@click.argument("interval")
@click.option("--from", "start", metavar="T", help="first instant, inclusive: 2026-11-02 or 2026-11-02T14:30:00Z")
@click.option("--to", "end", metavar="T", help="end of the span, exclusive")
@click.option("--adjust", type=click.Choice(["none", "splits", "all"]), default="splits", show_default=True)
@click.option("--format", "form", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True)
@click.option("-o", "output", metavar="FILE", help="write to a file instead of stdout")
@click.option("--offline", is_flag=True, help="print what is cached, ask nothing")
@click.option("--raw", is_flag=True, help="prices as the provider sent them, in their own unit and basis")
@_common
def candles(**kwargs: Any) -> None:
    """Print candles, filling gaps first unless --offline."""
    from candledesk.commands.candles import print_candles

    _leave(print_candles(_options(kwargs).cache(), **kwargs))


@cli.command()
@click.argument("symbols", nargs=-1, required=True)
@click.option("--interval", metavar="I", required=True, help=_INTERVALS_HELP)
@click.option("--from", "start", metavar="T", help="default: back to the listing date or the look-back")
@click.option("--to", "end", metavar="T", help="default: now")
@_common
def backfill(**kwargs: Any) -> None:
    """Fill gaps of one or many symbols and wait, with progress bars on a terminal."""
    from candledesk.commands.jobs import run_backfill

    _leave(run_backfill(_options(kwargs).cache(), **kwargs))


@cli.command()
@click.argument("symbol", required=False)
@click.argument("interval", required=False)
@click.option("--json", "as_json", is_flag=True, help="for programs: JSON instead of a table")
@_common
def coverage(**kwargs: Any) -> None:
    """Show what is known: spans, states, reasons."""
    from candledesk.commands.candles import print_coverage

    _leave(print_coverage(_options(kwargs).cache(), **kwargs))


@cli.command()
@click.argument("action", type=click.Choice(JOB_ACTIONS), default="list")
@click.argument("job_id", type=int, required=False)
@click.option("--json", "as_json", is_flag=True, help="for programs: JSON instead of a table")
@_common
def jobs(**kwargs: Any) -> None:
    """List backfill jobs, or show, cancel, pause, resume or retry one; retry the failed, forget (clear) the ended."""
    from candledesk.commands.jobs import run_jobs

    _leave(run_jobs(_options(kwargs).cache(), **kwargs))


@cli.command()
@click.argument("action", type=click.Choice(["list", "add", "remove"]), default="list")
@click.argument("symbols", nargs=-1)
@click.option("--interval", metavar="I", help="of add and remove; a derived one stands for its base")
@click.option("--json", "as_json", is_flag=True, help="for programs: JSON instead of a table")
@_common
def harvest(**kwargs: Any) -> None:
    """Keep series complete beyond what Yahoo keeps: list, add or remove them.

    They are topped up after each close while the window or `candledesk serve` runs.
    """
    from candledesk.commands.candles import run_archive

    _leave(run_archive(_options(kwargs).cache(), **kwargs))


@cli.command()
@click.argument("symbol")
@click.argument("interval")
@click.option("-o", "output", metavar="FILE", required=True, help="a .png, .svg or .pdf")
@click.option("--from", "start", metavar="T", help="default: the latest bars that fit")
@click.option("--to", "end", metavar="T", help="end of the span, exclusive")
@click.option("--size", metavar="WxH", default="1600x900", show_default=True)
@click.option(
    "--scale", type=click.FloatRange(0.5, 4), default=1.0, show_default=True, help="pixels of a PNG per pixel"
)
@click.option("--theme", type=click.Choice(["dark", "light"]), default="dark", show_default=True)
@click.option("--type", "chart_type", type=click.Choice(CHART_TYPES), default="candles", show_default=True)
@click.option("--log", "is_log", is_flag=True, help="a logarithmic price axis")
@click.option("--offline", is_flag=True, help="draw what is cached, ask nothing")
@_common
def snapshot(*, output: str, size: str, scale: float, theme: str, chart_type: str, is_log: bool, **kwargs: Any) -> None:
    """Draw the chart of a series into a file, filling gaps first unless --offline; needs no display."""
    from candledesk.commands.snapshot import Picture, take_snapshot

    options = _options(kwargs)
    picture = Picture(output, size, theme, chart_type, is_log, scale)
    if options.demo:
        picture = replace(picture, source="demo market (synthetic)")
    _leave(take_snapshot(options.cache(), picture, **kwargs))


@cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--symbol", metavar="S", required=True, help="the Yahoo ticker that the bars belong to")
@click.option("--interval", metavar="I", required=True, help=_FETCHED_HELP)
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), help="default: by the file's name")
@_common
def import_file(**kwargs: Any) -> None:
    """Store foreign bars through the same checks as fetched ones."""
    from candledesk.commands.imports import run_import

    _leave(run_import(_options(kwargs).application().cache, **kwargs))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="for programs: JSON instead of a table")
@click.option("--repair", "is_repairing", is_flag=True, help="derive damaged chunks from the stored rows again")
@_common
def doctor(*, as_json: bool, is_repairing: bool, **kwargs: Any) -> None:
    """Check versions, database, limiter, reachability of Yahoo and display."""
    from candledesk.commands.doctor import examine, repair

    options = _options(kwargs)
    settings = options.settings()
    repairs = repair(settings, demo=options.demo) if is_repairing else []  # before the desk takes the home
    application = options.application() if options.demo else None
    url = settings.yahoo_url if application is None else application.settings.yahoo_url
    limiter = None if application is None else application.cache.limiter_state()
    _leave(examine(settings, url, limiter, repairs, demo=options.demo, as_json=as_json))


def _leave(code: int) -> None:
    sys.exit(code)


def arrange(arguments: list[str]) -> list[str]:
    """Put the command first, so that common options may stand before it; without a command it is the window.

    Raises ``click.UsageError`` for a word that is nearly a command: nobody means a chart of that name.
    """
    if arguments and arguments[0] in {"-h", "--help", "--version"}:
        return arguments
    expects_value, words = False, []
    for place, argument in enumerate(arguments):
        if not expects_value and argument in COMMANDS:
            return [argument, *arguments[:place], *arguments[place + 1 :]]
        if not expects_value and not argument.startswith("-"):
            words.append(argument)
        expects_value = argument in _VALUE_OPTIONS
    if words:
        _check_typo(words[0])
    return ["window", *arguments]


def _check_typo(word: str) -> None:
    if word == word.upper():  # as tickers are written
        return
    from difflib import get_close_matches

    for command in get_close_matches(word.lower(), COMMANDS, 1, _CLOSE_WORDS):
        raise click.UsageError(
            f"No such command {word!r}: did you mean {command!r}?"
            f" (To open a chart of that name: candledesk window {word.upper()})"
        )


def _exit_code(error: Exception) -> int:
    if isinstance(error, (InputError, UnknownJobError)):
        return EXIT_USAGE
    if isinstance(error, UnknownSymbolError):
        return EXIT_UNKNOWN
    if isinstance(error, (EnvironmentFaultError, NotCachedError, OfflineError)):
        return EXIT_ENVIRONMENT
    return EXIT_USAGE


def _call(arguments: list[str]) -> int:
    try:
        code = cli.main(arrange(arguments), prog_name="candledesk", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(printable(shown.getvalue()), nl=False, err=True)
        return error.exit_code
    except BrokenPipeError:  # whoever read our output has seen enough
        return EXIT_DONE
    return code if isinstance(code, int) else EXIT_DONE


def _run(arguments: list[str]) -> int:
    try:
        return _call(arguments)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else EXIT_BUG
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; what was fetched is stored", err=True)
        return EXIT_INTERRUPTED
    except CandleDeskError as error:
        click.echo(printable(f"candledesk: {error}"), err=True)
        return _exit_code(error)
    except Exception as error:
        log.exception("an error of our own")
        words = f"candledesk: Our own error, {type(error).__name__}: {error} (details in the log)"
        click.echo(printable(words), err=True)
        return EXIT_BUG


def _on_terminate(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _abort(_number: int, _frame: object) -> None:
    """End at once: whoever sends a second signal does not want to wait."""
    try:
        for options in _current:
            options.abort()
    finally:
        os._exit(EXIT_INTERRUPTED)


def _close_within_limit(code: int) -> None:
    if any(options.has_application for options in _current):
        from candledesk.app import EXIT_S, end_process_within

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _abort)
        end_process_within(EXIT_S, code)
    for options in _current:
        options.close()


def main() -> None:
    """Run the command line and end the process at once, whatever threads still hang."""
    signal.signal(signal.SIGTERM, _on_terminate)
    # Python leaves SIGINT alone where a shell has it ignored for background jobs; whoever sends it means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = _run(sys.argv[1:])
    _close_within_limit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = code or EXIT_DONE
    os._exit(code)
