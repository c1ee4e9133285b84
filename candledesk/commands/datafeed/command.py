"""``candledesk udf``: the address of the UDF datafeed for charting libraries, and a new secret for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE
from candledesk.domain.errors import EnvironmentFaultError

if TYPE_CHECKING:
    from candledesk.paths import Paths

_OFF = "The UDF datafeed is off: start with CANDLEDESK_UDF=on, or `candledesk serve --udf`"


@click.command("udf")
@click.argument("action", type=click.Choice(["show", "rotate"]), default="show")
@common_options
def datafeed(context: CommandContext, *, action: str) -> int:
    """Print the address of the UDF datafeed in the running instance; `rotate` replaces its secret first.

    A program or page that has the address can read all candles; after `rotate` the former address is refused at once.
    """
    from candledesk.paths import open_home
    from candledesk.web.udf.secret import DatafeedSecret

    paths = open_home(context.settings().home, demo=context.demo)
    secret = DatafeedSecret(paths.datafeed_secret)
    if action == "rotate":
        secret.rotate()
        click.echo("the datafeed has a new secret; pages need the new address", err=True)
    address = _find_address(paths, secret.read())
    if address:
        click.echo(address)
    elif action == "show":
        raise EnvironmentFaultError(_OFF)
    return EXIT_DONE


def _find_address(paths: Paths, secret: str) -> str:
    """Return the address in the running instance; empty when the datafeed is off or nothing runs."""
    from candledesk.endpoint_file import read_endpoint
    from candledesk.web.client import RemoteCache
    from candledesk.web.server.datafeed_access import PREFIX

    running = read_endpoint(paths.endpoint)
    if running is None or not running.udf_url or not secret or RemoteCache.find(paths.endpoint) is None:
        return ""
    return f"{running.url}{PREFIX}{secret}"
