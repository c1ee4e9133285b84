"""What stands under the crosshair while a chart is scrolled into the past, zoomed, and corrected."""

import numpy as np
import pytest

from candledesk.cache.events import BarsStored
from candledesk.cache.indicator_messages import IndicatorRequest, IndicatorRowsRequest
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import Span
from candledesk.indicators.studies import parse_study
from candledesk.store.market import bars as bar_store
from candledesk.store.market import instruments
from candledesk.store.market.database import transaction
from tests.cache.conftest import FIRST_DAY, NOW, WAIT_S
from tests.cache.queries.studies.test_loader import random_bars

TEXTS = [
    *[
        "sma:length=50",
        "ema",
        "ema:length=200",
        "rsi",
        "macd",
        "atr",
        "adx",
        "supertrend",
        "sar",
        "vwap",
        "stoch_rsi",
        "bollinger",
    ],
    *["keltner", "ema:source=rsi", "hma", "cci", "mfi"],
]
N_PAGES, PAGE_BARS = 20, 120


def ask(harness, text, span, name="1h"):
    request = IndicatorRequest("AAA", INTERVALS[name], parse_study(text), span)
    return harness.cache.load_indicator(request).result(WAIT_S)


def test_scrolled_by_twenty_pages_a_settled_value_never_changes(harness, yahoo):
    """The cache is cold: each page of older bars arrives from the provider while the chart is there."""
    random_bars(yahoo)
    left = harness.view("1h", n_before=PAGE_BARS).bars
    harness.settle()
    left = harness.view("1h", n_before=PAGE_BARS).bars
    at, seen = int(left.open_time[-40]), {}
    n_bars, n_settled = [], dict.fromkeys(TEXTS, 0)
    for page in range(N_PAGES):
        start = int(left.open_time[0])
        for text in TEXTS:
            reply = ask(harness, text, Span(start, NOW))
            row = int(np.searchsorted(reply.open_time, at))
            found = {name: float(line[row]) for name, line in reply.lines.items()}
            if text in seen:
                for name, value in seen[text].items():
                    assert found[name] == pytest.approx(value, rel=1e-9), (text, page)
                assert reply.settled[row]
            if reply.settled[row]:
                seen[text] = found
                n_settled[text] += 1
        n_bars.append(len(reply.open_time))
        harness.view("1h", anchor=start, n_before=PAGE_BARS)
        harness.settle()
        left = harness.view("1h", anchor=start, n_before=PAGE_BARS).bars
    assert n_bars == sorted(set(n_bars)), "each page had older bars"
    assert n_bars[-1] > N_PAGES * PAGE_BARS * 0.9
    assert min(n_settled.values()) > 3, n_settled


def test_a_value_at_a_bar_is_the_same_at_every_zoom(harness, yahoo):
    random_bars(yahoo)
    bars = harness.bars("1h", Span(FIRST_DAY, NOW)).bars
    for text in ("rsi", "macd", "supertrend"):
        exact = ask(harness, text, Span(FIRST_DAY, NOW))
        for stride in (8, 64, 512):
            request = IndicatorRowsRequest("AAA", INTERVALS["1h"], parse_study(text), Span(FIRST_DAY, NOW), stride)
            rows = harness.cache.load_indicator_rows(request).result(WAIT_S)
            last = np.cumsum(rows.n_bars) - 1
            assert last[-1] == len(bars) - 1
            for name, line in exact.lines.items():
                np.testing.assert_allclose(rows.last[name], line[last], 1e-9, 1e-12, err_msg=f"{text} {name} {stride}")
                for row, end in enumerate(last.tolist()):
                    held = line[end - int(rows.n_bars[row]) + 1 : end + 1]
                    if np.isfinite(held).any():
                        extremes = [rows.least[name][row], rows.greatest[name][row]]
                        assert extremes == pytest.approx([np.nanmin(held), np.nanmax(held)], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("text", ["rsi", "macd", "supertrend", "sar", "obv", "bollinger", "adx"])
def test_a_corrected_bar_of_the_past_changes_values_from_itself_on_only(harness, yahoo, text):
    random_bars(yahoo)
    bars = harness.bars("1d", Span(FIRST_DAY, NOW)).bars
    before = ask(harness, text, Span(FIRST_DAY, NOW), "1d")
    at = len(bars) - 60
    columns = [getattr(bars, name)[at : at + 1].copy() for name in ("open", "high", "low", "close", "volume")]
    columns[1] *= 1.04
    columns[3] = columns[1].copy()
    columns[4] += 7
    changed = Bars(bars.open_time[at : at + 1].copy(), *columns)

    def correct(connection):
        with transaction(connection):
            series_id = instruments.series_id(connection, "AAA", INTERVALS["1d"])
            return bar_store.write_bars(connection, series_id, changed)

    assert harness.service._context.writer.submit(correct).result(WAIT_S) == 1
    time_s = int(changed.open_time[0])
    harness.service.emit(BarsStored("AAA", INTERVALS["1d"], Span(time_s, time_s + 1), before.rev + 1))
    after = ask(harness, text, Span(FIRST_DAY, NOW), "1d")
    is_changed = False
    for name, line in before.lines.items():
        np.testing.assert_array_equal(after.lines[name][:at], line[:at], err_msg=name)
        is_changed |= not np.array_equal(after.lines[name][at:], line[at:], equal_nan=True)
    assert is_changed
    assert after.rev > before.rev
