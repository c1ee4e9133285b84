"""The commands: exactly the venue's bars, honest exit codes, and an end within 3 s whatever hangs."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from candledesk.cache.events import DamageFound, SymbolReused
from candledesk.cache.service import CacheService
from candledesk.commands.candles import print_candles
from candledesk.commands.printing import report_notice
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.bars import Bars
from candledesk.domain.errors import InputError
from candledesk.domain.interval import parse_interval
from candledesk.domain.prices.digits import sent_bars
from candledesk.domain.span import Span
from candledesk.domain.times import parse_time
from candledesk.settings import load_settings

ROOT = Path(__file__).parents[2]
# What each span holds: Thanksgiving and the half day after it; the end of British summer time; the lunch break;
# a weekend of a coin; an FX week with its Friday end and Sunday start.
SPANS = [
    ("MSFT", "2026-11-24", "2026-12-01"),
    ("VOD.L", "2026-10-22", "2026-10-29"),
    ("7203.T", "2026-11-09", "2026-11-13"),
    ("BTC-USD", "2026-11-13", "2026-11-16"),
    ("EURUSD=X", "2026-11-12", "2026-11-17"),
]
INTERVALS = ("1m", "5m", "1h", "1d")
CLOSING_LIMIT_S = 5.0  # three seconds (DESIGN.md, "Threads"), and what a busy machine takes


def read_csv(text):
    rows = [
        [
            parse_time(row["timestamp"], "timestamp"),
            *(float(row[name]) for name in ("open", "high", "low", "close", "volume")),
        ]
        for row in csv.DictReader(io.StringIO(text))
    ]
    return sent_bars(Bars.from_rows(rows))


@pytest.fixture(scope="module")
def market():
    with DemoMarket() as market:
        yield market


@pytest.fixture(scope="module")
def service(market, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
    service = CacheService(home / "candles.db", settings, home / "yfinance", now=market.clock.now)
    yield service
    service.close()


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize(("symbol", "start", "end"), SPANS, ids=[row[0] for row in SPANS])
def test_candles_prints_exactly_the_venues_bars(capsys, market, service, symbol, start, end, interval):
    now = parse_instant("2026-12-02T12:00:00Z") if symbol == "MSFT" else parse_instant("2026-11-20T12:00:00Z")
    market.clock.set(now)
    code = print_candles(
        service.controller,
        symbol=symbol,
        interval=interval,
        start=start,
        end=end,
        adjust="splits",
        form="csv",
        output=None,
        offline=False,
    )
    printed = read_csv(capsys.readouterr().out)
    truth = market.truth(symbol, interval, parse_time(start, "from"), parse_time(end, "to"))
    assert code == 0
    assert len(truth) > 0
    assert np.array_equal(printed.open_time, truth.open_time)
    assert printed.equals(truth)


def test_a_half_day_and_a_holiday_are_not_gaps(market):
    bars = market.truth(
        "MSFT", "1m", *(parse_time(day, "") for day in ("2026-11-26", "2026-11-28")), parse_instant("2026-12-02")
    )
    assert len(bars) == 210  # nothing on Thanksgiving, 09:30 to 13:00 on the day after


def run(home, url, *arguments, timeout=60):
    command = [sys.executable, "-m", "candledesk", "--home", str(home), "--yahoo-url", url, *arguments]
    environment = {**os.environ, "CANDLEDESK_REQUESTS_PER_MINUTE": "6000", "CANDLEDESK_REQUEST_BURST": "600"}
    return subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=timeout, check=False
    )


@pytest.fixture
def live(market):
    market.reset()
    return market


def test_what_was_printed_once_is_printed_offline_again(tmp_path, live):
    arguments = ("candles", "AAPL", "1d", "--from", "2026-06-01", "--to", "2026-09-01")
    first = run(tmp_path, live.url, *arguments)
    again = run(tmp_path, "http://127.0.0.1:9", *arguments, "--offline")
    assert (first.returncode, again.returncode) == (0, 0)
    assert first.stdout == again.stdout
    assert len(first.stdout.splitlines()) == 65


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("candles", "NOPE", "1d"), 4, "NOPE"),
        (("candles", "AAPL", "7x"), 2, "1m 2m 5m"),
        (("candles", "AAPL", "1d", "--from", "2026-11-02T14:30:00"), 2, "2026-11-02T14:30:00Z"),
        (("candles", "AAPL", "1d", "--from", "2026-11-03", "--to", "2026-11-03"), 2, "empty"),
        (("candles", "A APL", "1d"), 2, "Not a symbol"),
        (("candles", "AAPL", "1d", "--offline"), 5, "without --offline"),
        (("candles", "NOPE", "1d", "--format", "parquet"), 2, "-o FILE"),
        (("coverage", "AAPL"), 5, "request its candles once"),
        (("candles",), 2, "Missing argument"),
        (("window", "--interval", "9x"), 2, "Unknown interval"),
    ],
)
def test_mistakes_get_their_exit_code_and_words_that_help(tmp_path, live, arguments, code, words):
    done = run(tmp_path, live.url, *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_gaps_that_remain_are_listed_with_exit_code_3(tmp_path, live):
    assert (
        run(tmp_path, live.url, "candles", "MSFT", "1h", "--from", "2026-11-02", "--to", "2026-11-06").returncode == 0
    )
    span = ("--from", "2026-10-28", "--to", "2026-11-06")
    done = run(tmp_path, live.url, "candles", "MSFT", "1h", *span, "--offline")
    assert done.returncode == 3
    assert "gap 2026-10-28" in done.stderr


def test_backfill_sums_up_and_doctor_checks(tmp_path, live):
    done = run(tmp_path, live.url, "backfill", "MSFT", "NVDA", "--interval", "1d", "--from", "2024-01-01")
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["MSFT 1d", "NVDA 1d"]
    checks = json.loads(run(tmp_path, live.url, "doctor", "--json").stdout)
    assert {check["name"]: check["is_ok"] for check in checks} == {
        "versions": True, "home": True, "database": True, "limiter": True, "yahoo": True, "display": True,
        "udf datafeed": True, "instance": True,
    }  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [("serve",), ("candles", "MSFT", "1h")])
def test_a_signal_ends_the_process_within_three_seconds_while_fetches_hang(tmp_path, live, command, number):
    live.faults.add("hang")
    process = subprocess.Popen(
        [sys.executable, "-m", "candledesk", "--home", str(tmp_path), "--yahoo-url", live.url, *command],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        if command == ("serve",):
            url = process.stdout.readline()
            endpoint = json.loads((tmp_path / "endpoint.json").read_text())
            assert url.startswith(endpoint["url"])
            ask_in_background(endpoint)
        wait_for_request(live)
        started = time.monotonic()
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        assert time.monotonic() - started < CLOSING_LIMIT_S
    finally:
        process.kill()
        process.communicate()
        live.faults.clear()
    assert process.returncode == (0 if command == ("serve",) else 130)
    assert "Traceback" not in errors


def ask_in_background(endpoint):
    import urllib.request

    url = f"{endpoint['url']}/api/v1/candles?symbol=MSFT&interval=1h&fill=async&timeout=0.5"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {endpoint['token']}"})
    with urllib.request.urlopen(request) as answer:
        reported = json.load(answer)
    assert (reported["complete"], reported["candles"]) == (False, []), "nothing of it is known yet"


def wait_for_request(market):
    give_up = time.monotonic() + 60
    while not market.chart_log("MSFT"):
        assert time.monotonic() < give_up, "no fetch was begun"
        time.sleep(0.05)


def test_a_command_says_that_a_symbol_was_given_to_another_company(capsys):
    report_notice(SymbolReused("AAA", "AAA_2026-10-05", "New \x1b[31mSoftware"))
    said = capsys.readouterr().err
    assert "AAA_2026-10-05" in said
    assert "\x1b" not in said


def test_a_command_says_what_was_damaged(capsys):
    text = "Stored 1h bars of AAA are damaged."
    report_notice(DamageFound("AAA", parse_interval("1h"), Span(0, 3_600), is_lost=True, text=text))
    assert text in capsys.readouterr().err


def test_limit_counts_the_newest_candles_also_of_a_symbol_that_seldom_trades(capsys, market, service):
    now = parse_instant("2026-11-20T12:00:00Z")
    market.clock.set(now)
    for symbol, interval, code in (("THIN", "1m", 3), ("THIN", "1h", 0), ("AAPL", "1d", 0), ("AAPL", "1wk", 0)):
        given = {"symbol": symbol, "interval": interval, "adjust": "splits", "output": None, "offline": False}
        assert print_candles(service.controller, start=None, end="2026-11-18", **given, limit=30) == 0
        newest = read_csv(capsys.readouterr().out)
        assert print_candles(service.controller, start="2026-01-01", end="2026-11-18", **given) == code
        assert newest.equals(read_csv(capsys.readouterr().out).take(slice(-30, None)))


def test_the_name_of_the_file_decides_the_format(tmp_path, service):
    given = {"symbol": "AAPL", "interval": "1d", "start": "2026-11-02", "end": "2026-11-09", "adjust": "splits"}
    for name in ("a.csv", "a.json", "a.parquet", "a.txt"):
        print_candles(service.controller, **given, output=str(tmp_path / name), offline=False)
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "a.txt").read_text()
    assert len(json.loads((tmp_path / "a.json").read_text())) == 5
    assert (tmp_path / "a.parquet").read_bytes().startswith(b"PAR1")
    with pytest.raises(InputError, match="contradicts"):
        print_candles(service.controller, **given, form="csv", output=str(tmp_path / "b.json"), offline=False)
    with pytest.raises(InputError, match=r"No \.xlsx files"):
        print_candles(service.controller, **given, output=str(tmp_path / "b.xlsx"), offline=False)
    assert not list(tmp_path.glob("b.*"))


@pytest.mark.parametrize(
    ("interval", "limit", "since"), [("1m", 30, "2026-11-19"), ("1h", 5, "2026-11-19"), ("1y", 500, "1980-01-01")]
)
def test_final_only_shows_as_many_final_candles_as_there_are(capsys, market, service, interval, limit, since):
    market.clock.set(parse_instant("2026-11-20T16:00:00Z"))
    given = {"symbol": "MSFT", "interval": interval, "end": None, "adjust": "splits", "output": None, "offline": False}
    print_candles(service.controller, **given, start=since)
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    final = [row for row in rows if row["final"] == "true"]
    assert len(final) < len(rows)
    print_candles(service.controller, **given, start=None, limit=limit, final_only=True)
    shown = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert shown == final[-limit:]


def test_final_only_leaves_the_forming_candle_out_and_decimals_round(capsys, market, service):
    market.clock.set(parse_instant("2026-11-20T16:00:00Z"))
    given = {"symbol": "MSFT", "interval": "1d", "start": None, "end": None, "adjust": "splits", "output": None}
    print_candles(service.controller, **given, offline=False, limit=3)
    with_forming = capsys.readouterr().out.splitlines()
    print_candles(service.controller, **given, offline=False, limit=3, final_only=True, decimals=1)
    final = capsys.readouterr().out.splitlines()
    assert [line.split(",")[6] for line in with_forming[1:]] == ["true", "true", "false"]
    assert [line.split(",")[6] for line in final[1:]] == ["true", "true", "true"]
    assert [line.split(",")[0] for line in final[2:]] == [line.split(",")[0] for line in with_forming[1:3]]
    assert all(len(price.partition(".")[2]) == 1 for line in final[1:] for price in line.split(",")[1:5])
