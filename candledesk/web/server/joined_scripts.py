"""The page's modules as one script, so that a browser fetches them with one request. No build tool: it is text.

Each module becomes a function that returns what it exports, called in the order of the imports. The page's lint
(``tests.page.lint``) holds the single files to the forms of ``import`` and ``export`` that are read here.
"""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class ScriptFormError(ValueError):
    """A module has an ``import`` or ``export`` of a form that cannot be joined."""


def join_modules(texts: Mapping[str, str], entry: str) -> str:
    """Return one module that does what ``entry`` does with those that it imports, directly or not.

    ``texts``: the modules by file name. Lines stay lines. Raises ``ScriptFormError``; ``graphlib.CycleError`` for
    modules that import each other; ``KeyError`` for one that is not there.
    """
    imports: dict[str, list[str]] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in imports:
            imports[name] = [found[2] for found in _IMPORT.finditer(texts[name])]
            waiting += imports[name]
    order = list(TopologicalSorter(imports).static_order())
    numbers = {name: number for number, name in enumerate(order)}
    return "".join(_wrap(name, texts[name], numbers) for name in order)


def _wrap(name: str, text: str, numbers: Mapping[str, int]) -> str:
    exported = [found[2] for found in _EXPORT.finditer(text)]

    def take(found: re.Match[str]) -> str:
        names = found[1].replace(" as ", ": ")
        return f"const {{{names}}} = $module{numbers[found[2]]};"

    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(take, text))
    if other := _OTHER.search(body):
        raise ScriptFormError(f"{name}: {other[0]}")
    returned = f"return {{ {', '.join(exported)} }};\n" if exported else ""
    return f"// {name}\nconst $module{numbers[name]} = (() => {{\n{body}\n{returned}}})();\n"
