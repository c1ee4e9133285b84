"""The outcomes of one window that was fetched; each says what its fill task does next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from candledesk.cache.fetching.fill_task import Attempt, FillResult, FillTask


@dataclass(frozen=True, slots=True)
class Answered:
    """What the window holds is known now; ``is_reported``: an event said that bars were stored or coverage changed."""

    attempt: Attempt
    is_reported: bool


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The provider refused the window, or its last try failed; the coverage says so.

    ``is_reported``: whether an event said so; ``dailies``: the task that must end before the next window is asked for.
    """

    attempt: Attempt
    is_reported: bool
    dailies: FillTask | None = None


@dataclass(frozen=True, slots=True)
class RetryLater:
    """The window is tried again after ``delay_s`` seconds; meanwhile other tasks may well be answered.

    ``reason``: why it waits; ``dailies``: the task that must end before, instead of a delay.
    """

    attempt: Attempt
    delay_s: float
    reason: str
    dailies: FillTask | None = None


@dataclass(frozen=True, slots=True)
class WaitForNetwork:
    """The provider cannot be reached: the window is tried again after ``delay_s`` seconds, as all others are.

    ``error``: what to tell those who wait for the task, ``None`` while it may soon be over.
    """

    attempt: Attempt
    delay_s: float
    reason: str
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Replan:
    """The window is as unknown as before: the task is planned again, and makes another request."""


@dataclass(frozen=True, slots=True)
class Over:
    """The task has ended."""

    result: FillResult


WindowOutcome = Answered | Unanswered | RetryLater | WaitForNetwork | Replan | Over
