"""What a command that asks nobody may import: each library or area beyond these costs every call its time."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARIES = {"__main__", "candledesk", "click", "numpy", "orjson"}
AREAS = {  # of the package
    *("app", "cache", "candle_files", "commands", "domain", "ending_signals", "endpoint_file", "indicators", "log"),
    *("paths", "private_files", "providers", "settings", "store", "workspace"),
}
NEVER = {  # of the areas that are imported, and of the standard library
    *("candledesk.indicators.registry", "candledesk.workspace.workspace", "candledesk.cache.queries.studies"),
    *("candledesk.cache.maintenance.backup", "candledesk.cache.fetching.bars_importer", "candledesk.commands.snapshot"),
    *("candledesk.providers.yahoo.client", "numpy.ma", "asyncio", "csv", "difflib", "email", "html", "http", "ssl"),
    *("multiprocessing", "unittest", "xml"),
}
OF_PYTHON = ("_distutils_hack", "_sysconfigdata", "sitecustomize")  # of some builds, at every start; the last: Debian's
MOST_MODULES = 600
RUN = """
import sys
from candledesk.commands import entry
sys.argv[0] = "candledesk"
def end(code):
    print(*sys.modules, file=sys.stderr)
    sys.stderr.flush()
    ended(code)
ended, entry.os._exit = entry.os._exit, end
entry.main()
"""


def modules_of(home, *arguments):
    command = [sys.executable, "-c", RUN, "--home", str(home), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout, set(done.stderr.splitlines()[-1].split())


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a series."""
    folder = tmp_path_factory.mktemp("home")
    bars = folder / "bars.csv"
    bars.write_text("timestamp,open,high,low,close,volume\n2026-06-01,1,2,1,1.5,5\n")
    modules_of(folder, "import", str(bars), "--symbol", "local:ACME", "--interval", "1d")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [("candles", "local:ACME", "1d", "--offline"), ("candles", "local:ACME", "1d"), ("coverage",), ("jobs",)],
    ids=" ".join,
)
def test_a_cached_command_imports_nothing_beyond_these(home, arguments):
    printed, modules = modules_of(home, *arguments)
    assert "1.5" in printed or arguments[0] != "candles"
    others = {name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names | LIBRARIES}
    assert {name for name in others if not name.startswith(OF_PYTHON)} == set()
    assert {name.split(".")[1] for name in modules if name.startswith("candledesk.")} <= AREAS
    assert sorted(NEVER & modules) == []
    assert len(modules) < MOST_MODULES


@pytest.mark.parametrize("command", ["watchlist", "drawings", "layout"])
def test_what_a_person_made_is_read_without_the_client_of_the_api(home, command):
    _, modules = modules_of(home, command)
    assert {"candledesk.web.client", "starlette"} & modules == set()


def test_a_command_that_asks_the_running_instance_does_not_import_the_cache(home):
    serving = subprocess.Popen(
        [sys.executable, "-m", "candledesk", "--home", str(home), "serve"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert serving.stdout.readline().startswith("http")
        printed, modules = modules_of(home, "candles", "local:ACME", "1d", "--offline")
    finally:
        serving.terminate()
        serving.communicate(timeout=30)
    assert "1.5" in printed
    assert {"candledesk.app", "candledesk.cache.service", "candledesk.store.market.bars"} & modules == set()
