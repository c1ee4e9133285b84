"""The rows of the Chart menu: actions on the chart in front (CHART.md, keys) and options of all charts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from candledesk.ui.chart.core.options import ChartOptions, ChartType, Magnet, PriceMode, ZoneName
from candledesk.ui.chart.widget.chart_model import ZOOM_STEP
from candledesk.ui.chart.widget.chart_type import choose_chart_type
from candledesk.ui.chart.widget.date_dialog import ask_date
from candledesk.ui.declared_options import option_text
from candledesk.ui.shell.actions import NO_CHART, ActionRow
from candledesk.ui.theme.palettes import PaletteName

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.ui.chart.widget.chart_view import ChartView
    from candledesk.ui.declared_options import Choice
    from candledesk.ui.shell.option_store import OptionStore

_MENU = "Chart"
CHART_TYPE_MENU = "Chart type"
_SHOWN = ("has_volume", "has_grid", "has_sessions", "has_last_price", "has_countdown", "has_coverage")
_MODE_KEYS = {PriceMode.LOG: ("Alt+L",), PriceMode.PERCENT: ("Alt+P",)}


def chart_rows(view: Callable[[], ChartView | None], options: OptionStore[ChartOptions]) -> list[ActionRow]:
    """Return the rows of the Chart menu: of the chart that ``view`` returns, and of the window's options."""
    return [
        *_type_rows(view),
        *_scale_rows(view),
        *_choice_rows(options, "magnet", Magnet, "Crosshair"),
        ActionRow("next_magnet", _MENU, "Next crosshair", ("Alt+M",), partial(_turn_magnet, options),
                  is_checked=lambda: options.value.magnet is not Magnet.FREE, is_exclusive=False,
                  submenu="Crosshair", has_separator=True),
        *_choice_rows(options, "zone", ZoneName, "Time zone"),
        *_choice_rows(options, "palette", PaletteName, "Colours"),
        *_shown_rows(options),
        *_move_rows(view),
    ]  # fmt: skip


def _choice_rows(options: OptionStore[ChartOptions], name: str, choices: type[Choice], submenu: str) -> list[ActionRow]:
    def row(choice: Choice) -> ActionRow:
        return ActionRow(
            f"{name}_{choice}", _MENU, choice.words, (), partial(options.update, **{name: choice}),
            is_checked=lambda: getattr(options.value, name) is choice, submenu=submenu,
        )  # fmt: skip

    return [row(choice) for choice in choices]


def _type_rows(view: Callable[[], ChartView | None]) -> list[ActionRow]:
    def row(kind: ChartType) -> ActionRow:
        return ActionRow(
            f"chart_type_{kind}", _MENU, kind.words, (), _on_chart(view, lambda v: choose_chart_type(v.model, kind)),
            _on_chart(view, lambda _view: True),
            _on_chart(view, lambda v: v.model.scene.options.chart_type is kind), submenu=CHART_TYPE_MENU,
            why_disabled=NO_CHART,
        )  # fmt: skip

    return [row(kind) for kind in ChartType]


def _shown_rows(options: OptionStore[ChartOptions]) -> list[ActionRow]:
    """Return what is shown or not, beside the bars, as toggles."""

    def row(name: str) -> ActionRow:
        text = option_text(ChartOptions.__dataclass_fields__[name])
        return ActionRow(
            name, _MENU, text, (), lambda: options.update(**{name: not getattr(options.value, name)}),
            is_checked=lambda: bool(getattr(options.value, name)), submenu="Show", is_exclusive=False,
        )  # fmt: skip

    return [row(name) for name in _SHOWN]


def _turn_magnet(options: OptionStore[ChartOptions]) -> None:
    modes = list(Magnet)
    options.update(magnet=modes[(modes.index(options.value.magnet) + 1) % len(modes)])


def _on_chart(view: Callable[[], ChartView | None], verb: Callable[[ChartView], object]) -> Callable[[], bool]:
    """Return a call that runs ``verb`` on the chart in front; it returns the verb's answer, false without a chart."""

    def run() -> bool:
        chart = view()
        return chart is not None and bool(verb(chart))

    return run


def _scale_rows(view: Callable[[], ChartView | None]) -> list[ActionRow]:
    has_chart = _on_chart(view, lambda _view: True)

    def row(mode: PriceMode) -> ActionRow:
        return ActionRow(
            f"price_{mode}", _MENU, mode.words, _MODE_KEYS.get(mode, ()),
            _on_chart(view, lambda v: v.model.price_axis.toggle_mode(mode)), has_chart,
            _on_chart(view, lambda v: v.model.scene.price_mode is mode), submenu="Price scale", why_disabled=NO_CHART,
        )  # fmt: skip

    return [
        *(row(mode) for mode in PriceMode),
        ActionRow(
            "invert", _MENU, "Inverted", ("Alt+I",),
            _on_chart(view, lambda v: v.model.price_axis.set_inverted(is_on=not v.model.scene.is_inverted)), has_chart,
            _on_chart(view, lambda v: v.model.scene.is_inverted), has_separator=True, submenu="Price scale",
            is_exclusive=False, why_disabled=NO_CHART,
        ),
        ActionRow(
            "autoscale", _MENU, "Fit to the visible bars", ("Alt+A",),
            _on_chart(view, lambda v: v.model.price_axis.toggle_fit()), has_chart,
            _on_chart(view, lambda v: v.model.scene.price_range is None), submenu="Price scale", is_exclusive=False,
            why_disabled=NO_CHART,
        ),
    ]  # fmt: skip


def _move_rows(view: Callable[[], ChartView | None]) -> list[ActionRow]:
    has_chart = _on_chart(view, lambda _view: True)

    def row(name: str, title: str, keys: tuple[str, ...], verb: Callable[[ChartView], object]) -> ActionRow:
        return ActionRow(
            name, _MENU, title, keys, _on_chart(view, verb), has_chart, has_separator=name == "zoom_in",
            why_disabled=NO_CHART,
        )  # fmt: skip

    return [
        row("zoom_in", "Zoom in", ("+", "=", "Ctrl+Up"), lambda v: v.model.zoom_right(ZOOM_STEP)),
        row("zoom_out", "Zoom out", ("-", "Ctrl+Down"), lambda v: v.model.zoom_right(1 / ZOOM_STEP)),
        row("fit", "Fit all bars", ("0",), lambda v: v.model.fit()),
        row("reset", "Reset the chart", ("Alt+R",), lambda v: v.model.reset()),
        row("bar_left", "One bar left", ("Left",), lambda v: v.model.step(-1)),
        row("bar_right", "One bar right", ("Right",), lambda v: v.model.step(1)),
        row("page_left", "One page left", ("Ctrl+Left",), lambda v: v.model.page(-1)),
        row("page_right", "One page right", ("Ctrl+Right",), lambda v: v.model.page(1)),
        row("first", "Go to the first bar", ("Home",), lambda v: v.model.go_first()),
        row("go_to_date", "Go to date…", ("Alt+G",), ask_date),
        row("latest", "Go to the latest bar", ("End",), lambda v: v.animate_latest()),
    ]
