"""Fills and levels of indicators: Supertrend to the bodies, levels that can change, tags of columns, room for rows."""

import numpy as np
import pytest

from candledesk.indicators.studies import make_study
from candledesk.ui.chart.core.autoscale import rows_margin
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.scales import MARGIN_TOP
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.studies.tags import tags_of
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.ui.chart.paint.test_study_painting import _flat, _frame, _pixels, _scene, _values

N = 120


def _at(pixels, frame, index, price):
    """Return the colour of a pixel, as red, green and blue."""
    colour = int(pixels[round(float(frame.price.y_of(price))), round(frame.device_x(index)) + 2])
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255


def _ground(theme):
    return tuple(int(theme.background[at : at + 2], 16) for at in (1, 3, 5))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_supertrend_is_filled_from_its_line_to_the_middle_of_the_bodies_in_the_colour_of_its_direction(qapp, theme):
    bars = _flat(N)
    is_up = np.arange(N) < N - 40
    line, direction = np.where(is_up, 80.0, 120.0), np.where(is_up, 1.0, -1.0)
    scene = _scene(bars, [_values(bars, make_study("supertrend"), line=line, direction=direction)])
    frame, pixels = _frame(scene), _pixels(scene, theme)
    rising, falling = _at(pixels, frame, N - 60, 93.0), _at(pixels, frame, N - 20, 107.0)
    ground = np.array(_ground(theme))
    toward_up = np.array([int(theme.up[at : at + 2], 16) for at in (1, 3, 5)]) - ground
    toward_down = np.array([int(theme.down[at : at + 2], 16) for at in (1, 3, 5)]) - ground
    assert (np.array(rising) - ground) @ toward_up > 0.5 * abs((np.array(rising) - ground) @ toward_down)
    assert (np.array(falling) - ground) @ toward_down > 0
    assert rising != falling
    assert _at(pixels, frame, N - 60, 107.0) == _ground(theme), "not beyond the bodies"
    assert _at(pixels, frame, N - 20, 93.0) == _ground(theme)


def test_the_fill_is_there_when_each_column_holds_many_bars(qapp):
    bars = _flat(4_000)
    values = _values(bars, make_study("supertrend"), line=np.full(4_000, 80.0), direction=np.ones(4_000))
    scene = _scene(bars, [values], spacing=0.5)
    frame, pixels = _frame(scene), _pixels(scene)
    assert _at(pixels, frame, 3_900, 93.0) != _ground(DARK)
    assert _at(pixels, frame, 3_900, 107.0) == _ground(DARK)


def test_a_level_that_can_still_change_is_dashed_and_a_settled_one_is_not(qapp):
    bars, settled = _flat(N), np.arange(N) >= N - 30
    pivots = _values(bars, make_study("pivot_points"), settled, r1=np.full(N, 110.0))
    scene = _scene(bars, [pivots, _values(bars, make_study("sma"), value=np.full(N, 120.0))])  # levels are not scaled
    frame, pixels = _frame(scene), _pixels(scene)
    row, edge = round(float(frame.price.y_of(110.0))), round(frame.device_x(N - 30))
    dashed, whole = pixels[row, edge - 200 : edge - 60], pixels[row, edge + 12 : edge + 180]
    assert len(set(whole.tolist())) == 1
    ends = np.flatnonzero(np.diff((dashed != dashed[np.argmin(dashed)]).astype(int)))
    assert len(ends) > 10, "dashes and gaps"


@pytest.mark.parametrize(("last", "colour"), [([1.0, 2.0], DARK.up), ([2.0, 1.0], DARK.down), ([-2.0, -1.0], DARK.up)])
def test_the_tag_of_columns_that_rise_and_fall_has_the_colour_of_the_latest(qapp, last, colour):
    bars, line = _flat(N), np.zeros(N)
    line[-2:] = last
    scene = _scene(bars, [_values(bars, make_study("ao"), value=line)])
    tags = tags_of(Picture(_frame(scene), scene, DARK))
    (pane,) = [name for name, found in tags.items() if name != PRICE and found]
    assert [tag.colour for tag in tags[pane]] == [colour]


def test_a_low_pane_keeps_room_for_the_rows_of_its_legend(qapp):
    assert rows_margin(24.0, 400.0) == MARGIN_TOP
    assert rows_margin(24.0, 80.0) == 0.3
    assert rows_margin(24.0, 30.0) < 0.5, "more for the line than for the rows"
    bars = _flat(N)
    one = _values(bars, make_study("momentum"), value=np.linspace(0, 100, N))
    frame = _frame(_scene(bars, [one]))
    box = next(box for box in frame.panes.boxes if box.pane.id.startswith("momentum"))
    assert float(frame.scales[box.pane.id].y_of(100.0)) - box.top >= min(24, 0.35 * box.height) - 1
