"""Every refusal as RFC 9457 ``application/problem+json``; no answer tells of internals."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from candledesk.domain.errors import (
    CandleDeskError,
    ClosingError,
    EnvironmentFaultError,
    InputError,
    JobStateError,
    NotCachedError,
    NoWindowError,
    OfflineError,
    UnknownJobError,
    UnknownSymbolError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

RETRY_AFTER_S = 5
INTERNAL_TEXT = "An error inside CandleDesk; its log has the details."
_FIELDS = {UnknownSymbolError: "symbol", NotCachedError: "symbol", UnknownJobError: "job_id"}
_STATUSES: tuple[tuple[type[CandleDeskError], int], ...] = (
    (UnknownSymbolError, 404),
    (NotCachedError, 404),
    (UnknownJobError, 404),
    (JobStateError, 409),
    (NoWindowError, 409),
    (OfflineError, 503),
    (ClosingError, 503),
    (EnvironmentFaultError, 503),
)


class RangeError(InputError):
    """A value that is well formed and out of range (422)."""


class BusyError(CandleDeskError):
    """The server has no free place for this request now (503)."""


class RequestRefusedError(CandleDeskError):
    """A request that the guard turns away with ``status`` and extra ``headers``."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the status and headers beside the sentence."""
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})


def problem_body(status: int, detail: str, field: str | None = None) -> bytes:
    """Return the JSON of one problem; ``title`` is the status in words."""
    body: dict[str, object] = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if field is not None:
        body["field"] = field
    return orjson.dumps(body)


def problem_response(
    status: int, detail: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the problem as a response; a 503 says when to come back."""
    extra = dict(headers or {})
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        extra.setdefault("Retry-After", str(RETRY_AFTER_S))
    return Response(problem_body(status, detail, field), status, extra, "application/problem+json")


def describe_error(error: CandleDeskError) -> Response:
    """Map an expected failure to its answer (INTERFACE.md, "HTTP")."""
    if isinstance(error, RequestRefusedError):
        return problem_response(error.status, str(error), headers=error.headers)
    if isinstance(error, InputError):
        return problem_response(422 if isinstance(error, RangeError) else 400, str(error), error.field)
    if isinstance(error, BusyError):
        return problem_response(503, str(error), headers={"Retry-After": "1"})
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return problem_response(status, str(error), _FIELDS.get(kind))
    return problem_response(503, str(error))
