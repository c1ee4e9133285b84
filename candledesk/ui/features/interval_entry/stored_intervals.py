"""Which intervals a chart without bars offers instead of the one that it cannot show (WINDOW.md, rule 10). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import INTERVALS, Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.ui.chart.core.scene import ChartScene


def lacks_bars(scene: ChartScene) -> bool:
    """Return whether a chart has no bars of its series and none are on their way."""
    series = scene.series
    if not series.symbol or len(series.bars) or scene.notice is None:
        return False
    is_coming = series.edge in {EdgeState.LOADING, EdgeState.MORE}
    return scene.is_offline or bool(scene.pause) or not is_coming


def offered_intervals(stored: Iterable[Interval], shown: Interval) -> list[Interval]:
    """Return the usual intervals that stored bars can show, the shortest first, without the one that is shown."""
    bases = {interval.base.name for interval in stored}
    return [row for row in INTERVALS.values() if row.base.name in bases and row is not shown]
