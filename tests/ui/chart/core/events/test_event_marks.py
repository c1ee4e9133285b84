"""Where the marks of dividends, splits and gains stand: at their bars, one a bar, the same while a chart is panned."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.events.event_marks import SeriesEvents, mark_at
from candledesk.ui.chart.core.options import ChartOptions
from candledesk.ui.chart.core.panes import Zone
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.viewport import Logical, Viewport
from candledesk.ui.chart.paint.events.marks import mark_colour
from candledesk.ui.chart.paint.layers import hit_test, lay_out
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.fake_data import make_bars
from tests.ui.painting import series_of

pytestmark = pytest.mark.usefixtures("qapp")
BARS = make_bars(400)
TIMES = BARS.open_time.tolist()
DIVIDEND, SPLIT, GAIN = EventKind.DIVIDEND, EventKind.SPLIT, EventKind.CAPITAL_GAIN


def event(row, kind=DIVIDEND, value=0.24, shift=0):
    return CorporateEvent(TIMES[row], kind, value, None, TIMES[row] + shift)


def frame_of(*events, spacing=8.0, right=399.0, options=None, symbol="AAPL", dpr=1.0, size=(900, 500)):
    series = series_of(BARS)
    view = Viewport(width=size[0]).place(series.axis).moved(Logical(right), spacing)
    marks = SeriesEvents(symbol, INTERVALS["1d"], events)
    scene = ChartScene(series, view, events=marks, options=options or ChartOptions())
    return lay_out(scene, round(size[0] * dpr), round(size[1] * dpr), dpr)


def texts(frame):
    return [mark.text for mark in frame.event_marks]


def test_a_mark_stands_at_its_bar_above_the_time_axis():
    frame = frame_of(event(380), event(390, SPLIT, 4.0))
    assert texts(frame) == ["D", "S"]
    for mark, row in zip(frame.event_marks, (380, 390), strict=True):
        left, top, width, height = mark.box
        assert mark.x == pytest.approx(frame.row_x(row), abs=0.5)
        assert left + width / 2 == pytest.approx(mark.x, abs=1)
        assert top + height < frame.panes.time_top <= top + height + 6


def test_events_of_one_bar_have_one_mark_with_their_number():
    assert texts(frame_of(event(390), event(390), event(390))) == ["D3"]
    mixed = frame_of(event(390), event(390, SPLIT, 2.0)).event_marks
    assert [(mark.text, mark.kind) for mark in mixed] == [("2", None)]


def test_marks_that_would_overlap_are_one_and_stay_the_same_while_panned():
    events = [event(row) for row in range(300, 400, 2)]
    groups = []
    for right in (399.0, 398.3, 391.0, 380.5):
        frame = frame_of(*events, spacing=4.0, right=right)
        boxes = [mark.box for mark in frame.event_marks]
        assert all(a[0] + a[2] <= b[0] + 3 for a, b in pairwise(boxes))
        groups.append({mark.events[-1].open_time: mark.events for mark in frame.event_marks})
    shared = set.intersection(*(set(group) for group in groups))
    assert len(shared) > 3
    assert all(group[time] == groups[0][time] for group in groups for time in shared)


def test_every_event_on_screen_is_in_one_mark():
    events = [event(row) for row in range(0, 400, 3)]
    frame = frame_of(*events, spacing=2.0, right=400.0)
    shown = [one for mark in frame.event_marks for one in mark.events]
    assert len(shown) == len(set(shown)) == len(events)


def test_a_kind_can_be_switched_off():
    events = event(370), event(380, SPLIT, 4.0), event(390, GAIN, 1.0)
    assert texts(frame_of(*events)) == ["D", "S", "G"]
    for name, left in (("has_dividends", ["S", "G"]), ("has_splits", ["D", "G"]), ("has_gains", ["D", "S"])):
        assert texts(frame_of(*events, options=replace(ChartOptions(), **{name: False}))) == left


def test_events_of_the_series_shown_before_have_no_marks():
    assert texts(frame_of(event(390), symbol="MSFT")) == []


def test_an_event_whose_bar_is_missing_stands_at_the_next_bar():
    frame = frame_of(event(389, shift=3_600))
    assert frame.event_marks[0].x == pytest.approx(frame.row_x(390), abs=0.5)


def test_events_outside_the_loaded_window_have_no_marks():
    older = CorporateEvent(TIMES[0] - 864_000, DIVIDEND, 0.2, None, TIMES[0] - 864_000)
    newer = CorporateEvent(TIMES[-1] + 864_000, DIVIDEND, 0.2, None, TIMES[-1] + 864_000)
    assert texts(frame_of(older, newer, spacing=2.0)) == []


def test_of_rows_of_many_bars_the_one_that_holds_the_event_has_the_mark():
    starts = np.arange(0, 401, 8)
    rows = BARS.take(slice(None, None, 8))
    series = series_of(rows, starts=starts)
    series = replace(series, axis=replace(series.axis, stride=8))
    view = Viewport(width=900).place(series.axis).moved(Logical(399.0), 2.25)
    marks = SeriesEvents("AAPL", INTERVALS["1d"], (event(203),))
    frame = lay_out(ChartScene(series, view, events=marks), 900, 500, 1.0)
    assert frame.event_marks[0].x == pytest.approx(frame.row_x(203 // 8), abs=0.5)


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_the_mark_under_a_pixel_is_hit(dpr):
    frame = frame_of(event(390), dpr=dpr)
    mark = frame.event_marks[0]
    x, y = mark.x / dpr, (mark.box[1] + mark.box[3] / 2) / dpr
    assert hit_test(frame, x, y).zone is Zone.EVENT
    assert hit_test(frame, x, y - 20).zone is Zone.PLOT
    assert mark_at(frame.event_marks, mark.box[0] - 1, mark.box[1]) is None


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_letters_can_be_read_in_both_themes(theme):
    for kind in (*EventKind, None):
        ends = sorted((_luminance(mark_colour(kind, theme)), _luminance(theme.background)))
        assert (ends[1] + 0.05) / (ends[0] + 0.05) >= 4.5
