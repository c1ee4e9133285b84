"""Candles without a start: the newest, by their number; intervals and times as charting libraries write them; files."""

import io
from concurrent.futures import Future

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from candledesk.candle_files import COLUMNS
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.span import Span
from tests.fake_data import make_instrument, make_span_bars

PATH = "/api/v1/candles"
WEEK = {"from": "2026-11-02", "to": "2026-11-09"}
START, END = 1_793_577_600, 1_794_182_400
TIMES = make_span_bars(make_instrument("AAPL"), INTERVALS["1d"], Span(START, END)).open_time.tolist()


def ask(client, **query):
    return client.get(PATH, params={"symbol": "AAPL", "interval": "1d"} | query)


def times_of(answer):
    return [row["time"] for row in answer.json()["candles"]]


def test_without_a_start_the_limit_counts_from_the_end(client, cache):
    answer = ask(client, to="2026-11-09", limit="3")
    assert times_of(answer) == TIMES[-3:]
    assert cache.requests[0].countback == 3
    assert answer.json()["next"] is None


def test_with_a_start_the_limit_counts_from_the_start(client):
    assert times_of(ask(client, **WEEK, limit="3")) == TIMES[:3]


def test_countback_outranks_from(client):
    asked = {"from": "2026-11-06", "to": "2026-11-09"}
    assert times_of(ask(client, **asked, countback="4")) == TIMES[-4:]
    assert times_of(ask(client, **asked)) == TIMES[-1:]


def test_neither_end_asks_for_the_newest_of_all(client, cache):
    ask(client)
    request = cache.requests[0]
    assert (request.span, request.countback, request.limit) == (None, 5_000, None)


@pytest.mark.parametrize(
    ("text", "name"),
    [("1", "1m"), ("5", "5m"), ("60", "1h"), ("240", "4h"), ("1440", "1d"), ("D", "1d"), ("1D", "1d"), ("W", "1wk"),
     ("1W", "1wk"), ("M", "1mo"), ("1M", "1mo"), ("3M", "3mo"), ("1m", "1m"), ("12M", "1y")],
)  # fmt: skip
def test_intervals_as_charting_libraries_write_them(client, cache, text, name):
    assert ask(client, interval=text, fill="none").json()["interval"] == name
    assert cache.requests[0].interval is parse_interval(name)


def test_times_may_be_seconds_since_1970(client):
    by_date = ask(client, **WEEK).json()
    assert ask(client, **{"from": str(START), "to": str(END)}).json() == by_date


def test_csv_parquet_and_arrow_hold_the_candles_of_the_json(client):
    rows = ask(client, **WEEK).json()["candles"]
    text = ask(client, **WEEK, format="csv")
    lines = text.text.splitlines()
    assert text.headers["content-type"].startswith("text/csv")
    assert (lines[0], len(lines)) == (",".join(COLUMNS), len(rows) + 1)
    assert lines[1].startswith(f"{rows[0]['timestamp']},{rows[0]['open']!r}")
    parquet = pq.read_table(io.BytesIO(ask(client, **WEEK, format="parquet").content))
    with pa.ipc.open_stream(ask(client, **WEEK, format="arrow").content) as reader:
        arrow = reader.read_all()
    assert parquet.equals(arrow.cast(parquet.schema))  # Parquet knows no whole seconds, and writes milliseconds
    assert parquet.column_names == list(COLUMNS)
    assert parquet["close"].to_pylist() == [row["close"] for row in rows]
    assert [int(time.timestamp()) for time in parquet["timestamp"].to_pylist()] == [row["time"] for row in rows]
    assert parquet["final"].to_pylist() == [row["final"] for row in rows]


def test_a_file_says_in_its_header_whether_it_is_complete(client):
    assert ask(client, **WEEK, format="csv", fill="none").headers["x-complete"] == "false"
    assert ask(client, **WEEK, format="csv").headers["x-complete"] == "true"


@pytest.mark.parametrize(("path", "asks"), [(PATH, "load_bars"), ("/api/v1/indicators/sma", "load_indicator")])
def test_what_cannot_be_known_is_out_of_range(client, cache, monkeypatch, path, asks):
    failed = Future()
    failed.set_exception(InputError("as_of", "as_of lies in the future"))
    monkeypatch.setattr(cache, asks, lambda _request: failed)
    answer = client.get(path, params={"symbol": "AAPL", "interval": "1d", "as_of": "2100-01-01"})
    assert (answer.status_code, answer.json()["field"], answer.json()["code"]) == (422, "as_of", "out_of_range")
