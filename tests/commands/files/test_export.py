"""The command that exports, against a real cache here and through the endpoint of a running instance."""

from pathlib import Path

import pyarrow.dataset as ds
import pytest

from candledesk.commands import progress as progress_module
from candledesk.commands.files.export import run_export
from candledesk.domain.errors import EnvironmentFaultError, InputError
from candledesk.web.client import RemoteCache
from candledesk.web.http_server import WebServer
from tests.cache.conftest import CacheHarness, FakeYahoo, days_back

RESOURCES = Path(__file__).parents[3] / "resources"


@pytest.fixture(params=["direct", "remote"])
def cache(request, tmp_path, monkeypatch):
    monkeypatch.setattr(progress_module, "POLL_S", 0.01)
    harness = CacheHarness(tmp_path, FakeYahoo())
    for symbol in ("AAA", "BBB"):
        harness.bars("1h", days_back(5), symbol=symbol)
    harness.settle()
    if request.param == "direct":
        yield harness.cache
    else:
        server = WebServer(harness.cache, resources=RESOURCES, token="t", clock=lambda: harness.yahoo.now)
        server.start()
        yield RemoteCache(server.url, "t")
        server.stop(3)
    harness.service.close()


def series_in(path):
    table = ds.dataset(path, format="parquet", partitioning="hive").to_table(columns=["symbol", "interval"])
    return set(zip(table["symbol"].to_pylist(), table["interval"].to_pylist(), strict=True))


def test_chosen_series_are_exported_to_where_the_command_runs(cache, tmp_path, monkeypatch, capsys):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert run_export(cache, directory="data", symbols=["aaa", "AAA"], intervals=["60m"]) == 0
    target = tmp_path / "here" / "data"
    assert capsys.readouterr().out.startswith(f"{target}: 1 series, 1 file, ")
    assert series_in(target) == {("AAA", "1h")}
    assert run_export(cache, directory="data", symbols=[], intervals=["1h"]) == 0
    assert "1 written" in capsys.readouterr().out
    assert series_in(target) == {("AAA", "1h"), ("BBB", "1h")}


def test_what_cannot_be_exported_is_refused(cache, tmp_path):
    with pytest.raises(InputError, match="1wk is made from stored 1d bars: export 1d"):
        run_export(cache, directory=str(tmp_path / "data"), symbols=[], intervals=["1wk"])


@pytest.mark.allow_logs
def test_a_symbol_without_bars_and_a_folder_with_other_files_fail_the_export(cache, tmp_path):
    with pytest.raises(EnvironmentFaultError, match="ZZZ"):
        run_export(cache, directory=str(tmp_path / "data"), symbols=["ZZZ"], intervals=[])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(EnvironmentFaultError, match="has other files"):
        run_export(cache, directory=str(tmp_path / "mine"), symbols=[], intervals=[])
