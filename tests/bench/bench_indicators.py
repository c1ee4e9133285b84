"""The kernels of all indicators beside pandas' obvious way: ``python -m tests.bench.bench_indicators --bars 5000000``.

Each row: the time of one kernel with its default parameters, and that of the few lines of pandas that a script would
have for the same formula (with its own idea of the first values), in the same run. Where pandas has no vectorised way,
a plain loop over the first bars is timed and the time for all of them is computed from that. TA-Lib stands in a column
of its own where it is installed. ``tick``: microseconds for the values after a tick of the forming bar, carried on from
those before it, on a chart of 2,000 bars (WORKBENCH.md §1.7). Exit code 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from functools import partial

import numpy as np
import pandas as pd

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.indicators.computing import compute, recompute
from candledesk.indicators.declaration import Market
from candledesk.indicators.registry import INDICATORS
from candledesk.indicators.studies import make_study

N_BARS = 5_000_000
N_LOOP = 50_000  # bars of a plain loop
N_ROUNDS = 3
GOAL_S = 2.0  # five indicators on five million bars (WORKBENCH.md §1.10, "speed")
N_TICK_BARS, N_TICKS = 2_000, 100
GOAL_TICK_MS = 1.0  # all thirty (WORKBENCH.md §1.7)
FIVE = ("ema", "rsi", "macd", "bollinger", "volume")


def make_bars(n):
    rng = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 1e-3, n)))
    opening = np.append(close[:1], close[:-1])
    high = np.maximum(opening, close) * (1 + rng.random(n) * 1e-3)
    low = np.minimum(opening, close) * (1 - rng.random(n) * 1e-3)
    times = np.arange(n, dtype=np.int64) * 60
    return Bars(times, opening, high, low, close, rng.integers(1, 1_000, n).astype(np.float64))


def make_market(bars):
    days = np.arange(-40, len(bars) // 1_440 + 3, dtype=np.int64) * DAY_S
    none = np.zeros(len(days), np.int64)
    calendar = SessionCalendar("24/7", "UTC", days, days, days + DAY_S, none, none, is_24h=True)
    daily = Bars(days, *(np.full(len(days), 100.0) for _ in range(5)))
    return Market(calendar, INTERVALS["1m"], daily)


def wma(series, n):
    weights = np.arange(1, n + 1)
    return sum(weight * series.shift(n - weight) for weight in weights) / weights.sum()


def rma(series, n):
    return series.ewm(alpha=1 / n, adjust=False).mean()


def ranges(f):
    before = f.close.shift()
    return pd.concat([f.high - f.low, (f.high - before).abs(), (f.low - before).abs()], axis=1).max(axis=1)


def rsi(series, n=14):
    change = series.diff()
    return 100 - 100 / (1 + rma(change.clip(lower=0), n) / rma(-change.clip(upper=0), n))


def stoch(series, high, low, n=14):
    bottom = low.rolling(n).min()
    return 100 * (series - bottom) / (high.rolling(n).max() - bottom)


def middle(f, n):
    return (f.high.rolling(n).max() + f.low.rolling(n).min()) / 2


def adx(f):
    up, down = f.high.diff(), -f.low.diff()
    width = rma(ranges(f), 14)
    plus = 100 * rma(up.where((up > down) & (up > 0), 0.0), 14) / width
    minus = 100 * rma(down.where((down > up) & (down > 0), 0.0), 14) / width
    return 100 * rma((plus - minus).abs() / (plus + minus), 14)


def mfi(f):
    price = f.hlc3
    flow, change = price * f.volume, price.diff()
    rising, falling = flow.where(change > 0, 0.0).rolling(14).sum(), flow.where(change < 0, 0.0).rolling(14).sum()
    return 100 - 100 / (1 + rising / falling)


def cci(f):
    price = f.hlc3
    mean = price.rolling(20).mean()
    away = price.rolling(20).apply(lambda window: np.abs(window - window.mean()).mean(), raw=True)
    return (price - mean) / (0.015 * away)


def vwap(f):
    days = f.index // DAY_S
    return (f.hlc3 * f.volume).groupby(days).cumsum() / f.volume.groupby(days).cumsum()


def pivots(f):
    days = f.index // DAY_S
    day = f.groupby(days).agg({"high": "max", "low": "min", "close": "last"}).shift()
    return ((day.high + day.low + day.close) / 3).reindex(days)


def cmf(f):
    flow = ((f.close - f.low) - (f.high - f.close)) / (f.high - f.low) * f.volume
    return flow.rolling(20).sum() / f.volume.rolling(20).sum()


def supertrend(f):
    width = 3 * rma(ranges(f), 10)
    centre = (f.high + f.low) / 2
    rows = zip((centre - width).tolist(), (centre + width).tolist(), f.close.tolist(), strict=True)
    lower, upper, direction, before, line = 0.0, float("inf"), -1, 0.0, []
    for low, high, close in rows:
        lower = low if before < lower else max(low, lower)
        upper = high if before > upper else min(high, upper)
        direction = (1 if close >= lower else -1) if direction > 0 else (1 if close > upper else -1)
        line.append(lower if direction > 0 else upper)
        before = close
    return line


def sar(f):
    rising, stop, extreme, factor, line = True, f.low.iloc[0], f.high.iloc[0], 0.02, []
    for high, low in zip(f.high.tolist(), f.low.tolist(), strict=True):
        stop += factor * (extreme - stop)
        if (stop > low) if rising else (stop < high):
            rising, stop, extreme, factor = not rising, extreme, low if rising else high, 0.02
        elif (high > extreme) if rising else (low < extreme):
            extreme, factor = high if rising else low, min(factor + 0.02, 0.2)
        line.append(stop)
    return line


def zigzag(f):
    points = []
    highs = f.high[f.high == f.high.rolling(11, center=True).max()]
    lows = f.low[f.low == f.low.rolling(11, center=True).min()]
    for at, price in pd.concat([highs, lows]).sort_index().items():
        if not points or abs(price / points[-1][1] - 1) > 0.05:
            points.append((at, price))
    return points


def macd(f):
    line = f.close.ewm(span=12, adjust=False).mean() - f.close.ewm(span=26, adjust=False).mean()
    return line - line.ewm(span=9, adjust=False).mean()


def bollinger(f):
    windows = f.close.rolling(20)
    mean, width = windows.mean(), 2 * windows.std(ddof=0)
    return mean + width, mean - width


def keltner(f):
    mean, width = f.close.ewm(span=20, adjust=False).mean(), 2 * rma(ranges(f), 10)
    return mean + width, mean - width


def profile(f):
    return np.histogram(f.close, bins=24, weights=f.volume)


PANDAS = {
    "volume": lambda f: f.volume.rolling(20).mean(),
    "sma": lambda f: f.close.rolling(9).mean(),
    "ema": lambda f: f.close.ewm(span=9, adjust=False).mean(),
    "rsi": lambda f: rsi(f.close),
    "macd": macd,
    "bollinger": bollinger,
    "vwap": vwap,
    "atr": lambda f: rma(ranges(f), 14),
    "stochastic": lambda f: stoch(f.close, f.high, f.low).rolling(3).mean(),
    "supertrend": supertrend,
    "adx": adx,
    "ichimoku": lambda f: (middle(f, 9), middle(f, 26), middle(f, 52)),
    "volume_profile": profile,
    "stoch_rsi": lambda f: stoch(*(rsi(f.close),) * 3).rolling(3).mean().rolling(3).mean(),
    "cci": cci,
    "pivot_points": pivots,
    "obv": lambda f: (np.sign(f.close.diff()) * f.volume).cumsum(),
    "sar": sar,
    "mfi": mfi,
    "wma": lambda f: wma(f.close, 9),
    "hma": lambda f: wma(2 * wma(f.close, 4) - wma(f.close, 9), 3),
    "donchian": lambda f: (f.high.rolling(20).max(), f.low.rolling(20).min()),
    "keltner": keltner,
    "vwma": lambda f: (f.close * f.volume).rolling(20).sum() / f.volume.rolling(20).sum(),
    "roc": lambda f: 100 * f.close.pct_change(9),
    "williams_r": lambda f: stoch(f.close, f.high, f.low) - 100,
    "zigzag": zigzag,
    "cmf": cmf,
    "ao": lambda f: ((f.high + f.low) / 2).rolling(5).mean() - ((f.high + f.low) / 2).rolling(34).mean(),
    "momentum": lambda f: f.close.diff(10),
}
LOOPS = {"supertrend", "sar", "cci", "zigzag"}


def frame_of(bars):
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    frame = pd.DataFrame(columns, index=bars.open_time)
    frame["hlc3"] = (frame.high + frame.low + frame.close) / 3
    return frame


def best(work, n_rounds):
    times = []
    for _ in range(n_rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def talib_ways():
    """Return what TA-Lib computes, by indicator; nothing where it is not installed."""
    if importlib.util.find_spec("talib") is None:
        return {}
    from tests.indicators.talib_table import TABLE

    return {name: row.compute for name, row in TABLE.items()}


def with_tick(bars, turn):
    """Return the bars after the last one has traded once more."""
    columns = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close", "volume")}
    columns["close"][-1] *= 1 + 1e-4 * (turn % 7 - 3)
    columns["high"][-1] = max(columns["high"][-1], columns["close"][-1])
    columns["low"][-1] = min(columns["low"][-1], columns["close"][-1])
    columns["volume"][-1] += 1
    return Bars(bars.open_time, **columns)


def tick_times():
    """Return the median of what a tick takes, by indicator, in seconds.

    As in the cache, the bars are compared once for all of them.
    """
    bars = make_bars(N_TICK_BARS)
    market, found = make_market(bars), {}
    for indicator in INDICATORS:
        study, shown, times = make_study(indicator.id), bars, []
        values = compute(study, shown, market)
        for turn in range(N_TICKS):
            following = with_tick(shown, turn)
            started = time.perf_counter()
            values = recompute(study, (shown, values), following, market, (), N_TICK_BARS - 1)
            times.append(time.perf_counter() - started)
            shown = following
        found[indicator.id] = float(np.median(times))
    return found


def report_ticks(ticks):
    total_ms = sum(ticks.values()) * 1e3
    is_reached = total_ms <= GOAL_TICK_MS
    sys.stdout.write(
        f"one tick of all {len(ticks)} at {N_TICK_BARS:,} bars: {total_ms:.2f} ms, goal {GOAL_TICK_MS:g} ms: "
    )
    sys.stdout.write(f"{'reached' if is_reached else 'MISSED'}\n")
    return is_reached


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", type=int, default=N_BARS)
    n_bars = parser.parse_args().bars
    bars, frame, found = make_bars(n_bars), None, {}
    market, frame = make_market(bars), frame_of(bars)
    talib = talib_ways()
    about = "TA-Lib's outputs of the same indicator" if talib else "TA-Lib is not installed"
    sys.stdout.write(f"{n_bars:,} bars; milliseconds, best of {N_ROUNDS}; {about}\n")
    sys.stdout.write(f"{'indicator':16}{'kernel':>10}{'pandas':>12}{'ratio':>8}{'tick':>8}{'TA-Lib':>10}\n")
    ticks = tick_times()
    for indicator in INDICATORS:
        study = make_study(indicator.id)
        found[indicator.id] = best(lambda study=study: compute(study, bars, market), N_ROUNDS)
        part = frame.iloc[:N_LOOP] if indicator.id in LOOPS and n_bars > N_LOOP else frame
        usual = best(lambda way=PANDAS[indicator.id], part=part: way(part), 1) * n_bars / len(part)
        name = indicator.id + (" *" if len(part) < n_bars else "")
        ours = found[indicator.id]
        theirs = f"{best(partial(talib[indicator.id], bars), N_ROUNDS) * 1e3:10.1f}" if indicator.id in talib else ""
        tick = ticks[indicator.id] * 1e6
        sys.stdout.write(f"{name:16}{ours * 1e3:10.1f}{usual * 1e3:12.1f}{usual / ours:8.1f}{tick:8.0f}{theirs}\n")
        sys.stdout.flush()
    total = sum(found[name] for name in FIVE)
    is_reached = total <= GOAL_S * max(n_bars / N_BARS, 0.05)
    sys.stdout.write("* a plain loop, or a function for each window: timed on 50,000 bars\n")
    sys.stdout.write(f"{', '.join(FIVE)}: {total:.2f} s, goal {GOAL_S:g} s for {N_BARS:,}: ")
    sys.stdout.write(f"{'reached' if is_reached else 'MISSED'}\n")
    is_tick_reached = report_ticks(ticks)
    return 0 if is_reached and is_tick_reached else 1


if __name__ == "__main__":
    sys.exit(main())
