"""``candledesk completion``: a completion script for a shell, and the cached symbols that such a script asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from candledesk.commands.context import CommandContext, common_options
from candledesk.commands.exit_codes import EXIT_DONE

if TYPE_CHECKING:
    from candledesk.cache.api import CommandApi

SYMBOLS = "symbols"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", SYMBOLS]))
@common_options
def completion(context: CommandContext, *, shell: str) -> int:
    """Print a completion script that knows commands, options, intervals and cached symbols.

    Write it into the folder where the shell looks: for bash ~/.local/share/bash-completion/completions/candledesk, for
    zsh _candledesk in a folder of fpath, for fish ~/.config/fish/completions/candledesk.fish. The scripts ask
    `candledesk completion symbols` for the symbols.
    """
    if shell == SYMBOLS:
        return print_symbols(context.cache()) if context.has_database() else EXIT_DONE
    from candledesk.commands.entry import cli
    from candledesk.commands.shell.declared import read_commands
    from candledesk.commands.shell.scripts import WRITERS

    print(WRITERS[shell](read_commands(cli)), end="")
    return EXIT_DONE


def print_symbols(cache: CommandApi) -> int:
    """Print the cached symbols, one a line."""
    for one in cache.list_instruments().result():
        print(one.symbol)
    return EXIT_DONE
