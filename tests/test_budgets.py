"""The hard budgets: bad code differs in its tail, so the tail is cut."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE_SOURCES = sorted((ROOT / "candledesk").rglob("*.py"))
SOURCES = [*PACKAGE_SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_MODULES = 16  # in one folder of the package


def _functions(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def test_files_are_short():
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES
    }
    assert {name: n_lines for name, n_lines in lengths.items() if n_lines > MAX_FILE_LINES} == {}


def test_functions_are_short():
    long = [
        f"{path.relative_to(ROOT)}:{line} {name} has {n_lines} lines"
        for path in SOURCES
        for name, line, n_lines in _functions(path)
        if n_lines > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_folders_are_small():
    folders = Counter(path.parent.relative_to(ROOT).as_posix() for path in PACKAGE_SOURCES if path.stem != "__init__")
    assert {name: n_modules for name, n_modules in folders.items() if n_modules > MAX_MODULES} == {}
