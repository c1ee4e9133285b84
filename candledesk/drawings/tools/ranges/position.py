"""Long and short position: entry, target and stop in one box, with quantity, amounts and ratio (WORKBENCH.md §2.6).

Points: the entry; the target and the stop, both at the right edge of the box.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from candledesk.drawings.figures import DrawingTool, Line, Point, Rectangle, Text
from candledesk.drawings.position import Plan, PositionInputs, plan_position
from candledesk.drawings.tools.style import (
    FILL_OPACITY,
    GAP_PX,
    GREEN,
    GREEN_GROUND,
    GREY,
    GREY_GROUND,
    RED,
    RED_GROUND,
    WHITE,
    percent_text,
    stroke_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from candledesk.drawings.figures import Figure, FigureContext
    from candledesk.drawings.position import Outcome

ENTRY, TARGET, STOP = range(3)
_STYLE: Mapping[str, Any] = {
    "color": GREY,
    "width": 1,
    "dash": "solid",
    "up_color": GREEN,
    "down_color": RED,
    "fill_opacity": FILL_OPACITY,
    "text_color": WHITE,
    "font_size": 12,
    "labels": True,
    "account": 10_000.0,
    "risk": 1.0,
    "risk_unit": "percent",
    "lot": 1.0,
    "leverage": 1.0,
    "point_value": 1.0,
    "quantity_decimals": 2,
}


def plan_of(prices: Sequence[float], style: Mapping[str, Any], *, is_long: bool) -> Plan:
    """Return the arithmetic of a position with these prices of entry, target and stop."""
    return plan_position(inputs_of(prices, style, is_long=is_long))


def inputs_of(prices: Sequence[float], style: Mapping[str, Any], *, is_long: bool) -> PositionInputs:
    """Return what a position with these prices and this style is planned from."""
    entry, target, stop = prices
    names = ("account", "risk", "lot", "leverage", "point_value", "quantity_decimals")
    given = {name: style[name] for name in names}
    return PositionInputs(entry, target, stop, is_long, is_percent=style["risk_unit"] == "percent", **given)


def outcome_words(
    outcome: Outcome, last: float | None, prices: Sequence[float], style: Mapping[str, Any], *, is_long: bool
) -> str:
    """Return what became of a position and the amount won or lost; of an open one by the price ``last``."""
    plan = plan_of(prices, style, is_long=is_long)
    if outcome == "unknown" or last is None:
        return "Outcome unknown"
    if outcome == "open":
        won = (last - prices[ENTRY]) * (1 if is_long else -1)
        return f"Open {won * plan.quantity * style['lot'] * style['point_value']:+,.2f}"
    return f"Closed at the {outcome} {plan.reward if outcome == 'target' else -plan.loss:+,.2f}"


def _figures(points: Sequence[Point], style: Mapping[str, Any], _context: FigureContext) -> tuple[Figure, ...]:
    entry, target, stop = points
    left, right = min(entry.x, target.x), max(entry.x, target.x)
    return (
        Rectangle(left, entry.y, right, target.y, style["up_color"], style["fill_opacity"]),
        Rectangle(left, entry.y, right, stop.y, style["down_color"], style["fill_opacity"]),
        Line(Point(left, entry.y), Point(right, entry.y), stroke_of(style)),
    )


def _labels(
    points: Sequence[Point], style: Mapping[str, Any], context: FigureContext, *, is_long: bool
) -> tuple[Text, ...]:
    """Return what is won at the target and lost at the stop, and at the entry what became of it.

    Nothing of a box that is outside of the pane.
    """
    entry, target, stop = points
    is_seen = min(entry.x, target.x) <= context.right and max(entry.x, target.x) >= context.left
    if not style["labels"] or len(context.prices) != len(points) or not is_seen:
        return ()
    plan = plan_of(context.prices, style, is_long=is_long)
    middle = (entry.x + target.x) / 2
    words = f"{context.note or 'Open'}, quantity {_quantity(plan, style)}, ratio {_ratio(plan)}"
    rows = (
        (target.y, _words("Target", TARGET, plan.reward, context), GREEN_GROUND),
        (stop.y, _words("Stop", STOP, plan.loss, context), RED_GROUND),
        (entry.y, words, GREY_GROUND),
    )
    return tuple(_label(Point(middle, y), entry.y, text, style, ground) for y, text, ground in rows)


def _label(at: Point, entry_y: float, words: str, style: Mapping[str, Any], ground: str) -> Text:
    """Return a label outside of the box: above a level that lies above the entry, below one below, else on it."""
    side = (at.y > entry_y) - (at.y < entry_y)
    place = Point(at.x, at.y + side * GAP_PX)
    return Text(place, words, style["text_color"], style["font_size"], (0.5, (1 - side) / 2), ground)


def _words(name: str, at: int, amount: float, context: FigureContext) -> str:
    entry, price = context.prices[ENTRY], context.prices[at]
    delta = abs(price - entry)
    percent = f" ({percent_text(delta / entry)})" if entry else ""
    return f"{name}: {context.price_text(delta)}{percent} {round(delta / context.tick):,d}, amount {amount:,.2f}"


def _quantity(plan: Plan, style: Mapping[str, Any]) -> str:
    """Return all digits of a quantity: one that is rounded up would risk more than is planned."""
    whole, point, rest = f"{plan.quantity:,.{style['quantity_decimals']}f}".partition(".")
    return (whole + point + rest.rstrip("0")).rstrip(".")


def _ratio(plan: Plan) -> str:
    return "unknown" if plan.ratio is None else f"{plan.ratio:.2f}"


def _dragged(points: Sequence[Point], at: int, to: Point) -> tuple[Point, ...]:
    """Return the points after a drag: target and stop keep one time, the right edge of the box."""
    moved = [*points[:at], to, *points[at + 1 :]]
    if at != ENTRY:
        moved[TARGET], moved[STOP] = moved[TARGET]._replace(x=to.x), moved[STOP]._replace(x=to.x)
    return tuple(moved)


def _tool(tool_id: str, title: str, *, is_long: bool) -> DrawingTool:
    labels = partial(_labels, is_long=is_long)
    return DrawingTool(
        tool_id, title, 3, _figures, _STYLE, n_clicks=1, dragged=_dragged, labels=labels, hides_labels=True
    )


LONG = _tool("long_position", "Long position", is_long=True)
SHORT = _tool("short_position", "Short position", is_long=False)
