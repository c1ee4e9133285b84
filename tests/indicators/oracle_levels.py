"""The levels, the zig zag and the profile in plain Python, from the formulas of WORKBENCH.md §1.4; see ``oracle``."""

from math import fsum

from tests.indicators import oracle


def _levels(kind, previous, opening):
    o, h, low, c = previous
    p, r = (h + low + c) / 3, h - low
    if kind == "traditional":
        return p, [2 * p - low, p + r, 2 * p + h - 2 * low, 3 * p + h - 3 * low, 4 * p + h - 4 * low], [
            2 * p - h, p - r, 2 * p - (2 * h - low), 3 * p - (3 * h - low), 4 * p - (4 * h - low)
        ]  # fmt: skip
    if kind == "fibonacci":
        shares = (0.382, 0.618, 1)
        return p, [p + share * r for share in shares], [p - share * r for share in shares]
    if kind == "classic":
        return p, [2 * p - low, p + r, p + 2 * r, p + 3 * r], [2 * p - h, p - r, p - 2 * r, p - 3 * r]
    if kind == "camarilla":
        steps = [1.1 * r / n for n in (12, 6, 4, 2)]
        r5 = h / low * c
        return p, [*(c + step for step in steps), r5], [*(c - step for step in steps), c - (r5 - c)]
    if kind == "woodie":
        p = (h + low + 2 * opening) / 4
        r3, s3 = h + 2 * (p - low), low - 2 * (h - p)
        return p, [2 * p - low, p + r, r3, r3 + r], [2 * p - h, p - r, s3, s3 - r]
    x = h + 2 * low + c if c < o else 2 * h + low + c if c > o else h + low + 2 * c
    return x / 4, [x / 2 - low], [x / 2 - h]


def _pivot_points(s, p):
    names = ["p"] + [f"{side}{n}" for n in range(1, 6) for side in "rs"]
    result = {name: [] for name in names}
    opening = None
    for i, previous in enumerate(s.previous):
        if i == 0 or s.periods[i] != s.periods[i - 1]:
            opening = s.o[i]
        found = {}
        if previous is not None:
            pivot, above, below = _levels(p["kind"], previous, opening)
            found = {"p": pivot} | {f"r{n + 1}": value for n, value in enumerate(above)}
            found |= {f"s{n + 1}": value for n, value in enumerate(below)}
        for name in names:
            result[name].append(found.get(name))
    return result


def _zigzag(s, p):
    n, points = p["legs"] // 2, []
    for i in range(n, len(s.c) - n):
        for prices, side in ((s.h, 1), (s.low, -1)):
            around = [prices[j] * side for j in range(i - n, i + n + 1) if j != i]
            if prices[i] * side <= max(around):
                continue
            price = prices[i]
            if not points:
                points.append((i, price, side))
            elif points[-1][2] == side:
                if price * side > points[-1][1] * side:
                    points[-1] = (i, price, side)
            elif points[-1][0] != i and (price - points[-1][1]) * side / abs(points[-1][1]) * 100 >= p["deviation"]:
                points.append((i, price, side))
    value, known = [None] * len(s.c), [None] * len(s.c)
    for i, price, _ in points:
        value[i], known[i] = price, float(s.t[i + n])
    return {"value": value, "known_time": known}


def profile(s, n_rows):
    """Return the edges of the rows and the volume of each, every bar spread evenly over its prices."""
    bottom, top = min(s.low), max(s.h)
    height = (top - bottom) / n_rows
    edges = [bottom + height * k for k in range(n_rows + 1)]
    parts = [[] for _ in range(n_rows)]
    for h, low, v in zip(s.h, s.low, s.v, strict=True):
        for k in range(n_rows):
            if h == low:
                share = 1.0 if edges[k] <= low < edges[k + 1] else 0.0
            else:
                share = max(0.0, min(h, edges[k + 1]) - max(low, edges[k])) / (h - low)
            parts[k].append(share * v)
    return edges, [fsum(part) for part in parts]


def _volume_profile(s, p):
    edges, rows = profile(s, p["rows"])
    busiest = rows.index(max(rows))
    first = last = busiest
    while fsum(rows[first : last + 1]) < p["value_area"] / 100 * fsum(rows) * (1 - 1e-12):
        lower, upper = rows[first - 1] if first else -1.0, rows[last + 1] if last + 1 < len(rows) else -1.0
        if lower > upper or (lower == upper and busiest - first < last - busiest):
            first -= 1
        else:
            last += 1
    n = len(s.c)
    poc = (edges[busiest] + edges[busiest + 1]) / 2
    return {"poc": [poc] * n, "value_area_high": [edges[last + 1]] * n, "value_area_low": [edges[first]] * n}


ORACLES = {
    name.removeprefix("_"): function
    for module in (vars(oracle), dict(globals()))
    for name, function in module.items()
    if name.startswith("_") and not name.startswith("__") and callable(function) and name != "_levels"
}
