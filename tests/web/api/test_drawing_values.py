"""What drawings show of stored candles, over HTTP: what the cache computed for them, as the window shows it."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.cache.drawing_messages import (
    AnchorRequest,
    DrawingRequest,
    DrawingValues,
    PositionTask,
    ProfileTask,
    VolumeTask,
    VwapTask,
)
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span

DRAWINGS = "/api/v1/drawings"
FRIDAY = 1_795_132_800  # 2026-11-20; the fake cache is asked on the Monday that follows
MONDAY = FRIDAY - 4 * DAY_S
DAYS = tuple(MONDAY + n * DAY_S for n in range(5))
DAILY = INTERVALS["1d"]
STORED = Span(MONDAY, FRIDAY + DAY_S)


def draw(client, tool, *points, symbol="AAPL", **fields):
    rows = [{"t": time, "p": price, "interval": "1d"} for time, price in points]
    made = client.post(DRAWINGS, json={"type": tool, "symbol": symbol, "points": rows, **fields})
    assert made.status_code == 201
    return made.json()["id"]


def read(client, **query):
    asked = {"symbol": "AAPL", "interval": "1d", "from": MONDAY, **query}
    answer = client.get(DRAWINGS, params={name: value for name, value in asked.items() if value is not None})
    assert answer.status_code == 200
    return answer.json()


def values(client, **query):
    return read(client, **query)["values"]


@pytest.fixture
def stored(cache):
    """A week of daily candles; the answers of a test are in ``answers`` by the type of the task."""
    cache.store("AAPL", DAILY, STORED)
    answers = {}

    def answer(request):
        return replace(DrawingValues(request, "5m"), **answers.get(type(request.task), {}))

    cache.drawing_bars.values = answer
    cache.answers = answers
    return cache


def asked(cache, kind=DrawingRequest):
    return [request for request in cache.drawing_bars.asked if isinstance(request, kind)]


def curve(n, first=0):
    line = np.arange(n) + 100.1
    line[:first] = np.nan
    return {"vwap": line, "deviation": np.full(n, 0.3)}


def test_a_vwap_has_a_value_at_each_candle_since_its_anchor(client, stored):
    one = draw(client, "anchored_vwap", (DAYS[2], None))
    stored.answers[VwapTask] = {"curves": curve(5, 2)}
    assert values(client)[one] == {
        "source": "5m", "has_gaps": False, "note": "VWAP from 5m", "time": list(DAYS[2:]),
        "vwap": [102.1, 103.1, 104.1], "upper": [102.1 + 0.3, 103.1 + 0.3, 104.1 + 0.3],
        "lower": [102.1 - 0.3, 103.1 - 0.3, 104.1 - 0.3],
    }  # fmt: skip
    (request,) = asked(stored)
    assert request == DrawingRequest("AAPL", DAILY, VwapTask(DAYS[2], (*DAYS[1:], FRIDAY + DAY_S)))
    bare = draw(client, "anchored_vwap", (DAYS[2], None), style={"bands": []})
    assert values(client)[bare].keys() == {"source", "has_gaps", "note", "time", "vwap"}


def test_a_profile_has_its_rows_and_a_position_its_outcome(client, stored):
    profile = draw(client, "volume_profile", (DAYS[3], None), (DAYS[1], None), style={"rows": 2})
    place = draw(client, "long_position", (DAYS[1], 100), (DAYS[3], 110), (DAYS[3], 95))
    span = draw(client, "date_price_range", (DAYS[1], 100), (DAYS[3], 110))
    stored.answers |= {
        ProfileTask: {"rows": ((90.0, 95.0, 1.0, True), (95.0, 100.0, 0.25, False)), "has_gaps": True},
        PositionTask: {"outcome": "open", "last": 104.0},
        VolumeTask: {"volume": 1_234.0},
    }
    found = values(client)
    assert found[profile] == {
        "source": "5m", "has_gaps": True, "note": "Volume from 5m, bars are missing",
        "rows": [
            {"low": 90, "high": 95, "share": 1, "in_value_area": True},
            {"low": 95, "high": 100, "share": 0.25, "in_value_area": False},
        ],
    }  # fmt: skip
    assert (found[place]["outcome"], found[place]["note"]) == ("open", "Open +80.00 (from 5m)")
    assert found[span]["volume"] == 1_234
    tasks = [request.task for request in asked(stored)]
    assert tasks == [
        ProfileTask(Span(DAYS[1], DAYS[3] + DAY_S), 2, 0.7),
        PositionTask(DAYS[1], DAILY, 100, 110, 95),
        VolumeTask(Span(DAYS[1], DAYS[3] + DAY_S)),
    ]


def test_a_position_has_its_plan_beside_its_points(client, stored):
    one = draw(client, "short_position", (DAYS[1], 100), (DAYS[3], 90), (DAYS[3], 105))
    assert read(client, **{"from": None})["places"][one]["plan"] == {
        "quantity": 20, "reward": 200, "loss": 100, "balance_at_target": 10_200, "balance_at_stop": 9_900, "ratio": 2,
    }  # fmt: skip


def test_only_drawings_that_reach_into_the_candles_have_values(client, stored):
    before = MONDAY - 30 * DAY_S
    draw(client, "volume_profile", (before, None), (before + DAY_S, None))
    draw(client, "anchored_vwap", (FRIDAY + 5 * DAY_S, None))
    draw(client, "anchored_vwap", (DAYS[1], None), intervals=["hours"])
    draw(client, "anchored_vwap", (DAYS[1], None), visible=False)
    draw(client, "trend_line", (DAYS[1], 1), (DAYS[2], 2))
    old = draw(client, "anchored_vwap", (before, None))
    assert values(client).keys() == {old}
    assert len(asked(stored)) == 1


def test_curves_and_rows_are_adjusted_as_their_candles_are(client, stored):
    stored.events = {"AAPL": [CorporateEvent(DAYS[2], EventKind.SPLIT, 4.0, None, DAYS[2])]}
    line = draw(client, "anchored_vwap", (DAYS[0], None))
    rows = draw(client, "volume_profile", (DAYS[0], None), (DAYS[1], None))
    place = draw(client, "long_position", (DAYS[0], 400), (DAYS[1], 440), (DAYS[1], 380))
    stored.answers |= {VwapTask: {"curves": curve(5)}, ProfileTask: {"rows": ((90.0, 95.0, 1.0, True),)}}
    whole = stored.reply

    def reply(request):
        """Return candles of before the split as they were traded."""
        found = whole(request)
        factor = np.where((found.bars.open_time < DAYS[2]) & (request.adjust == "none"), 4.0, 1.0)
        return replace(found, bars=replace(found.bars, close=found.bars.close * factor))

    stored.reply = reply
    traded = values(client, adjust="none")
    assert traded[line]["vwap"] == pytest.approx([400.4, 404.4, 102.1, 103.1, 104.1])
    assert (traded[rows]["rows"][0]["low"], traded[rows]["rows"][0]["high"]) == (360, 380)
    assert values(client)[line]["vwap"] == [100.1, 101.1, 102.1, 103.1, 104.1]
    assert [one.task for one in asked(stored) if isinstance(one.task, PositionTask)] == 2 * [
        PositionTask(DAYS[0], DAILY, 100, 110, 95)
    ], "prices on the basis of the stored candles in every mode"
    assert traded[place]["outcome"] == "unknown"


def test_points_outside_of_the_candles_are_counted_from_the_first_one(client, stored):
    stored.drawing_bars.counts = {MONDAY - 7 * DAY_S: -5, FRIDAY + 3 * DAY_S: 5}
    draw(client, "ray", (MONDAY - 7 * DAY_S, 1), (FRIDAY + 3 * DAY_S, 2))
    assert read(client)["counts"] == {
        "reference": MONDAY, "time": [MONDAY - 7 * DAY_S, FRIDAY + 3 * DAY_S], "position": [-5, 5],
    }  # fmt: skip
    (request,) = asked(stored, AnchorRequest)
    assert request == AnchorRequest("AAPL", DAILY, MONDAY, (MONDAY - 7 * DAY_S, FRIDAY + 3 * DAY_S))


@pytest.mark.parametrize("tool", ["trend_line", "horizontal_line"])
def test_points_that_nothing_on_screen_depends_on_are_not_counted(client, stored, tool):
    points = [(MONDAY - 7 * DAY_S, 1), (MONDAY - 6 * DAY_S, 1)]
    draw(client, tool, *points[: 1 if tool == "horizontal_line" else 2])
    draw(client, "trend_line", (DAYS[0], 1), (DAYS[4], 1))
    assert read(client)["counts"] is None


def test_a_long_span_has_the_values_of_its_newest_candles(client, cache, monkeypatch):
    monkeypatch.setattr("candledesk.web.api.workspace.drawing_values.MAX_SAMPLES", 2)
    cache.store("AAPL", DAILY, STORED)
    draw(client, "anchored_vwap", (DAYS[0], None))
    read(client)
    (request,) = asked(cache)
    assert request.task.ends == (FRIDAY, FRIDAY + DAY_S)


def test_nothing_is_computed_without_candles_or_for_another_symbol(client, stored):
    draw(client, "anchored_vwap", (DAYS[1], None), symbol="NEVER")
    draw(client, "anchored_vwap", (DAYS[1], None), symbol="MSFT")
    never = read(client, symbol="NEVER")
    assert (never["values"], never["counts"]) == ({}, None)
    assert values(client) == {}
    assert values(client, **{"from": MONDAY - 90 * DAY_S, "to": MONDAY - 80 * DAY_S}) == {}
    assert asked(stored) == []


@pytest.mark.parametrize("name", ["symbol", "interval"])
def test_a_span_needs_a_symbol_and_an_interval(client, name):
    query = {"symbol": "AAPL", "interval": "1d", "from": MONDAY}
    answer = client.get(DRAWINGS, params={key: value for key, value in query.items() if key != name})
    assert (answer.status_code, answer.json()["field"]) == (400, name)
