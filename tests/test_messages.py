"""Messages for people are sentences: expected failures are shown in the window, in the web page and in the shell."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "candledesk"
ROOT_ERROR = "CandleDeskError"


def _names_of_errors(trees):
    """Return the classes that descend from the root, over all modules."""
    bases = {
        node.name: {getattr(base, "id", "") for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {ROOT_ERROR}
    while grown := {name for name, above in bases.items() if above & known} - known:
        known |= grown
    return known


def _opening(node):
    """Return the literal words that a text opens with; empty when they are not literal."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) else node
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _is_shown(call, function, errors):
    if getattr(call.func, "id", "") in errors:
        return True
    is_super = isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"
    return is_super and isinstance(function, ast.ClassDef) and function.name in errors


def _texts(scope, errors):
    """Yield ``(line, opening)`` of the texts that errors are made with in one function or class."""
    named = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for call in (node for node in ast.walk(scope) if isinstance(node, ast.Call) and _is_shown(node, scope, errors)):
        text = call.args[-1] if call.args else None
        for value in named.get(text.id, ()) if isinstance(text, ast.Name) else [text]:
            yield call.lineno, _opening(value)


def _openings(tree, errors):
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {found for node in ast.walk(tree) if isinstance(node, scopes) for found in _texts(node, errors)}


@pytest.fixture(scope="module")
def found():
    """The names of the errors, and the ``(line, opening)`` of all texts of each file."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    errors = _names_of_errors(trees.values())
    return errors, {path.relative_to(PACKAGE): sorted(_openings(tree, errors)) for path, tree in trees.items()}


def test_the_search_sees_the_errors_and_their_texts(found):
    errors, openings = found
    assert {"InputError", "OfflineError", "HomeLockedError", "RangeError"} <= errors
    texts = {text for rows in openings.values() for _line, text in rows}
    assert {"Not a symbol: ", "Nothing of ", "The provider knows no symbol ", "There is no job "} <= texts


def test_messages_begin_as_sentences(found):
    _errors, openings = found
    lower = [f"{path}:{line} {text!r}" for path, rows in openings.items() for line, text in rows if text[:1].islower()]
    assert not lower, "expected failures are shown to people: begin them with a capital letter"
