"""Says over the chart that the look-up of a symbol takes long: a person must not wonder what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from candledesk.ui.single_shot import single_shot_timer

if TYPE_CHECKING:
    from candledesk.ui.shell.chart_controller import ChartController

_SOON_MS = 900  # WINDOW.md, rule 3: a sentence within a second


class SlowLookUp(QObject):
    """Watches the chart in front, which goes on showing the former symbol meanwhile."""

    def __init__(self, charts: ChartController, parent: QObject) -> None:
        """Wait for a look-up."""
        super().__init__(parent)
        self._charts = charts
        self._timer = single_shot_timer(self, _SOON_MS, self._on_timeout)
        charts.waiting_changed.connect(self._on_waiting_changed)

    def _on_waiting_changed(self, text: str) -> None:
        if not text:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _on_timeout(self) -> None:
        page = self._charts.page
        target = page.target if page is not None else None
        shown = page.model.series.symbol if page is not None else ""
        if page is not None and target is not None and shown and target[0] != shown:
            page.show_toast(f"Looking up {target[0]}: there is no answer yet. Until then the chart shows {shown}.")
