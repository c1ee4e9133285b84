"""What drawings ask of stored bars, and what becomes of the answers on screen."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.drawing_messages import (
    DrawingRequest,
    DrawingValues,
    PositionTask,
    ProfileTask,
    VolumeTask,
)
from candledesk.cache.rules.drawing_tasks import COMPUTED
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.drawings.drawing import Anchor, Drawing, DrawingSet
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.drawings.computed import NOTHING, computed_of, tasks_of
from candledesk.ui.chart.core.drawings.placed import placed_in
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.viewport import Viewport
from tests.fake_data import make_bars
from tests.ui.painting import series_of

BARS = make_bars(50)
SERIES = series_of(BARS)
TIMES = BARS.open_time.tolist()


def drawing(tool, *rows, prices=(100.0, 110.0, 95.0), **changes):
    points = tuple(Anchor(TIMES[row], price, "1d") for row, price in zip(rows, prices, strict=False))
    return Drawing(tool, tool, "AAPL", points, z=1, **changes)


def scene_of(*drawings, series=SERIES, **changes):
    return ChartScene(series, Viewport(spacing=8.0), drawings=DrawingSet(drawings), **changes)


def task_of(one, series=SERIES):
    return tasks_of(placed_in(scene_of(one, series=series)).of_types(COMPUTED), series).get(one.id)


def computed(one, values=None, series=SERIES, **answer):
    """Return what a drawing shows when the cache answers this."""
    scene = scene_of(one, series=series)
    (placed,) = placed_in(scene).of_types([one.type])
    task = task_of(one, series)
    found = values or DrawingValues(DrawingRequest("AAPL", INTERVALS["1d"], task), **answer)
    return computed_of(placed, found, scene.series)


def test_each_tool_asks_for_its_own_computation():
    assert task_of(drawing("volume_profile", 30, 10)) == ProfileTask(Span(TIMES[10], TIMES[30] + DAY_S), 24, 0.7)
    assert task_of(drawing("date_price_range", 10, 30)) == VolumeTask(Span(TIMES[10], TIMES[30] + DAY_S))
    assert task_of(drawing("long_position", 10, 30, 30)) == PositionTask(TIMES[10], INTERVALS["1d"], 100.0, 110.0, 95.0)
    vwap = task_of(drawing("anchored_vwap", 20))
    assert (vwap.start, len(vwap.ends), vwap.ends[0]) == (TIMES[20], 50, TIMES[1])
    assert vwap.ends is task_of(drawing("anchored_vwap", 3)).ends, "of one window"
    assert task_of(drawing("trend_line", 3, 10)) is None


def test_former_windows_of_a_chart_are_not_held_by_what_its_drawings_showed():
    one, former = drawing("volume_profile", 30, 10), []
    for _ in range(60):
        bars = BARS.take(np.arange(50))
        former.append(weakref.ref(bars.close))
        shown = computed(one, series=series_of(bars), source="1d", rows=((1.0, 2.0, 1.0, True),))
        assert shown.rows
    del bars
    gc.collect()
    assert sum(one() is not None for one in former) < 20, "the few that were placed last"


def test_an_anchor_before_the_loaded_bars_is_asked_from_its_own_time():
    part = series_of(BARS.take(slice(30, None)))
    vwap = task_of(drawing("anchored_vwap", 20), part)
    assert (vwap.start, len(vwap.ends)) == (TIMES[20], 20)
    future = Drawing("v", "anchored_vwap", "AAPL", (Anchor(TIMES[-1] + 40 * DAY_S, None, "1d"),))
    assert task_of(future) is None


def test_a_chart_that_is_zoomed_out_asks_for_the_ends_of_its_rows():
    rows = BARS.open_time[::5]
    axis = BarAxis(rows, np.arange(11) * 5, stride=8)
    coarse = replace(SERIES, bars=BARS.take(slice(None, None, 5)), axis=axis)
    vwap = task_of(drawing("anchored_vwap", 20), coarse)
    assert vwap.ends[:-1] == tuple(rows[1:].tolist())
    curve = {name: np.arange(10.0) for name in ("vwap", "deviation")}
    found = computed(drawing("anchored_vwap", 20), series=coarse, source="1m", curves=curve)
    assert found.index.tolist() == [2.0 + 5 * at for at in range(10)]


def test_a_curve_stays_on_its_bars_when_older_ones_come_in():
    one, part = drawing("anchored_vwap", 20), series_of(BARS.take(slice(10, None)))
    curve = {name: np.arange(40.0) for name in ("vwap", "deviation")}
    answer = DrawingValues(DrawingRequest("AAPL", INTERVALS["1d"], task_of(one, part)), "5m", curves=curve)
    assert computed(one, answer, part).index.tolist() == list(range(40))
    assert computed(one, answer).index.tolist() == list(range(10, 50))


def test_the_source_and_missing_bars_are_named():
    curve = {name: np.arange(50.0) for name in ("vwap", "deviation")}
    found = computed(drawing("anchored_vwap", 20), source="5m", curves=curve)
    assert (found.note, set(found.curves)) == ("VWAP from 5m", {"vwap", "upper", "lower"})
    bare = computed(drawing("anchored_vwap", 20, style={"bands": []}), source="5m", has_gaps=True, curves=curve)
    assert (bare.note, set(bare.curves)) == ("VWAP from 5m, bars are missing", {"vwap"})
    assert (
        computed(drawing("volume_profile", 10, 30), source="15m", rows=((1, 2, 1.0, True),)).note == "Volume from 15m"
    )


def test_where_no_volume_is_stored_a_drawing_says_so_once_it_is_known():
    """Currencies, ratios and some indices have none."""
    for one in (drawing("anchored_vwap", 20), drawing("volume_profile", 10, 30)):
        assert computed(one).note == "No volume is stored"


@pytest.mark.parametrize(
    ("outcome", "last", "words"),
    [
        ("open", 104.0, "Open +80.00"),
        ("target", 111.0, "Closed at the target +200.00"),
        ("stop", 94.0, "Closed at the stop -100.00"),
        ("unknown", 94.0, "Outcome unknown"),
    ],
)
def test_a_position_says_what_became_of_it_and_from_which_bars(outcome, last, words):
    """10,000 at 1 % of risk and 5 a share: 20 shares."""
    found = computed(drawing("long_position", 10, 30, 30), source="5m", outcome=outcome, last=last)
    assert found.note == f"{words} (from 5m)"


def test_an_open_short_position_loses_when_the_price_rises():
    one = drawing("short_position", 10, 30, 30, prices=(100.0, 90.0, 105.0))
    assert computed(one, source="1d", outcome="open", last=104.0).note == "Open -80.00 (from 1d)"


def test_values_of_another_series_are_not_shown():
    one = drawing("volume_profile", 10, 30)
    request = DrawingRequest("AAPL", INTERVALS["1h"], task_of(one))
    assert computed(one, DrawingValues(request, "1h", rows=((1, 2, 1.0, True),))) is NOTHING
    assert computed(drawing("long_position", 10, 30, 30)) is NOTHING


def test_only_what_is_on_screen_has_pixels():
    curve = {name: np.arange(50.0) for name in ("vwap", "deviation")}
    found = computed(drawing("anchored_vwap", 0), source="1d", curves=curve)
    points = found.points(10.0, 20.0, lambda index: 2 * index, lambda price: -price)["vwap"]
    assert [(point.x, point.y) for point in points] == [(2 * at, -at) for at in range(9, 22)]
