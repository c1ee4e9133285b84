"""How far a long task has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` units of a step, which is named in words for people; ``total`` 0: not known."""

    step: str
    done: int
    total: int


OnProgress = Callable[[Progress], None]
"""Called now and then by a long function; what it raises ends that function."""


def ignore_progress(_progress: Progress) -> None:
    """Do nothing with the progress."""
