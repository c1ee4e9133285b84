"""Cases that concern the real client or the command line, against a stand-in for Yahoo on loopback."""

import csv
import io
import os
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from candledesk.cache.context import RetryPauses
from candledesk.cache.messages import BarsRequest
from candledesk.cache.service import CacheService
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.answers import CorporateAction
from candledesk.providers.yahoo.exchanges import find_venue
from candledesk.settings import load_settings
from candledesk.store.market.corporate_actions import read_actions
from candledesk.store.market.database import connect_reader
from candledesk.venues.calendars import load_calendar
from tests.field.row_market import OIL, Share, dates, ordinary, week_calendar, when
from tests.field.row_server import serve

ROOT = Path(__file__).parents[2]
NEW_YORK = week_calendar("America/New_York", "09:30", "16:00", first="1950-01-02")
DAYS = dates("2026-08-03", 60)
NOW = int(time.time())


def listed(symbol, price=100.0, **facts):
    share = Share(symbol, **{"calendar": NEW_YORK, "exchange": "NMS", **facts})
    share.put("1d", ordinary(DAYS, price=price))
    return share


def recent_sessions():
    """Return the three last sessions in New York that are over, as (open, close)."""
    today = datetime.now(UTC).date()
    calendar = load_calendar(find_venue("NMS", "EQUITY", "America/New_York"), date(today.year - 1, 1, 1), today)
    over = calendar.close < NOW - DAY_S
    return list(zip(calendar.open[over][-3:].tolist(), calendar.close[over][-3:].tolist(), strict=True))


# --- the command line, end to end ---------------------------------------------------------------------------------


def sunday():
    share = Share("AAA.NS", week_calendar("Asia/Kolkata", "09:15", "15:30"), currency="INR", exchange="NSI")
    share.put("1d", ordinary(dates("2026-01-12", 22), price=250.0))
    share.put("1d", ordinary([when("2026-02-01")], price=260.0))
    return share, "1d", "2026-01-29", "2026-02-04"


def no_opens():
    share = listed("KO")
    share.put("1d", [(t, 0.0, *rest) for t, _, *rest in ordinary(dates("1982-03-01", 30), price=20.0)])
    return share, "1d", "1982-03-01", "1982-04-20"


def oil():
    share = Share("CL=F", NEW_YORK, exchange="NYM", quote_type="FUTURE")
    share.put("1d", [(when(day), *prices, 1000.0) for day, *prices in OIL])
    return share, "1d", "2020-04-16", "2020-04-25"


def bad_tick():
    share = listed("BRK-A", price=742_000.0)
    times = [t for opened, closed in recent_sessions() for t in range(opened, closed, 60)]
    rows = ordinary(times, price=742_000.0)
    rows[300] = (times[300], *rows[300][1:3], 185.10, 185.10, 7.0)
    share.put("1m", rows)
    return share, "1m", *(datetime.fromtimestamp(t, UTC).isoformat() for t in (times[0], times[-1] + 60))


def candles(server, home, *arguments):
    environment = {
        **os.environ,
        "CANDLEDESK_HOME": str(home),
        "CANDLEDESK_YAHOO_URL": server.url,
        "CANDLEDESK_REQUESTS_PER_MINUTE": "600",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "candledesk", "candles", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("case", [sunday, no_opens, oil, bad_tick], ids=["F1", "F3", "F4", "F5"])
def test_the_command_prints_every_row_as_sent(tmp_path, case):
    share, name, start, end = case()
    with serve(share) as server:
        done = candles(server, tmp_path, share.symbol, name, "--from", start, "--to", end)
    printed = list(csv.DictReader(io.StringIO(done.stdout)))
    opened, closed = (int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) for text in (start, end))
    expected = {time: row for time, row in share.rows[name].items() if opened <= time < closed}
    assert done.returncode == 0, done.stderr
    assert [datetime.fromisoformat(row["timestamp"]).timestamp() for row in printed] == sorted(expected)
    columns = ("open", "high", "low", "close", "volume")
    for row, (_, sent) in zip(printed, sorted(expected.items()), strict=True):
        assert [float(row[column]) for column in columns] == pytest.approx(sent, rel=1e-9)
    assert len(server.requests) <= 6


def test_f17_the_command_reports_what_can_never_be_had(tmp_path):
    share = listed("AAA", first=when("2004-08-19"))
    share.put("1h", ordinary([t for opened, closed in recent_sessions() for t in range(opened, closed, 3_600)]))
    with serve(share) as server:
        server.meta["AAA"] = {"firstTradeDate": when("2004-08-19")}
        done = candles(server, tmp_path, "AAA", "1h", "--from", "2020-01-01")
    gap = next(line for line in done.stderr.splitlines() if line.startswith("  gap"))
    assert gap.startswith("  gap 2020-01-01T00:00:00Z to ")
    assert gap.endswith("Yahoo keeps 1h bars for 730 days")
    assert len(done.stdout.splitlines()) == 1 + len(share.rows["1h"])
    assert done.returncode == 3


# --- the real client and a cache, in this process -----------------------------------------------------------------


@pytest.fixture(scope="module")
def server():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def service(server, home):
    settings = load_settings({}, yahoo_url=server.url, requests_per_minute="6000", request_burst="600")
    service = CacheService(home / "candles.db", settings, home / "yfinance", pauses=RetryPauses(retry_s=(0.01,)))
    yield service
    service.close()


@pytest.fixture
def load(server, service):
    def load(share, name="1d", span=None, **options):
        server.shares[share.symbol] = share
        span = span or Span(DAYS[0], DAYS[-1] + DAY_S)
        request = BarsRequest(share.symbol, INTERVALS[name], span, timeout_s=None, **options)
        return service.controller.load_bars(request).result(30)

    return load


@pytest.mark.allow_logs
def test_f8_bars_of_another_granularity_are_not_stored(server, load):
    share = listed("F8", first=when("2020-01-02"))
    share.put("1h", ordinary([day + 15 * 3_600 + 1_800 for day in dates("2026-06-01", 20)]))
    assert load(share).complete
    server.meta["F8"] = {"dataGranularity": "1mo"}
    n_requests = len(server.requests)
    reply = load(share, "1h", Span(when("2026-06-03"), when("2026-06-12")))
    assert len(reply.bars) == 0
    assert not reply.complete
    assert any("1mo" in gap.reason for gap in reply.gaps)
    assert len(server.requests) > n_requests + 1  # tried again


def test_f10_a_funds_gain_beside_a_dividend_is_taken_off_and_listed(home, load):
    ex_date = DAYS[30]
    share = listed("F10", quote_type="MUTUALFUND")
    share.cash = [CorporateAction(ex_date, "dividend", 2.0), CorporateAction(ex_date, "capital_gain", 5.0)]
    plain, adjusted = load(share).bars, load(share, adjust="all").bars
    before = plain.close[29]
    assert adjusted.close[:30].tolist() == pytest.approx((plain.close[:30] * (1 - 7.0 / before)).tolist())
    assert adjusted.close[30:].tolist() == plain.close[30:].tolist()
    with closing(connect_reader(home / "candles.db")) as connection:
        actions = read_actions(connection, "F10")
    assert {(one.kind, one.value) for one in actions} == {("dividend", 2.0), ("capital_gain", 5.0)}


def test_f11_a_dividend_in_dollars_is_not_taken_off_pence(load):
    share = listed("F11.L", currency="GBp", exchange="LSE", calendar=week_calendar("Europe/London", "08:00", "16:30"))
    share.cash = [CorporateAction(DAYS[30], "dividend", 0.10, "USD")]
    plain, adjusted = load(share), load(share, adjust="all")
    assert adjusted.bars.close.tolist() == plain.bars.close.tolist()
    assert "0.1 USD" in " ".join(adjusted.notes)


def test_f15_a_coin_has_as_many_decimals_as_its_price_needs(load):
    share = listed(
        "F15-USD", quote_type="CRYPTOCURRENCY", exchange="CCC", calendar=week_calendar("UTC", "00:00", "23:59")
    )
    share.put("1d", ordinary(DAYS, price=4e-6))
    assert load(share).instrument.price_decimals == 9


HOSTILE = "\x00\x1b]0;x\x07\u202eBad <img src=file:///etc/passwd>" + "x" * 100_000


def test_f20_a_hostile_answer_is_cleaned_and_harms_nothing(server, service, load):
    share = listed("F20")
    server.meta["F20"] = {"longName": HOSTILE, "firstTradeDate": -(10**18)}
    reply = load(share)
    name = reply.instrument.name
    assert name.isprintable()
    assert len(name) == 300
    assert name.startswith("]0;xBad <img")
    assert reply.instrument.first_open_time is None
    assert len(reply.bars) == len(DAYS)
    assert service.controller.describe_series("F20", INTERVALS["1d"]).result(10).n_bars >= len(DAYS)


@pytest.mark.allow_logs
def test_f20_a_hostile_error_is_one_clean_line(server, load):
    share = listed("F20B")
    assert load(share).complete
    server.errors["F20B"] = (500, "line\r\n" + HOSTILE)
    reply = load(share, "1h", Span(when("2026-06-01"), when("2026-07-01")))
    assert reply.gaps[0].reason.isprintable()
    assert len(reply.gaps[0].reason) <= 340


@pytest.mark.allow_logs
def test_f12_through_the_real_client(server, service, load):
    old = Share("F12", NEW_YORK, exchange="NMS", name="Old Mines Ltd")
    old.put("1d", ordinary(dates("2025-01-06", 60), price=20.0))
    first = load(old, span=Span(when("2025-01-06"), when("2025-04-01"))).bars
    new = Share("F12", NEW_YORK, exchange="NMS", name="Nova Robotics Inc.")
    new.put("1d", ordinary(DAYS, price=2_000.0))
    server.shares["F12"] = new
    job = service.controller.start_update([("F12", INTERVALS["1d"])]).result(10)
    service.controller.wait_job(job.job_id).result(30)
    reply = load(new)
    assert reply.instrument.name == "Nova Robotics Inc."
    assert reply.bars.close.tolist() == [row[3] for row in new.rows["1d"].values()]
    assert len(load(new, span=Span(when("2025-01-06"), when("2025-04-01")), fill="none").bars) == 0
    found = service.controller.list_instruments("F12").result(10)
    previous = next(one.symbol for one in found if one.symbol != "F12")
    request = BarsRequest(previous, INTERVALS["1d"], Span(when("2025-01-06"), when("2025-04-01")), fill="none")
    assert service.controller.load_bars(request).result(10).bars.equals(first)
