"""``candledesk``, ``serve`` and ``address``: the window, the cache without one, and where its web chart is."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time

import click
from click.core import ParameterSource

from candledesk.commands.context import INTERVAL_HELP, CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.commands.printing import print_notice
from candledesk.commands.process_start import WINDOW_BYTES, OutputError, require_memory
from candledesk.domain.errors import EnvironmentFaultError
from candledesk.ending_signals import ending_signals

log = logging.getLogger(__name__)


@click.command()
@click.argument("symbols", nargs=-1)
@click.option("--interval", metavar="I", default="1d", show_default=True, help=INTERVAL_HELP)
@common_options
def window(context: CommandContext, *, symbols: tuple[str, ...], interval: str) -> int:
    """Open the window (the default command)."""
    from candledesk.domain.compare.ratio import parse_charted
    from candledesk.domain.interval import parse_interval

    chosen, name = [parse_charted(symbol) for symbol in symbols], parse_interval(interval).name
    if sys.platform.startswith("linux") and not any(
        os.environ.get(key) for key in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        raise EnvironmentFaultError("There is no display for a window: use `candledesk serve` for the browser chart")
    require_memory(WINDOW_BYTES, "the window")
    is_given = click.get_current_context().get_parameter_source("interval") is not ParameterSource.DEFAULT
    if _is_shown_elsewhere(context, tuple(chosen), name if is_given else None):
        return EXIT_DONE
    gc.disable()  # until the first chart is shown: passes over what is being imported take a tenth of the start
    from candledesk.app import run_window

    return run_window(context.application(), chosen, name)


def _is_shown_elsewhere(context: CommandContext, symbols: tuple[str, ...], interval: str | None) -> bool:
    """Show the window that this home has already; ``EnvironmentFaultError`` when its holder has none or is silent."""
    from candledesk.paths import open_home
    from candledesk.web import second_start

    paths = open_home(context.settings().home, demo=context.demo)
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


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes a free one")
@click.option("--udf", is_flag=True, help="the UDF datafeed for charting libraries too, as CANDLEDESK_UDF=on")
@common_options
def serve(context: CommandContext, *, port: int, udf: bool) -> int:
    """Serve the browser chart and the HTTP API without a window, until Ctrl-C."""
    if udf:
        context.set_option("udf", "on")
    stop = threading.Event()
    for number in ending_signals():
        signal.signal(number, lambda *_: stop.set())
    application = context.application()
    web = application.make_web(port)
    application.start_web()
    try:
        click.echo(web.make_chart_url())
        if web.udf_url:
            click.echo(web.udf_url)
    except (OutputError, BrokenPipeError) as error:  # who started it need not read; endpoint.json has the address too
        log.warning("the address could not be printed: %s", error)
    user_data = application.user_data
    user_data.read(lambda _connection: None).add_done_callback(lambda _opened: print_notice(user_data.notice))
    application.service.child.warm_up()
    application.resume_jobs()
    application.start_updates()
    stop.wait()
    return EXIT_DONE


@click.command()
@click.argument("symbol", required=False)
@click.argument("interval", required=False)
@common_options
def address(context: CommandContext, *, symbol: str | None, interval: str | None) -> int:
    """Print a new address of the chart in the browser, which signs in once."""
    from candledesk.domain.compare.ratio import parse_charted
    from candledesk.domain.interval import parse_interval
    from candledesk.paths import open_home
    from candledesk.web.client import RemoteCache

    remote = RemoteCache.find(open_home(context.settings().home, demo=context.demo).endpoint)
    if remote is None:
        raise EnvironmentFaultError("No CandleDesk runs on this home: start `candledesk serve`, or the window")
    shown = None if symbol is None else parse_charted(symbol)
    click.echo(remote.make_page_address(shown, None if interval is None else parse_interval(interval)))
    return EXIT_DONE
