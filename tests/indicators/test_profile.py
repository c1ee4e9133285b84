"""The volume profile: every unit of volume in one row, the busiest row, and the smallest value area around it."""

import numpy as np
import pytest

from candledesk.domain.bars import Bars
from candledesk.indicators.volume.profile_rows import count_rows, profile_shares
from tests.indicators.markets import VENUES, bars_of


def bars_at(*rows):
    """Return bars of ``(low, high, volume)``; each closes where it opened."""
    low, high, volume = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    return Bars(np.arange(len(low), dtype=np.int64), low.copy(), high, low, low.copy(), volume)


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("n_rows", [1, 2, 24, 100, 1_000])
def test_the_rows_hold_the_volume_of_the_range(venue, n_rows):
    bars = bars_of(venue)
    profile = count_rows(bars, n_rows, 0.7)
    assert profile.up.sum() + profile.down.sum() == pytest.approx(bars.volume.sum(), rel=1e-9)
    is_up = bars.close >= bars.open
    assert profile.up.sum() == pytest.approx(bars.volume[is_up].sum(), rel=1e-9)
    assert (profile.edges[0], profile.edges[-1]) == (bars.low.min(), bars.high.max())


@pytest.mark.parametrize("venue", VENUES)
def test_the_value_area_is_no_larger_than_it_must_be(venue):
    profile = count_rows(bars_of(venue), 24, 0.7)
    total = profile.up + profile.down
    first, last = profile.area
    held = total[first : last + 1].sum()
    assert first <= profile.busiest <= last
    assert held >= 0.7 * total.sum() * (1 - 1e-12)
    assert profile.busiest == int(np.argmax(total))
    ends = [total[end] for end in {first, last} - {profile.busiest}]
    assert all(held - end < 0.7 * total.sum() for end in ends[:1] if len(ends) == 1)
    assert held - max(ends, default=held) < 0.7 * total.sum()


def test_a_hand_made_series_has_its_point_of_control_where_it_was_put():
    bars = bars_at((10, 20, 100), (12, 14, 200), (12, 13, 50), (18, 18, 30))
    profile = count_rows(bars, 10, 0.7)
    total = (profile.up + profile.down).tolist()
    assert total == pytest.approx([10, 10, 160, 110, 10, 10, 10, 10, 40, 10])
    assert profile.busiest == 2
    assert profile.area == (2, 3)  # 270 of 380 are 71 %
    assert count_rows(bars, 10, 0.72).area == (1, 3)  # of two equal neighbours the nearer to the busiest row
    assert count_rows(bars, 10, 1.0).area == (0, 9)


def test_equal_neighbours_are_taken_alternately():
    profile = count_rows(bars_at((0, 5, 50), (2, 3, 100)), 5, 0.9)
    assert (profile.up + profile.down).tolist() == pytest.approx([10, 10, 110, 10, 10])
    assert [count_rows(bars_at((0, 5, 50), (2, 3, 100)), 5, share).area for share in (0.7, 0.75, 0.82, 0.9, 1.0)] == [
        (2, 2), (2, 3), (1, 3), (1, 4), (0, 4)
    ]  # fmt: skip


def test_without_volume_there_is_no_profile():
    assert count_rows(bars_at((1, 2, 0)), 24, 0.7) is None
    assert count_rows(Bars.empty(), 24, 0.7) is None
    assert profile_shares(bars_at((1, 2, 0)), 24, 0.7) == ()


def test_a_drawing_has_each_row_as_a_share_of_the_widest_one():
    found = profile_shares(bars_at((0, 5, 50), (2, 3, 110)), 5, 0.8)
    assert [row[:2] for row in found] == [(at, at + 1) for at in range(5)]
    assert [row[2] for row in found] == pytest.approx([10 / 120, 10 / 120, 1, 10 / 120, 10 / 120])
    assert [row[3] for row in found] == [False, False, True, True, False]


def test_a_price_that_never_moved_has_rows_around_it():
    for price in (5.0, 0.0, -5.0):
        profile = count_rows(bars_at((price, price, 7), (price, price, 3)), 4, 0.7)
        assert profile.edges[0] < price < profile.edges[-1]
        assert (profile.up + profile.down).sum() == 10
        assert profile.edges[-1] - profile.edges[0] < 1e-4


@pytest.mark.parametrize("venue", VENUES)
def test_all_of_the_volume_is_in_all_of_the_rows(venue):
    for n_rows in (1, 24, 100):
        assert count_rows(bars_of(venue), n_rows, 1.0).area == (0, n_rows - 1)
        assert count_rows(bars_of(venue), n_rows, 1.1).area == (0, n_rows - 1)
