"""OpenAPI 3.1 written from the declarations that validate the requests, so that the two cannot differ."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from candledesk import __version__
from candledesk.web.codec import components_of, schema_of
from candledesk.web.server.guard import CHANGES, WITH_BODY
from candledesk.web.server.problems import PROBLEM_TYPE, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from candledesk.web.api.contract.endpoint import Endpoint
    from candledesk.web.api.contract.params import Param
    from candledesk.web.codec import Schema

ERROR_TEXTS = {
    400: "A parameter is malformed, missing, unknown or given twice; field names it.",
    401: "The token is missing or not the one of this run.",
    403: "Another site may not use this server.",
    404: "Nothing is known under that symbol, number or name.",
    405: "This address does not take that method.",
    408: "The body did not arrive in time.",
    409: "The state forbids it.",
    413: "The body is larger than 64 KiB.",
    414: "The address is too long.",
    415: "The body is not application/json.",
    421: "The Host is not this server's own address.",
    422: "A value is well formed, but out of range, or contradicts another one.",
    429: "Too many changes in a short time: come back after Retry-After seconds.",
    431: "The headers are too long.",
    500: "An error inside CandleDesk; its log has the details.",
    503: "Busy, offline or closing: come back after Retry-After seconds.",
}
_OF_EVERY_ROUTE = (403, 414, 421, 431, 503)
_OF_CHANGES = (408, 413, 429)
_WITH_RETRY = {429, 503}


def statuses_of(endpoint: Endpoint) -> list[int]:
    """Return every status of a failure that the route can answer, ascending."""
    found = {*_OF_EVERY_ROUTE, *endpoint.errors, 400}
    if not endpoint.is_open:
        found.add(401)
    if endpoint.method in CHANGES:
        found.update(_OF_CHANGES)
    if endpoint.method in WITH_BODY:
        found.add(415)
    return sorted(found)


def collect_components(endpoints: Iterable[Endpoint]) -> dict[str, Schema]:
    """Return the schemas of all messages that the routes answer, by name; ``ValueError`` for a name of two messages."""
    found = components_of(Problem)
    for endpoint in endpoints:
        for name, schema in components_of(endpoint.answer.content).items():
            if found.setdefault(name, schema) != schema:
                raise ValueError(f"two messages have the name {name}")
    return dict(sorted(found.items()))


def build_openapi(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Return the document for ``GET /openapi.json``."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CandleDesk",
            "version": __version__,
            "description": "The local candle cache for scripts. endpoint.json in the home holds the URL and the token.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": collect_components(endpoints),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "New at each start; endpoint.json in the home holds it.",
                }
            },
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.handler.__name__.strip("_"),
        "summary": endpoint.summary,
        "responses": _responses(endpoint),
    }
    if endpoint.text:
        operation["description"] = endpoint.text
    if endpoint.is_open:
        operation["security"] = []
    given = [_parameter(param, "path") for param in endpoint.path_params]
    given += [_parameter(param, "query") for param in endpoint.query]
    if given:
        operation["parameters"] = given
    if endpoint.method in WITH_BODY:
        operation["requestBody"] = _request_body(endpoint)
    return operation


def _parameter(param: Param, place: str) -> dict[str, Any]:
    return {
        "name": param.name,
        "in": place,
        "description": param.text,
        "required": param.is_required,
        "schema": param.describe(),
    }


def _request_body(endpoint: Endpoint) -> dict[str, Any]:
    required = [param.name for param in endpoint.body if param.is_required]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {param.name: _field(param) for param in endpoint.body},
        "additionalProperties": endpoint.takes_other_fields,
        **dict(endpoint.body_rules),
    }
    if required:
        schema["required"] = required
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _field(param: Param) -> Schema:
    """Return the schema of one field of a body; null in an optional field means that it is not given."""
    schema = param.describe()
    if param.is_required:
        return {**schema, "description": param.text}
    return {"anyOf": [schema, {"type": "null"}], "description": param.text}


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    answer = endpoint.answer
    content = {answer.media_type: {"schema": schema_of(answer.content)}, **{kind: {} for kind in answer.files}}
    success: dict[str, Any] = {"description": answer.text, "content": content}
    responses: dict[str, Any] = {str(answer.status): success}
    if answer.has_etag:
        success["headers"] = {"ETag": {"description": "for If-None-Match", "schema": {"type": "string"}}}
        responses["304"] = {"description": "Nothing has changed since the answer with the ETag in If-None-Match."}
    if answer.has_next_link:
        text = "the address of the next page as rel=next; left out on the last one"
        success["headers"] = {"Link": {"description": text, "schema": {"type": "string"}}}
    for status in statuses_of(endpoint):
        responses[str(status)] = _problem(status)
    return responses


def _problem(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}: {ERROR_TEXTS[status]}",
        "content": {PROBLEM_TYPE: {"schema": schema_of(Problem)}},
    }
    if status in _WITH_RETRY:
        answer["headers"] = {"Retry-After": {"required": True, "schema": {"type": "string"}}}
    return answer
