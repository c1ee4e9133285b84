"""Each fault of the demo market, through the real client (yahoo.md §2.4)."""

import json
import time
import urllib.request

import numpy as np
import pytest
from curl_cffi.requests import exceptions as curl_errors
from yfinance.exceptions import YFDataException, YFPricesMissingError, YFRateLimitError

from candledesk.demo.http.faults import Fault, FaultPlan
from candledesk.domain.interval import DAY_S

END = 1_795_478_400  # 2026-11-24
START = END - 5 * DAY_S


def fetch(client, **options):
    return client.fetch("MSFT", "5m", START, END, **options)[0]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 429}, YFRateLimitError),
        ({"kind": "status", "status": 401}, YFPricesMissingError),
        ({"kind": "status", "status": 500}, ValueError),
        ({"kind": "status", "status": 999}, ValueError),
        ({"kind": "truncated"}, ValueError),
        ({"kind": "html"}, ValueError),
        ({"kind": "right_back"}, YFDataException),
        ({"kind": "empty"}, YFPricesMissingError),
        ({"kind": "reset"}, curl_errors.ConnectionError),
        ({"kind": "cut"}, curl_errors.RequestException),
        ({"kind": "hang"}, curl_errors.Timeout),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_each_fault_of_an_answer_raises_its_error_in_the_client(market, client, fault, error):
    market.faults.add(**fault)
    with pytest.raises(error):
        fetch(client, timeout=1 if error is curl_errors.Timeout else 20)
    assert {row.fault for row in market.chart_log("MSFT")} == {fault["kind"]}
    market.faults.clear()
    assert len(fetch(client)) == 3 * 78


def test_a_delayed_answer_is_complete(market, client):
    market.faults.add("delay", delay_s=0.4)
    started = time.monotonic()
    assert len(fetch(client)) == 3 * 78
    assert time.monotonic() - started >= 0.4


def test_each_change_of_rows_reaches_the_client(market, client):
    good = fetch(client)
    for kind, check in {
        "nan": lambda bad: bad["Close"].isna().sum() == len(good) // 10,
        "disorder": lambda bad: bad.equals(good),  # yfinance 1.7 sorts
        "negative": lambda bad: (bad["Low"] < 0).any(),
        "crossed": lambda bad: (bad["High"] < bad["Low"]).any(),
        "pence": lambda bad: np.isclose(bad["Close"].max() / good["Close"].median(), 100, rtol=0.3),
        "missing_session": lambda bad: len(bad) == 2 * 78,
    }.items():
        market.faults.clear()
        market.faults.add(kind, seed=3)
        assert check(fetch(client)), kind


def test_raw_disorder_and_duplicates(market):
    def stamps():
        url = f"{market.url}/v8/finance/chart/MSFT?interval=5m&period1={START}&period2={END}"
        with urllib.request.urlopen(url) as reply:
            return json.load(reply)["chart"]["result"][0]["timestamp"]

    good = stamps()
    market.faults.add("disorder", count=1)
    market.faults.add("duplicates")
    shuffled, doubled = stamps(), stamps()
    assert shuffled != good == sorted(shuffled)
    assert len(doubled) > len(good)
    assert set(doubled) == set(good)


def test_count_skip_and_filters():
    plan = FaultPlan()
    plan.add("html", count=2, skip=1, symbol="MSFT", interval="1h")
    path = "/v8/finance/chart/"
    assert plan.take(path + "AAPL", {"interval": "1h"}) is None
    assert plan.take(path + "MSFT", {"interval": "1d"}) is None
    seen = [plan.take(path + "MSFT", {"interval": "1h"}) is not None for _ in range(5)]
    assert seen == [False, True, True, False, False]


def test_probability_is_repeatable():
    def draw():
        plan = FaultPlan()
        plan.add("status", probability=0.3, seed=7)
        return [plan.take("/v8/finance/chart/X", {}) is not None for _ in range(200)]

    assert draw() == draw()
    assert 30 < sum(draw()) < 90


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="unknown fault"):
        Fault("earthquake")
    with pytest.raises(ValueError, match="colour"):
        Fault.from_json({"kind": "html", "colour": 1})
