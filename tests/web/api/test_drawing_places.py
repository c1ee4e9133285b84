"""Where drawings lie among candles, over HTTP: the same bar in every interval, and on the price that a mode shows."""

import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span

DRAWINGS = "/api/v1/drawings"
WEDNESDAY = (
    1_795_046_400  # 2026-11-18, 00:00 UTC; a bar of that day at 15:30 in New York's winter is at 14:30 and later
)
HOUR = WEDNESDAY + 55_800


def draw(client, tool, *points, symbol="AAPL", **fields):
    rows = [{"t": time, "p": price, "interval": interval} for time, price, interval in points]
    made = client.post(DRAWINGS, json={"type": tool, "symbol": symbol, "points": rows, **fields})
    assert made.status_code == 201
    return made.json()["id"]


def places(client, **query):
    answer = client.get(DRAWINGS, params=query)
    assert answer.status_code == 200
    return answer.json()["places"]


def test_points_are_keyed_as_the_candles_of_the_interval_are(client):
    one = draw(client, "trend_line", (HOUR, 10, "1h"), (WEDNESDAY + DAY_S, 20, "1d"))
    assert places(client, interval="1h")[one]["points"] == [
        {"t": HOUR, "until": HOUR + 3_600, "p": 10},
        {"t": WEDNESDAY + DAY_S + 18_000, "until": WEDNESDAY + 2 * DAY_S + 18_000, "p": 20},
    ]
    daily = places(client, interval="1d")[one]
    assert [point["t"] for point in daily["points"]] == [WEDNESDAY, WEDNESDAY + DAY_S]
    half_past_ten = WEDNESDAY + 37_800
    assert [point.get("exact") for point in daily["points"]] == [[half_past_ten, half_past_ten + 3_600], None]
    assert daily["style"]["color"] == "#2962ff"
    assert "places" not in client.get(DRAWINGS).json()


def test_what_an_interval_does_not_show_has_no_place(client):
    draw(client, "trend_line", *[(HOUR, 10, "1h")] * 2, intervals=["hours"])
    draw(client, "of_later", (HOUR, 10, "1h"))
    assert places(client, interval="1d") == {}
    assert len(places(client, interval="1h")) == 1


@pytest.mark.parametrize(("adjust", "price", "level"), [("none", 400, 400), ("splits", 100, 100), ("all", None, 100)])
def test_prices_are_those_of_candles_in_every_mode(client, cache, adjust, price, level):
    cache.store("AAPL", INTERVALS["1d"], Span(WEDNESDAY - 20 * DAY_S, WEDNESDAY + 2 * DAY_S))
    cache.events = {
        "AAPL": [
            CorporateEvent(WEDNESDAY + DAY_S, EventKind.SPLIT, 4.0, None, WEDNESDAY + DAY_S),
            CorporateEvent(WEDNESDAY + DAY_S, EventKind.DIVIDEND, 1.0, "USD", WEDNESDAY + DAY_S),
        ]
    }
    line = draw(client, "trend_line", (WEDNESDAY, 400, "1d"), (WEDNESDAY + DAY_S, 100, "1d"))
    flat = draw(client, "horizontal_line", (WEDNESDAY, 400, "1d"))
    found = places(client, interval="1d", adjust=adjust)
    first, second = (point["p"] for point in found[line]["points"])
    assert second == 100, "on and after the ex-date nothing is adjusted"
    assert first == price if price else 0 < first < 100
    assert found[flat]["points"][0]["p"] == level


def test_drawings_of_a_symbol_that_is_not_stored_are_placed_as_they_are(client):
    one = draw(client, "text", (WEDNESDAY, 5, "1d"), symbol="NEVER")
    assert places(client, interval="1d")[one]["points"] == [{"t": WEDNESDAY, "until": WEDNESDAY + DAY_S, "p": 5}]
