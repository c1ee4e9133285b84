"""What drawings show of the loaded bars."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.drawings.computed import NOTHING, compute
from tests.fake_data import make_bars
from tests.ui.painting import series_of

BARS = make_bars(50)
SERIES = series_of(BARS)


def test_an_anchored_vwap_is_the_mean_of_hlc3_by_volume_since_its_bar():
    found = compute("anchored_vwap", SERIES, (20.0,), TOOLS["anchored_vwap"].style)
    price = ((BARS.high + BARS.low + BARS.close) / 3)[20:]
    volume = BARS.volume[20:]
    means = np.array([np.average(price[: n + 1], weights=volume[: n + 1]) for n in range(len(price))])
    width = np.array(
        [np.sqrt(np.average((price[: n + 1] - means[n]) ** 2, weights=volume[: n + 1])) for n in range(len(price))]
    )
    assert (found.first, found.note) == (20, "VWAP from 1d")
    assert found.curves["vwap"] == pytest.approx(means)
    assert found.curves["upper"] == pytest.approx(means + width, abs=1e-6)
    assert set(compute("anchored_vwap", SERIES, (20.0,), {"bands": []}).curves) == {"vwap"}


def test_a_profile_holds_the_volume_of_its_bars_whichever_time_comes_first():
    style = TOOLS["volume_profile"].style
    found = compute("volume_profile", SERIES, (30.0, 10.0), style)
    assert found.rows == compute("volume_profile", SERIES, (10.0, 30.0), style).rows
    assert len(found.rows) == 24
    assert max(share for *_, share, _ in found.rows) == 1.0
    assert found.rows[0][0] == BARS.low[10:31].min()
    assert found.rows[-1][1] == pytest.approx(BARS.high[10:31].max())
    inside = sum(share for *_, share, is_in in found.rows if is_in)
    assert inside / sum(share for *_, share, _ in found.rows) >= 0.7
    assert found.note == "Volume from 1d"


@pytest.mark.parametrize("tool", ["anchored_vwap", "volume_profile"])
def test_nothing_is_shown_where_bars_are_not_loaded_one_by_one(tool):
    style, indexes = TOOLS[tool].style, (-3.0, 10.0)
    assert compute(tool, SERIES, indexes, style) is NOTHING
    coarse = replace(SERIES, axis=BarAxis(BARS.open_time, np.arange(51) * 8, stride=8))
    assert compute(tool, coarse, (3.0, 10.0), style) is NOTHING
    future = compute(tool, SERIES, (60.0, 70.0), style)
    assert future is NOTHING
    silent = Bars(*(getattr(BARS, name) for name in ("open_time", "open", "high", "low", "close")), np.zeros(50))
    found = compute(tool, series_of(silent), (3.0, 10.0), style)
    assert found.rows == ()
    assert found.points(0, 50, float, float).get("vwap", ()) == ()


def test_other_tools_show_nothing_of_the_bars():
    assert compute("trend_line", SERIES, (3.0, 10.0), {}) is NOTHING


def test_only_what_is_on_screen_has_pixels():
    found = compute("anchored_vwap", SERIES, (0.0,), TOOLS["anchored_vwap"].style)
    points = found.points(10.0, 20.0, float, float)["vwap"]
    assert [point.x for point in points] == list(range(9, 22))
