"""What drawings show of stored bars: of the finest complete interval, which is named, and nothing that is assumed."""

import numpy as np
import pytest

from candledesk.cache.drawing_messages import DrawingRequest, PositionTask, ProfileTask, VolumeTask, VwapTask
from candledesk.domain.bars import Bars
from candledesk.domain.errors import InputError
from candledesk.domain.interval import INTERVALS, parse_interval
from candledesk.domain.span import Span
from candledesk.indicators.volume.profile_rows import count_rows
from candledesk.providers.answers import BarsAnswer
from tests.cache.conftest import DAY_S, NOW, WAIT_S, instrument

MIDNIGHT = NOW // DAY_S * DAY_S  # a Wednesday
MONDAY = MIDNIGHT - 9 * DAY_S
WEEK = Span(MONDAY, MONDAY + 5 * DAY_S)
OPEN_S = 52_200  # 14:30
EVER = Span(MIDNIGHT - 60 * DAY_S, NOW + DAY_S)


def ask(harness, task, name="1d", symbol="AAA"):
    request = DrawingRequest(symbol, parse_interval(name), task)
    return harness.cache.drawing_bars.load_values(request).result(WAIT_S)


def means(bars):
    price = (bars.high + bars.low + bars.close) / 3
    return np.cumsum(price * bars.volume) / np.cumsum(bars.volume)


def test_an_anchored_vwap_is_of_the_finest_interval_that_is_complete_since_its_anchor(harness):
    harness.bars("1d", EVER)
    ends = tuple(WEEK.start + DAY_S * n for n in range(1, 11))
    own = ask(harness, VwapTask(WEEK.start, ends))
    assert (own.source, own.has_gaps) == ("1d", False)
    fine = harness.bars("5m", Span(WEEK.start, NOW + 1)).bars
    found = ask(harness, VwapTask(WEEK.start, ends))
    assert (found.source, found.has_gaps) == ("5m", False)
    expected = [means(fine)[np.searchsorted(fine.open_time, end) - 1] for end in ends]
    assert found.curves["vwap"] == pytest.approx(expected)
    assert (found.curves["deviation"] > 0).all()
    assert own.curves["vwap"].tolist() != found.curves["vwap"].tolist()
    hourly = ask(harness, VwapTask(WEEK.start + OPEN_S, (WEEK.start + OPEN_S + 3_600,)), "1h")
    assert hourly.source == "5m"
    assert hourly.curves["vwap"][0] == pytest.approx(means(fine)[11]), "the twelve bars of the first hour"


def test_a_finer_interval_with_a_hole_is_not_used(harness):
    harness.bars("1d", EVER)
    harness.bars("5m", Span(WEEK.start, WEEK.start + 2 * DAY_S))
    harness.bars("5m", Span(WEEK.start + 3 * DAY_S, NOW + 1))
    assert ask(harness, VwapTask(WEEK.start, (NOW + 1,))).source == "1d"
    assert ask(harness, ProfileTask(WEEK, 10, 0.7)).source == "1d"
    whole = Span(WEEK.start + 3 * DAY_S, WEEK.end)
    assert ask(harness, ProfileTask(whole, 10, 0.7)).source == "5m"


def test_missing_bars_of_the_own_interval_are_named(harness):
    harness.bars("1h", WEEK)
    found = ask(harness, VwapTask(WEEK.start - 5 * DAY_S, (WEEK.end,)), "1h")
    assert (found.source, found.has_gaps) == ("1h", True)
    assert ask(harness, ProfileTask(Span(WEEK.start - 5 * DAY_S, WEEK.end), 10, 0.7), "1h").has_gaps
    assert ask(harness, VolumeTask(Span(WEEK.start - 5 * DAY_S, WEEK.end)), "1h").volume is None


def test_a_vwap_of_a_fine_interval_with_a_hole_is_of_the_finest_longer_one_that_is_complete(harness):
    daily = harness.bars("1d", EVER).bars
    harness.bars("5m", Span(WEEK.start + 3 * DAY_S, NOW + 1))
    first_close = WEEK.start + OPEN_S + int(6.5 * 3_600)
    ends = first_close - 300, first_close, first_close + DAY_S - 300, first_close + DAY_S
    found = ask(harness, VwapTask(WEEK.start + OPEN_S, ends), "5m")
    assert (found.source, found.has_gaps) == ("1d", False)
    first, second = means(daily.take(daily.open_time >= WEEK.start))[:2]
    assert found.curves["vwap"] == pytest.approx([np.nan, first, first, second], nan_ok=True), "known when a day ends"
    midnight = ask(harness, VwapTask(WEEK.start + 5 * 3_600, ends), "5m")
    assert midnight.curves["vwap"] == pytest.approx(found.curves["vwap"], nan_ok=True), "as one drawn on a daily chart"
    hourly = harness.bars("1h", Span(WEEK.start, NOW + 1)).bars
    found = ask(harness, VwapTask(WEEK.start + OPEN_S, (WEEK.start + OPEN_S + 2 * 3_600,)), "5m")
    assert found.source == "1h"
    assert found.curves["vwap"][0] == pytest.approx(means(hourly)[1])


def test_a_longer_interval_is_not_used_where_its_bar_begins_before_the_anchor(harness):
    harness.bars("1d", EVER)
    harness.bars("5m", Span(WEEK.start + 3 * DAY_S, NOW + 1))
    found = ask(harness, VwapTask(WEEK.start + OPEN_S + 300, (NOW + 1,)), "5m")
    assert (found.source, found.has_gaps) == ("5m", True)
    harness.bars("1h", Span(WEEK.start, NOW + 1))
    assert ask(harness, VwapTask(WEEK.start + OPEN_S + 3_600, (NOW + 1,)), "5m").source == "1h"
    assert ask(harness, VwapTask(WEEK.start + OPEN_S + 1_800, (NOW + 1,)), "5m").source == "5m"


def test_a_curve_follows_the_bars_of_a_weekly_chart_from_the_day_of_its_anchor(harness):
    daily = harness.bars("1d", EVER).bars
    wednesday = WEEK.start + 2 * DAY_S
    found = ask(harness, VwapTask(wednesday, (WEEK.start + 7 * DAY_S, WEEK.start + 14 * DAY_S)), "1wk")
    since = daily.take(daily.open_time >= wednesday)
    assert found.source == "1d"
    assert found.curves["vwap"] == pytest.approx([means(since)[2], means(since)[-1]])


def test_a_profile_is_of_all_bars_of_its_span(harness):
    harness.bars("1d", EVER)
    fine = harness.bars("15m", WEEK).bars
    found = ask(harness, ProfileTask(WEEK, 12, 0.7))
    rows = count_rows(fine, 12, 0.7)
    total = rows.up + rows.down
    assert found.source == "15m"
    assert [row[2] for row in found.rows] == pytest.approx((total / total.max()).tolist())
    assert [row[3] for row in found.rows] == [rows.area[0] <= at <= rows.area[1] for at in range(12)]


def test_the_volume_of_a_range_is_of_the_bars_of_the_chart(harness):
    daily = harness.bars("1d", EVER).bars
    assert ask(harness, VolumeTask(WEEK)).volume == daily.within(WEEK).volume.sum()


def test_an_answer_is_kept_until_a_bar_of_the_symbol_changes(harness, monkeypatch):
    from candledesk.cache.queries.drawings import loader

    n_read = []
    original = loader.read_source
    monkeypatch.setattr(loader, "read_source", lambda *args: n_read.append(args) or original(*args))
    harness.bars("1d", EVER)
    task = ProfileTask(WEEK, 10, 0.7)
    first = ask(harness, task)
    assert ask(harness, task) is first
    assert ask(harness, VwapTask(WEEK.start, (WEEK.end,))).source == "1d"
    assert ask(harness, VwapTask(WEEK.start, (WEEK.end, NOW))).source == "1d"
    assert len(n_read) == 2, "windows of a chart share one computation of a curve"
    harness.bars("5m", Span(WEEK.start, NOW + 1))
    assert ask(harness, task).source == "5m"


def test_an_answer_of_a_ratio_is_kept_until_a_bar_of_either_part_changes(harness):
    harness.bars("1h", WEEK)
    harness.bars("1h", Span(WEEK.start - 28 * DAY_S, WEEK.start - 21 * DAY_S), symbol="BBB")
    assert ask(harness, VolumeTask(WEEK), "1h", "AAA/BBB").volume is None
    harness.bars("1h", WEEK, symbol="BBB")
    assert ask(harness, VolumeTask(WEEK), "1h", "AAA/BBB").volume == 0


def test_nothing_is_asked_of_the_provider(harness, yahoo):
    harness.bars("1d", EVER)
    n = len(yahoo.requests)
    for task in (
        ProfileTask(WEEK, 10, 0.7),
        VwapTask(WEEK.start, (NOW,)),
        PositionTask(MONDAY, INTERVALS["1d"], 1, 2, 0),
    ):
        ask(harness, task)
    harness.settle()
    assert len(yahoo.requests) == n


def test_an_unknown_symbol_has_no_values_and_too_many_points_are_refused(harness):
    assert ask(harness, ProfileTask(WEEK, 10, 0.7), symbol="NONE").source == ""
    with pytest.raises(InputError):
        ask(harness, VwapTask(0, tuple(range(20_001))))


# -- positions: the price is 100 all the time, but where a test says otherwise


def flat(harness, yahoo, spikes):
    """Let the market stand at 100; ``spikes``: (high, low) by the open time of a 5m bar; days and hours follow."""

    def script(request):
        truth = yahoo.truth(request.symbol, request.interval.name, Span(EVER.start, NOW))
        times, interval = truth.open_time, request.interval
        n = len(times)
        high, low = np.full(n, 101.0), np.full(n, 99.0)
        for time, (top, bottom) in spikes.items():
            key = time // DAY_S * DAY_S if interval.is_daily else time
            at = int(np.searchsorted(times, key, side="right")) - 1
            high[at], low[at] = max(high[at], top), min(low[at], bottom)
        same = np.full(n, 100.0)
        bars = Bars(times, same, high, low, same.copy(), np.full(n, 10.0)).within(request.span)
        return BarsAnswer(bars, instrument(request.symbol, yahoo.listed_at))

    yahoo.script = script


ENTRY = PositionTask(MONDAY, INTERVALS["1d"], 100.0, 110.0, 90.0)
TUESDAY = MONDAY + DAY_S + OPEN_S
BOTH = {TUESDAY + 3_600: (111.0, 99.0), TUESDAY + 7_200: (101.0, 89.0)}


def test_a_bar_that_touches_target_and_stop_is_unknown_with_days_only_and_decided_by_five_minutes(harness, yahoo):
    flat(harness, yahoo, BOTH)
    harness.bars("1d", EVER)
    found = ask(harness, ENTRY)
    assert (found.outcome, found.source, found.last) == ("unknown", "1d", 100.0)
    harness.bars("5m", Span(MONDAY + DAY_S, MONDAY + 2 * DAY_S))
    found = ask(harness, ENTRY)
    assert (found.outcome, found.source) == ("target", "1d"), "that one day is looked into"
    harness.bars("5m", Span(MONDAY, NOW + 1))
    assert (ask(harness, ENTRY).outcome, ask(harness, ENTRY).source) == ("target", "5m")
    assert ask(harness, ENTRY, "1wk").outcome == "target", "in every interval alike"


def test_five_minutes_that_touch_both_are_unknown(harness, yahoo):
    flat(harness, yahoo, {TUESDAY: (111.0, 89.0)})
    harness.bars("1d", EVER)
    harness.bars("5m", Span(MONDAY, NOW + 1))
    assert ask(harness, ENTRY).outcome == "unknown"


@pytest.mark.parametrize(("spike", "outcome"), [((111.0, 99.0), "target"), ((101.0, 89.0), "stop"), (None, "open")])
def test_the_first_touch_behind_the_bar_of_the_entry_closes_a_position(harness, yahoo, spike, outcome):
    flat(harness, yahoo, {MONDAY + OPEN_S: (120.0, 80.0), **({TUESDAY: spike} if spike else {})})
    harness.bars("1d", EVER)
    assert ask(harness, ENTRY).outcome == outcome
    short = PositionTask(MONDAY, INTERVALS["1d"], 100.0, 90.0, 110.0)
    assert ask(harness, short).outcome == {"target": "stop", "stop": "target"}.get(outcome, "open")


def test_the_day_of_an_entry_within_it_is_unknown_until_finer_bars_are_stored(harness, yahoo):
    """Entered at 15:30 in an hour; the day touches the target, which may have been before."""
    noon = PositionTask(MONDAY + OPEN_S + 3_600, INTERVALS["1h"], 100.0, 110.0, 90.0)
    flat(harness, yahoo, {MONDAY + OPEN_S: (111.0, 99.0), TUESDAY: (101.0, 89.0)})
    harness.bars("1d", EVER)
    assert ask(harness, noon).outcome == "unknown"
    harness.bars("5m", Span(MONDAY, MONDAY + DAY_S))
    assert ask(harness, noon).outcome == "stop", "the target was touched before the entry, the stop the day after"


def test_missing_bars_before_the_close_leave_it_unknown(harness, yahoo):
    flat(harness, yahoo, {MONDAY + 4 * DAY_S + OPEN_S: (111.0, 99.0)})
    harness.bars("1h", Span(MONDAY, MONDAY + 2 * DAY_S))
    harness.bars("1h", Span(MONDAY + 3 * DAY_S, NOW + 1))
    entry = PositionTask(MONDAY + OPEN_S, INTERVALS["1h"], 100.0, 110.0, 90.0)
    found = ask(harness, entry, "1h")
    assert (found.outcome, found.has_gaps) == ("unknown", True)
    harness.bars("1h", Span(MONDAY, NOW + 1))
    assert ask(harness, entry, "1h").outcome == "target"
