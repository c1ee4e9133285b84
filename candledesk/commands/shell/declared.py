"""What the parser of the command line declares, as plain rows from which scripts and the manual page are made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import click

from candledesk.commands.context import COMMON_NAMES
from candledesk.domain.interval import INTERVALS
from candledesk.indicators.registry import INDICATORS

if TYPE_CHECKING:
    from candledesk.commands.group import CommandGroup


_INDICATOR_IDS = tuple(one.id for one in INDICATORS)
_WORDS = {"interval": tuple(INTERVALS), "indicator": _INDICATOR_IDS, "indicators": _INDICATOR_IDS}


class Offer(Enum):
    """What is offered in the place of a value, beside fixed words."""

    NOTHING = "nothing"
    SYMBOLS = "symbols"  # those that are cached
    FILES = "files"
    FOLDERS = "folders"


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an option or an argument: ``words`` to choose from, or what ``offer`` says."""

    name: str
    words: tuple[str, ...] = ()
    offer: Offer = Offer.NOTHING


@dataclass(frozen=True, slots=True)
class OptionRow:
    """An option; ``value`` is ``None`` for a flag, ``is_common``: every command has it."""

    names: tuple[str, ...]
    text: str
    value: Value | None
    is_common: bool


@dataclass(frozen=True, slots=True)
class ArgumentRow:
    """An argument by its place; ``is_repeated``: and all that follow."""

    value: Value
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command; ``text``: its help, the first line of which is a sentence."""

    name: str
    text: str
    usage: str
    options: tuple[OptionRow, ...]
    arguments: tuple[ArgumentRow, ...]

    @property
    def summary(self) -> str:
        """The first sentence of the help, without its full stop."""
        first = self.text.partition("\n\n")[0].replace("\n", " ")
        return first.partition(". ")[0].rstrip(".")


def read_commands(group: CommandGroup) -> tuple[CommandRow, ...]:
    """Return every command of the command line, in alphabetical order; imports all of their modules."""
    context = click.Context(group, info_name="candledesk", **group.context_settings)
    found = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
    return tuple(_command_row(context, name, command) for name, command in found if command is not None)


def _command_row(context: click.Context, name: str, command: click.Command) -> CommandRow:
    own = click.Context(command, context, info_name=name)
    options = [one for one in command.get_params(own) if isinstance(one, click.Option) and not one.hidden]
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    return CommandRow(
        name,
        click.unstyle(command.help or "").strip(),
        " ".join(command.collect_usage_pieces(own)),
        tuple(map(_option_row, options)),
        tuple(ArgumentRow(_value_of(one), one.nargs == -1) for one in arguments),
    )


def _option_row(option: click.Option) -> OptionRow:
    names = tuple(option.opts)
    value = None if option.is_flag or option.count else _value_of(option)
    return OptionRow(names, option.help or "", value, is_common=option.name in {*COMMON_NAMES, "help"})


def _value_of(parameter: click.Parameter) -> Value:
    """Return what a parameter takes, by its type, and by its name where the type is any text."""
    name, label = parameter.name or "", parameter.metavar or (parameter.name or "").upper()
    if isinstance(parameter.type, click.Choice):
        return Value(label, tuple(parameter.type.choices))
    if name in _WORDS:
        return Value(label, _WORDS[name])
    if name in {"symbol", "symbols", "compared"}:
        return Value(label, offer=Offer.SYMBOLS)
    if isinstance(parameter.type, click.Path) or label == "FILE" or name == "arguments":
        return Value(label, offer=Offer.FILES)
    return Value(label, offer=Offer.FOLDERS if label == "DIR" else Offer.NOTHING)
