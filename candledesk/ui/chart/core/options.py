"""Every option of how a chart looks, declared once: menus, the dialog and the settings file come from here. Pure."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


class Choice(StrEnum):
    """One of several; ``words`` are what a menu says."""

    words: str

    def __new__(cls, value: str, words: str) -> Self:
        """Declare ``NAME = value, words``."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member


class ChartType(Choice):
    """How the prices of a bar are drawn."""

    CANDLES = "candles", "Candles"
    HOLLOW = "hollow", "Hollow candles"
    BARS = "bars", "Bars"
    HEIKIN_ASHI = "heikin_ashi", "Heikin-Ashi"
    LINE = "line", "Line"
    AREA = "area", "Area"
    BASELINE = "baseline", "Baseline"


LINES = frozenset({ChartType.LINE, ChartType.AREA, ChartType.BASELINE})


class PriceMode(Choice):
    """What the price axis says; percent and indexed count from the first visible bar's close."""

    NORMAL = "normal", "Normal"
    LOG = "log", "Logarithmic"
    PERCENT = "percent", "Percent"
    INDEXED = "indexed", "Indexed to 100"


class UpRule(Choice):
    """Which bars are drawn as rising."""

    OPEN = "open", "Close against the bar's open"
    PREVIOUS = "previous", "Close against the previous close"


class PaletteName(Choice):
    """The colours of rising and falling."""

    CLASSIC = "classic", "Green and red"
    COLOUR_BLIND = "colour_blind", "Blue and orange (colour-blind)"
    EAST_ASIA = "east_asia", "Red and green (East Asia)"
    CUSTOM = "custom", "Own colours"


class ZoneName(Choice):
    """The zone of intraday times; daily bars carry their session's own date in every zone."""

    EXCHANGE = "exchange", "Exchange"
    UTC = "utc", "UTC"
    LOCAL = "local", "This computer"


class Magnet(Choice):
    """What the crosshair's price snaps to."""

    CLOSE = "close", "Snap to the close"
    OHLC = "ohlc", "Snap to open, high, low or close"
    FREE = "free", "Free"


class Kinetic(Choice):
    """What goes on moving when it is let go."""

    TOUCH = "touch", "Touch only"
    ALWAYS = "always", "Touch and mouse"
    NEVER = "never", "Never"


def _says(text: str) -> dict[str, str]:
    return {"text": text}


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """The options of all charts of a window; colours as ``#rrggbb``, used with ``PaletteName.CUSTOM``."""

    chart_type: ChartType = field(default=ChartType.CANDLES, metadata=_says("Chart type"))
    up_rule: UpRule = field(default=UpRule.OPEN, metadata=_says("A bar rises by its"))
    palette: PaletteName = field(default=PaletteName.CLASSIC, metadata=_says("Colours"))
    up_colour: str = field(default="#26a69a", metadata=_says("Own colour of rising bars"))
    down_colour: str = field(default="#ef5350", metadata=_says("Own colour of falling bars"))
    zone: ZoneName = field(default=ZoneName.EXCHANGE, metadata=_says("Time zone"))
    magnet: Magnet = field(default=Magnet.CLOSE, metadata=_says("Crosshair"))
    kinetic: Kinetic = field(default=Kinetic.TOUCH, metadata=_says("Kinetic panning"))
    has_grid: bool = field(default=True, metadata=_says("Grid"))
    has_sessions: bool = field(default=True, metadata=_says("Lines between sessions"))
    has_last_price: bool = field(default=True, metadata=_says("Line at the last price"))
    has_coverage: bool = field(default=True, metadata=_says("Coverage strip under the time axis"))
    has_countdown: bool = field(default=True, metadata=_says("Countdown to the bar's close"))


def option_text(row: Field[object]) -> str:
    """Return what the dialog calls an option."""
    return str(row.metadata["text"])


def is_colour(text: str) -> bool:
    """Tell whether ``text`` is ``#rrggbb``."""
    return len(text) == 7 and text[0] == "#" and all(letter in "0123456789abcdef" for letter in text[1:].lower())  # noqa: PLR2004


def _parse(default: object, text: str) -> object:
    """Return the value that ``text`` stands for, the default when it stands for none."""
    if isinstance(default, Choice):
        return next((member for member in type(default) if member.value == text), default)
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text.lower(), default)
    return text if is_colour(text) else default


def read_options(stored: Mapping[str, str | bool]) -> ChartOptions:
    """Return the options of ``option_values``; what is missing or was never valid is the default."""
    return ChartOptions(
        **{row.name: _parse(row.default, str(stored.get(row.name, ""))) for row in fields(ChartOptions)}  # type: ignore[arg-type]
    )


def option_values(options: ChartOptions) -> dict[str, str | bool]:
    """Return every option by name, as values that JSON can hold."""
    values = {row.name: getattr(options, row.name) for row in fields(ChartOptions)}
    return {name: value if isinstance(value, bool) else str(value) for name, value in values.items()}
