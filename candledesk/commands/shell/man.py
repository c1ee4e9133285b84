"""``candledesk man``: the manual page, made from the help of the commands."""

from __future__ import annotations

import click

from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE


@click.command()
@common_options
def man(_context: CommandContext) -> int:
    """Print the manual page: `candledesk man | man -l -` shows it."""
    from candledesk.commands.entry import cli
    from candledesk.commands.shell.declared import read_commands
    from candledesk.commands.shell.man_page import write_man_page

    print(write_man_page(cli.help or "", read_commands(cli)), end="")
    return EXIT_DONE
