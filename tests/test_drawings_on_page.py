"""What the server answers a page about drawings is what the window shows of them, to the last digit."""

import asyncio
import math

import pytest
from starlette.testclient import TestClient

from candledesk.demo import DemoMarket
from candledesk.domain.interval import DAY_S
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.ui.chart.core.drawings.computed import computed_of
from candledesk.ui.chart.core.drawings.placed import placed_in
from candledesk.web.api.contract.endpoint import RequestContext
from candledesk.web.http_server import build_app
from tests.live_window import NOW, SLOW_MS, LiveWindow
from tests.ui.conftest import discard, settle
from tests.web.conftest import PORT, TOKEN

YEARS_S = 3 * 365 * DAY_S


@pytest.fixture
def live(qapp, qtbot, tmp_path, workspace):
    with DemoMarket(now=NOW) as market:
        made = LiveWindow(qtbot, tmp_path / "home", market.url, workspace)
        yield made
        made.close()
    settle(qapp)
    discard(qapp, made.window)


@pytest.fixture
def client(live, workspace):
    context = RequestContext(live.service.controller, asyncio.Event(), lambda: live.now, workspace=workspace)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    app = build_app(context, {}, port=PORT, token=TOKEN)
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}", headers=headers) as opened:
        yield opened


def drawing(tool, *points, **changes):
    return Drawing(tool, tool, "AAPL", tuple(Anchor(*point) for point in points), **changes)


def drawings_on(bars):
    """Return every tool that shows something of bars, and a ray that begins long before those that are loaded."""
    times, closes = bars.open_time.tolist(), bars.close.tolist()
    entry = closes[-90]
    points = (times[-90], entry), (times[-60], entry * 1.04), (times[-60], entry * 0.97)
    daily = [(time, price, "1d") for time, price in points]
    return [
        drawing("anchored_vwap", (times[-100], None, "1d"), style={"bands": [2.0]}),
        drawing("volume_profile", (times[-80], None, "1d"), (times[-40], None, "1d"), style={"rows": 37}),
        drawing("date_price_range", *daily[:2]),
        drawing("long_position", *daily),
        drawing("short_position", *daily[:1], *daily[:0:-1]),
        drawing("ray", (times[0] - YEARS_S, 50.0, "1d"), (times[-1], closes[-1], "1d")),
    ]


@pytest.mark.parametrize("interval", ["1d", "1h", "1wk"])
def test_values_are_those_of_the_window(live, workspace, client, interval):
    live.open("AAPL", "15m")
    live.open("AAPL", "1d")
    made = drawings_on(live.model.series.bars)
    live.open("AAPL", interval)
    workspace.put_drawings(made).result(5)
    feed = live.window.charts.page.drawing_feed
    live.qtbot.waitUntil(lambda: len(live.model.scene.drawing_values) == 5 and not feed.is_loading, timeout=SLOW_MS)
    series, axis = live.model.series, live.model.series.axis
    query = {"symbol": "AAPL", "interval": interval, "from": int(axis.open_time[0])}
    answer = client.get("/api/v1/drawings", params=query).json()
    placed = {one.drawing.id: one for one in placed_in(live.model.scene).of_types({one.type for one in made})}
    shown = {key: computed_of(placed[key], one, series) for key, one in live.model.scene.drawing_values.items()}
    found = answer["values"]
    assert found.keys() == shown.keys()
    assert {key: one["note"] for key, one in found.items()} == {key: one.note for key, one in shown.items()}
    vwap = shown["anchored_vwap"]
    times = [int(axis.open_time[axis.row_at(index)]) for index in vwap.index.tolist()]
    for name, curve in vwap.curves.items():
        seen = {time: value for time, value in zip(times, curve.tolist(), strict=True) if not math.isnan(value)}
        assert dict(zip(found["anchored_vwap"]["time"], found["anchored_vwap"][name], strict=True)) == seen
    assert [tuple(row.values()) for row in found["volume_profile"]["rows"]] == list(shown["volume_profile"].rows)
    assert found["date_price_range"]["volume"] == shown["date_price_range"].volume
    for key, one in placed.items():
        prices = [point["p"] for point in answer["places"][key]["points"]]
        assert [price for price in prices if price is not None] == [price for price in one.prices if price > 0]
    begin, first = placed["ray"].spans[0][0], int(axis.open_time[0])
    if begin < first:  # weekly bars reach further back
        assert answer["counts"]["reference"] == first
        position = dict(zip(answer["counts"]["time"], answer["counts"]["position"], strict=True))
        before = max(time for time in position if time <= begin)
        assert position[before] <= placed["ray"].indexes[0] <= position[before] + 1
