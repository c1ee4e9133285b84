"""The code uses plain words: none of ``tests.plain_words`` is in an identifier, docstring, comment or text.

Run as a program it prints the number of hits of each folder: ``python -m tests.test_language``.
"""

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.plain_words import find_in_page, find_in_path, find_in_prose, find_in_python

ROOT = Path(__file__).parents[1]
LISTS = {ROOT / "tests/plain_words.py", Path(__file__)}
SUFFIXES = {".py", ".js", ".html", ".css"}
PLAIN = ["candledesk", "resources/web", "tests"]


def _sources(*names):
    """Return the sources in folders and files of the repository."""
    return [path for name in names for path in _files(ROOT / name) if path not in LISTS]


def _files(root):
    return [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.suffix in SUFFIXES)


def _hits(path):
    """Return the hits of a file as lines ``path:line: 'word' in place: say …``."""
    find = find_in_python if path.suffix == ".py" else find_in_page
    found = find_in_path(path) + find(path.read_text(encoding="utf-8"))
    return [f"{path.relative_to(ROOT)}:{hit}" for hit in found]


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_folder_has_none_of_the_words(name):
    assert _sources(name)
    lines = [line for path in _sources(name) for line in _hits(path)]
    assert not lines, "\n".join(lines)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("class FillDemand: ...", "demand"),
        ("def meet_symbol(): ...", "meet"),
        ("def f(n_errands=1): ...", "errands"),
        ("f(is_worn=True)", "worn"),
        ("a.keeper.b", "keeper"),
        ("THE_ROTA = 1", "rota"),
        ("HTTPDoor()", "door"),
        ('"""Return the demand."""', "demand"),
        ('"""First line.\n\nIt is told later.\n"""', "told"),
        ("x = 1  # whoever needs it", "whoever"),
        ('text = "Not to be had"', "Not to be had"),
        ('text = f"{n} demands"', "demands"),
        ('log.info("the job was given up")', "given up"),
    ],
)
def test_a_word_is_found_wherever_it_is(source, word):
    assert word in [hit.word for hit in find_in_python(source)]


def test_a_hit_names_the_line_and_the_plain_word():
    (hit,) = find_in_python("x = 1\nclass FillDemand: ...\n")
    assert str(hit) == "2: 'demand' in the name FillDemand: say fill task"


@pytest.mark.parametrize("text", ["CandleDesk", "candledesk.domain", "loaded on demand", "demanding", "metadata"])
def test_longer_words_and_public_names_are_not_hits(text):
    assert find_in_prose(text) == []


@pytest.mark.parametrize("source", ["function loadDemandOf() {}", "let n = demand_of;", "// a demand", "<p>Demand</p>"])
def test_scripts_and_pages_are_scanned(source):
    assert [hit.word.lower() for hit in find_in_page(source)] == ["demand"]


def test_file_names_are_scanned():
    assert [hit.word for hit in find_in_path(Path("candledesk/cache/doors.py"))] == ["doors"]


def main():
    """Print the hits of each folder that has any, or with arguments all hits of those folders and files."""
    if len(sys.argv) > 1:
        print("\n".join(line for path in _sources(*sys.argv[1:]) for line in _hits(path)))  # noqa: T201
        return
    counts = Counter()
    for path in _sources("candledesk", "resources/web", "tests"):
        counts[path.relative_to(ROOT).parent.as_posix()] += len(_hits(path))
    print("\n".join(f"{folder}: {n}" for folder, n in sorted(counts.items()) if n) or "none")  # noqa: T201


if __name__ == "__main__":
    main()
