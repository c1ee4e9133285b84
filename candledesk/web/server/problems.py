"""Every refusal as RFC 9457 ``application/problem+json`` with a code for programs; no answer describes internals."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

import orjson
from starlette.responses import Response

from candledesk.domain.errors import (
    CandleDeskError,
    ClosingError,
    DocumentError,
    EnvironmentFaultError,
    InputError,
    JobStateError,
    NameTakenError,
    NotCachedError,
    NoWindowError,
    OfflineError,
    OwnIndicatorError,
    TaskStateError,
    TooLateError,
    UnknownIndicatorError,
    UnknownJobError,
    UnknownNameError,
    UnknownSymbolError,
    UnknownTaskError,
)
from candledesk.domain.json_fields import JsonField
from candledesk.web.codec import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

RETRY_AFTER_S = 5
INTERNAL_TEXT = "An error inside CandleDesk; its log has the details."
PROBLEM_TYPE = "application/problem+json"


class RangeError(InputError):
    """A value that is well formed and out of range (422)."""


def as_of_error(error: InputError) -> InputError:
    """Return an error about ``as_of`` as one of a value out of range: the time itself is well formed."""
    return RangeError(error.field, str(error)) if error.field == "as_of" else error


class BusyError(CandleDeskError):
    """The server has no free place for this request now (503)."""


class RequestRefusedError(CandleDeskError):
    """A request that the guard refuses with ``status`` and extra ``headers``."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the status and headers beside the sentence."""
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class _ErrorKind:
    """How one class of errors is answered; ``field``: the parameter that it is about."""

    error: type[CandleDeskError]
    status: int
    code: str
    field: str = ""
    retry_after_s: int = RETRY_AFTER_S


_KINDS = (  # the first one that fits holds: subclasses stand in front
    _ErrorKind(UnknownSymbolError, 404, "unknown_symbol", "symbol"),
    _ErrorKind(NotCachedError, 404, "not_cached", "symbol"),
    _ErrorKind(UnknownJobError, 404, "unknown_job", "job_id"),
    _ErrorKind(UnknownIndicatorError, 404, "unknown_indicator", "id"),
    _ErrorKind(OwnIndicatorError, 422, "own_indicator", "id"),
    _ErrorKind(UnknownTaskError, 404, "unknown_task", "task_id"),
    _ErrorKind(UnknownNameError, 404, "unknown_name", "name"),
    _ErrorKind(NameTakenError, 409, "name_taken", "name"),
    _ErrorKind(JobStateError, 409, "job_state"),
    _ErrorKind(TaskStateError, 409, "task_state"),
    _ErrorKind(NoWindowError, 409, "no_window"),
    _ErrorKind(TooLateError, 503, "too_late"),
    _ErrorKind(OfflineError, 503, "offline"),
    _ErrorKind(ClosingError, 503, "closing"),
    _ErrorKind(EnvironmentFaultError, 503, "environment_fault"),
    _ErrorKind(BusyError, 503, "busy", retry_after_s=1),
    _ErrorKind(DocumentError, 422, "invalid_document"),
    _ErrorKind(RangeError, 422, "out_of_range"),
    _ErrorKind(InputError, 400, "invalid_value"),
)
_OTHER = _ErrorKind(CandleDeskError, 503, "unavailable")
_BY_CODE = {kind.code: kind for kind in _KINDS}
_STATUS_CODES = {  # of refusals; Python's own names of the statuses differ between its versions
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "body_timeout",
    413: "body_too_large",
    414: "address_too_long",
    415: "not_json",
    421: "wrong_host",
    429: "too_many_requests",
    431: "headers_too_large",
    500: "internal_error",
}
_CODES = ", ".join([*_BY_CODE, *_STATUS_CODES.values(), _OTHER.code])


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request failed."""

    title: str
    status: int
    detail: Annotated[str, "what happened and what to do, in a sentence"]
    field: Annotated[str, JsonField(is_left_out_empty=True), "the offending parameter, where there is one"] = ""
    code: Annotated[str, f"for programs, one of {_CODES}"] = ""
    symbol: Annotated[str, JsonField(is_left_out_empty=True), "the symbol that it is about, where there is one"] = ""

    def error(self) -> CandleDeskError:
        """Return the error behind the problem; ``EnvironmentFaultError`` when only trying again helps."""
        kind = _BY_CODE.get(self.code, _OTHER).error
        if issubclass(kind, UnknownSymbolError):
            return kind(self.symbol, self.detail)
        if issubclass(kind, NotCachedError):
            return kind(self.symbol)
        if issubclass(kind, InputError):
            return kind(self.field, self.detail)
        is_temporary = kind in {BusyError, CandleDeskError, ClosingError}
        return EnvironmentFaultError(self.detail) if is_temporary else kind(self.detail)


def problem_body(status: int, detail: str, *, field: str = "", code: str = "", symbol: str = "") -> bytes:
    """Return the JSON of one problem; ``title`` is the status in words, ``code`` that of the status unless given."""
    chosen = code or _STATUS_CODES.get(status, _OTHER.code)
    return orjson.dumps(encode(Problem(HTTPStatus(status).phrase, status, detail, field, chosen, symbol)))


def problem_response(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem without a code of its own as a response; a 503 has a ``Retry-After``."""
    return _response(status, problem_body(status, detail), headers or {})


def describe_error(error: CandleDeskError) -> Response:
    """Return the answer to an expected failure (INTERFACE.md, "HTTP")."""
    if isinstance(error, RequestRefusedError):
        return problem_response(error.status, str(error), error.headers)
    kind = next((kind for kind in _KINDS if isinstance(error, kind.error)), _OTHER)
    field = error.field if isinstance(error, InputError) else kind.field
    symbol = error.symbol if isinstance(error, UnknownSymbolError | NotCachedError) else ""
    body = problem_body(kind.status, str(error), field=field, code=kind.code, symbol=symbol)
    return _response(kind.status, body, {}, kind.retry_after_s)


def _response(status: int, body: bytes, headers: Mapping[str, str], retry_after_s: int = RETRY_AFTER_S) -> Response:
    extra = dict(headers)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        extra.setdefault("Retry-After", str(retry_after_s))
    return Response(body, status, extra, PROBLEM_TYPE)
