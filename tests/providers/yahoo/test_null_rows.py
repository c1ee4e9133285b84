"""A price that was lost differs from a minute without trades."""

import numpy as np
import pytest

ROWS = [
    (time, *([None] * 5 if price is None else [price] * 4 + [0])) for time, price in ((0, 5.0), (60, None), (120, 5.0))
]
START = 1_793_664_000  # 2026-11-03 00:00 UTC


@pytest.mark.parametrize(
    ("interval", "extended", "expected"), [("1m", True, [0, 60, 120]), ("1m", False, [0, 120]), ("1d", True, [0])]
)
def test_rows_of_nulls_count_only_where_volume_is_never_sent(
    provider, yahoo_server, request_for, chart, interval, extended, expected
):
    rows = [(START + time, *values) for time, *values in ROWS]
    yahoo_server.says((200, chart(rows, exchangeTimezoneName="UTC", symbol="BTC-USD")))
    bars = provider.fetch(request_for(START, START + 600, interval, "BTC-USD", "UTC", extended)).bars
    assert bars.open_time.tolist() == [START + time for time in expected]
    assert np.isnan(bars.close).tolist() == [time == 60 for time in expected]
