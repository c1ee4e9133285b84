"""The page's modules as one script: every module once, in the order of the imports, with the names of its own."""

import shutil
import subprocess
from graphlib import CycleError

import pytest

from candledesk.web.server.assets import load_assets
from candledesk.web.server.joined_scripts import ScriptFormError, join_modules
from tests.web.conftest import RESOURCES

NODE = shutil.which("node")
MODULES = {
    "app.js": 'import { half, NAME as OTHER } from "./rules.js";\nimport { read } from "./read.js";\n'
    'const NAME = "app";\nread().then((n) => console.log(NAME, OTHER, half(n)));\n',
    "rules.js": 'export const NAME = "rules";\nexport function half(n) {\n  return n / 2;\n}\n',
    "read.js": 'import { NAME } from "./rules.js";\nconsole.log("read");\n'
    "export class Box {}\nexport async function read() {\n  return NAME.length;\n}\n",
    "old.js": 'console.log("never");\n',
}


def run(script, tmp_path):
    file = tmp_path / "joined.mjs"
    file.write_text(script)
    return subprocess.run([NODE, str(file)], capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_joined_script_does_what_the_modules_do(tmp_path):
    assert run(join_modules(MODULES, "app.js"), tmp_path) == ["read", "app rules 2.5"]


def test_a_module_that_several_import_is_there_once_and_lines_stay_lines():
    joined = join_modules(MODULES, "app.js")
    assert joined.count('const NAME = "rules"') == 1
    assert "never" not in joined
    assert [line for line in joined.splitlines() if "return n / 2" in line] == ["  return n / 2;"]


@pytest.mark.parametrize(
    "line",
    [
        'import * as rules from "./rules.js";',
        'import "./rules.js";',
        "export default half;",
        "export { half };",
        "export let n = 1;",
        'export * from "./rules.js";',
    ],
)
def test_other_forms_are_refused_with_the_line(line):
    with pytest.raises(ScriptFormError) as caught:
        join_modules({**MODULES, "app.js": line + "\n"}, "app.js")
    assert str(caught.value) == f"app.js: {line}"


def test_modules_that_import_each_other_are_refused():
    circle = {"app.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./app.js";\nexport const b = 1;\n'}
    with pytest.raises(CycleError):
        join_modules(circle, "app.js")


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(KeyError, match=r"none\.js"):
        join_modules({"app.js": 'import { a } from "./none.js";\n'}, "app.js")


def test_the_page_loads_one_script_and_one_style_and_their_tags_follow_the_content(tmp_path):
    assets = load_assets(RESOURCES)
    page = assets["/"].body.decode()
    assert page.count('src="/assets/') == 2  # the theme, before the first paint, and all others
    assert page.count('rel="stylesheet"') == 1
    for file in ("app.js", "page.js", "chart.js"):
        assert f"// {file}\n".encode() in assets["/assets/all.js"].body
    shutil.copytree(RESOURCES / "web", tmp_path / "web")
    assert load_assets(tmp_path)["/assets/all.js"].etag == assets["/assets/all.js"].etag
    with (tmp_path / "web" / "time.js").open("a") as file:
        file.write("// changed\n")
    changed = load_assets(tmp_path)
    assert changed["/assets/all.js"].etag != assets["/assets/all.js"].etag
    assert changed["/assets/all.css"].etag == assets["/assets/all.css"].etag


def test_a_browser_that_has_the_script_is_answered_without_it(anonymous_client):
    first = anonymous_client.get("/assets/all.js")
    assert first.headers["content-type"].startswith("text/javascript")
    again = anonymous_client.get("/assets/all.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_joined_script_of_the_page_is_valid(tmp_path):
    file = tmp_path / "all.mjs"
    file.write_bytes(load_assets(RESOURCES)["/assets/all.js"].body)
    subprocess.run([NODE, "--check", str(file)], check=True)
