"""Every indicator in plain Python, written from the formulas of WORKBENCH.md §1.2 to §1.4; slow, and without numpy.

Nothing here comes from the kernels. ``None`` stands for no value. ``Series`` holds lists; each function of ``ORACLES``
takes one and the parameters, and returns the lists of its outputs by name.
"""

from dataclasses import dataclass
from math import floor, fsum, sqrt


@dataclass
class Series:
    """Lists of one length; ``periods``: of each bar the (key of its period) for the anchor that is tested."""

    t: list
    o: list
    h: list
    low: list
    c: list
    v: list
    periods: list | None = None
    previous: list | None = None  # of each bar: (open, high, low, close) of the period before, or None

    def price(self, name):
        rows = zip(self.o, self.h, self.low, self.c, strict=True)
        formulas = {
            "open": lambda o, h, low, c: o,
            "high": lambda o, h, low, c: h,
            "low": lambda o, h, low, c: low,
            "close": lambda o, h, low, c: c,
            "hl2": lambda o, h, low, c: (h + low) / 2,
            "hlc3": lambda o, h, low, c: (h + low + c) / 3,
            "ohlc4": lambda o, h, low, c: (o + h + low + c) / 4,
            "hlcc4": lambda o, h, low, c: (h + low + c + c) / 4,
        }
        return [formulas[name](*row) for row in rows]


def window(x, i, n):
    """Return the last n values at i, None when there are fewer or one of them is missing."""
    if i < n - 1:
        return None
    values = x[i - n + 1 : i + 1]
    return None if None in values else values


def rolling(x, n, function):
    found = (window(x, i, n) for i in range(len(x)))
    return [None if values is None else function(values) for values in found]


def sma(x, n):
    return rolling(x, n, lambda values: fsum(values) / n)


def wma(x, n):
    return rolling(x, n, lambda values: fsum((k + 1) * values[k] for k in range(n)) / (n * (n + 1) / 2))


def stdev(x, n):
    def of(values):
        mean = fsum(values) / n
        return sqrt(fsum((value - mean) ** 2 for value in values) / n)

    return rolling(x, n, of)


def recursive(x, n, alpha):
    """Return y = a·x + (1 − a)·y', seeded by the mean of the first n values; bars without a value are left out."""
    result, seen, y = [], [], None
    for value in x:
        if value is None:
            result.append(None)
            continue
        if y is None:
            seen.append(value)
            y = fsum(seen) / n if len(seen) == n else None
        else:
            y = alpha * value + (1 - alpha) * y
        result.append(y)
    return result


def ema(x, n):
    return recursive(x, n, 2 / (n + 1))


def rma(x, n):
    return recursive(x, n, 1 / n)


def pairwise(function, *columns):
    return [None if None in row else function(*row) for row in zip(*columns, strict=True)]


def true_range(s, has_first):
    ranges = [s.h[0] - s.low[0] if has_first else None]
    rows = zip(s.h[1:], s.low[1:], s.c[:-1], strict=True)
    return ranges + [max(h - low, abs(h - before), abs(low - before)) for h, low, before in rows]


def back(x, i, n):
    return x[i - n] if i >= n else None


def line(values):
    return {"value": values}


def rsi_of(x, n):
    gains, losses = [None], [None]
    for i in range(1, len(x)):
        known = x[i] is not None and x[i - 1] is not None
        gains.append(max(x[i] - x[i - 1], 0.0) if known else None)
        losses.append(max(x[i - 1] - x[i], 0.0) if known else None)

    def of(u, d):
        return 100.0 if d == 0 else 0.0 if u == 0 else 100 - 100 / (1 + u / d)

    return pairwise(of, rma(gains, n), rma(losses, n))


def stoch_of(x, high, low, n):
    result = []
    for i in range(len(x)):
        highs, lows = window(high, i, n), window(low, i, n)
        if highs is None or lows is None or max(highs) == min(lows):
            result.append(None)
        else:
            result.append(100 * (x[i] - min(lows)) / (max(highs) - min(lows)))
    return result


def _sma(s, p):
    return line(sma(s.price(p["source"]), p["length"]))


def _ema(s, p):
    return line(ema(s.price(p["source"]), p["length"]))


def _wma(s, p):
    return line(wma(s.price(p["source"]), p["length"]))


def _hma(s, p):
    x, n = s.price(p["source"]), p["length"]
    return line(wma(pairwise(lambda a, b: 2 * a - b, wma(x, n // 2), wma(x, n)), floor(sqrt(n) + 0.5)))


def _vwma(s, p):
    n, weighted = p["length"], pairwise(lambda a, b: a * b, s.price(p["source"]), s.v)
    return line(pairwise(lambda a, b: a / b if b else None, sma(weighted, n), sma(s.v, n)))


def _rsi(s, p):
    return line(rsi_of(s.price(p["source"]), p["length"]))


def _macd(s, p):
    averages = {"ema": ema, "sma": sma}
    x, average = s.price(p["source"]), averages[p["average"]]
    macd = pairwise(lambda a, b: a - b, average(x, p["fast"]), average(x, p["slow"]))
    signal = averages[p["signal_average"]](macd, p["signal"])
    return {"macd": macd, "signal": signal, "histogram": pairwise(lambda a, b: a - b, macd, signal)}


def bands(basis, width):
    return {
        "basis": basis,
        "upper": pairwise(lambda a, b: a + b, basis, width),
        "lower": pairwise(lambda a, b: a - b, basis, width),
    }


def _bollinger(s, p):
    x, n = s.price(p["source"]), p["length"]
    return bands(sma(x, n), [None if value is None else p["mult"] * value for value in stdev(x, n)])


def _keltner(s, p):
    n = p["length"]
    basis = {"ema": ema, "sma": sma}[p["average"]](s.price(p["source"]), n)
    widths = {
        "atr": lambda: rma(true_range(s, True), p["atr_length"]),
        "true_range": lambda: true_range(s, True),
        "range": lambda: rma(pairwise(lambda a, b: a - b, s.h, s.low), n),
    }
    return bands(basis, [None if value is None else p["mult"] * value for value in widths[p["style"]]()])


def _donchian(s, p):
    upper, lower = rolling(s.h, p["length"], max), rolling(s.low, p["length"], min)
    return {"upper": upper, "lower": lower, "basis": pairwise(lambda a, b: (a + b) / 2, upper, lower)}


def _atr(s, p):
    averages = {"rma": rma, "sma": sma, "ema": ema, "wma": wma}
    return line(averages[p["average"]](true_range(s, True), p["length"]))


def _stochastic(s, p):
    k = sma(stoch_of(s.c, s.h, s.low, p["k"]), p["smooth_k"])
    return {"k": k, "d": sma(k, p["d"])}


def _stoch_rsi(s, p):
    strength = rsi_of(s.price(p["source"]), p["rsi_length"])
    k = sma(stoch_of(strength, strength, strength, p["stoch_length"]), p["k"])
    return {"k": k, "d": sma(k, p["d"])}


def _cci(s, p):
    def of(values):
        mean = fsum(values) / len(values)
        dev = fsum(abs(value - mean) for value in values) / len(values)
        return None if dev == 0 else (values[-1] - mean) / (0.015 * dev)

    return line(rolling(s.price(p["source"]), p["length"], of))


def _roc(s, p):
    x, n = s.price(p["source"]), p["length"]
    return line([100 * (x[i] - x[i - n]) / x[i - n] if i >= n and x[i - n] else None for i in range(len(x))])


def _momentum(s, p):
    x, n = s.price(p["source"]), p["length"]
    return line([x[i] - x[i - n] if i >= n else None for i in range(len(x))])


def _williams_r(s, p):
    x, n, result = s.price(p["source"]), p["length"], []
    for i in range(len(x)):
        highs, lows = window(s.h, i, n), window(s.low, i, n)
        is_known = highs is not None and max(highs) != min(lows)
        result.append(100 * (x[i] - max(highs)) / (max(highs) - min(lows)) if is_known else None)
    return line(result)


def _ao(s, p):
    middle = s.price("hl2")
    return line(pairwise(lambda a, b: a - b, sma(middle, p["fast"]), sma(middle, p["slow"])))


def _supertrend(s, p):
    atr, middle = rma(true_range(s, True), p["atr_length"]), s.price("hl2")
    lower = upper = direction = None
    lines, directions = [], []
    for i in range(len(s.c)):
        if atr[i] is None:
            lines.append(None)
            directions.append(None)
            continue
        basic_lower, basic_upper = middle[i] - p["factor"] * atr[i], middle[i] + p["factor"] * atr[i]
        if lower is None:
            lower, upper, direction = basic_lower, basic_upper, -1
        else:
            lower = basic_lower if s.c[i - 1] < lower else max(basic_lower, lower)
            upper = basic_upper if s.c[i - 1] > upper else min(basic_upper, upper)
            if direction < 0 and s.c[i] > upper:
                direction = 1
            elif direction > 0 and s.c[i] < lower:
                direction = -1
        lines.append(lower if direction > 0 else upper)
        directions.append(float(direction))
    return {"line": lines, "direction": directions}


def _sar(s, p):
    result, rising, stop, extreme, factor = [None], None, None, None, None
    for i in range(1, len(s.c)):
        is_first = i == 1
        if is_first:
            rising = s.c[1] > s.c[0]
            stop, extreme, factor = (s.low[0], s.h[1], p["start"]) if rising else (s.h[0], s.low[1], p["start"])
        stop = stop + factor * (extreme - stop)
        if rising and stop > s.low[i]:
            is_first, rising, stop, extreme, factor = True, False, max(s.h[i], extreme), s.low[i], p["start"]
        elif not rising and stop < s.h[i]:
            is_first, rising, stop, extreme, factor = True, True, min(s.low[i], extreme), s.h[i], p["start"]
        if not is_first and (s.h[i] > extreme if rising else s.low[i] < extreme):
            extreme, factor = s.h[i] if rising else s.low[i], min(factor + p["increment"], p["maximum"])
        recent = range(max(i - 2, 0), i)
        stop = min(stop, *(s.low[j] for j in recent)) if rising else max(stop, *(s.h[j] for j in recent))
        result.append(stop)
    return line(result)


def _adx(s, p):
    plus, minus = [None], [None]
    for i in range(1, len(s.c)):
        up, down = s.h[i] - s.h[i - 1], s.low[i - 1] - s.low[i]
        plus.append(up if up > down and up > 0 else 0.0)
        minus.append(down if down > up and down > 0 else 0.0)
    ranges = rma(true_range(s, False), p["di_length"])

    def index(moved):
        result, last = [], None
        for value, width in zip(rma(moved, p["di_length"]), ranges, strict=True):
            last = last if value is None or not width else 100 * value / width
            result.append(last)
        return result

    plus_di, minus_di = index(plus), index(minus)
    ratio = pairwise(lambda a, b: abs(a - b) / ((a + b) or 1), plus_di, minus_di)
    average = rma(ratio, p["adx_smoothing"])
    return {"adx": [None if x is None else 100 * x for x in average], "plus_di": plus_di, "minus_di": minus_di}


def _ichimoku(s, p):
    def middle(n):
        return pairwise(lambda a, b: (a + b) / 2, rolling(s.h, n, max), rolling(s.low, n, min))

    conversion, base = middle(p["conversion"]), middle(p["base"])
    span_a = pairwise(lambda a, b: (a + b) / 2, conversion, base)
    return {
        "conversion": conversion,
        "base": base,
        "span_a": span_a,
        "span_b": middle(p["span_b"]),
        "lagging": s.c,
    }


def _volume(s, p):
    return {"value": s.v, "average": sma(s.v, p["length"])}


def _obv(s, p):
    x, total, result = s.price(p["source"]), 0.0, [0.0]
    for i in range(1, len(x)):
        total += s.v[i] if x[i] > x[i - 1] else -s.v[i] if x[i] < x[i - 1] else 0.0
        result.append(total)
    return line(result)


def _mfi(s, p):
    x, n = s.price(p["source"]), p["length"]
    rising, falling = [None], [None]
    for i in range(1, len(x)):
        rising.append(x[i] * s.v[i] if x[i] > x[i - 1] else 0.0)
        falling.append(x[i] * s.v[i] if x[i] < x[i - 1] else 0.0)
    return line(pairwise(lambda a, b: 100 - 100 / (1 + a / b) if b else 100.0, sma(rising, n), sma(falling, n)))


def _cmf(s, p):
    n = p["length"]
    rows = zip(s.h, s.low, s.c, s.v, strict=True)
    flow = [((c - low) - (h - c)) / (h - low) * v if h != low else 0.0 for h, low, c, v in rows]
    return line(pairwise(lambda a, b: a / b if b else None, sma(flow, n), sma(s.v, n)))


def _vwap(s, p):
    x, result, started = s.price(p["source"]), {"vwap": [], "upper": [], "lower": []}, 0
    for i in range(len(x)):
        if i and s.periods[i] != s.periods[i - 1]:
            started = i
        prices, volumes = x[started : i + 1], s.v[started : i + 1]
        total = fsum(volumes)
        if not total:
            values = (None, None, None)
        else:
            mean = fsum(a * b for a, b in zip(prices, volumes, strict=True)) / total
            spread = sqrt(fsum(b * (a - mean) ** 2 for a, b in zip(prices, volumes, strict=True)) / total)
            values = (mean, mean + p["mult"] * spread, mean - p["mult"] * spread)
        for name, value in zip(result, values, strict=True):
            result[name].append(value)
    return result
