"""Compared series for tests of charts without a window."""

from dataclasses import replace

import numpy as np

from candledesk.cache.compare_messages import CompareRequest, CompareRows
from candledesk.domain.span import Span
from candledesk.ui.chart.core.compares.compare import Place, new_compare, panes_in_use
from candledesk.ui.chart.core.compares.compare_values import CompareValues
from candledesk.ui.chart.core.options import PriceMode
from tests.fake_data import make_instrument


def values_of(series, close, symbol="SPY", own_time=None, carried=None, currency="USD", tz="America/New_York"):
    """Return the values of a compared series: a close for each bar of the chart, NaN for none."""
    times, close = series.axis.open_time, np.asarray(close, np.float64)
    request = CompareRequest(series.symbol, series.interval, symbol, Span(int(times[0]), series.axis.loaded_end + 1))
    carried = np.zeros(len(close), np.bool_) if carried is None else np.asarray(carried)
    instrument = replace(make_instrument(symbol), currency=currency, tz=tz)
    own = np.where(np.isnan(close), 0, times) if own_time is None else own_time
    return CompareValues.from_rows(CompareRows(request, times, close, close, close, own, carried, instrument))


def with_compare(scene, values, place=Place.PERCENT, mode=PriceMode.PERCENT):
    """Return a scene with one more compared series."""
    one = new_compare(values.request.other, scene.compares, place)
    shown = {**scene.compare_values, one.key: values}
    compares = (*scene.compares, one)
    panes = panes_in_use(scene.panes, (), compares)
    return replace(scene, compares=compares, compare_values=shown, price_mode=mode, panes=panes)
