"""What the documents name exists: paths, targets of make, options, the version, and the checks before a commit."""

import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import fields
from pathlib import Path

import pytest

import candledesk
from candledesk.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
GUIDE = ".github/CONTRIBUTING.md"
DOCUMENTS = ["README.md", *sorted(f".github/{path.name}" for path in (ROOT / ".github").glob("*.md"))]
FOLDERS = {"candledesk", "resources", "tests", ".github", ".ci"}


def _read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def _named_paths(text):
    """Return what is a path in backticks: it begins with a folder of the repository, is a module, or a document."""
    words = {word.rstrip("/") for quoted in re.findall(r"`([^`\n]+)`", text) for word in quoted.split()}
    inside = {word for word in words if "/" in word and (word.partition("/")[0] in FOLDERS or word.endswith(".py"))}
    return inside | {word for word in words if re.fullmatch(r"\.?[\w-]+\.(md|toml|yaml|lock)", word)}


def _exists(path):
    return any(ROOT.glob(path)) or any((ROOT / "candledesk").glob(path))  # a module may be named within the package


def _targets():
    return set(re.findall(r"^([\w-]+):", _read("Makefile"), re.MULTILINE))


def _recipe(target):
    return re.search(rf"^{target}:.*\n((?:\t.*\n)+)", _read("Makefile"), re.MULTILINE)[1]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paths_that_a_document_names_exist(name):
    assert sorted(path for path in _named_paths(_read(name)) if not _exists(path)) == []


def test_paths_are_distinguished_from_routes_commands_and_words():
    text = "`.venv/bin/pytest tests/a.py` `candledesk/ui/` `pyproject.toml` `/api/v1` `rows/day` `tests/*.py` `ui/a.py`"
    assert _named_paths(text) == {"tests/a.py", "candledesk/ui", "pyproject.toml", "tests/*.py", "ui/a.py"}


@pytest.mark.parametrize("name", ["README.md", GUIDE])
def test_targets_of_make_that_are_named_exist(name):
    assert set(re.findall(r"`make ([\w-]+)", _read(name))) - _targets() == set()


def test_every_target_of_make_is_in_the_readme():
    own = {target for target in _targets() if not target.startswith("system-")}
    named = set(re.findall(r"\bmake ([\w-]+)", _read("README.md") + _read(GUIDE)))
    assert own - named - {"help"} == set()


def test_the_file_layout_of_the_readme_is_the_tree():
    layout = _read("README.md").partition("## How it is built")[2].split("```")[1]
    rows = re.findall(r"^( *)((?:[\w.]+/?)(?:, [\w.]+/?)*)(?:  |$)", layout, re.MULTILINE)
    named = {name.strip("/") for indent, names in rows if len(indent) == 2 for name in names.split(", ")}
    package = ROOT / "candledesk"
    there = {path.name for path in package.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}
    assert named == there - {"__init__.py"}


def test_the_options_of_the_readme_are_those_that_are_declared():
    named = set(re.findall(rf"^\| `({PREFIX}\w+)`", _read("README.md"), re.MULTILINE))
    assert named == {f"{PREFIX}{option.name.upper()}" for option in fields(Settings)}


def test_the_changelog_has_the_version():
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", _read(".github/CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == candledesk.__version__


def test_the_glossary_is_sorted_and_long_enough():
    glossary = _read(GUIDE).partition("## Glossary")[2].partition("\n## ")[0]
    terms = [term for term in re.findall(r"^\| ([^|]+?) \|", glossary, re.MULTILINE) if term != "word"]
    assert terms == sorted(set(terms))
    assert len(terms) >= 25


def test_the_checks_before_a_commit_are_those_of_make_lint():
    entries = re.findall(r"entry: \.venv/bin/(.+)", _read(".pre-commit-config.yaml"))
    hooks = {entry.replace(" --force-exclude", "") for entry in entries}
    assert hooks == set(re.findall(r"\$\(BIN\)/(.+)", _recipe("lint")))
    assert set(re.findall(r"repo: (\S+)", _read(".pre-commit-config.yaml"))) == {"local"}


def test_the_wheel_is_typed_and_holds_the_page(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    scripts = {f"candledesk/_resources/web/{path.name}" for path in (ROOT / "resources" / "web").iterdir()}
    assert {"candledesk/py.typed", *scripts} <= names
    assert not any(name.startswith("tests/") for name in names)


def test_the_classifiers_name_the_pythons_that_the_readme_names():
    project = tomllib.loads(_read("pyproject.toml"))["project"]
    claimed = {text.rpartition(" ")[2] for text in project["classifiers"] if "Python :: 3." in text}
    assert claimed == set(re.findall(r"Python (3\.\d+)", _read("README.md")))
