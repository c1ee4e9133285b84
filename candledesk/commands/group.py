"""The group of all commands: loads a command's file when it is named, and opens the window when none is."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPTIONS = ("help", "version")  # that other programs have as commands
_CLOSE_MATCH = 0.8  # of difflib: one letter too many, too few or changed


class CommandGroup(click.Group):
    """Commands by name. Options may stand before a command; without one, the arguments are those of ``default``."""

    def __init__(self, name: str, modules: Mapping[str, str], default: str, *, help: str) -> None:  # noqa: A002 - click's
        """``modules``: the module that declares each command, in an attribute of the command's own ``name``.

        The modules are imported when they are needed: a second start of the window must not wait for them.
        """
        super().__init__(name, help=help, context_settings={"help_option_names": ["-h", "--help"]})
        self._modules, self._default = modules, default

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names in alphabetical order."""
        return sorted(self._modules)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return the command; ``None`` for a name that is none."""
        if cmd_name not in self._modules:
            return None
        for value in vars(import_module(self._modules[cmd_name])).values():
            if isinstance(value, click.Command) and value.name == cmd_name:
                return value
        raise LookupError(f"{self._modules[cmd_name]} declares no command {cmd_name}")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the group's own options only where they come first; all else is the command's."""
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if args and args[0] in own:
            return super().parse_args(ctx, args)
        return super().parse_args(ctx, ["--", *(args or [self._default])])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named after any options, else the default one, and its arguments.

        Raises ``click.UsageError`` for a word that is nearly a command: nobody means a chart of that name.
        """
        for place, argument in enumerate(args):
            if argument in self._modules and not self._is_value(ctx, args, place):
                return super().resolve_command(ctx, [argument, *args[:place], *args[place + 1 :]])
        for place, argument in enumerate(args):
            if not argument.startswith("-") and not self._is_value(ctx, args, place):
                self._check_typo(argument)
                break
        return super().resolve_command(ctx, [self._default, *args])

    def _is_value(self, ctx: click.Context, args: list[str], place: int) -> bool:
        """Return whether the argument at ``place`` is the value of the option before it."""
        before = args[place - 1] if place else ""
        return before.startswith("-") and self._takes_value(ctx, before)

    def _takes_value(self, ctx: click.Context, option: str) -> bool:
        """Return whether an option takes a value, by the first command that declares it; the default one is first."""
        for name in (self._default, *self._modules):
            command = self.get_command(ctx, name)
            for parameter in command.params if command is not None else ():
                if isinstance(parameter, click.Option) and option in parameter.opts:
                    return not parameter.is_flag
        return False

    def _check_typo(self, word: str) -> None:
        if word == word.upper():  # as tickers are written
            return
        if word in _OPTIONS:
            raise click.UsageError(
                f"No such command {word!r}: did you mean --{word}?"
                f" (To open a chart of that name: candledesk {self._default} {word.upper()})"
            )
        from difflib import get_close_matches

        for command in get_close_matches(word.lower(), self._modules, 1, _CLOSE_MATCH):
            raise click.UsageError(
                f"No such command {word!r}: did you mean {command!r}?"
                f" (To open a chart of that name: candledesk {self._default} {word.upper()})"
            )
