"""The page for people about the API, written from the same declarations: plain HTML without scripts."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from candledesk.domain.interval import INTERVALS
from candledesk.web.api.contract.openapi import ERROR_TEXTS, collect_components, statuses_of
from candledesk.web.codec import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from candledesk.web.api.contract.endpoint import Endpoint
    from candledesk.web.api.contract.params import Param
    from candledesk.web.codec import Schema

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="base-uri 'none'; form-action 'none'">
<title>CandleDesk: the local API</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/docs.css">
</head>
"""
_INTRO = """<header>
<h1>CandleDesk: the local API</h1>
<p>The candle cache for your own scripts. It listens on this machine only, and each request but those for the page
itself carries the token of the running instance: <code>endpoint.json</code> in the home holds the address and the
token, which is new at each start. The machine-readable contract is
<code>/openapi.json</code>.</p>
<pre><code>HOME_DIR=~/.local/share/candledesk
curl -H "Authorization: Bearer $(jq -r .token $HOME_DIR/endpoint.json)" \\
     "$(jq -r .url $HOME_DIR/endpoint.json)/api/v1/candles?symbol=AAPL&amp;interval=1d&amp;from=2026-01-01"</code></pre>
<h2 id="words">What the words mean</h2>
<ul>
<li>Times are ISO-8601: a date (<code>2026-11-02</code>) or an instant with its offset
(<code>2026-11-02T14:30:00Z</code>). Answers are in UTC. Spans are half-open: from is in, to is out.</li>
<li>A candle's timestamp is its opening instant; of 1d and longer it is the session's own date at 00:00 UTC.</li>
<li>Intervals: {intervals}, and any other multiple, such as <code>10m</code>, <code>45m</code>, <code>2h</code>,
<code>2d</code>, <code>2wk</code>, <code>6mo</code>, <code>1y</code>, which is derived from stored candles.</li>
<li>An answer that is cut at <code>limit</code> gives the <code>cursor</code> of the next page in <code>next</code>; one
that is an array has the address of the next page in its <code>Link</code> header (<code>rel="next"</code>).</li>
<li>Large answers come compressed with gzip when <code>Accept-Encoding</code> allows it. Candles carry an
<code>ETag</code>: sent back in <code>If-None-Match</code>, it is answered with 304 while nothing has changed.</li>
<li>The body of a POST or PUT is a JSON object of at most 64 KiB, sent as <code>application/json</code>.</li>
</ul>
</header>
"""


def build_docs(endpoints: Sequence[Endpoint]) -> bytes:
    """Return the page as UTF-8."""
    links = "".join(f'<li><a href="#{_anchor(row)}">{_title(row)}</a></li>\n' for row in endpoints)
    parts = [
        _HEAD,
        "<body>\n",
        _INTRO.replace("{intervals}", " ".join(f"<code>{name}</code>" for name in INTERVALS)),
        f'<nav aria-label="Routes"><h2>Routes</h2>\n<ul>\n{links}</ul></nav>\n<main>\n',
        *(_section(row) for row in endpoints),
        _schemas(collect_components(endpoints)),
        _errors(),
        "</main>\n</body>\n</html>\n",
    ]
    return "".join(parts).encode()


def _anchor(endpoint: Endpoint) -> str:
    return endpoint.handler.__name__.strip("_")


def _title(endpoint: Endpoint) -> str:
    return (
        f'<span class="method {endpoint.method.lower()}">{endpoint.method}</span> <code>{escape(endpoint.path)}</code>'
    )


def _section(endpoint: Endpoint) -> str:
    rows = [("path", param) for param in endpoint.path_params]
    rows += [("query", param) for param in endpoint.query]
    rows += [("body", param) for param in endpoint.body]
    statuses = " ".join(f'<a href="#status-{status}">{status}</a>' for status in statuses_of(endpoint))
    answer = endpoint.answer
    return "".join(
        (
            f'<section id="{_anchor(endpoint)}">\n<h3>{_title(endpoint)}</h3>\n',
            f"<p><b>{escape(endpoint.summary)}.</b> {escape(endpoint.text)}</p>\n",
            "<p>It needs no token.</p>\n" if endpoint.is_open else "",
            _parameters(rows),
            f"<p>Answers <b>{answer.status}</b> <code>{escape(answer.media_type)}</code>: {escape(answer.text)} ",
            f"({_type(schema_of(answer.content))}).",
            " <b>304</b> when nothing has changed." if answer.has_etag else "",
            f" Failures: {statuses}.</p>\n</section>\n",
        )
    )


def _parameters(rows: Iterable[tuple[str, Param]]) -> str:
    lines = [
        f"<tr><td><code>{escape(param.name)}</code></td><td>{place}</td><td>{_type(param.describe())}</td>"
        f"<td>{_default(param)}</td><td>{escape(param.text)}</td></tr>\n"
        for place, param in rows
    ]
    return _table(("name", "in", "type and limits", "default", "meaning"), lines) if lines else ""


def _table(heads: Iterable[str], lines: Iterable[str]) -> str:
    head = "".join(f"<th>{text}</th>" for text in heads)
    body = "".join(lines)
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>\n'


def _default(param: Param) -> str:
    if param.is_required:
        return "<b>required</b>"
    return f"<code>{escape(str(param.default))}</code>" if param.default not in {None, ""} else ""


def _type(schema: Schema) -> str:
    """Say a schema in a few words, with a link to those that have a table of their own."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f'<a href="#schema-{name}">{name}</a>'
    if schema.get("type") == "array":
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"array of {_type(schema['items'])}{most}"
    if "enum" in schema:
        return " ".join(f"<code>{escape(str(word))}</code>" for word in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    either = schema.get("anyOf", ())
    if either and "type" not in schema:
        return " or ".join(_type(part) for part in either)
    return _plain_type(schema, [str(part.get("format", "")) for part in either])


def _plain_type(schema: Schema, formats: list[str]) -> str:
    words = str(schema.get("type", "value")).replace("string", "text")
    form = " or ".join(formats) or str(schema.get("format", ""))
    limits = []
    if "minimum" in schema and "maximum" in schema:
        limits.append(f"{schema['minimum']:,} to {schema['maximum']:,}")
    if "maxLength" in schema:
        limits.append(f"at most {schema['maxLength']} characters")
    if "pattern" in schema:
        limits.append(f"like {schema['pattern']}")
    return escape(", ".join([form or words, *limits]))


def _schemas(components: Mapping[str, Schema]) -> str:
    tables = "".join(_schema_table(name, schema) for name, schema in components.items())
    return f'<h2 id="schemas">What answers hold</h2>\n{tables}'


def _schema_table(name: str, schema: Schema) -> str:
    fields: dict[str, Any] = schema.get("properties", {})
    lines = (
        f"<tr><td><code>{escape(field)}</code></td><td>{_type(part)}</td>"
        f"<td>{escape(str(part.get('description', '')))}</td></tr>\n"
        for field, part in fields.items()
    )
    return f'<section id="schema-{name}"><h3>{name}</h3>\n{_table(("field", "type", "meaning"), lines)}</section>\n'


def _errors() -> str:
    lines = (
        f'<tr id="status-{status}"><td><b>{status}</b></td><td>{HTTPStatus(status).phrase}</td>'
        f"<td>{escape(text)}</td></tr>\n"
        for status, text in ERROR_TEXTS.items()
    )
    return (
        '<h2 id="errors">Failures</h2>\n<p>Every failure is a <a href="#schema-Problem">Problem</a> (RFC 9457, '
        f"<code>application/problem+json</code>).</p>\n{_table(('status', 'title', 'meaning'), lines)}"
    )
