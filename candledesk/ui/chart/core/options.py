"""Every option of how a chart looks, declared once: menus, the dialog and the settings file come from here. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from candledesk.ui.declared_options import Choice, described
from candledesk.ui.theme.palettes import PaletteName


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


class WheelZoom(Choice):
    """Where the wheel zooms; with Ctrl it zooms in the other way."""

    EDGE = "edge", "Right edge at the latest bar"
    CURSOR = "cursor", "Always the cursor"


class Kinetic(Choice):
    """What goes on moving when it is let go."""

    TOUCH = "touch", "Touch only"
    ALWAYS = "always", "Touch and mouse"
    NEVER = "never", "Never"


_OWN = {"palette": PaletteName.CUSTOM}  # what the choice of an own colour implies


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """The options of all charts of a window and the type of each; colours as ``#rrggbb``, of ``PaletteName.CUSTOM``."""

    chart_type: ChartType = field(default=ChartType.CANDLES, metadata=described("Chart type", is_shared=False))
    up_rule: UpRule = field(default=UpRule.OPEN, metadata=described("Colour bars by"))
    palette: PaletteName = field(default=PaletteName.CLASSIC, metadata=described("Colours"))
    up_colour: str = field(
        default="#26a69a", metadata=described("Own colour of rising bars", palette=PaletteName.CUSTOM)
    )
    down_colour: str = field(
        default="#ef5350", metadata=described("Own colour of falling bars", palette=PaletteName.CUSTOM)
    )
    zone: ZoneName = field(default=ZoneName.EXCHANGE, metadata=described("Time zone"))
    magnet: Magnet = field(default=Magnet.CLOSE, metadata=described("Crosshair"))
    wheel: WheelZoom = field(default=WheelZoom.EDGE, metadata=described("Wheel zooms about"))
    kinetic: Kinetic = field(default=Kinetic.TOUCH, metadata=described("Kinetic panning"))
    has_volume: bool = field(default=True, metadata=described("Volume"))
    has_grid: bool = field(default=True, metadata=described("Grid"))
    has_sessions: bool = field(default=True, metadata=described("Lines between sessions"))
    has_last_price: bool = field(default=True, metadata=described("Line at the last price"))
    has_coverage: bool = field(default=True, metadata=described("Coverage strip under the time axis"))
    has_countdown: bool = field(default=True, metadata=described("Countdown to the bar's close"))
    has_dividends: bool = field(default=True, metadata=described("Marks of dividends"))
    has_splits: bool = field(default=True, metadata=described("Marks of splits"))
    has_gains: bool = field(default=True, metadata=described("Marks of capital gains"))
    is_placed_by_time: bool = field(
        default=False, metadata=described("Place drawings within longer bars by their time")
    )
