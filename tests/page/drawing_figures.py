"""Figures of drawings as the window makes them, for the page's scripts: ``python -m tests.page.drawing_figures``.

Each case is one drawing in a pane of 800 × 400 pixels, and what it consists of there. A test of the page makes the same
figures of the same cases, and a test here that the cases are up to date.
"""

import json
import math
from pathlib import Path

from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.figures import FigureContext, Line, Point, Polygon, Rectangle, Text
from candledesk.drawings.labels import drawn_parts
from candledesk.drawings.registry import TOOLS, whole_style
from candledesk.drawings.tools.ranges.position import plan_of
from candledesk.ui.chart.core.scales import format_price

CASES = Path(__file__).parent / "drawing-figures.json"
WIDTH, HEIGHT, DAY_S = 800.0, 400.0, 86_400
ENDS = {"start": "arrow", "end": "arrow", "extend": "left", "middle": True}
ARROWS = {**ENDS, "stats": True, "width": 4, "dash": "dotted"}
LEVELS = [{"value": 0.0, "color": "#112233"}, {"value": 0.005}, {"value": 1.0, "visible": False}, {"value": -1.25}]
CURVE = [(float(x), 200 + x / 7) for x in range(100, 900, 40)]
BAND = {"vwap": CURVE, "upper": [(x, y - 30) for x, y in CURVE], "lower": [(x, y + 30) for x, y in CURVE]}
ROWS = [(300.0, 280.0, 0.25, False), (280.0, 260.0, 1.0, True), (260.0, 240.0, 0.5, True)]


def y_of(price, *, is_log):
    return 900 - 400 * math.log10(price) if is_log and price > 0 else 400 - 2 * (price - 50)


def case(tool, *bars, is_log=False, style=None, decimals=2, **given):
    """Return a drawing whose points are at bars ``(index, price)``, 8 pixels from one to the next."""
    drawing = Drawing("a", tool, "AAPL", tuple(Anchor(0, price) for _, price in bars), style=style or {})
    prices = [price for _, price in bars]
    row = {
        "type": tool,
        "points": [(8.0 * at, 0.0 if price is None else y_of(price, is_log=is_log)) for at, price in bars],
        "prices": prices,
        "indexes": [at for at, _ in bars],
        "times": [round(at * DAY_S * 1.4) for at, _ in bars],
        "style": dict(whole_style(drawing)),
        "isLog": is_log,
        "decimals": decimals,
        "text": "",
        "note": "",
        "curves": {},
        "rows": [],
        "volume": None,
        **given,
    }
    if tool in {"long_position", "short_position"}:
        plan = plan_of(prices, row["style"], is_long=tool == "long_position")
        row["plan"] = {name: getattr(plan, name) for name in ("quantity", "reward", "loss", "ratio")}
    return {**row, "figures": [figure_row(one) for one in figures_of(row)]}


def figures_of(row):
    """Return the figures of the window for a case."""
    context = FigureContext(
        0.0,
        0.0,
        WIDTH,
        HEIGHT,
        prices=tuple(math.nan if price is None else price for price in row["prices"]),
        indexes=tuple(row["indexes"]),
        times=tuple(row["times"]),
        y_of=lambda price: y_of(price, is_log=row["isLog"]),
        price_text=lambda price: format_price(price, row["decimals"]),
        tick=10.0 ** -row["decimals"],
        is_log=row["isLog"],
        text=row["text"],
        curves={name: tuple(Point(*at) for at in curve) for name, curve in row["curves"].items()},
        rows=tuple(tuple(one) for one in row["rows"]),
        note=row["note"],
        volume=row["volume"],
    )
    points, is_active = tuple(Point(*at) for at in row["points"]), row.get("isActive", False)
    return drawn_parts(TOOLS[row["type"]], points, row["style"], context, is_active=is_active).figures


def figure_row(figure):
    """Return a figure as the page has it."""
    if isinstance(figure, Line):
        return {"line": [_at(figure.start), _at(figure.end)], "stroke": figure.stroke._asdict()}
    if isinstance(figure, Text):
        align, ground = list(figure.align), figure.background
        row = {"text": figure.text, "at": _at(figure.at), "color": figure.color, "size": figure.size}
        return {**row, "align": align, "ground": ground}
    assert isinstance(figure, Polygon | Rectangle)
    points, stroke = [_at(point) for point in figure.points], figure.stroke and figure.stroke._asdict()
    if figure.stroke and not figure.fill:
        return {"curve": points, "stroke": stroke}
    return {
        "area": points[:4] if isinstance(figure, Rectangle) else points,
        "fill": figure.fill,
        "opacity": figure.opacity,
        "stroke": stroke,
    }


def _at(point):
    return [round(point.x, 6), round(point.y, 6)]


def make_cases():
    """Return every tool as it is made, and with what its style can change."""
    up, down = [(20, 100.0), (60, 140.0)], [(60, 140.0), (20, 100.0)]
    low = [(20, 100.0), (60, 110.5), (60, 95.25)]
    narrow = [(96, 100.0), (99, 90.0), (99, 104.0)]
    levels = {"levels": LEVELS, "reverse": True, "log": True, "extend": "both", "fill": False, "dash": "dashed"}
    return [
        *(case(tool, *up, text="two\nlines") for tool in ("trend_line", "ray", "extended_line", "arrow")),
        *(case("trend_line", *ends, style=ARROWS) for ends in (up, down)),
        case("ray", *down),
        case("ray", (20.25, 100.0), (20.25, 30.0)),
        case("trend_line", (-50, 100.0), (-20, 140.0)),
        case("trend_line", (-50, 100.0), (500, 140.0), style={"stats": True, "extend": "both"}, decimals=0),
        case("trend_line", *up[:1] * 2, style={"end": "arrow"}),
        case("horizontal_line", (500, 110.0), text="level", style={"color": "#112233", "dash": "dashed"}),
        case("horizontal_line", (5, 10.0)),
        *(case("horizontal_ray", (at, 110.0)) for at in (20, -20, 120)),
        *(case("vertical_line", (at, None), text="day") for at in (20, 120)),
        case("parallel_channel", *up, (40, 100.0), text="channel"),
        case("parallel_channel", *down, (20, 80.0), style={"extend": "both", "middle": False, "fill": False}),
        case("parallel_channel", *down[:1] * 2, (20, 80.0), style={"fill_color": "#00112233"}),
        case("rectangle", *down, text="box"),
        case("rectangle", *up, style={"extend": "both", "middle": True, "fill_color": "#aabbcc", "fill_opacity": 1.0}),
        case("rectangle", *up, style={"extend": "right", "fill": False}),
        case("text", *up[:1]),
        case("text", *up[:1], text="a\nlonger", style={"background": True, "font_size": 30}),
        *(case("text", *up[:1], text="  a longword\n\nof many words ", style={"wrap": wrap}) for wrap in (5, 9)),
        case("text", (-500, 1e9), text="fixed", style={"fixed": True, "fixed_x": 0.25, "fixed_y": 0.1}),
        case("text", *up[:1], style={"fixed": False, "fixed_x": 0.25}),
        *(case("fib_retracement", *ends) for ends in (up, down)),
        case("fib_retracement", (20, 1e-9), (60, 1e300), style={"log": True}, is_log=True),
        *(case("fib_retracement", *up, style=levels, is_log=is_log) for is_log in (True, False)),
        case("fib_retracement", *up, style={"labels": False, "extend": "left"}, decimals=4),
        *(case("fib_retracement", (at, 100.0), (at + 10, 140.0)) for at in (3, -8, -11, 101)),
        case("fib_retracement", (40, 52.0), (60, 250.0)),
        case("fib_extension", *up, (70, 120.0)),
        *(case("fib_extension", *up, (70, 120.0), style=levels, is_log=is_log) for is_log in (True, False)),
        case("long_position", *low),
        case("long_position", *low, note="Closed at the target +210.00 (from 5m)", style={"account": 12_345_678.0}),
        case("short_position", (20, 100.0), (60, 90.0), (60, 104.0), style={"risk_unit": "money", "risk": 7.0}),
        case("short_position", (20, 100.0), (60, 90.0), (60, 100.0), style={"up_color": "#123456"}),
        case("long_position", *low, style={"labels": False, "width": 3}),
        case("long_position", *low, style={"quantity_decimals": 0, "account": 98_765_432.1}),
        *(case("short_position", *narrow, isActive=is_active) for is_active in (True, False)),
        *(case("long_position", (at, 100.0), (at + 50, 249.5), (at + 50, 51.0)) for at in (-40, -51, 70, 101)),
        case("long_position", (40, 100.0), (90, 260.0), (90, 40.0), style={"font_size": 40}, isActive=True),
        case("date_price_range", *up, volume=1_234_567.5),
        case("date_price_range", *down, style={"fill": False}),
        *(case("date_price_range", (20, 0.0001), (60, end)) for end in (4_000.0, -4_000.0)),
        case("date_price_range", (20, 100.0), (20.5, 0.5), decimals=4, volume=0.0),
        *(case("anchored_vwap", (12, None), note=note) for note in ("", "No volume is stored")),
        case("anchored_vwap", (12, None), curves=BAND, note="VWAP from 5m", style={"fill": True}),
        case("anchored_vwap", (12, None), curves={"vwap": CURVE}, note="VWAP from 1d", style={"width": 1}),
        *(case("anchored_vwap", (at, None), note="VWAP from 1d") for at in (-1, 95, 101)),
        case("anchored_vwap", (-9, None), curves={"vwap": [(-40.0, 90.0), (70.0, 395.0)]}, note="VWAP from 1d"),
        *(case("date_price_range", (at, 100.0), (at + 9, 249.0)) for at in (-8, -10, 93, 101)),
        case("anchored_vwap", (99, None), curves={"vwap": CURVE[:1]}, note="VWAP from 1d"),
        case("volume_profile", (60, None), (20, None)),
        case("volume_profile", (20, None), (60, None), rows=ROWS, note="Volume from 5m", style={"share": 1.0}),
    ]


def cases_text():
    """Return the cases as the file has them."""
    return "[\n" + ",\n".join(json.dumps(row) for row in make_cases()) + "\n]\n"


if __name__ == "__main__":
    CASES.write_text(cases_text(), encoding="utf-8")
