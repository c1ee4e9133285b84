"""The page of coordinates in the settings of a drawing: prices, times, and what splits did to a level."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QDate, QDateTime, Qt, QTime
from PySide6.QtTest import QTest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.drawings.document.checks import MAX_PRICE
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.ui.chart.core.events.event_marks import SeriesEvents
from candledesk.ui.chart.core.events.event_words import date_words
from candledesk.ui.features.drawing_tools.settings.coordinates_page import CoordinatesPage, PriceScale
from tests.ui.conftest import discard
from tests.ui.features.drawing_tools.test_settings import UTC_CLOCK, open_settings, type_text


def test_prices_are_shown_as_the_chart_shows_them_and_kept_as_they_were_traded(qapp):
    points = (Anchor(1_700_000_000, 400.0, "1h"), Anchor(1_700_003_600, 440.0, "1h"))
    drawing = Drawing("a", "trend_line", "AAPL", points)
    page, changed = CoordinatesPage(drawing, PriceScale(2, (0.25, 0.25), ZoneInfo("America/New_York"))), []
    page.changed.connect(changed.append)
    assert [price.value() for price in page.prices.values()] == [100.0, 110.0]
    page.prices[0].setValue(90.0)
    assert changed[-1].points[0].price == 360.0
    assert changed[-1].points[1] == points[1]
    assert page.times[0].text() == "14 Nov 2023  17:13", "in the zone of the exchange"
    page.times[0].setDateTime(QDateTime(QDate(2023, 11, 14), QTime(16, 13), UTC_CLOCK))
    assert changed[-1].points[0].time == 1_700_000_000 - 3_600 - 20
    discard(qapp, page)


def _points_page(time, zone):
    points = (Anchor(time, 400.0, "1h"), Anchor(1_700_003_600, 440.0, "1h"))
    return CoordinatesPage(Drawing("a", "trend_line", "AAPL", points), PriceScale(2, (1.0, 1.0), ZoneInfo(zone)))


def _type_time(page, text):
    page.times[0].lineEdit().setText(text)
    QTest.keyClick(page.times[0], Qt.Key.Key_Return)


@pytest.fixture
def computer_in_new_york(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_times_of_the_axis_are_shown_and_typed_where_the_computers_own_clock_jumps(qapp, computer_in_new_york):
    """On 8 March 2026 there is no 02:30 in New York; in Tokyo and in UTC there is."""
    at = datetime(2026, 3, 8, 2, 30, tzinfo=UTC)
    page, changed = _points_page(int(at.timestamp()), "UTC"), []
    page.changed.connect(changed.append)
    assert page.times[0].text() == "8 Mar 2026  02:30"
    assert page.note.text() == "Times as on the axis: UTC"
    _type_time(page, "8 Mar 2026  02:45")
    assert changed[-1].points[0].time == at.timestamp() + 900
    other = _points_page(int(at.timestamp()), "Asia/Tokyo")
    other.changed.connect(changed.append)
    _type_time(other, "8 Mar 2026  02:10")
    assert changed[-1].points[0].time == datetime(2026, 3, 8, 2, 10, tzinfo=ZoneInfo("Asia/Tokyo")).timestamp()
    for one in (page, other):
        discard(qapp, one)


def test_of_an_hour_that_there_is_twice_the_one_of_the_point_is_kept(qapp):
    """On 1 November 2026 New York has 01:00 to 02:00 twice."""
    for hour in (5, 6):
        at = int(datetime(2026, 11, 1, hour, 30, tzinfo=UTC).timestamp())
        page, changed = _points_page(at, "America/New_York"), []
        page.changed.connect(changed.append)
        assert page.times[0].text() == "1 Nov 2026  01:30"
        _type_time(page, "1 Nov 2026  01:45")
        assert changed[-1].points[0].time == at + 900
        discard(qapp, page)


def test_a_position_of_any_size_that_can_be_stored_has_coordinates(qapp):
    points = tuple(Anchor(1_700_000_000, price, "1h") for price in (1.0, MAX_PRICE, -MAX_PRICE))
    drawing, changed = Drawing("a", "long_position", "AAPL", points), []
    page = CoordinatesPage(drawing, PriceScale(2, (1.0, 1.0, 1.0), ZoneInfo("America/New_York")))
    page.changed.connect(changed.append)
    assert [editor.value() for editor in page.ticks.values()] == [editor.maximum() for editor in page.ticks.values()]
    assert changed == [], "to be shown changes nothing"
    discard(qapp, page)


def _known_split(opened, row):
    """Make a 4:1 split at a row of the bars known to the chart; return its date."""
    series = opened.page.model.series
    date = int(series.bars.open_time[row])
    event = CorporateEvent(date, EventKind.SPLIT, 4.0, None, date)
    opened.page.model._replace(events=SeriesEvents(series.symbol, series.interval, (event,)))
    return date


def test_a_level_that_a_split_has_moved_says_so(opened):
    point = opened.draw("horizontal_line").points[0]
    split = _known_split(opened, -20)
    page = open_settings(opened).pages["Coordinates"]
    raw, drawn, later = f"{point.price:.2f}", date_words(point.time), date_words(split)
    assert page.rebased.text() == f"{raw} in prices of {drawn}; 4:1 split on {later}"
    assert page.rebased.isVisibleTo(page)
    assert page.prices[0].value() == pytest.approx(point.price / 4, abs=0.01)
    type_text(page.prices[0], "100")
    assert page.rebased.text().startswith("400.00 in prices of")


def test_a_level_behind_all_splits_says_nothing_of_them(opened):
    opened.draw("horizontal_line")
    _known_split(opened, -60)
    page = open_settings(opened).pages["Coordinates"]
    assert (page.rebased.text(), page.rebased.isVisibleTo(page)) == ("", False)
