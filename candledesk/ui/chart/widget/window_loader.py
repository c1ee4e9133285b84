"""Builds the window of a reply on the thread that read it: a window of many rows must not cost a frame."""

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
    """A reply and its window, before it replaces another one (``Series.replacing``)."""

    reply: ViewportReply
    series: Series


def build_window(reply_future: Future[ViewportReply]) -> Future[Loaded]:
    """Return a future of the reply with its window; it raises what ``reply_future`` raises."""
    loaded: Future[Loaded] = Future()

    def build() -> Loaded:
        reply = reply_future.result()
        return Loaded(reply, Series.from_reply(reply))

    reply_future.add_done_callback(lambda _: run_into(loaded, build))
    return loaded
