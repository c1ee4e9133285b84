"""Foreign bars go through the same checks, and what was exported comes back."""

import numpy as np
import pytest

from candledesk.bar_files.reading import read_bar_file
from candledesk.cache.messages import BarsRequest
from candledesk.cache.service import CacheService
from candledesk.commands.candles import print_candles
from candledesk.commands.files.imports import run_import, run_preview
from candledesk.commands.printing import iso
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import parse_interval
from candledesk.domain.prices.digits import sent_bars
from candledesk.domain.prices.oddity import odd_tokens
from candledesk.domain.span import Span
from candledesk.settings import load_settings

NOW = "2026-11-20T22:00:00Z"
OLD = ("2026-06-01", "2026-07-01")  # minutes older than Yahoo keeps


@pytest.fixture(scope="module")
def market():
    with DemoMarket(now=NOW) as market:
        yield market


@pytest.fixture
def make_service(market, tmp_path):
    services = []

    def make(name):
        settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
        home = tmp_path / name
        home.mkdir()
        services.append(CacheService(home / "candles.db", settings, home / "yfinance", now=market.clock.now))
        return services[-1].controller

    yield make
    for service in services:
        service.close()


def export(cache, path, form, interval, start, end):
    print_candles(
        cache, symbol="MSFT", interval=interval, start=start, end=end, adjust="splits", form=form, output=str(path),
        offline=False,
    )  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_was_exported_comes_back_exactly(make_service, market, tmp_path, capsys, form):
    path = tmp_path / f"bars.{form}"
    export(make_service("from"), path, form, "1h", *OLD)
    span = Span(*(parse_instant(f"{day}T00:00:00Z") for day in OLD))
    truth = market.truth("MSFT", "1h", span.start, span.end)
    assert sent_bars(read_bar_file(path).bars).equals(truth)
    cache = make_service("to")
    n_before = len(market.chart_log("MSFT"))
    assert run_import(cache, file=str(path), symbol="MSFT", interval="1h") == 0
    assert f"{len(truth)} bars read, {len(truth)} stored" in capsys.readouterr().out
    reply = cache.load_bars(BarsRequest("MSFT", parse_interval("1h"), span, timeout_s=None)).result(30)
    assert reply.bars.equals(truth)
    assert reply.complete
    assert len(market.chart_log("MSFT")) == n_before + 1  # only to resolve the symbol


SATURDAY = Span(parse_instant("2026-06-06T00:00:00Z"), parse_instant("2026-06-07T00:00:00Z"))


def test_rows_that_are_no_bar_are_counted_by_reason_and_odd_ones_are_kept(make_service, market, tmp_path, capsys):
    times = [
        "2026-06-01T13:30:00Z",
        "2026-06-01T13:31:00Z",
        "2026-06-01T13:31:30Z",
        "2026-06-06T14:00:00Z",
        "2026-06-01T13:33:00Z",
    ]
    prices = ["10,11,9,10", "10,9,11,10", "10,11,9,10", "10,11,9,10", ",,,"]
    rows = [f"{time},{price},100" for time, price in zip(times, prices, strict=True)]
    path = tmp_path / "bars.csv"
    path.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    cache = make_service("home")
    assert run_import(cache, file=str(path), symbol="MSFT", interval="1m") == 3
    reported = capsys.readouterr().out
    assert "5 bars read, 3 stored" in reported  # a high below its low and a Saturday are kept and flagged
    for reason in ("off_grid", "no_close"):
        assert f"1 refused: {reason}" in reported
    reply = cache.load_bars(BarsRequest("MSFT", parse_interval("1m"), SATURDAY, fill="none")).result(30)
    assert [odd_tokens(flags) for flags in reply.odd.values()] == ["session"]


def test_bars_on_another_basis_are_refused_whole(make_service, market, tmp_path, capsys):
    cache, path = make_service("home"), tmp_path / "bars.parquet"
    export(cache, path, "parquet", "1d", *OLD)
    bars = read_bar_file(path).bars
    lines = [f"{np.datetime64(t, 's')}Z,{o * 3},{h * 3},{low * 3},{c * 3},{v}" for t, o, h, low, c, v in zip(
        bars.open_time.tolist(), bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True)]  # fmt: skip
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(lines))
    assert run_import(cache, file=str(wrong), symbol="MSFT", interval="1d") == 3
    assert "refused: other_basis" in capsys.readouterr().out


def test_bars_of_a_symbol_that_nobody_knows_become_a_local_instrument(make_service, market, tmp_path, capsys):
    span = Span(*(parse_instant(f"{day}T00:00:00Z") for day in OLD))
    truth = market.truth("MSFT", "1h", span.start, span.end)
    path, again = tmp_path / "acme.csv", tmp_path / "again.csv"
    lines = [f"{iso(t)},{o!r},{h!r},{low!r},{c!r},{v!r}" for t, o, h, low, c, v in zip(
        *(getattr(truth, name).tolist() for name in ("open_time", "open", "high", "low", "close", "volume")),
        strict=True)]  # fmt: skip
    path.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    cache = make_service("home")
    options = {"interval": "1h", "exchange": "xnas", "currency": "USD", "name": "Acme"}
    assert run_import(cache, file=str(path), symbol="acme", **options) == 0
    shown = capsys.readouterr().out
    assert "ACME is not known to its provider: stored as the local instrument local:ACME" in shown
    assert f"local:ACME 1h: {len(truth)} bars read, {len(truth)} stored" in shown
    n_before = len(market.chart_log())
    code = print_candles(
        cache, symbol="local:acme", interval="1h", start=OLD[0], end=OLD[1], adjust="splits", form="csv",
        output=str(again), offline=False,
    )  # fmt: skip
    assert (code, capsys.readouterr().err) == (0, "")
    assert sent_bars(read_bar_file(again).bars).equals(truth)
    assert len(market.chart_log()) == n_before
    reply = cache.load_bars(BarsRequest("local:ACME", parse_interval("1h"), span, fill="none")).result(30)
    facts = reply.instrument.exchange, reply.instrument.currency, reply.instrument.name, reply.instrument.tz
    assert facts == ("XNAS", "USD", "Acme", "America/New_York")


@pytest.mark.parametrize("interval", ["5m", "15m", "10m", "45m", "90m"])
def test_coarser_candles_are_made_from_imported_minutes(make_service, market, tmp_path, capsys, interval):
    span = Span(*(parse_instant(f"{day}T00:00:00Z") for day in ("2026-06-01", "2026-06-06")))
    cache, path = make_service("home"), tmp_path / "minutes.csv"
    minutes = market.truth("MSFT", "1m", span.start, span.end)
    lines = [f"{iso(t)},{o!r},{h!r},{low!r},{c!r},{v!r}" for t, o, h, low, c, v in zip(
        *(column.tolist() for column in (minutes.open_time, minutes.open, minutes.high, minutes.low, minutes.close,
                                         minutes.volume)), strict=True)]  # fmt: skip
    path.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    assert run_import(cache, file=str(path), symbol="MSFT", interval="1m") == 0
    printed = tmp_path / "printed.csv"
    capsys.readouterr()
    export(cache, printed, "csv", interval, "2026-06-01", "2026-06-06")
    reported = capsys.readouterr().err
    end = "21:00" if interval == "90m" else "20:00"  # of the last candle's step
    assert f"MSFT {interval}: made from stored 1m candles: 2026-06-01T13:30:00Z to 2026-06-05T{end}:00Z\n" == reported
    made, truth = sent_bars(read_bar_file(printed).bars), market.truth("MSFT", interval, span.start, span.end)
    np.testing.assert_allclose(made.volume, truth.volume)
    for name in ("open_time", "open", "high", "low", "close"):
        assert getattr(made, name).tolist() == getattr(truth, name).tolist()


def days(n, price=100.0):
    rows = [f"2020-01-{day:02},{price},{price + 2},{price - 2},{price + 1},1000" for day in range(1, n + 1)]
    return "Date,Open,High,Low,Close,Volume\n" + "\n".join(rows) + "\n"


def test_a_dry_run_shows_what_a_file_has_and_stores_nothing(tmp_path, capsys):
    path = tmp_path / "bars.csv"
    path.write_text(days(10) + "2020-01-11,null,null,null,null,null\n")
    assert run_preview(file=str(path), symbol=None, interval=None, decimal=None) == 3
    shown = capsys.readouterr().out
    for words in (
        "bars.csv: plain text, 11 rows, 1d, year first, dates of sessions",
        "columns: date = Date, open = Open",
        "2020-01-01T00:00:00Z 100 102 98 101 1000",
        "line 12: it has no close",
        "Nothing was stored.",
    ):
        assert words in shown


def test_a_second_import_of_a_file_stores_nothing_and_refuses_nothing(make_service, tmp_path, capsys):
    path, cache = tmp_path / "bars.csv", make_service("home")
    path.write_text(days(20))
    options = {"file": str(path), "symbol": "ACME", "interval": None}
    assert run_import(cache, **options) == 0
    assert "20 bars read, 20 stored (20 new or changed), 0 refused" in capsys.readouterr().out
    assert run_import(cache, **options) == 0
    assert "20 bars read, 20 stored (0 new or changed), 0 refused" in capsys.readouterr().out


def test_a_corrected_file_replaces_what_an_earlier_one_said(make_service, tmp_path, capsys):
    path, cache = tmp_path / "bars.csv", make_service("home")
    options = {"file": str(path), "symbol": "ACME", "interval": None}
    path.write_text(days(20))
    run_import(cache, **options)
    path.write_text(days(20).replace("2020-01-07,100.0,102.0,98.0,101.0", "2020-01-07,100.0,103.5,98.0,101.0"))
    assert run_import(cache, **options) == 0
    assert "20 stored (1 new or changed)" in capsys.readouterr().out
    span = Span(parse_instant("2020-01-07T00:00:00Z"), parse_instant("2020-01-08T00:00:00Z"))
    reply = cache.load_bars(BarsRequest("local:ACME", parse_interval("1d"), span, fill="none")).result(30)
    assert reply.bars.high.tolist() == [103.5]


def test_a_price_far_from_its_neighbours_is_stored_and_flagged(make_service, tmp_path, capsys):
    path, cache = tmp_path / "bars.csv", make_service("home")
    path.write_text(days(20).replace("2020-01-09,100.0,102.0,98.0,101.0", "2020-01-09,10.0,10.2,9.8,10.1"))
    assert run_import(cache, file=str(path), symbol="ACME", interval=None) == 0
    span = Span(parse_instant("2020-01-01T00:00:00Z"), parse_instant("2020-01-25T00:00:00Z"))
    reply = cache.load_bars(BarsRequest("local:ACME", parse_interval("1d"), span, fill="none")).result(30)
    assert {iso(time): odd_tokens(flags) for time, flags in reply.odd.items()} == {"2020-01-09T00:00:00Z": "jump"}


def test_an_hour_that_comes_twice_is_refused_and_named(make_service, tmp_path, capsys):
    path, cache = tmp_path / "bars.csv", make_service("home")
    hours = [f"2020-11-01 {hour:02}:00,1,1,1,1,1" for hour in range(6)]
    path.write_text("time,open,high,low,close,volume\n" + "\n".join(hours) + "\n")
    options = {"file": str(path), "symbol": "COIN", "interval": "1h", "zone": "America/New_York"}
    assert run_import(cache, **options) == 3
    shown = capsys.readouterr().out
    assert "line 3: this hour comes twice when the clocks go back" in shown
    assert "6 bars read, 5 stored" in shown
