"""What is computed again after a change, and what of a market it depends on."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.indicators.computing import compute, first_change, recompute
from candledesk.indicators.declaration import Hole
from candledesk.indicators.studies import make_study
from tests.indicators.markets import bars_of, market_of

FIELDS = ("open_time", "open", "high", "low", "close", "volume")


def changed_at(bars, row, field="close", value=99.0):
    columns = {name: getattr(bars, name).copy() for name in FIELDS}
    columns[field][row] = value
    return Bars(**columns)


@pytest.mark.parametrize("n_behind", [100, 400])
def test_behind_an_older_and_a_newer_hole_values_settle_like_in_a_batch(n_behind):
    bars, market, study = bars_of("XLON", 2_600), market_of("XLON"), make_study("rsi")
    holes = [Hole(0, int(bars.open_time[0]) - 3_600), Hole(1_400, int(bars.open_time[1_399]) + 60)]
    after = changed_at(bars, 1_400 + n_behind)
    found = recompute(study, (bars, compute(study, bars, market, holes)), after, market, holes)
    np.testing.assert_array_equal(found.settled, compute(study, after, market, holes).settled)


@pytest.mark.parametrize("name", ["rsi", "vwap", "pivot_points"])
def test_an_equal_market_that_was_read_again_leaves_the_values_as_they_are(name):
    bars, study = bars_of("XLON", 300), make_study(name)
    dates = market_of("XLON").daily.open_time[-3:]
    market = replace(market_of("XLON"), splits=dates, dividends=dates[:1], lacking=dates[1:])
    values = compute(study, bars, market)
    again = replace(market, splits=dates.copy(), dividends=dates[:1].copy(), lacking=dates[1:].copy())
    assert recompute(study, (bars, values), bars, again) is values


@pytest.mark.parametrize("field", ["splits", "dividends", "lacking"])
def test_other_dates_of_a_market_are_computed_with(field):
    bars, study = bars_of("XLON", 300), make_study("vwap")
    dates = market_of("XLON").daily.open_time[-3:]
    market = replace(market_of("XLON"), **{field: dates})
    values = compute(study, bars, market)
    assert recompute(study, (bars, values), bars, market) is values
    for other in (None, dates[1:], dates + 86_400):
        assert recompute(study, (bars, values), bars, replace(market, **{field: other})) is not values


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("row", [0, 7, 8, 9])
def test_the_first_change_is_the_bar_of_which_any_number_differs(field, row):
    bars = bars_of("XLON", 10)
    assert first_change(bars, changed_at(bars, row, field, 77)) == row
    assert first_change(changed_at(bars, row, field, 77), bars.take(slice(0, 9))) == min(row, 9)
    assert first_change(bars, bars.take(slice(0, row))) == row


def test_a_profile_has_volume_where_some_of_the_finer_bars_have():
    bars, market = bars_of("XLON", 50), market_of("XLON")
    columns = [getattr(bars, name) for name in FIELDS[:5]]
    silent = Bars(*columns, np.zeros(50))
    finer = Bars(*columns, np.where(np.arange(50) == 20, 5.0, 0.0))
    found = compute(make_study("volume_profile"), silent, replace(market, finer=finer))
    assert np.isfinite(found.lines["poc"]).all()
    assert np.isnan(compute(make_study("volume_profile"), silent, market).lines["poc"]).all()
    vwap = compute(make_study("vwap"), silent, replace(market, has_volume=True))
    assert np.isnan(vwap.lines["vwap"]).all()


@pytest.mark.parametrize("name", ["pivot_points", "vwap"])
def test_what_is_made_of_a_period_follows_when_a_new_one_begins(name):
    bars, market, study = bars_of("XLON", 300), market_of("XLON"), make_study(name)
    lines = compute(study, bars, market).lines
    first = next(iter(lines.values()))
    begun = np.flatnonzero(np.diff(bars.open_time) > 2 * 86_400) + 1  # behind a weekend
    for at, n_before, n_more in ((at, *part) for at in begun.tolist() for part in ((0, 1), (1, 3), (0, 3), (-2, 2))):
        before, after = bars.take(slice(0, at - n_before)), bars.take(slice(0, at - n_before + n_more))
        found = recompute(study, (before, compute(study, before, market)), after, market)
        for key, line in found.lines.items():
            np.testing.assert_allclose(line, lines[key][: len(after)], rtol=1e-12, err_msg=key)
        assert first[at] != first[at - 1]


def test_a_kernel_is_not_run_over_no_bars():
    def refuse(*_given):
        raise AssertionError("there is nothing to compute")

    study = make_study("sma")
    refusing = replace(study, declared=replace(study.indicator, compute=refuse))
    found = compute(refusing, Bars.empty(), market_of("XLON"))
    assert [len(line) for line in found.lines.values()] == [len(found.settled)] == [0]
