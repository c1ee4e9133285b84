"""The volume profile of the range that is asked for: its point of control and value area at every bar of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.indicators.declaration import (
    Hole,
    Indicator,
    Inputs,
    Output,
    Pane,
    Params,
    Plot,
    Reach,
    length_of,
    number_of,
)
from candledesk.indicators.volume.profile_rows import ProfileRows, count_rows

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray


def profile_of(inputs: Inputs, params: Params) -> ProfileRows | None:
    """Return the profile of the range, from finer bars where there are any; ``None`` without volume."""
    bars = inputs.market.finer if len(inputs.market.finer) else inputs.bars
    return count_rows(bars, params.integer("rows"), params.number("value_area") / 100)


def _compute(inputs: Inputs, params: Params) -> tuple[FloatArray, ...]:
    n, profile = len(inputs.bars), profile_of(inputs, params)
    if profile is None:
        return np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    edges, busiest, (first, last) = profile.edges, profile.busiest, profile.area
    values = ((edges[busiest] + edges[busiest + 1]) / 2, edges[last + 1], edges[first])
    return tuple(np.full(n, value) for value in values)


def _settled_from(_inputs: Inputs, _params: Params, hole: Hole) -> int:
    """Older bars lie outside of the range; a hole inside of it is listed as a gap."""
    return hole.index


VOLUME_PROFILE = Indicator(
    id="volume_profile",
    title="Volume profile, visible range",
    params=(length_of(24, "rows"), number_of("value_area", 70.0, 1.0, 100.0)),
    outputs=tuple(Output(name, Plot.LEVEL) for name in ("poc", "value_area_high", "value_area_low")),
    pane=Pane.PRICE,
    compute=_compute,
    settled_from=_settled_from,
    reach=Reach.RANGE,
    needs_volume=True,
)
