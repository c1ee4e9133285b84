"""A reply made ready to be drawn, on the thread that brings it: a window of many rows must not cost a frame."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.cache.runtime.threads import run_into
from candledesk.ui.chart.core.scene import Series

if TYPE_CHECKING:
    from candledesk.cache.messages import ViewportReply


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A reply and its window, which does not know yet what it replaces (``Series.replacing``)."""

    reply: ViewportReply
    series: Series


def prepare(asked: Future[ViewportReply]) -> Future[Loaded]:
    """Return a future of the reply with its window built; what ``asked`` raises, it raises."""
    loaded: Future[Loaded] = Future()

    def build() -> Loaded:
        reply = asked.result()
        return Loaded(reply, Series.from_reply(reply))

    asked.add_done_callback(lambda _: run_into(loaded, build))
    return loaded
