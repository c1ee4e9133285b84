"""Drawings of pictures on a real cache and the demo market: they lie and say what they do in the window."""

from datetime import UTC, datetime

import numpy as np
import pytest

from candledesk.cache.messages import BarsRequest
from candledesk.cache.service import CacheService
from candledesk.demo import DemoMarket
from candledesk.demo.http.clock import parse_instant
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.figures import Text
from candledesk.settings import load_settings
from candledesk.ui.chart.core.drawings.placed import placed_in
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.core.options import ChartOptions
from candledesk.ui.chart.paint.layers import lay_out
from candledesk.ui.layout_pictures import CellOfFile
from candledesk.ui.pictures import FileContents, FileLook, scene_of_file
from tests.live_window import NOW

WAIT_S = 60
LAST = "2026-11-20"


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with DemoMarket(now=NOW) as market:
        settings = load_settings({}, yahoo_url=market.url, requests_per_minute="6000", request_burst="600")
        service = CacheService(home / "candles.db", settings, home / "yfinance", now=lambda: parse_instant(NOW))
        yield service.controller
        service.close()


def load(cache, symbol, interval, start):
    span = Span(utc(start), utc(LAST) + DAY_S)
    return cache.load_bars(BarsRequest(symbol, INTERVALS[interval], span, "wait", WAIT_S)).result(WAIT_S)


def contents(cache, reply, *drawings):
    request = reply.request
    events = cache.read_corporate_events(request.symbol, request.interval).result(WAIT_S)
    return FileContents(events=events, drawings=drawings, drawing_bars=cache.drawing_bars)


def picture(cache, reply, *drawings):
    return scene_of_file(reply, 900, FileLook("dark"), contents(cache, reply, *drawings))


def cell(cache, reply, *drawings):
    """Return the scene of a layout's only chart."""
    series = (reply.request.symbol, reply.request.interval)
    made = CellOfFile(series, {}, ChartOptions(), (0, 0, 900, 600))
    made.show(reply)
    made.show_events(contents(cache, reply).events)
    made.show_drawings(drawings, cache.drawing_bars)
    return made.scene


def words(scene):
    frame = lay_out(scene, 900, 600, 1.0)
    figures = (part for _, one in show_drawings(scene, frame) for part in (*one.figures, *one.hidden))
    return [figure.text for figure in figures if isinstance(figure, Text)]


def drawing(tool, symbol, *points, **changes):
    return Drawing(tool, tool, symbol, tuple(Anchor(utc(at), price, "1d") for at, price in points), **changes)


@pytest.mark.parametrize("draw", [picture, cell])
def test_a_line_through_a_split_lies_on_its_candles(qapp, cache, draw):
    """NVDA was split 4:1 on 14 September: what lies before was traded at four times the price that is shown."""
    reply = load(cache, "NVDA", "1d", "2026-06-01")
    times = reply.bars.open_time.tolist()
    rows = [times.index(utc(day)) for day in ("2026-09-02", "2026-10-05")]
    before, after = (float(reply.bars.high[row]) for row in rows)
    scene = draw(cache, reply, drawing("trend_line", "NVDA", ("2026-09-02", 4 * before), ("2026-10-05", after)))
    (placed,) = placed_in(scene).between(-np.inf, np.inf)
    assert placed.indexes == tuple(rows)
    assert placed.prices == pytest.approx((before, after))


@pytest.mark.parametrize("draw", [picture, cell])
def test_points_beyond_the_bars_of_a_picture_are_counted(qapp, cache, draw):
    """The left one by stored bars, the right one by the calendar, with Thanksgiving on 26 November."""
    whole = load(cache, "AAPL", "1d", "2025-11-03").bars.open_time.tolist()
    reply = load(cache, "AAPL", "1d", "2026-09-25")
    first = whole.index(int(reply.bars.open_time[0]))
    line = drawing("trend_line", "AAPL", ("2026-03-04", 150.0), ("2026-12-07", 200.0))
    (placed,) = placed_in(draw(cache, reply, line)).between(-np.inf, np.inf)
    sessions_ahead = 4 + 5 + 1  # of the weeks of 23 and 30 November, and Monday
    assert placed.indexes == (whole.index(utc("2026-03-04")) - first, len(reply.bars) - 1 + sessions_ahead)


@pytest.mark.parametrize(("draw", "symbol"), [(picture, "MSFT"), (cell, "AAPL")])
def test_values_are_of_the_finest_stored_complete_interval_which_is_named(qapp, cache, draw, symbol):
    daily = load(cache, symbol, "1d", "2026-09-25")
    price = float(daily.bars.close[-20])
    day = datetime.fromtimestamp(int(daily.bars.open_time[-20]), UTC).strftime("%Y-%m-%d")
    drawings = [
        drawing("anchored_vwap", symbol, (day, None)),
        drawing("volume_profile", symbol, (day, None), (LAST, None)),
        drawing("long_position", symbol, (day, price), (day, price * 3), (LAST, price / 3)),
    ]
    notes = words(draw(cache, daily, *drawings))
    assert {"VWAP from 1d", "Volume from 1d"} <= set(notes)
    assert any(note.startswith("Open") and "(from 1d)" in note for note in notes)
    load(cache, symbol, "1h", "2026-10-01")
    notes = words(draw(cache, daily, *drawings))
    assert {"VWAP from 1h", "Volume from 1h"} <= set(notes)
    assert any(note.startswith("Open") and "(from 1h)" in note for note in notes)


@pytest.mark.parametrize("draw", [picture, cell])
def test_a_vwap_that_begins_before_the_picture_is_that_of_all_bars_since(qapp, cache, draw):
    reply = load(cache, "AAPL", "1d", "2026-09-25")
    scene = draw(cache, reply, drawing("anchored_vwap", "AAPL", ("2026-03-04", None)))
    whole = load(cache, "AAPL", "1d", "2026-03-04").bars
    mean = np.average((whole.high + whole.low + whole.close) / 3, weights=whole.volume)
    values = scene.drawing_values["anchored_vwap"]
    assert values.source == "1d"
    assert values.curves["vwap"][-1] == pytest.approx(mean)
