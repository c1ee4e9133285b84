"""``candledesk indicators``: the catalogue, and values as CSV and JSON, of this process and of a running instance."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from candledesk.commands.indicators import print_catalogue, print_values
from candledesk.domain.errors import InputError, UnknownIndicatorError
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.web.client import RemoteCache
from candledesk.web.http_server import WebServer
from tests.web.market import NOW, make_cache

RESOURCES = Path(__file__).parents[2] / "resources"
SPAN = Span(1_767_312_000, 1_793_491_200)
DATES = {"start": "2026-01-02", "end": "2026-11-01"}


@pytest.fixture
def cache():
    cache = make_cache()
    cache.store("AAPL", INTERVALS["1d"], SPAN)
    return cache


def test_the_catalogue_lists_ids_parameters_and_outputs(capsys):
    assert print_catalogue(None, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 31
    assert any("macd signal histogram" in line and "fast=12" in line for line in lines)
    print_catalogue("rsi", as_json=False)
    shown = capsys.readouterr().out
    assert "1 to 5000" in shown
    assert "outputs: value" in shown


def test_the_catalogue_for_programs_is_that_of_the_api(capsys):
    print_catalogue(None, as_json=True)
    assert len(json.loads(capsys.readouterr().out)) == 30
    print_catalogue("ema", as_json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["id"], row["params"][0]["default"]) == ("ema", 9)


def test_an_unknown_id_is_refused():
    for as_json in (False, True):
        with pytest.raises(UnknownIndicatorError, match="sma"):
            print_catalogue("blue", as_json=as_json)


def test_values_are_printed_as_csv_and_as_json(capsys, cache):
    options = {"indicator": "macd", "symbol": "aapl", "interval": "1d", "given": ("fast=5", "slow=8"), **DATES}
    assert print_values(cache, **options) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(rows[0]) == ["timestamp", "macd", "signal", "histogram", "final", "settled"]
    assert rows[6]["macd"] == ""
    assert float(rows[7]["macd"])
    assert (rows[0]["final"], rows[0]["settled"], rows[-1]["settled"]) == ("true", "false", "true")
    print_values(cache, **options, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found[6]["macd"] is None
    assert [row["macd"] for row in found[7:]] == [float(row["macd"]) for row in rows[7:]]


def test_the_name_of_the_file_decides_the_format(tmp_path, cache):
    asked = {"indicator": "sma", "symbol": "AAPL", "interval": "1d", "given": ("length=3",), **DATES}
    for name in ("a.csv", "a.json", "a.parquet"):
        assert print_values(cache, **asked, output=str(tmp_path / name)) == 0
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column_names == list(rows[0]) == ["timestamp", "value", "final", "settled"]
    assert table["value"].to_pylist() == [float(row["value"]) if row["value"] else None for row in rows]
    assert [row["value"] for row in json.loads((tmp_path / "a.json").read_text())] == table["value"].to_pylist()
    with pytest.raises(InputError, match="contradicts"):
        print_values(cache, **asked, output=str(tmp_path / "b.csv"), as_json=True)


def test_a_malformed_parameter_and_a_missing_interval_are_refused(cache):
    with pytest.raises(InputError, match="name=value"):
        print_values(cache, indicator="sma", symbol="AAPL", interval="1d", given=("length",))
    with pytest.raises(InputError, match="Name an interval"):
        print_values(cache, indicator="sma", symbol="AAPL", interval=None)


def test_a_parameter_that_is_given_twice_is_refused(cache):
    options = {"indicator": "rsi", "symbol": "AAPL", "interval": "1d", "given": ("length=5", "length=6")}
    with pytest.raises(InputError, match="given twice"):
        print_values(cache, **options)


def test_a_running_instance_gives_the_same_values(capsys, cache):
    options = {"indicator": "ichimoku", "symbol": "AAPL", "interval": "1d", **DATES}
    print_values(cache, **options)
    direct = capsys.readouterr().out
    server = WebServer(cache, resources=RESOURCES, token="t", clock=lambda: NOW)
    server.start()
    try:
        print_values(RemoteCache(server.url, "t"), **options)
    finally:
        server.stop(3)
    assert capsys.readouterr().out == direct
    assert len(direct.splitlines()) > 100
    assert np.isfinite(float(direct.splitlines()[-1].split(",")[4]))
