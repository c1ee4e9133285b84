"""A window of a series that the provider is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span


@dataclass(eq=False, slots=True)
class AskedWindow:
    """What is to be known of a series; ``asked``: the window with its overlap, as it is really asked for."""

    symbol: str
    interval: Interval
    window: Span
    asked: Span | None = None
