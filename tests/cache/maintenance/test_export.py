"""The Parquet dataset: what is in it, that only changes are written again, and that its readers find the same bars."""

import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from candledesk.cache.maintenance import export as module
from candledesk.cache.maintenance_messages import MaintenanceKind, MaintenanceRequest, MaintenanceState
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from tests.cache.conftest import NOW, WAIT_S, days_back

SYMBOLS = ("AAA", "ES=F", "^GSPC", "BRK-B", "0700.HK", "A&B")


@pytest.fixture
def dataset(tmp_path):
    return tmp_path / "data" / "set"


@pytest.fixture
def export(succeed, dataset):
    def run(*symbols, intervals=()):
        chosen = tuple(INTERVALS[name] for name in intervals)
        return succeed("export", path=str(dataset), symbols=symbols, intervals=chosen).lines

    return run


def fill(harness, symbols, n_days=30, name="1d"):
    for symbol in symbols:
        harness.bars(name, days_back(n_days), symbol=symbol)
    harness.settle()


def stamps(dataset):
    """Return inode and time of change of every file of bars, by its path in the dataset."""
    found = {path: path.stat() for path in dataset.glob("interval=*/symbol=*/*.parquet")}
    return {path.relative_to(dataset).as_posix(): (stat.st_ino, stat.st_mtime_ns) for path, stat in found.items()}


def counts_of_cache(harness, name=None):
    rows = harness.cache.list_coverage().result(WAIT_S)
    return {
        (row.symbol, row.interval.name): row.n_bars for row in rows if row.n_bars and name in {None, row.interval.name}
    }


def counts_of_arrow(dataset):
    table = ds.dataset(dataset, format="parquet", partitioning="hive").to_table(columns=["symbol", "interval"])
    rows = table.group_by(["symbol", "interval"]).aggregate([([], "count_all")]).to_pylist()
    return {(row["symbol"], row["interval"]): row["count_all"] for row in rows}


def counts_of_duckdb(dataset):
    """Return the counts by DuckDB, and by Arrow where it is not installed."""
    if find_spec("duckdb") is None:
        return counts_of_arrow(dataset)
    import duckdb

    sql = "SELECT symbol, interval, count(*) FROM read_parquet(?, hive_types = {'symbol': VARCHAR}) GROUP BY ALL"
    with duckdb.connect() as db:
        return {row[:2]: row[2] for row in db.execute(sql, [f"{dataset}/*/*/*.parquet"]).fetchall()}


def test_of_300_series_only_the_five_that_changed_are_written_again(harness, export, dataset):
    symbols = [f"S{n:03}" for n in range(300)]
    fill(harness, symbols, 5, "1h")
    lines = export(intervals=["1h"])
    before = stamps(dataset)
    assert len(before) == 300
    assert "300 series, 300 files" in lines[0]
    assert lines[1].startswith("300 written")
    assert counts_of_arrow(dataset) == counts_of_cache(harness, "1h")

    changed = symbols[10:15]
    fill(harness, changed, 400, "1h")  # reaches back into 2025
    lines = export(intervals=["1h"])
    after = stamps(dataset)
    written = {path for path, stamp in after.items() if before.get(path) != stamp}
    assert written == {f"interval=1h/symbol={s}/year={year}.parquet" for s in changed for year in (2025, 2026)}
    assert lines[1].startswith("10 written")
    assert "295 unchanged" in lines[1]
    assert lines[2] == f"Written: {', '.join(f'{symbol} 1h' for symbol in changed)}."
    assert counts_of_arrow(dataset) == counts_of_duckdb(dataset) == counts_of_cache(harness, "1h")


def test_a_second_export_without_changes_touches_nothing(harness, export, dataset):
    fill(harness, SYMBOLS)
    export()
    before = {path: path.stat().st_mtime_ns for path in dataset.rglob("*")}
    assert export()[1].startswith("0 written")
    assert {path: path.stat().st_mtime_ns for path in dataset.rglob("*")} == before


def test_a_file_that_was_deleted_or_cut_is_written_again(harness, export, dataset):
    fill(harness, SYMBOLS)
    export()
    (dataset / "interval=1d/symbol=AAA/year=2026.parquet").unlink()
    (dataset / "interval=1d/symbol=BRK-B/year=2026.parquet").write_bytes(b"PAR1")
    assert export()[1].startswith("2 written")
    assert counts_of_arrow(dataset) == counts_of_cache(harness)


def test_the_files_have_the_bars_as_they_are_stored(harness, export, dataset):
    fill(harness, ("AAA",), 20, "1h")
    export("AAA", intervals=["1h"])
    reply = harness.bars("1h", days_back(40), fill="none")
    table = pq.read_table(dataset / "interval=1h/symbol=AAA/year=2026.parquet", partitioning=None)
    assert table.schema.names == ["timestamp", "open", "high", "low", "close", "volume", "final", "odd"]
    assert str(table.schema.field("timestamp").type) == "timestamp[us, tz=UTC]"
    np.testing.assert_array_equal(table["timestamp"].cast("int64").to_numpy() // 1_000_000, reply.bars.open_time)
    for name in ("open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(table[name].to_numpy(), getattr(reply.bars, name))
    assert tuple(table["final"].to_pylist()) == reply.is_final
    assert not all(reply.is_final)


def test_a_candle_that_became_final_is_written_again(harness, yahoo, export, dataset):
    fill(harness, ("AAA", "BBB"), 5, "1h")
    export()
    yahoo.now = NOW + 3 * 86_400
    harness.bars("1h", Span(NOW - 86_400, yahoo.now), symbol="AAA")
    harness.settle()
    export()
    table = pq.read_table(dataset / "interval=1h/symbol=AAA/year=2026.parquet", partitioning=None)
    reply = harness.bars("1h", days_back(8, yahoo.now), fill="none")
    assert tuple(table["final"].to_pylist()) == reply.is_final


def test_coverage_and_gaps_stand_beside_the_bars(harness, export, dataset):
    fill(harness, ("AAA", "BBB"), 5, "1h")
    export()
    rows = pq.read_table(dataset / "_coverage.parquet", partitioning=None).to_pylist()
    assert {row["symbol"] for row in rows} == {"AAA", "BBB"}
    report = harness.cache.describe_series("AAA", INTERVALS["1h"]).result(WAIT_S)
    own = [row for row in rows if (row["symbol"], row["interval"]) == ("AAA", "1h")]
    gaps = [
        (int(row["from"].timestamp()), int(row["to"].timestamp()), row["reason"])
        for row in own
        if row["state"] == "gap"
    ]
    assert gaps == [(gap.span.start, gap.span.end, gap.reason) for gap in report.gaps]
    assert gaps
    assert {row["state"] for row in own} >= {"have", "gap"}


def test_an_export_of_one_symbol_leaves_the_others_in_the_dataset(harness, export, dataset):
    fill(harness, SYMBOLS)
    export()
    fill(harness, SYMBOLS, 5, "1h")
    lines = export("AAA", intervals=["1h"])
    assert "1 series, 1 file" in lines[0]
    symbols = {row["symbol"] for row in pq.read_table(dataset / "_coverage.parquet", partitioning=None).to_pylist()}
    assert symbols == set(SYMBOLS)
    assert set(counts_of_arrow(dataset)) == {("AAA", "1h"), *((symbol, "1d") for symbol in SYMBOLS)}


def test_a_series_that_was_forgotten_keeps_its_files(harness, export, succeed, dataset):
    fill(harness, ("AAA", "BBB"))
    export()
    succeed("forget", symbol="AAA")
    assert export()[-1] == "1 series of the dataset are no longer in the cache; their files were kept."
    assert set(counts_of_arrow(dataset)) == {("AAA", "1d"), ("BBB", "1d")}


def test_a_cancelled_export_leaves_the_dataset_as_it_was(harness, export, dataset, monkeypatch):
    fill(harness, SYMBOLS)
    export()
    before = {path: path.stat().st_mtime_ns for path in dataset.rglob("*.*")}
    fill(harness, SYMBOLS, 5, "1h")
    request = MaintenanceRequest(MaintenanceKind.EXPORT, str(dataset))
    written = module.bars_parquet

    def cancel_then_write(*args):
        running = harness.cache.list_maintenance().result(WAIT_S)[0]
        if running.is_live:
            harness.cache.cancel_maintenance(running.task_id).result(WAIT_S)
        return written(*args)

    monkeypatch.setattr(module, "bars_parquet", cancel_then_write)
    task = harness.cache.start_maintenance(request).result(WAIT_S)
    ended = harness.cache.wait_maintenance(task.task_id).result(WAIT_S)
    assert ended.state is MaintenanceState.CANCELLED
    assert {path: path.stat().st_mtime_ns for path in dataset.rglob("*.*")} == before


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"path": "relative"}, "path"), ({"path": "/tmp/x", "intervals": (INTERVALS["1wk"],)}, "intervals")],
)
def test_what_cannot_be_exported_is_refused_before_it_is_queued(harness, fields, field):
    with pytest.raises(InputError) as caught:
        harness.cache.start_maintenance(MaintenanceRequest(MaintenanceKind.EXPORT, **fields)).result(WAIT_S)
    assert caught.value.field == field


@pytest.mark.allow_logs
def test_a_symbol_that_is_not_stored_fails_the_export_and_makes_no_folder(harness, run_task, dataset):
    fill(harness, ("AAA",))
    task = run_task("export", path=str(dataset), symbols=("ZZZ",))
    assert task.state is MaintenanceState.FAILED
    assert not dataset.exists()


README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")


def code_of_readme(language):
    """Return the code in README's section about datasets."""
    section = README.partition("## Datasets")[2].partition("\n## ")[0]
    return section.partition(f"```{language}\n")[2].partition("```")[0]


def test_the_queries_of_the_readme_give_in_duckdb_what_the_cache_has(harness, succeed, tmp_path, monkeypatch):
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed: the lock file brings it on 64-bit Linux")
    fill(harness, SYMBOLS)
    fill(harness, ("AAPL",), 20, "1h")
    succeed("export", path=str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    bars, gaps = [query for query in code_of_readme("sql").split(";") if query.strip()]
    with duckdb.connect() as db:
        found = {(symbol, interval): n for symbol, interval, n, _newest in db.execute(bars).fetchall()}
        reasons = {row[:2]: row[-1] for row in db.execute(gaps).fetchall()}
    assert found == counts_of_cache(harness)
    report = harness.cache.describe_series("AAPL", INTERVALS["1h"]).result(WAIT_S)
    assert reasons["AAPL", "1h"] == report.gaps[-1].reason


def test_the_code_of_the_readme_gives_in_polars_what_the_cache_has(harness, succeed, tmp_path, monkeypatch):
    pl = pytest.importorskip("polars", reason="Polars is not installed: the lock file brings it on 64-bit Linux")
    fill(harness, (*SYMBOLS, "AAPL"))
    succeed("export", path=str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(code_of_readme("python"), names)
    assert (
        names["closes"]["close"].to_list()
        == harness.bars("1d", days_back(4_000), "AAPL", fill="none").bars.close.tolist()
    )
    counts = names["bars"].group_by("symbol", "interval").agg(pl.len()).collect()
    assert {(row[0], row[1]): row[2] for row in counts.rows()} == counts_of_cache(harness)


HANGS_AT_THE_THIRD_FILE = """
import time
from candledesk.cache.maintenance import export
from candledesk.commands import entry

written, begun = export.bars_parquet, []

def hang_at_the_third(*args):
    begun.append(args)
    if len(begun) == 3:
        print("third", flush=True)
        time.sleep(600)
    return written(*args)

export.bars_parquet = hang_at_the_third
entry.main()
"""


def test_a_process_that_is_killed_in_the_middle_leaves_the_dataset_whole(harness, export, dataset, tmp_path):
    fill(harness, SYMBOLS)
    export()
    counts = counts_of_arrow(dataset)
    fill(harness, SYMBOLS, 50, "5m")
    harness.service.close()
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(harness.folder / "candles.db", home / "candles.db")
    arguments = ["export", str(dataset), "--home", str(home)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    hanging = [sys.executable, "-c", HANGS_AT_THE_THIRD_FILE, *arguments]
    with subprocess.Popen(hanging, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline() == b"third\n"
        assert len(list((dataset / ".new").rglob("*.parquet"))) == 2
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert counts_of_arrow(dataset) == counts
    command = [sys.executable, "-m", "candledesk", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert sum(counts_of_arrow(dataset).values()) > sum(counts.values())
    assert not (dataset / ".new").exists()
    harness.open()
    assert counts_of_arrow(dataset) == counts_of_cache(harness)
