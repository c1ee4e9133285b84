"""A price that was lost is told from a minute without trades."""

import json

import numpy as np
import pytest

from candledesk.cache.commit import _without_quiet_rows
from candledesk.domain.bars import Bars
from candledesk.domain.span import Span
from candledesk.provider.frames import add_null_rows

SPAN = Span(0, 600)


def body(rows):
    """A chart answer with ``(time, close)`` rows."""
    times, closes = zip(*rows, strict=True)
    quote = {"close": list(closes)}
    return json.dumps({"chart": {"result": [{"timestamp": list(times), "indicators": {"quote": [quote]}}]}}).encode()


def flat(*times):
    price = np.full(len(times), 5.0)
    return Bars(np.array(times, np.int64), price, price.copy(), price.copy(), price.copy(), np.zeros(len(times)))


def test_rows_of_nulls_come_back_as_nan_in_their_place():
    bars = add_null_rows(flat(0, 120), body([(0, 5.0), (60, None), (120, 5.0), (900, None)]), SPAN)
    assert bars.open_time.tolist() == [0, 60, 120]
    assert np.isnan(bars.close).tolist() == [False, True, False]


def test_an_answer_without_nulls_is_left_as_it_is():
    bars = flat(0, 60)
    assert add_null_rows(bars, body([(0, 5.0), (60, 5.0)]), SPAN) is bars


@pytest.mark.parametrize(("volume", "is_kept"), [(np.nan, False), (0.0, False), (7.0, True)])
def test_on_the_last_try_a_null_row_counts_as_lost_only_with_volume(volume, is_kept):
    raw = Bars(np.array([0]), *(np.array([np.nan]) for _ in range(4)), np.array([volume]))
    assert (len(_without_quiet_rows(raw)) == 1) == is_kept
