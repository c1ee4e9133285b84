"""The price axis of a chart: its mode, its direction, and whether it is fitted to the visible bars. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from candledesk.ui.chart.core.options import PriceMode

if TYPE_CHECKING:
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene


class ScaledChart(Protocol):
    """What the axis needs of its chart."""

    scene: ChartScene

    def frame(self) -> Frame:
        """Return the solved frame of the present scene."""

    def restore(self, spacing: float | None = None, **changes: object) -> None:
        """Set values of the arrangement by their names, without a command."""

    def arrange(self, title: str, **changes: object) -> None:
        """Change values of the arrangement by their names, as one command that can be undone."""


class PriceAxis:
    """Changes the price axis of one chart; each change but those of a drag is a command that can be undone."""

    def __init__(self, chart: ScaledChart) -> None:
        """Change the scene of ``chart``."""
        self._chart = chart

    def scale(self, factor: float) -> None:
        """Scale about the centre and turn autoscale off."""
        self._chart.restore(price_range=self._chart.frame().price.range.scaled(factor))

    def fit(self) -> None:
        """Turn autoscale on."""
        self._chart.arrange("fit prices", price_range=None)

    def toggle_fit(self) -> None:
        """Fit the axis to the visible bars, or keep it as it is now."""
        if self._chart.scene.price_range is None:
            self._chart.arrange("keep the price scale", price_range=self._chart.frame().price.range)
        else:
            self.fit()

    def set_mode(self, mode: PriceMode) -> None:
        """Set the mode, and autoscale."""
        self._chart.arrange(f"{mode.words.lower()} price scale", price_mode=mode, price_range=None)

    def toggle_mode(self, mode: PriceMode) -> None:
        """Switch to ``mode``, or back to normal."""
        self.set_mode(PriceMode.NORMAL if self._chart.scene.price_mode is mode else mode)

    def set_inverted(self, *, is_on: bool) -> None:
        """Turn the axis upside down, or back."""
        self._chart.arrange("invert prices", is_inverted=is_on, price_range=None)
