"""How far the close is from its average, in percent: an example of an own indicator."""

import numpy as np

TITLE = "Distance from average"
PANE = "own"  # "price": over the prices
PARAMS = {"length": 20}
OUTPUTS = ("value",)
LEVELS = (0,)
LOOKBACK = "length"  # bars before the first value; left out: the whole history


def compute(bars, params):
    n = params["length"]
    average = np.convolve(bars.close, np.ones(n) / n)[: len(bars)]
    average[: n - 1] = np.nan  # no value
    return {"value": 100 * (bars.close / average - 1)}
