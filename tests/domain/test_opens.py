"""Opens that are not known, of single bars and of several together."""

import numpy as np
import pytest

from candledesk.domain.opens import first_opens, is_open_unknown

NAN = np.nan


@pytest.mark.parametrize(
    ("opening", "low", "expected"),
    [(0.0, 5.0, True), (0.0, 1e-9, True), (0.0, 0.0, False), (0.0, -1.0, False), (0.1, 5.0, False), (-1.0, 2.0, False)],
)
def test_an_open_of_zero_is_unknown_where_the_low_lies_above_zero(opening, low, expected):
    assert is_open_unknown(np.array([opening]), np.array([low])).tolist() == [expected]


@pytest.mark.parametrize(
    ("opens", "lows", "starts", "expected"),
    [
        ([1, 2, 3, 4], [1, 1, 1, 1], [0, 2], [1, 3]),
        ([0, 2, 0, 4], [1, 1, 1, 1], [0, 2], [11, 13]),
        ([0, 2, 3, 0], [0, 1, 1, 1], [0, 2], [0, 3]),
        ([0, 2, 3, 0], [-2, 1, 1, 1], [0], [0]),
        ([NAN, 2, NAN, NAN], [1, 1, 1, 1], [0, 2], [2, NAN]),
        ([NAN, NAN, 3, 4], [1, 1, NAN, 1], [0, 2], [NAN, 3]),
        ([], [], [], []),
    ],
)
def test_several_bars_open_with_the_first_or_with_its_close(opens, lows, starts, expected):
    arrays = (np.array(column, np.float64) for column in (opens, lows, 11 + np.arange(len(opens))))
    found = first_opens(*arrays, np.array(starts, np.int64))
    np.testing.assert_array_equal(found, np.array(expected, np.float64))
