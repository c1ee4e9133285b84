"""The child process itself: reads calls from its stdin, runs them on threads, writes replies to its stdout.

It ends when its stdin does, so a killed parent leaves no orphan.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

from candledesk.cache.runtime.fetch_process import ChildConfig, read_frame, write_frame
from candledesk.domain.venue import UnknownCalendarError

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.venue import Venue

EPOCH = date(1970, 1, 1)
CALENDAR_AHEAD = timedelta(days=370)


def _handlers(config: ChildConfig) -> dict[str, Callable[[Any], object]]:
    warnings.simplefilter("ignore")  # pandas 3's deprecation notices about its own callers are not ours to show
    from candledesk.providers.registry import fetch_by_symbol, make_providers
    from candledesk.venues.calendars import load_calendar

    providers = make_providers(config.options)
    for provider in providers.values():
        if provider.capabilities.is_remote:
            provider.prepare()

    def calendar(payload: tuple[Venue, int]) -> object:
        venue, start = payload
        today = datetime.now(UTC).date()
        return load_calendar(venue, EPOCH + timedelta(seconds=start), today + CALENDAR_AHEAD)

    def search(payload: tuple[str, str, float]) -> object:
        name, query, deadline_s = payload
        return providers[name].search(query, deadline_s)

    return {"fetch": lambda request: fetch_by_symbol(providers, request), "calendar": calendar, "search": search}


def serve(calls: IO[bytes], replies: IO[bytes]) -> None:
    """Answer calls until ``calls`` ends; replies carry the call's number and may come in any order."""
    lock = threading.Lock()

    def reply(number: int, value: object, *, is_error: bool = False) -> None:
        with lock:
            write_frame(replies, (number, is_error, value))

    config: ChildConfig = read_frame(calls)
    handlers = _handlers(config)
    pool = ThreadPoolExecutor(config.n_threads + 1, thread_name_prefix="fetch")

    def run(number: int, kind: str, payload: object) -> None:
        try:
            value = handlers[kind](payload)
        except UnknownCalendarError as error:  # what a person typed
            reply(number, error, is_error=True)
        except Exception as error:  # noqa: BLE001 - the parent knows whose call it was
            reply(number, RuntimeError(f"{type(error).__name__}: {error}"), is_error=True)
        else:
            reply(number, value)

    reply(0, None)
    while True:
        try:
            number, kind, payload = read_frame(calls)
        except EOFError:
            return
        pool.submit(run, number, kind, payload)


def main() -> None:
    """Take the pipes for frames, send whatever libraries print to stderr, and serve."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with contextlib.suppress(BrokenPipeError):  # the parent has ended
        serve(sys.stdin.buffer, replies)
    os._exit(0)  # a hung call must not keep the process


if __name__ == "__main__":
    main()
