"""What is measured: two points of a pane. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """Two points of the pane ``pane``: times of bars (UTC seconds) and values. ``is_done``: the second one is set."""

    pane: str
    start_time: int
    start_value: float
    end_time: int
    end_value: float
    is_done: bool = False

    @property
    def is_up(self) -> bool:
        """Whether the value rises or stays."""
        return self.end_value >= self.start_value
