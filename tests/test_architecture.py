"""The rules of the design that no single module can keep alone."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "candledesk"
SOURCES = sorted(PACKAGE.rglob("*.py"))

DRAWER_NAMES = {"utils", "misc", "helpers", "common", "manager"}
THREAD_MAKERS = {"Thread", "Timer", "ThreadPoolExecutor", "QThread", "QThreadPool", "start_new_thread"}
# The fetch process and the demo market are processes of their own.
MAY_MAKE_THREADS = {
    *("cache/runtime/threads.py", "web/http_server.py"),
    *("cache/runtime/fetch_process_main.py", "demo/http/server.py"),
}
HEAVY = {"PySide6", "exchange_calendars", "pandas", "pandas_market_calendars", "pyqtgraph", "sqlite_utils", "yfinance"}


def _relative(path):
    return path.relative_to(PACKAGE).as_posix()


def _nodes(path):
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _last_name(node):
    """Return ``Thread`` for ``threading.Thread`` as for ``Thread``."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)


def _thread_makers(path):
    """Yield the lines that call or subclass what makes threads."""
    for node in _nodes(path):
        used = [node.func] if isinstance(node, ast.Call) else node.bases if isinstance(node, ast.ClassDef) else []
        if any(_last_name(name) in THREAD_MAKERS for name in used):
            yield f"{_relative(path)}:{node.lineno}"


def test_imports_keep_the_contracts():
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_is_a_drawer():
    modules = [path for path in PACKAGE.rglob("*") if path.is_dir() or path.suffix == ".py"]
    assert [_relative(path) for path in modules if path.stem in DRAWER_NAMES] == []


def test_threads_are_made_in_two_places_only():
    makers = [line for path in SOURCES if _relative(path) not in MAY_MAKE_THREADS for line in _thread_makers(path)]
    assert makers == []


def test_no_widget_overrides_what_calls_its_other_handlers():
    """An error of C code in a handler that such an override calls ends the process (PySide 6.11 on Python 3.11)."""
    overrides = [
        f"{_relative(path)}:{node.lineno}"
        for path in SOURCES
        if path.is_relative_to(PACKAGE / "ui")
        for node in _nodes(path)
        if isinstance(node, ast.FunctionDef) and node.name in {"event", "viewportEvent"}
    ]
    assert overrides == []


@pytest.mark.parametrize("module", ["candledesk", "candledesk.commands.entry"])
def test_import_is_cheap(module):
    """What is imported before the first command runs is paid for by every command."""
    code = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


# What the first picture of the window needs none of; each takes milliseconds of the start (WINDOW.md, speed).
AFTER_FIRST_CHART = (
    *("numpy.ma", "pandas", "sqlite_utils", "yfinance", "http.client", "html", "importlib.metadata", "webbrowser"),
    *("difflib", "fractions", "csv"),
    *("candledesk.indicators.registry", "candledesk.web.http_server", "candledesk.workspace.watchlists.text_files"),
    *("candledesk.cache.fetching.bars_importer", "candledesk.cache.maintenance.backup"),
    *("candledesk.cache.maintenance.storage", "candledesk.store.market.maintenance.sizes"),
    *("candledesk.ui.panels.data_window.panel", "candledesk.ui.panels.jobs.panel"),
    *("candledesk.ui.panels.object_tree.panel", "candledesk.ui.panels.storage.page"),
    *("candledesk.ui.panels.watchlist.panel", "candledesk.ui.features.palette.controller"),
    *("candledesk.ui.features.search.popup", "candledesk.ui.features.interval_entry.popup"),
    *("candledesk.ui.features.options_dialog", "candledesk.ui.features.indicators.add_dialog"),
    *("candledesk.ui.features.indicators.settings_dialog", "candledesk.ui.features.pictures.dialog"),
    *("candledesk.ui.features.bar_files.import_dialog", "candledesk.bar_files.reading"),
    *("candledesk.ui.features.drawing_tools.settings.dialog", "candledesk.ui.features.drawing_tools.bin_dialog"),
    *("candledesk.ui.features.drawing_tools.style_bar.bar",),
)
FIRST_CHART = """
import os, sys
from candledesk import app

def shown(application):
    print(*sys.modules, flush=True)
    os._exit(0)

app.Application.start_web_aside = shown
from candledesk.commands.entry import main
main()
"""


def test_the_first_chart_waits_for_no_module_that_it_does_not_need(tmp_path):
    given = {"CANDLEDESK_HOME": str(tmp_path), "CANDLEDESK_YAHOO_URL": "http://127.0.0.1:9"}
    environment = os.environ | given | {"QT_QPA_PLATFORM": "offscreen"}
    start = [sys.executable, "-c", FIRST_CHART]
    for _ in ("the home is made", "as on every other day"):
        done = subprocess.run(start, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "candledesk.ui.shell.main_window" in done.stdout.split(), done.stderr
    assert sorted(set(AFTER_FIRST_CHART) & set(done.stdout.split())) == []
