"""What a route is: one declaration that validates its requests, writes its OpenAPI entry and its paragraph in /docs."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from starlette.responses import Response

from candledesk.domain.errors import CandleDeskError, ClosingError
from candledesk.web.api import params
from candledesk.web.server.compress import compress_answer
from candledesk.web.server.problems import BusyError, describe_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from concurrent.futures import Future

    from starlette.requests import Request

    from candledesk.cache.api import CacheApi
    from candledesk.cache.messages import WindowRequested
    from candledesk.web.api.params import Param
    from candledesk.web.api.schemas import Schema

T = TypeVar("T")
ANSWER_TIMEOUT_S = params.MAX_TIMEOUT_S + 5  # the cache keeps its own deadline; this one is for a cache that hangs
JSON = "application/json"


@dataclass(slots=True)
class RequestContext:
    """What handlers share: the cache, the event that ends everything, the clock, and who shows the window.

    ``on_window`` ``None``: this instance has none.
    """

    cache: CacheApi
    stopping: asyncio.Event
    clock: Callable[[], float] = time.time
    on_window: Callable[[WindowRequested], None] | None = None

    def now(self) -> int:
        """Return UTC seconds."""
        return int(self.clock())

    async def settle(self, future: Future[T]) -> T:
        """Wait for the cache without holding up a shutdown; ``ClosingError`` and ``BusyError`` end the wait."""
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()

        def deliver(_future: Future[T]) -> None:
            with suppress(RuntimeError):  # the loop closed meanwhile
                loop.call_soon_threadsafe(arrived.set)

        future.add_done_callback(deliver)
        waits = {asyncio.ensure_future(arrived.wait()), asyncio.ensure_future(self.stopping.wait())}
        try:
            await asyncio.wait(waits, timeout=ANSWER_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if future.done() and not future.cancelled():
            return future.result()
        if self.stopping.is_set() or future.cancelled():
            raise ClosingError("CandleDesk is closing.")
        raise BusyError("The cache did not answer in time: try again.")


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """One request with its checked parameters."""

    request: Request
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """What a route answers when it succeeds: its status, its JSON Schema and what the answer is, in words."""

    schema: Schema
    text: str
    status: int = 200
    media_type: str = JSON
    has_etag: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the API.

    ``path`` may hold ``{name}`` of a row of ``path_params``; ``query`` and ``body`` declare what else it accepts, and
    ``body_rules`` are further JSON Schema keywords of the body. ``errors``: statuses beyond those that every route of
    its kind has (``openapi.statuses_of``). ``text``: a paragraph for people. ``is_open``: it needs no token.
    """

    method: str
    path: str
    handler: Callable[[RequestContext, RouteRequest], Awaitable[Response]]
    summary: str
    answer: ResponseSpec
    text: str = ""
    query: tuple[Param, ...] = ()
    body: tuple[Param, ...] = ()
    path_params: tuple[Param, ...] = ()
    errors: tuple[int, ...] = ()
    body_rules: tuple[tuple[str, object], ...] = ()
    is_open: bool = False

    async def respond(self, context: RequestContext, request: Request) -> Response:
        """Check the parameters and run the handler; every expected failure becomes a problem."""
        try:
            if context.stopping.is_set():
                raise ClosingError("CandleDesk is closing.")
            values = params.read_path(self.path_params, request.path_params)
            values |= params.read_query(self.query, request.query_params.multi_items())
            if self.method == "POST":
                values |= params.read_body(self.body, await request.body())
            return await compress_answer(await self.handler(context, RouteRequest(request, values)), request)
        except CandleDeskError as error:
            return describe_error(error)


def json_answer(content: object, status: int = 200) -> Response:
    """Return ``content`` as JSON."""
    return Response(orjson.dumps(content), status, media_type=JSON)
