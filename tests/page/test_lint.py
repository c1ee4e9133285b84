"""The page's scripts are clean, and the lint finds each kind of fault."""

import subprocess
import sys

import pytest

from tests.page.lint import PAGE, find_faults, lint_page, read_tokens

HTML = '<script src="/assets/all.js" type="module"></script><b id="x">'
APP = 'import { half } from "./rules.js";\nfetch(half(1));\n'
RULES = "export function half(n) {\n  return n / 2;\n}\n"


def test_the_scripts_of_the_page_are_clean():
    assert lint_page() == []


def test_the_command_ends_well_when_they_are():
    done = subprocess.run(
        [sys.executable, "-m", "tests.page.lint"], cwd=PAGE.parents[1], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_page_without_faults_has_none():
    assert find_faults({"app.js": APP, "rules.js": RULES}, HTML) == []


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ("fetch(misspelt);", "app.js:3 misspelt is not declared"),
        ("const left = 1;", "app.js does not use left"),
        ("for (const [, left] of fetch()) fetch();", "app.js does not use left"),
        ("const draw = (left) => fetch();\ndraw();", "app.js does not use left"),
        ("class Box {\n  open() {}\n}\nnew Box();", "app.js does not call open()"),
        ('document.getElementById("y");', "app.js looks up #y, which is not in index.html"),
        ('import { third } from "./rules.js";\nthird();', "rules.js does not export third"),
        ('import { third } from "./rule.js";\nthird();', "rule.js does not export third"),
    ],
)
def test_a_fault_of_a_script_is_found(added, fault):
    assert fault in find_faults({"app.js": APP + added, "rules.js": RULES}, HTML)


@pytest.mark.parametrize(
    "added",
    [
        "for (const { from: start, ...rest } of fetch()) fetch({ start, ...rest });",
        "const name = fetch;\nfetch(`${name(`}${name}`)} misspelt ${{ name }}`, /mis`spelt[/]/u, 4 / 2 / name);",
        "// misspelt\nfetch('misspelt', \"misspelt\"); /* misspelt */",
        "class Box {\n  get size() {\n    return this.misspelt;\n  }\n}\nfetch(new Box().size);",
        "async function read(path, { tag } = {}) {\n  return fetch(path, tag);\n}\nread().catch((bad) => fetch(bad));",
        "try {\n  fetch();\n} catch (error) {\n  fetch(error ? true : null);\n}",
        'Object.assign(document.createElement("b"), { id: "y" });\ndocument.getElementById("y");',
    ],
)
def test_what_is_right_is_no_fault(added):
    assert find_faults({"app.js": APP + added, "rules.js": RULES}, HTML) == []


def test_an_export_that_only_tests_import_is_used():
    rules = RULES + "export const twice = (n) => 2 * n;\n"
    assert find_faults({"app.js": APP, "rules.js": rules}, HTML) == ["rules.js exports twice, which is not imported"]
    assert find_faults({"app.js": APP, "rules.js": rules}, HTML, 'import { twice } from "../rules.js";') == []


def test_a_script_is_imported_or_loaded_by_itself():
    scripts = {"app.js": APP, "rules.js": RULES, "old.js": ""}
    assert find_faults(scripts, HTML) == ["old.js is not loaded"]
    assert find_faults(scripts, HTML + '<script src="/assets/old.js"></script>') == []


def test_tokens_say_on_which_line_they_stand():
    assert read_tokens("/* a\n */ b\n`c`") == [("name", "b", 2), ("string", "`c`", 3)]
