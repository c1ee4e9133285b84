"""What of the style of each tool can be set: the value's name, its words, and what it may be. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from candledesk.drawings.document.style import DASHES, ENDS, EXTENDS, MAX_AMOUNT, MAX_ROWS, MAX_WIDTH, MAX_WRAP
from candledesk.drawings.registry import TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping


class FieldKind(Enum):
    """How a value is set. ``SHARE``: a number from 0 to 1 that is shown in percent."""

    COLOUR = auto()
    SHARE = auto()
    CHOICE = auto()
    SWITCH = auto()
    NUMBER = auto()
    LEVELS = auto()


class Page(Enum):
    """On which page of the settings a value stands."""

    STYLE = auto()
    TEXT = auto()
    INPUTS = auto()


@dataclass(frozen=True, slots=True)
class StyleField:
    """A value of a style. ``title``: its words; ``choices``: of a choice, each with its words.

    ``low``, ``high``, ``decimals``: of a number; ``zero``: the words for its least value. ``needs``: the switch that
    must be on for it to have an effect.
    """

    key: str
    title: str
    kind: FieldKind
    page: Page = Page.STYLE
    choices: tuple[tuple[Any, str], ...] = ()
    low: float = 0.0
    high: float = 1.0
    decimals: int = 0
    needs: str = ""
    zero: str = ""


def _words(values: tuple[str, ...]) -> tuple[tuple[Any, str], ...]:
    return tuple((value, value.capitalize()) for value in values)


_WIDTHS = tuple((width, f"{width} px") for width in range(1, MAX_WIDTH + 1))
_BANDS: tuple[tuple[Any, str], ...] = (
    ([], "None"),
    ([1.0], "1 deviation"),
    ([2.0], "2 deviations"),
    ([3.0], "3 deviations"),
)
_UNITS = (("percent", "Percent"), ("money", "Money"))
_FONT_SIZES = tuple((size, str(size)) for size in (10, 11, 12, 14, 16, 20, 24, 28, 32, 40))


def _amount(key: str, title: str, decimals: int = 2, low: float = 0.0) -> StyleField:
    return StyleField(key, title, FieldKind.NUMBER, Page.INPUTS, low=low, high=MAX_AMOUNT, decimals=decimals)


FIELDS: tuple[StyleField, ...] = (
    StyleField("color", "Line", FieldKind.COLOUR),
    StyleField("width", "Width", FieldKind.CHOICE, choices=_WIDTHS),
    StyleField("dash", "Line style", FieldKind.CHOICE, choices=_words(DASHES)),
    StyleField("extend", "Extend", FieldKind.CHOICE, choices=_words(EXTENDS)),
    StyleField("start", "First end", FieldKind.CHOICE, choices=_words(ENDS)),
    StyleField("end", "Second end", FieldKind.CHOICE, choices=_words(ENDS)),
    StyleField("up_color", "Rising", FieldKind.COLOUR),
    StyleField("down_color", "Falling", FieldKind.COLOUR),
    StyleField("middle", "Middle line", FieldKind.SWITCH),
    StyleField("stats", "Statistics", FieldKind.SWITCH),
    StyleField("panes", "Through all panes", FieldKind.SWITCH),
    StyleField("labels", "Labels", FieldKind.SWITCH),
    StyleField("reverse", "Reverse", FieldKind.SWITCH),
    StyleField("log", "Equal ratios on a logarithmic scale", FieldKind.SWITCH),
    StyleField("fill", "Fill", FieldKind.SWITCH),
    StyleField("fill_color", "Fill colour", FieldKind.COLOUR, needs="fill"),
    StyleField("fill_opacity", "Opacity of the fill", FieldKind.SHARE),
    StyleField("bands", "Band", FieldKind.CHOICE, choices=_BANDS),
    StyleField("rows", "Rows", FieldKind.NUMBER, low=1, high=MAX_ROWS),
    StyleField("value_area", "Value area", FieldKind.SHARE),
    StyleField("share", "Width of the widest row", FieldKind.SHARE),
    StyleField("levels", "Levels", FieldKind.LEVELS),
    StyleField("text_color", "Colour of the text", FieldKind.COLOUR, Page.TEXT),
    StyleField("font_size", "Size of the text", FieldKind.CHOICE, Page.TEXT, choices=_FONT_SIZES),
    StyleField("background", "Background", FieldKind.SWITCH, Page.TEXT),
    StyleField("wrap", "Characters in a line", FieldKind.NUMBER, Page.TEXT, high=MAX_WRAP, zero="Not wrapped"),
    StyleField("fixed", "Fixed on screen", FieldKind.SWITCH, Page.TEXT),
    _amount("account", "Account"),
    _amount("risk", "Risk"),
    StyleField("risk_unit", "Risk is given in", FieldKind.CHOICE, Page.INPUTS, choices=_UNITS),
    _amount("lot", "Lot size", 4),
    _amount("leverage", "Leverage", 2),
    _amount("point_value", "Value of one point", 6),
    StyleField("quantity_decimals", "Decimals of the quantity", FieldKind.NUMBER, Page.INPUTS, high=8),
)
"""Every value that can be set, in the order of the settings."""

_TITLES: Mapping[tuple[str, str], str] = {
    ("long_position", "up_color"): "Target",
    ("long_position", "down_color"): "Stop",
    ("short_position", "up_color"): "Target",
    ("short_position", "down_color"): "Stop",
    ("volume_profile", "color"): "Rows",
    ("volume_profile", "up_color"): "Rows of the value area",
    ("volume_profile", "rows"): "Number of rows",
    ("volume_profile", "fill_opacity"): "Opacity of the rows",
    ("text", "fill_color"): "Colour of the background",
    **{(line, "middle"): "Middle point" for line in ("trend_line", "ray", "extended_line", "arrow")},
    ("parallel_channel", "middle"): "Dashed middle line",
    ("fib_retracement", "color"): "Base line",
    ("fib_extension", "color"): "Base line",
}
_PAGES: Mapping[tuple[str, str], Page] = {("text", "fill_color"): Page.TEXT}  # beside the switch of the background
_FOLLOWS_COLOUR = "fill_color"  # the colour of the line, where a style has none
_NO_OWN_FILL = frozenset({"fib_retracement", "fib_extension", "anchored_vwap"})


def fields_of(tool: str, page: Page | None = None) -> tuple[StyleField, ...]:
    """Return what of the style of a tool can be set, of all pages or one; nothing of an unknown tool."""
    found = (_field_of(tool, field) for field in FIELDS if _has(tool, field.key))
    return tuple(field for field in found if page in {None, field.page})


def _field_of(tool: str, field: StyleField) -> StyleField:
    at = (tool, field.key)
    title, page = _TITLES.get(at, field.title), _PAGES.get(at, field.page)
    return replace(field, title=title, page=page, needs=_needs(tool, field))


def _has(tool: str, key: str) -> bool:
    style = TOOLS[tool].style if tool in TOOLS else {}
    if key == _FOLLOWS_COLOUR:
        return key in style or ("fill" in style and tool not in _NO_OWN_FILL)
    return key in style


def _needs(tool: str, field: StyleField) -> str:
    style = TOOLS[tool].style
    if field.key == _FOLLOWS_COLOUR and "background" in style:
        return "background"
    return "fill" if field.key in {_FOLLOWS_COLOUR, "fill_opacity"} and "fill" in style else field.needs


def value_of(style: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - of any field
    """Return a value of a whole style (``registry.whole_style``)."""
    return style["color"] if key == _FOLLOWS_COLOUR and key not in style else style[key]
