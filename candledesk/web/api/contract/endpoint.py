"""A route as one declaration: it validates requests and describes the route in the OpenAPI document and in /docs."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from starlette.responses import Response

from candledesk.domain.errors import CandleDeskError, ClosingError, EnvironmentFaultError
from candledesk.web.api.contract import params
from candledesk.web.codec import encode
from candledesk.web.server.compress import compress_answer
from candledesk.web.server.event_log import EventLog
from candledesk.web.server.guard import WITH_BODY, check_media_type
from candledesk.web.server.problems import BusyError, describe_error
from candledesk.web.server.sign_in import SignIn
from candledesk.web.server.throttle import PolledSeries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from starlette.requests import Request

    from candledesk.cache.api import CacheApi
    from candledesk.cache.events import WindowRequested
    from candledesk.web.api.contract.params import Param
    from candledesk.web.server.datafeed_access import DatafeedAccess
    from candledesk.workspace.api import SubscribedWorkspace, WorkspaceApi

T = TypeVar("T")
ANSWER_TIMEOUT_S = (
    params.MAX_TIMEOUT_S + 5
)  # the cache has its own deadline; this one ends the wait for a cache that hangs
JSON = "application/json"


@dataclass(slots=True)
class RequestContext:
    """What handlers share: the cache, the event set at shutdown, the clock, what shows the window, the log of events.

    ``on_window`` ``None``: this instance has no window; ``workspace`` ``None``: it holds no user data; ``sign_in``: who
    may use the API; ``imports``: the folder of files with foreign bars. ``datafeed`` ``None``: the UDF datafeed is off;
    ``polled``: the series that its clients poll.
    """

    cache: CacheApi
    stopping: asyncio.Event
    clock: Callable[[], float] = time.time
    on_window: Callable[[WindowRequested], None] | None = None
    workspace: SubscribedWorkspace | None = None
    events: EventLog = field(default_factory=EventLog)
    sign_in: SignIn = field(default_factory=SignIn)
    imports: Path | None = None
    datafeed: DatafeedAccess | None = None
    polled: PolledSeries = field(default_factory=PolledSeries)

    def require_workspace(self) -> WorkspaceApi:
        """Return the workspace; ``EnvironmentFaultError`` when this instance holds none."""
        if self.workspace is None:
            raise EnvironmentFaultError("This instance holds no watchlists, layouts and drawings.")
        return self.workspace

    def now(self) -> int:
        """Return UTC seconds."""
        return int(self.clock())

    async def settle(self, future: Future[T]) -> T:
        """Wait for the cache; ``ClosingError`` at a shutdown, ``BusyError`` when it takes too long."""
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
    """One HTTP request with its checked parameters.

    ``values``: of path, query and body, where a part of the path outranks a field of the same name; ``body``: the
    fields of the body alone.
    """

    http: Request
    values: Mapping[str, Any]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """What a route answers when it succeeds: the type of its content, a text about it, and the status.

    ``content``: a message, a tuple of messages (``codec``), ``str`` for a text, or ``dict`` for any JSON object.
    ``has_next_link``: the answer is a page, and a ``Link`` header (RFC 8288) leads to the next one. ``files``: media
    types of what it answers instead when a format is asked for that is a file.
    """

    content: Any
    text: str
    status: int = 200
    media_type: str = JSON
    has_etag: bool = False
    has_next_link: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the API.

    ``path`` may hold ``{name}`` of a row of ``path_params``; ``query`` and ``body`` declare what else it accepts, and
    ``body_rules`` are further JSON Schema keywords of the body; ``takes_other_fields``: it may have undeclared ones.
    ``errors``: statuses beyond those that every route of its kind has (``openapi.statuses_of``). ``text``: a paragraph
    for people. ``is_open``: it needs no token.
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
    takes_other_fields: bool = False

    async def respond(self, context: RequestContext, request: Request) -> Response:
        """Check the parameters and run the handler; every expected failure becomes a problem."""
        try:
            if context.stopping.is_set():
                raise ClosingError("CandleDesk is closing.")
            if self.method in WITH_BODY:
                check_media_type(request.scope["headers"])
            path = params.read_path(self.path_params, request.path_params)
            query = params.read_query(self.query, self.query_pairs(request))
            body = {}
            if self.method in WITH_BODY:
                body = params.read_body(self.body, await request.body(), takes_others=self.takes_other_fields)
            checked = RouteRequest(request, body | query | path, body)
            return await compress_answer(await self.handler(context, checked), request)
        except CandleDeskError as error:
            return describe_error(error)

    def query_pairs(self, request: Request) -> list[tuple[str, str]]:
        """Return the parameters of the query that are checked: all of them."""
        return request.query_params.multi_items()


def json_response(
    content: Any,  # noqa: ANN401 - any message
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a message, or a list or tuple of messages, as JSON."""
    return Response(orjson.dumps(encode(content)), status, headers, media_type=JSON)
