"""Messages for people are sentences: expected failures are shown in the window, in the web page and in the shell."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "candledesk"
ROOT_ERROR = "CandleDeskError"
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def _relative(path):
    return path.relative_to(PACKAGE).as_posix()


def _names_of_errors():
    """Return the classes that descend from the root, over all modules."""
    bases = {
        node.name: {getattr(base, "id", "") for base in node.bases}
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {ROOT_ERROR}
    while grown := {name for name, above in bases.items() if above & known} - known:
        known |= grown
    return known


ERRORS = _names_of_errors()


def _opening(node):
    """Return the literal words that a text opens with; empty when they are not literal."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) else node
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _is_shown(call, function):
    if getattr(call.func, "id", "") in ERRORS:
        return True
    is_super = isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"
    return is_super and isinstance(function, ast.ClassDef) and function.name in ERRORS


def _texts(scope):
    """Yield ``(line, opening)`` of the texts that errors are made with in one function or class."""
    named = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for call in (node for node in ast.walk(scope) if isinstance(node, ast.Call) and _is_shown(node, scope)):
        text = call.args[-1] if call.args else None
        for value in named.get(text.id, ()) if isinstance(text, ast.Name) else [text]:
            yield call.lineno, _opening(value)


def _openings(path):
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {found for node in ast.walk(TREES[path]) if isinstance(node, scopes) for found in _texts(node)}


def test_the_search_sees_the_errors_and_their_texts():
    assert {"InputError", "OfflineError", "HomeLockedError", "RangeError"} <= ERRORS
    found = {text for path in TREES for _line, text in _openings(path)}
    assert {"Not a symbol: ", "Nothing of ", "The provider knows no symbol ", "There is no job "} <= found


@pytest.mark.parametrize("path", list(TREES), ids=_relative)
def test_messages_begin_as_sentences(path):
    lower = [f"{path.name}:{line} {text!r}" for line, text in sorted(_openings(path)) if text[:1].islower()]
    assert not lower, "expected failures are shown to people: begin them with a capital letter"
