"""Animations of a chart: the way to the latest bar, and kinetic panning after a flick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

if TYPE_CHECKING:
    from candledesk.ui.chart.core.interaction.kinetics import Flick
    from candledesk.ui.chart.widget.chart_model import ChartModel

_LATEST_MS = 400  # CHART.md, right edge


class Motion(QObject):
    """Runs at most one animation at a time; every gesture stops it."""

    def __init__(self, model: ChartModel, parent: QObject) -> None:
        """Animate the view of ``model``."""
        super().__init__(parent)
        self._model = model
        self._flick: Flick | None = None
        self._moved = 0.0
        self._animation = QVariantAnimation(self)
        self._animation.valueChanged.connect(self._on_value_changed)

    @property
    def is_running(self) -> bool:
        """Whether an animation runs."""
        return self._animation.state() == QVariantAnimation.State.Running

    def stop(self) -> None:
        """End the animation where the view is now."""
        self._animation.stop()

    def go_latest(self) -> None:
        """Move to the latest bar in 400 ms; jump when it has to be loaded first."""
        if not self._model.series.at_latest:
            self._model.go_latest()
            return
        start, end = float(self._model.placed.right_edge), float(self._model.latest_edge())
        if start == end:
            self._model.say("The latest bar is on screen")
            return
        self._start(None, start, end, _LATEST_MS, QEasingCurve.Type.OutCubic)

    def throw(self, flick: Flick) -> None:
        """Go on with the speed of a flick, slower and slower."""
        duration = flick.duration_ms
        self._start(flick, 0.0, duration, round(duration), QEasingCurve.Type.Linear)

    def _start(self, flick: Flick | None, start: float, end: float, duration: int, curve: QEasingCurve.Type) -> None:
        self._animation.stop()
        self._flick, self._moved = flick, 0.0
        self._animation.setDuration(duration)
        self._animation.setEasingCurve(curve)
        self._animation.setStartValue(start)
        self._animation.setEndValue(end)
        self._animation.start()

    def _on_value_changed(self, value: float) -> None:
        if self._flick is None:
            self._model.move_to(value)
            return
        moved = self._flick.moved(value)
        self._model.pan(moved - self._moved)
        self._moved = moved
