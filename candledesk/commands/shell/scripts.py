"""Completion scripts for bash, zsh and fish from the rows of the parser. Pure.

Everything but the cached symbols stands in the script, so that a key costs no start of the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.commands.shell.declared import Offer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from candledesk.commands.shell.declared import ArgumentRow, CommandRow, OptionRow, Value

DEFAULT = "window"  # the command of a line that names none
_BASH = r"""_candledesk() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local command=@DEFAULT@ place=0 is_named= i word options
    local -a home=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            --demo) home+=(--demo) ;;
            @VALUED@)
                [[ $word == --home ]] && home+=(--home "${COMP_WORDS[i + 1]}")
                ((i++)) ;;
            -*) ;;
            @COMMANDS@)
                if [[ -z $is_named ]]; then command=$word is_named=1; else ((place++)); fi ;;
            *) ((place++)) ;;
        esac
    done
    COMPREPLY=()
    case $command:$previous in
@VALUES@
    esac
    case $command in
@OPTIONS@
    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
        return
    fi
    [[ -n $is_named || $place -gt 0 ]] || COMPREPLY=($(compgen -W "@WORDS@" -- "$current"))
    case $command:$place in
@ARGUMENTS@
    esac
}
_candledesk_words() { COMPREPLY+=($(compgen -W "$1" -- "$current")); }
_candledesk_symbols() {
    local found
    found=$(candledesk completion symbols "${home[@]}" 2>/dev/null)
    COMPREPLY+=($(compgen -W "$found" -- "${current^^}"))
}
complete -o bashdefault -o default -F _candledesk candledesk
"""
_ZSH = r"""#compdef candledesk
_candledesk_symbols() {
    local -a found
    found=(${(f)"$(candledesk completion symbols $home 2>/dev/null)"})
    compadd -M 'm:{a-z}={A-Z}' -a found
}
_candledesk() {
    local command=@DEFAULT@ is_named= i
    local -a home commands
    commands=(
@SUMMARIES@
    )
    for ((i = 2; i < CURRENT; i++)); do
        case $words[i] in
            --demo) home+=(--demo) ;;
            --home) home+=(--home $words[i+1]); ((i++)) ;;
            @VALUED@) ((i++)) ;;
            @COMMANDS@)
                command=$words[i] is_named=1
                words[i]=()
                ((CURRENT--))
                break ;;
        esac
    done
    [[ -n $is_named || $CURRENT -gt 2 ]] || _describe command commands
    case $command in
@ARGUMENTS@
    esac
}
if [[ $funcstack[1] == _candledesk ]]; then _candledesk "$@"; else compdef _candledesk candledesk; fi
"""


def write_bash(commands: Sequence[CommandRow]) -> str:
    """Return the script for bash 4 and newer."""
    values = [
        f"        {_patterns(one.name, option.names)}) {_bash_offer(option.value) or ':'}; return ;;"
        for one in commands
        for option in one.options
        if option.value is not None and option.value.offer not in {Offer.FILES, Offer.FOLDERS}
    ]
    options = [f'        {one.name}) options="{" ".join(_names(one))}" ;;' for one in commands]
    arguments = [f"        {line}" for one in commands for line in _bash_arguments(one)]
    lines = {"VALUES": "\n".join(values), "OPTIONS": "\n".join(options), "ARGUMENTS": "\n".join(arguments)}
    return _filled(_BASH, commands, lines | {"WORDS": " ".join(one.name for one in commands)})


def _patterns(command: str, names: Sequence[str]) -> str:
    return "|".join(f"{command}:{name}" for name in names)


def _names(command: CommandRow) -> Iterator[str]:
    yield from (name for option in command.options for name in option.names)


def _bash_offer(value: Value) -> str:
    if value.words:
        return f'_candledesk_words "{" ".join(value.words)}"'
    return "_candledesk_symbols" if value.offer is Offer.SYMBOLS else ""


def _bash_arguments(command: CommandRow) -> Iterator[str]:
    for place, argument in enumerate(command.arguments):
        offer = _bash_offer(argument.value)
        if offer:
            yield f"{command.name}:{'*' if argument.is_repeated else place}) {offer} ;;"


def write_zsh(commands: Sequence[CommandRow]) -> str:
    """Return the script for zsh, for a folder of ``fpath`` or to be read after ``compinit``."""
    summaries = [f"        {_quoted(f'{one.name}:{one.summary}')}" for one in commands]
    arguments = [f"        {one.name})\n            _arguments \\\n{_zsh_arguments(one)} ;;" for one in commands]
    return _filled(_ZSH, commands, {"SUMMARIES": "\n".join(summaries), "ARGUMENTS": "\n".join(arguments)})


def _zsh_arguments(command: CommandRow) -> str:
    rows = [text for option in command.options for text in _zsh_option(option)]
    rows += [_zsh_argument(place, one) for place, one in enumerate(command.arguments, start=1)]
    return " \\\n".join(f"                {_quoted(row)}" for row in rows)


def _zsh_option(option: OptionRow) -> Iterator[str]:
    text = _zsh_text(option.text)
    for name in option.names:
        yield f"*{name}[{text}]" + ("" if option.value is None else f":{_zsh_value(option.value)}")


def _zsh_argument(place: int, argument: ArgumentRow) -> str:
    return f"{'*:' if argument.is_repeated else f'{place}:'}{_zsh_value(argument.value)}"


def _zsh_value(value: Value) -> str:
    actions = {
        Offer.NOTHING: " ",
        Offer.SYMBOLS: "_candledesk_symbols",
        Offer.FILES: "_files",
        Offer.FOLDERS: "_files -/",
    }
    action = f"({' '.join(value.words)})" if value.words else actions[value.offer]
    return f"{_zsh_text(value.name)}:{action}"


def _zsh_text(text: str) -> str:
    for char in "\\[]:":
        text = text.replace(char, f"\\{char}")
    return text


def write_fish(commands: Sequence[CommandRow]) -> str:
    """Return the script for fish."""
    names = " ".join(one.name for one in commands)
    lines = [
        "complete -c candledesk -f",
        "function __candledesk_symbols",
        "    candledesk completion symbols 2>/dev/null",
        "end",
    ]
    lines += [
        f"complete -c candledesk -n {_quoted(f'not __fish_seen_subcommand_from {names}')}"
        f" -a {one.name} -d {_quoted(one.summary)}"
        for one in commands
    ]
    for one in commands:
        is_default = f"not __fish_seen_subcommand_from {names.replace(f'{DEFAULT} ', '').replace(f' {DEFAULT}', '')}"
        condition = _quoted(is_default if one.name == DEFAULT else f"__fish_seen_subcommand_from {one.name}")
        lines += [f"complete -c candledesk -n {condition} {rest}" for rest in _fish_rows(one)]
    return "\n".join(lines) + "\n"


def _fish_rows(command: CommandRow) -> Iterator[str]:
    for option in command.options:
        flags = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
        yield f"{flags}{_fish_value(option.value)} -d {_quoted(option.text)}"
    for argument in command.arguments:
        offer = _fish_offer(argument.value)
        if offer:
            yield offer


def _fish_value(value: Value | None) -> str:
    if value is None:
        return ""
    return f" -x {_fish_offer(value)}".rstrip() if value.offer is not Offer.FILES else " -r -F"


_FISH_OFFERS = {
    Offer.SYMBOLS: "-a '(__candledesk_symbols)'",
    Offer.FILES: "-F",
    Offer.FOLDERS: "-a '(__fish_complete_directories)'",
}


def _fish_offer(value: Value) -> str:
    if value.words:
        return f"-a {_quoted(' '.join(value.words))}"
    return _FISH_OFFERS.get(value.offer, "")


def _filled(script: str, commands: Sequence[CommandRow], lines: dict[str, str]) -> str:
    valued = {name for one in commands for option in one.options if option.value is not None for name in option.names}
    names = "|".join(one.name for one in commands)
    for name, text in {"DEFAULT": DEFAULT, "VALUED": "|".join(sorted(valued)), "COMMANDS": names, **lines}.items():
        script = script.replace(f"@{name}@", text)
    return script


def _quoted(text: str) -> str:
    """Return a word in single quotes, as all three shells read it."""
    return "'" + text.replace("'", "'\\''") + "'"


WRITERS: dict[str, Callable[[Sequence[CommandRow]], str]] = {"bash": write_bash, "zsh": write_zsh, "fish": write_fish}
