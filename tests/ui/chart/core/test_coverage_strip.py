"""The coverage strip: each state at its place under the bars, in words under the mouse, and a click that fetches."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from candledesk.cache.messages import EdgeState
from candledesk.domain.coverage import CoverageMark, MarkState
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.ui.bridge import Bridge
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.coverage_strip import (
    LEAST_PX,
    Segment,
    is_lost,
    mark_at,
    mark_text,
    place_marks,
    shown_span,
)
from candledesk.ui.chart.core.scene import Series
from candledesk.ui.chart.core.time_ticks import build_calendar
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.shell.chart_page import ChartPage
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.fake_cache import FakeCache
from tests.fake_data import NOW, make_bars
from tests.ui.conftest import settle

N = 100
BARS = make_bars(N)
TIMES = BARS.open_time


def series_of(edge=EdgeState.MORE, **changes):
    calendar = build_calendar(TIMES, "UTC", is_daily=True)
    return Series("AAPL", INTERVALS["1d"], BARS, BarAxis(TIMES), calendar, edge=edge, **changes)


def placed_of(right_edge=N - 0.5, spacing=8.0, width=800.0):
    axis = BarAxis(TIMES)
    return Viewport(width=width).place(axis).moved(right_edge, spacing).place(axis)


def mark(start, end, state=MarkState.MISSING, **facts):
    return CoverageMark(Span(int(start), int(end)), state, **facts)


def pieces(marks, placed=None, edge=EdgeState.MORE):
    return [
        (piece.left, piece.right, piece.mark.state)
        for piece in place_marks(marks, series_of(edge), placed or placed_of())
    ]


def test_where_all_is_well_there_are_no_marks():
    assert pieces([]) == []
    assert pieces([mark(TIMES[90], TIMES[94] + DAY_S, MarkState.PROVISIONAL)]) == []


def test_a_mark_lies_under_its_bars_to_the_pixel():
    [(left, right, state)] = pieces([mark(TIMES[90], TIMES[94] + DAY_S, MarkState.DERIVED)])
    assert (left, right, state) == (720, 760, MarkState.DERIVED)


@pytest.mark.parametrize("state", [MarkState.FAILED, MarkState.MISSING])
def test_a_failed_refresh_is_a_small_mark_behind_the_newest_bar(state):
    [piece] = place_marks([mark(TIMES[90], TIMES[-1] + DAY_S, state)], series_of(), placed_of(N + 5))
    assert (piece.left + piece.right) / 2 == placed_of(N + 5).x_of(N - 0.5)
    assert piece.right - piece.left == LEAST_PX
    assert mark_text(piece, is_daily=True).startswith("Stored, and not updated since")


def test_only_what_was_lost_is_lost():
    assert is_lost(mark(TIMES[3], TIMES[4], MarkState.MISSING, reason="damaged in both copies"))
    assert not is_lost(mark(TIMES[3], TIMES[4], MarkState.FAILED, reason="HTTP 500"))


def test_what_is_missing_in_closed_hours_is_still_seen():
    friday = next(row for row in range(50, N) if TIMES[row + 1] - TIMES[row] > DAY_S)
    [(left, right, _)] = pieces([mark(TIMES[friday] + DAY_S, TIMES[friday + 1])])
    assert right - left == LEAST_PX
    assert left < (friday + 1) * 8 < right


def test_the_empty_region_on_the_left_takes_the_newest_older_mark():
    placed = placed_of(right_edge=49.5)
    older = [
        mark(HISTORY_START, TIMES[0] - 90 * DAY_S, MarkState.REFUSED),
        mark(TIMES[0] - 90 * DAY_S, TIMES[0], MarkState.MISSING),
    ]
    assert pieces(older, placed, EdgeState.LOADING) == [(0, 400, MarkState.MISSING)]
    assert pieces(older[:1], placed, EdgeState.START) == [(0, 400, MarkState.REFUSED)]


def test_marks_off_screen_are_not_drawn():
    placed = placed_of(right_edge=99.5, spacing=40.0)
    assert pieces([mark(TIMES[3], TIMES[5])], placed) == []


def test_what_is_asked_for_is_what_is_on_screen():
    placed = placed_of(right_edge=69.5, spacing=40.0)
    span = shown_span(series_of(), placed, NOW)
    lo, hi = placed.visible()
    assert span == Span(int(TIMES[lo]), int(TIMES[hi]))
    at_start = shown_span(series_of(EdgeState.START), placed_of(right_edge=20), NOW)
    assert at_start.start == HISTORY_START
    at_end = shown_span(series_of(), placed_of(), NOW)
    assert at_end.end == NOW + 1


def test_the_piece_that_is_drawn_last_is_under_the_mouse():
    found = place_marks([mark(TIMES[90], TIMES[94], MarkState.DERIVED)], series_of(), placed_of())
    assert mark_at(found, 725) is not None
    assert mark_at(found, 100) is None
    assert mark_at(found, 900) is None


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        (mark(0, DAY_S, MarkState.MISSING, reason="not fetched yet"), ["Missing: not fetched yet", "1970-01-01"]),
        (mark(HISTORY_START, 0, MarkState.REFUSED, reason="no bars before"), ["Not available", "the beginning"]),
        (
            mark(0, 60, MarkState.FAILED, reason="HTTP 500", fetched_at=60, expires_at=120),
            ["Failed: HTTP 500", "Last checked 1970-01-01 00:01 UTC", "Next check 1970-01-01 00:02 UTC"],
        ),
    ],
)
def test_the_words_say_why_and_since_when(piece, words):
    text = mark_text(Segment(0, 8, piece), is_daily=piece.span.end > 60)
    for part in words:
        assert part in text


def test_flagged_bars_show_their_reason_and_take_no_empty_region():
    odd = mark(TIMES[90], TIMES[94] + DAY_S, MarkState.ODD, reason="5 odd bars: open unknown")
    assert mark_text(Segment(0, 8, odd), is_daily=True).split("\n")[0] == "5 odd bars: open unknown"
    [(left, right, state)] = pieces([odd])
    assert (left, right, state) == (720, 760, MarkState.ODD)
    early = mark(TIMES[0] - 9 * DAY_S, TIMES[0] - DAY_S, MarkState.ODD)
    assert pieces([early], placed_of(right_edge=20)) == []


def test_what_can_be_fetched_is_found_under_what_is_flagged():
    missing, odd = mark(TIMES[90], TIMES[92]), mark(TIMES[90], TIMES[94], MarkState.ODD)
    segments = place_marks([missing, odd], series_of(), placed_of())
    assert mark_at(segments, 736).mark is missing
    assert mark_at(segments, 728).mark is odd
    assert mark_at([], 1) is None


def test_the_text_shows_times_in_the_charts_zone():
    """The axis said 09:30 where the strip said 14:30 UTC."""
    piece = mark(1_764_081_000, 1_764_082_800, MarkState.MISSING, fetched_at=1_764_084_600)
    words = mark_text(Segment(0, 8, piece), is_daily=False, tz="America/New_York").split("\n")
    assert words[1:] == ["2025-11-25 09:30 EST to 2025-11-25 10:00 EST", "Last checked 2025-11-25 10:30 EST"]


@pytest.fixture
def page(qapp, qtbot):
    cache = FakeCache()
    cache.add("AAPL", "1d", BARS)
    bridge = Bridge(cache)
    page = ChartPage(cache, bridge, 1, DARK)
    page.cache = cache
    page.resize(900, 500)
    page.show()
    qtbot.waitExposed(page)
    page.feed.open("AAPL", INTERVALS["1d"])
    settle(qapp)
    yield page
    page.close_feed()
    page.close()
    bridge.close()
    page.deleteLater()
    settle(qapp)


def asked(page):
    return [call for call in page.cache.calls if call[0] == "read_marks"]


def show_mark(page, qtbot, state=MarkState.MISSING, reason="a reason"):
    page.cache.marks = (mark(TIMES[80], TIMES[90], state, reason=reason),)
    page.cache.emit_stored("AAPL", "1d")
    qtbot.waitUntil(lambda: bool(page.strip.segments), timeout=5000)
    piece = page.strip.segments[-1]
    return QPoint(round((piece.left + piece.right) / 2), 4)


def test_the_strip_is_coloured_where_a_bar_is_not_simply_stored(page, qtbot):
    at = show_mark(page, qtbot)
    image = page.strip.grab().toImage()
    assert image.pixelColor(at) == QColor(DARK.warning)
    assert image.pixelColor(at.x() - 200, 4) == QColor(DARK.background)


def heights(page, at):
    """How many rows of pixels a mark has, from the bottom."""
    image, ground = page.strip.grab().toImage(), page.strip._theme.background
    return sum(image.pixelColor(at.x(), y) != QColor(ground) for y in range(8))


def test_a_mark_of_what_is_missing_is_six_pixels_high_and_eight_under_the_mouse(page, qtbot):
    at = show_mark(page, qtbot)
    assert heights(page, at) == 6
    QTest.mouseMove(page.strip, at)
    assert heights(page, at) == 8
    assert page.strip.cursor().shape() is Qt.CursorShape.PointingHandCursor
    QTest.mouseMove(page.strip, at - QPoint(200, 0))
    assert heights(page, at) == 6
    QTest.mouseMove(page.strip, at)
    page.strip.leaveEvent(QEvent(QEvent.Type.Leave))
    assert heights(page, at) == 6


@pytest.mark.parametrize("reason", ["damaged in both copies", "not fetched yet"])
def test_red_is_for_loss_alone(page, qtbot, reason):
    at = show_mark(page, qtbot, reason=reason)
    colour = page.strip.grab().toImage().pixelColor(at).name()
    assert colour == (DARK.down if reason.startswith("damaged") else DARK.warning)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_flagged_bars_are_a_thin_line(page, qtbot, theme):
    page.strip.set_theme(theme)
    at = show_mark(page, qtbot, MarkState.ODD)
    image = page.strip.grab().toImage()
    colours = [image.pixelColor(at.x(), y).name() for y in range(4, 8)]
    assert colours == [theme.background, theme.background, theme.odd, theme.odd]
    assert theme.odd not in {theme.down, theme.warning, theme.accent, theme.text_muted}


def test_a_moving_chart_asks_once_when_it_stops(page, qtbot):
    qtbot.waitUntil(lambda: len(asked(page)) >= 1, timeout=5000)
    page.strip._timer.stop()
    page.cache.calls.clear()
    for _ in range(20):
        page.model.pan(8)
    assert asked(page) == []
    qtbot.waitUntil(lambda: len(asked(page)) == 1, timeout=5000)


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton])
@pytest.mark.parametrize(("state", "can_fetch"), [(MarkState.MISSING, True), (MarkState.REFUSED, False)])
def test_a_click_offers_the_fill_where_there_is_something_to_fetch(page, qtbot, state, can_fetch, button):
    at = show_mark(page, qtbot, state)
    qtbot.mouseClick(page.strip, button, pos=at)
    menu = page.strip.findChild(QMenu)
    fetch = [action for action in menu.actions() if action.isEnabled() and action.text() == "Fetch it now"]
    assert bool(fetch) is can_fetch
    for action in fetch:
        action.trigger()
        span = Span(int(TIMES[80]), int(TIMES[90]))
        assert ("start_backfill", ("AAPL", "1d", span)) in page.cache.calls
        qtbot.waitUntil(lambda: "Fetching in job" in page.toast, timeout=5000)
    menu.close()


def test_the_strip_can_be_switched_off(page, qapp):
    assert page.strip.isVisible()
    page.model.set_options(type(page.model.scene.options)(has_coverage=False))
    settle(qapp)
    assert not page.strip.isVisible()
