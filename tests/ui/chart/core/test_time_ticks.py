from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.time_ticks import build_calendar, format_open_time, time_ticks, utc_offsets
from candledesk.ui.chart.core.viewport import Logical, Placed, Viewport
from tests.fake_data import make_bars


def _labels(bars, tz, spacing, right_edge, *, is_daily):
    calendar = build_calendar(bars.open_time, tz, is_daily=is_daily)
    placed = Viewport(width=900).place(bars.open_time)
    placed = placed.moved(Logical(right_edge), spacing).place(bars.open_time)
    return time_ticks(calendar, placed, 76), placed


def test_offsets_equal_the_zone_at_every_hour_of_three_years():
    zone = ZoneInfo("America/New_York")
    times = np.arange(1_640_000_000, 1_735_000_000, 3_600, dtype=np.int64)
    wanted = [datetime.fromtimestamp(int(t), zone).utcoffset().total_seconds() for t in times]
    assert utc_offsets(times, zone).tolist() == wanted


def test_daily_labels_are_the_date_itself_in_every_zone():
    bars = make_bars(400)
    for tz in ("Asia/Tokyo", "America/New_York", "UTC"):
        calendar = build_calendar(bars.open_time, tz, is_daily=True)
        day = datetime.fromtimestamp(int(bars.open_time[200]), UTC)
        assert format_open_time(calendar, 200) == f"{day:%a %d %b %Y}"


def test_labels_do_not_change_while_panning():
    bars = make_bars(3_000, INTERVALS["5m"])
    first, _ = _labels(bars, "America/New_York", 4, 2_000, is_daily=False)
    second, _ = _labels(bars, "America/New_York", 4, 1_990, is_daily=False)
    shared = range(1_790, 1_960)
    assert [t for t in first if t.index in shared] == [t for t in second if t.index in shared]


@pytest.mark.parametrize("spacing", [0.7, 4.0, 9.0])
def test_labels_that_are_kept_while_panning_are_those_of_a_new_chart(spacing):
    bars = make_bars(3_000, INTERVALS["5m"])
    axis = BarAxis(bars.open_time)
    zones = ("America/New_York", "Asia/Tokyo")
    kept = {tz: build_calendar(bars.open_time, tz, is_daily=False) for tz in zones}
    for right_edge in range(2_900, 2_500, -7):
        for tz in zones:  # two charts take turns
            fresh, placed = _labels(bars, tz, spacing, right_edge, is_daily=False)
            view = Placed(placed.view, axis, placed.anchor)
            on_screen = range(*placed.visible())
            labels = [tick for tick in time_ticks(kept[tz], view, 76) if tick.index in on_screen]
            assert labels == [tick for tick in fresh if tick.index in on_screen]


def test_labels_keep_their_distance_and_heavier_units_win():
    bars = make_bars(3_000)
    for spacing in (0.2, 1, 3, 8, 40):
        ticks, placed = _labels(bars, "UTC", spacing, 2_900, is_daily=True)
        pixels = [placed.x_of(tick.index) for tick in ticks]
        assert all(b - a >= 0.69 * 76 for a, b in pairwise(pixels)), spacing
        assert ticks
    assert {t.text for t in _labels(bars, "UTC", 1, 2_900, is_daily=True)[0]} >= {"2025", "2024"}


def test_intraday_labels_are_in_the_exchange_zone():
    bars = make_bars(390, INTERVALS["1m"])
    calendar = build_calendar(bars.open_time, "America/New_York", is_daily=False)
    opening = datetime.fromtimestamp(int(bars.open_time[0]), ZoneInfo("America/New_York"))
    assert format_open_time(calendar, 0).endswith(f"{opening:%H:%M}")


@given(
    st.sampled_from([("1h", 3.0), ("1h", 8.0), ("1h", 20.0), ("5m", 4.0), ("5m", 9.0), ("1d", 2.0), ("1d", 9.0)]),
    st.integers(0, 700),
)
def test_a_pan_changes_no_label_at_any_zoom(case, n_bars):
    (name, spacing), bars = case, make_bars(3_000, INTERVALS[case[0]])
    is_daily = name == "1d"
    first, placed = _labels(bars, "America/New_York", spacing, 2_900, is_daily=is_daily)
    second, moved = _labels(bars, "America/New_York", spacing, 2_900 - n_bars, is_daily=is_daily)
    shared = range(max(placed.visible()[0], moved.visible()[0]), min(placed.visible()[1], moved.visible()[1]))
    assert [t for t in first if t.index in shared] == [t for t in second if t.index in shared]


@pytest.mark.parametrize(("name", "spacing"), [("1h", 8.0), ("1h", 5.0), ("5m", 8.0), ("1d", 8.0), ("1m", 8.0)])
def test_a_wide_screen_has_enough_labels(name, spacing):
    interval = INTERVALS[name]
    bars = make_bars(3_000, interval)
    ticks, placed = _labels(bars, "America/New_York", spacing, 2_900, is_daily=interval.is_daily)
    pixels = [placed.x_of(tick.index) for tick in ticks]
    assert max(b - a for a, b in pairwise(pixels)) <= 3 * 76
    assert 0 < sum(tick.is_major for tick in ticks) < len(ticks) or name == "1m"


def _named(ticks, bars):
    return [f"{datetime.fromtimestamp(int(bars.open_time[tick.index]), UTC):%H:%M}" for tick in ticks]


@pytest.mark.parametrize("n_missing", [0, 1, 3])
def test_the_last_labels_keep_the_rhythm_though_no_session_follows_yet(n_missing):
    """15:45 was followed by 15:55 at the end of the bars, where others are 15 minutes apart."""
    bars = make_bars(3_000 - 3_000 % 390, INTERVALS["1m"])
    bars = bars.take(slice(0, len(bars) - n_missing))
    ticks, _ = _labels(bars, "UTC", 8.0, len(bars) + 6, is_daily=False)
    assert [tick.index for tick in ticks] == sorted(tick.index for tick in ticks)
    assert _named(ticks, bars)[-4:] == ["20:00", "20:15", "20:30", "20:45"]


def _labels_ahead(bars, upcoming, right_edge, spacing=8.0, *, is_daily=True):
    axis = BarAxis(bars.open_time, upcoming=upcoming)
    calendar = build_calendar(axis.slot_times, "UTC", is_daily=is_daily, n_upcoming=axis.n_upcoming)
    placed = Viewport(width=900).place(axis)
    placed = placed.moved(Logical(right_edge), spacing).place(axis)
    return time_ticks(calendar, placed, 76)


@pytest.mark.parametrize("n_ahead", [1, 20, 60])
def test_bars_to_come_have_the_labels_that_they_will_have(n_ahead):
    bars = make_bars(2_000)
    come, upcoming = bars.take(slice(0, 2_000 - n_ahead)), bars.open_time[2_000 - n_ahead :]
    ahead = _labels_ahead(come, upcoming, 1_999)
    later, _ = _labels(bars, "UTC", 8.0, 1_999, is_daily=True)
    assert [(tick.index, tick.text) for tick in ahead] == [(tick.index, tick.text) for tick in later]
    assert any(tick.index >= len(come) for tick in ahead) is (n_ahead > 1)


def test_how_much_of_the_future_is_known_changes_no_label_of_the_past():
    bars = make_bars(2_000)
    come = bars.take(slice(0, 1_500))
    few, many = (_labels_ahead(come, bars.open_time[1_500:end], 1_490) for end in (1_530, 2_000))
    past = [tick for tick in many if tick.index < 1_480]
    assert past
    assert [tick for tick in few if tick.index < 1_480] == past


def test_the_first_labels_keep_the_rhythm_though_no_bar_is_before_them():
    """09:35 was followed by 09:45 at the start of history, where others are 15 minutes apart."""
    bars = make_bars(3_000 - 3_000 % 390, INTERVALS["1m"])
    ticks, _ = _labels(bars, "America/New_York", 8.0, 100, is_daily=False)
    assert [tick.text for tick in ticks][:3] == ["09:45", "10:00", "10:15"]


def test_a_lighter_label_does_not_wait_until_the_next_heavier_one_has_come():
    """July 2025 has its label in November, as July of the years before."""
    ticks, _ = _labels(make_bars(2_000), "UTC", 0.5, 2_010, is_daily=True)
    assert [tick.text for tick in ticks][-6:] == ["2023", "Jul", "2024", "Jul", "2025", "Jul"]


@pytest.mark.parametrize(
    ("spacing", "major", "minor"),
    [
        (0.65, {"2024", "2025"}, {"Jul"}),
        (8.0, {"Sep", "Oct"}, {"15"}),
        (60.0, {"Nov"}, {"10", "11", "12"}),
        (90.0, {"Nov"}, {"10", "11"}),
        (0.3, set(), set()),
    ],
)
def test_units_with_lighter_ones_between_them_stand_out(spacing, major, minor):
    bars = make_bars(2_000)
    ticks, _ = _labels(bars, "UTC", spacing, 1_990, is_daily=True)
    bold, plain = ({tick.text for tick in ticks if tick.is_major is is_major} for is_major in (True, False))
    assert bold >= major
    assert plain >= minor
    assert not bold & plain


@pytest.mark.parametrize(("spacing", "step"), [(0.16, 5), (0.1, 5), (0.05, 10)])
def test_years_stand_at_even_steps(spacing, step):
    bars = make_bars(9_000)
    ticks, _ = _labels(bars, "UTC", spacing, 8_990, is_daily=True)
    years = [int(tick.text) for tick in ticks]
    assert len(years) >= 3
    assert {later - earlier for earlier, later in pairwise(years)} == {step}
    assert {year % step for year in years} == {0}


def test_months_are_plain_beside_years():
    bars = make_bars(2_000)
    months = bars.take(
        np.flatnonzero(np.diff(bars.open_time.astype("datetime64[s]").astype("datetime64[M]")).astype(int))
    )
    ticks, _ = _labels(months, "UTC", 30.0, len(months), is_daily=True)
    assert [tick.text for tick in ticks if tick.is_major] == ["2024", "2025"]


@pytest.mark.parametrize(("spacing", "bold", "plain"), [(8.0, "Nov", "19"), (26.0, "20", "12:30")])
def test_days_stand_out_beside_hours_but_not_beside_one_another(spacing, bold, plain):
    ticks, _ = _labels(make_bars(3_000, INTERVALS["1h"]), "America/New_York", spacing, 2_995, is_daily=False)
    assert (bold, True) in {(tick.text, tick.is_major) for tick in ticks}
    assert (plain, False) in {(tick.text, tick.is_major) for tick in ticks}


def test_hours_do_not_come_in_where_days_are_left_out():
    """Five sessions, of which every other one had its day, had noons between them: 5, 12:00, 10, 12, 12:00, 17."""
    ticks, _ = _labels(make_bars(3_000, INTERVALS["5m"]), "America/New_York", 0.65, 2_995, is_daily=False)
    assert [tick.text for tick in ticks][-6:] == ["Nov", "5", "10", "12", "17", "19"]
