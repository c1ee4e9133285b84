"""Since when the providers have not answered, though they are asked: a slow network is said while it is slow."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from candledesk.providers.answers import FaultAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from candledesk.cache.runtime.timers import DelayedCalls
    from candledesk.providers.answers import ProviderAnswer

SLOW_S = 5.0  # an answer takes 0.3 s on a usual line
QUICK_S = 1.0  # a fault that comes sooner is an answer, however useless
KEPT_S = 20.0  # longer than the pauses between the tries of a window


class AnswerWatch:
    """Safe from any thread; ``on_change`` is called when the state changes.

    A request that ended without an answer counts as not answered until its next try has begun.
    """

    def __init__(
        self,
        delayed_calls: DelayedCalls,
        on_change: Callable[[], None],
        now: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``now``: UTC seconds; ``clock``: monotonic seconds."""
        self._delayed_calls = delayed_calls
        self._on_change = on_change
        self._now = now
        self._clock = clock
        self._lock = threading.Lock()
        self._n_waiting = 0
        self._n_begun = 0
        self._since: tuple[float, int] | None = None
        self._is_slow = False

    @property
    def unanswered_since(self) -> int | None:
        """Return since when (UTC seconds) nothing is answered; ``None`` when that is shorter than ``SLOW_S``."""
        since = self._since
        return since[1] if self._is_slow and since is not None else None

    @contextmanager
    def asking(self) -> Iterator[list[ProviderAnswer]]:
        """Run a block that sends one request and appends its answer to the list that is yielded."""
        begun = self._clock()
        with self._lock:
            self._n_waiting += 1
            self._n_begun += 1
            if self._since is None:
                self._since = begun, self._now()
        self._delayed_calls.call_later(SLOW_S, self._look)
        answers: list[ProviderAnswer] = []
        try:
            yield answers
        finally:
            self._end(answers, self._clock() - begun)

    def _end(self, answers: list[ProviderAnswer], took_s: float) -> None:
        is_answered = any(
            not isinstance(one, FaultAnswer) or (took_s < QUICK_S and not one.is_offline) for one in answers
        )
        with self._lock:
            self._n_waiting -= 1
            n_begun, is_changed = self._n_begun, is_answered and self._is_slow
            if is_answered:
                self._since = (self._clock(), self._now()) if self._n_waiting else None
                self._is_slow = False
        if is_changed:
            self._on_change()
        if not is_answered:
            self._delayed_calls.call_later(KEPT_S, partial(self._forget, n_begun))

    def _look(self) -> None:
        with self._lock:
            is_slow = self._since is not None and self._clock() >= self._since[0] + SLOW_S
            is_changed = is_slow and not self._is_slow
            self._is_slow = is_slow
        if is_changed:
            self._on_change()

    def _forget(self, n_begun: int) -> None:
        """End the state when no request has begun since."""
        with self._lock:
            if self._n_waiting or self._n_begun != n_begun:
                return
            is_changed, self._since, self._is_slow = self._is_slow, None, False
        if is_changed:
            self._on_change()
