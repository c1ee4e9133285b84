"""A value does not depend on where the reading of a series begins, and what could still change says so."""

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.indicators.computing import compute, first_change, recompute
from candledesk.indicators.declaration import Hole, Reach
from candledesk.indicators.registry import INDICATORS
from candledesk.indicators.studies import make_study
from tests.indicators.markets import VENUES, bars_of, calendar_of, market_of, walk

N_STARTS = 50
LONG = 2_600  # bars, so that the longest settling ends within them
PARAMS = {"zigzag": {"deviation": 2.0, "legs": 4}}  # points often enough to be sure of one
FIELDS = ("open_time", "open", "high", "low", "close", "volume")
LOCAL = [row for row in INDICATORS if row.reach is not Reach.RANGE]


def study_of(indicator):
    return make_study(indicator.id, PARAMS.get(indicator.id))


def from_start(bars, start):
    part = bars.take(slice(start, None))
    return part, [Hole(0, int(bars.open_time[start - 1]))]


def assert_same(found, wanted, where, *, rtol=1e-9):
    for name, line in wanted.lines.items():
        scale = np.nanmax(np.abs(line), initial=0.0)
        np.testing.assert_allclose(found.lines[name][where], line[where], rtol=rtol, atol=1e-12 * scale, err_msg=name)


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("indicator", LOCAL, ids=lambda row: row.id)
def test_a_settled_value_is_the_same_from_any_start(indicator, venue):
    bars, market, study = bars_of(venue, LONG), market_of(venue), study_of(indicator)
    full = compute(study, bars, market)
    n_settled = 0
    for start in np.random.default_rng(len(venue)).integers(1, len(bars) - 100, N_STARTS).tolist():
        part, holes = from_start(bars, start)
        found = compute(study, part, market, holes)
        assert_same(found, full.take(slice(start, None)), found.settled)
        n_settled += int(found.settled.sum())
    assert n_settled > 0 or indicator.reach is Reach.HISTORY


@pytest.mark.parametrize("indicator", LOCAL, ids=lambda row: row.id)
def test_prepended_history_changes_no_settled_value(indicator):
    bars, market, study = bars_of("24/7", LONG), market_of("24/7"), study_of(indicator)
    part, holes = from_start(bars, 1_500)
    seen = compute(study, part, market, holes)
    for start in range(1_400, 0, -100):
        longer, longer_holes = from_start(bars, start)
        found = compute(study, longer, market, longer_holes).take(slice(1_500 - start, None))
        assert_same(found, seen, seen.settled)
        assert not (seen.settled & ~found.settled).any()
        seen = found


@pytest.mark.parametrize("indicator", LOCAL, ids=lambda row: row.id)
def test_later_bars_change_no_value_in_any_bit(indicator):
    bars, market, study = bars_of("XLON", LONG), market_of("XLON"), study_of(indicator)
    full = compute(study, bars, market)
    n_open = 5 if indicator.id == "zigzag" else 0
    for n in (60, 700, 1_999):
        found = compute(study, bars.take(slice(0, n)), market)
        for name, line in full.lines.items():
            if indicator.id != "zigzag":
                np.testing.assert_array_equal(found.lines[name], line[:n], err_msg=name)
        np.testing.assert_array_equal(found.settled[: n - n_open], full.settled[: n - n_open])


def test_points_of_a_zig_zag_are_known_by_their_time():
    bars, market, study = bars_of("XLON", LONG), market_of("XLON"), make_study("zigzag", PARAMS["zigzag"])
    for n in range(40, 600, 7):
        cut = compute(study, bars.take(slice(0, n)), market).lines
        is_point = ~np.isnan(cut["value"])
        assert (cut["known_time"][is_point] <= bars.open_time[n - 1]).all()
        now = int(bars.open_time[n - 1])
        sure = compute(study, bars, market).lines
        before = ~np.isnan(sure["value"][:n]) & (sure["known_time"][:n] <= now)
        earlier = np.flatnonzero(before)[:-1]  # the last one may be replaced by a more extreme one
        np.testing.assert_array_equal(cut["value"][earlier], sure["value"][earlier])


@pytest.mark.parametrize(("name", "params", "n_unsettled"), [("ema", {"length": 200}, 400), ("rsi", {}, 304)])
def test_what_a_short_history_could_still_change_is_flagged(name, params, n_unsettled):
    bars, market, study = bars_of("XLON", LONG), market_of("XLON"), make_study(name, params)
    part, holes = from_start(bars, LONG - 400)
    assert int((~compute(study, part, market, holes).settled).sum()) == n_unsettled
    assert compute(study, part, market).settled.all()  # the history is known to begin there


def test_values_after_a_hole_are_flagged_until_it_no_longer_shows():
    bars, market, study = bars_of("XLON", LONG), market_of("XLON"), make_study("rsi")
    hole = Hole(1_000, int(bars.open_time[999]) + 3_600)
    settled = compute(study, bars, market, [hole]).settled
    assert settled[:1_000].all()
    assert not settled[1_000:1_304].any()
    assert settled[1_304:].all()


def test_an_anchor_is_flagged_until_the_next_one_begins():
    bars, market = bars_of("XLON", LONG), market_of("XLON")
    dates = calendar_of("XLON").date
    part, holes = from_start(bars, 1_003)
    found = compute(make_study("vwap"), part, market, holes)
    first = int(np.flatnonzero(found.settled)[0])
    assert part.open_time[first] // 86_400 * 86_400 in dates
    assert part.open_time[first] // 86_400 != part.open_time[first - 1] // 86_400
    assert found.settled[first:].all()
    assert compute(
        make_study("vwap"), part.take(slice(first, None)), market, [Hole(0, int(part.open_time[first - 1]))]
    ).settled.all()


def with_change(bars, index):
    columns = [getattr(bars, name).copy() for name in FIELDS]
    columns[2][index] *= 1.05
    columns[4][index] *= 1.04
    columns[5][index] += 5
    return Bars(*columns)


@pytest.mark.parametrize("indicator", LOCAL, ids=lambda row: row.id)
def test_a_corrected_bar_changes_values_from_itself_on_only(indicator):
    bars, market, study = bars_of("XHKG", LONG), market_of("XHKG"), study_of(indicator)
    changed = with_change(bars, 2_300)
    before = compute(study, bars, market)
    assert first_change(bars, changed) == 2_300
    found = recompute(study, (bars, before), changed, market)
    batch = compute(study, changed, market)
    assert_same(found, batch, np.ones(LONG, np.bool_))
    n_known_later = 5 if indicator.id == "zigzag" else 0
    for name, line in before.lines.items():
        if not n_known_later:
            np.testing.assert_array_equal(found.lines[name][:2_300], line[:2_300], err_msg=name)
    np.testing.assert_array_equal(found.settled, batch.settled)


@pytest.mark.parametrize("indicator", LOCAL, ids=lambda row: row.id)
def test_new_bars_are_added_to_what_was_computed(indicator):
    bars, market, study = bars_of("XHKG", LONG), market_of("XHKG"), study_of(indicator)
    older = bars.take(slice(0, 2_400))
    values = compute(study, older, market)
    for n in (2_401, 2_500, LONG):
        longer = bars.take(slice(0, n))
        found = recompute(study, (older, values), longer, market)
        assert_same(found, compute(study, longer, market), np.ones(n, np.bool_))
        older, values = longer, found


def test_a_price_that_was_huge_long_ago_leaves_no_trace():
    bars = walk(np.arange(3_000) * 3_600, 3)
    columns = [getattr(bars, name).copy() for name in FIELDS]
    for column in columns[1:5]:
        column[100] = 1e15
    market = market_of("24/7")
    for name in ("sma", "bollinger", "wma", "cci", "vwma", "hma"):
        study = make_study(name, {"length": 60})
        full = compute(study, Bars(*columns), market).take(slice(300, None))
        part = compute(study, Bars(*(column[300:] for column in columns)), market)
        assert_same(full, part, slice(80, None), rtol=1e-12)
