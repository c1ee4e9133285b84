"""Drawings at a share of their pane: the pixel of a share, and the shares of a pixel."""

import pytest

from candledesk.drawings.figures import Point
from candledesk.drawings.fixed import fixed_point, shares_of

BOX = (10.0, 20.0, 110.0, 220.0)


@pytest.mark.parametrize(
    ("at", "shares"),
    [
        ((10, 20), (0.0, 0.0)),
        ((110, 220), (1.0, 1.0)),
        ((35, 200), (0.25, 0.9)),
        ((9, 19), (0.0, 0.0)),
        ((111, 221), (1.0, 1.0)),
    ],
)
def test_a_pixel_has_shares_of_the_pane_from_0_to_1(at, shares):
    assert tuple(shares_of(Point(*at), BOX).values()) == shares


def test_a_share_is_kept_to_less_than_a_tenth_of_a_pixel():
    shares = shares_of(Point(10 + 100 / 3, 20), BOX)
    assert shares == {"fixed_x": 0.33333, "fixed_y": 0.0}
    assert fixed_point(shares, BOX) == pytest.approx((10 + 100 / 3, 20), abs=0.1)


@pytest.mark.parametrize(("across", "down"), [(0.0, 1.0), (0.25, 0.9), (1.0, 0.0)])
def test_the_pixel_of_shares_has_these_shares(across, down):
    at = fixed_point({"fixed_x": across, "fixed_y": down}, BOX)
    assert at == (10 + 100 * across, 20 + 200 * down)
    assert shares_of(at, BOX) == {"fixed_x": across, "fixed_y": down}


def test_a_pane_without_width_or_height_has_shares_too():
    assert shares_of(Point(10.25, 20.5), (10.0, 20.0, 10.0, 20.0)) == {"fixed_x": 0.25, "fixed_y": 0.5}
