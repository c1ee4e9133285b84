"""JSON Schema, encoder and decoder of a message, all derived from the annotations of its frozen dataclass.

A field may be a text, a number, a boolean, an enum of texts, a ``Literal`` of texts, an ``Interval`` (its name), a
``UtcSeconds`` (ISO-8601), a ``Span`` (the two keys ``from`` and ``to``), a mapping from texts to these, another
message, a tuple of these, or ``None``. ``domain.json_fields`` says what else an annotation may state. Texts are written
without control and invisible characters (``domain.texts.printable``), wherever they came from: they end in terminals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

from candledesk.domain.interval import INTERVAL_PATTERN, INTERVALS, Interval, parse_interval
from candledesk.domain.json_fields import JsonField
from candledesk.domain.span import Span
from candledesk.domain.texts import printable
from candledesk.domain.times import InstantMark, iso_time, parse_time

T = TypeVar("T")
Schema = Mapping[str, Any]

TIME: Schema = {"type": "string", "format": "date-time", "description": "UTC, ISO-8601"}
INTERVAL: Schema = {
    "type": "string",
    "anyOf": [{"enum": [*INTERVALS]}, {"pattern": INTERVAL_PATTERN}],
    "description": "the canonical name of the bar length",
}
_PLAIN = {int: "integer", float: "number", bool: "boolean", dict: "object"}


class _Form(NamedTuple):
    """How the values of one type are described, written and read."""

    schema: Schema
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Member:
    """A field or a property of a message in its JSON form; ``form`` ``None``: a span."""

    attribute: str
    key: str
    text: str
    form: _Form | None
    is_optional: bool
    is_property: bool
    has_default: bool


def schema_of(hint: Any) -> Schema:  # noqa: ANN401 - any annotation
    """Return the JSON Schema (2020-12) of a type; messages in it are references to ``components_of``."""
    return _form(hint).schema


def encode(value: object) -> Any:  # noqa: ANN401 - what JSON can hold
    """Return a message, or a list or tuple of messages, as what ``orjson`` can write."""
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    row: dict[str, Any] = {}
    message: Any = type(value)
    for member in _members(message):
        found = getattr(value, member.attribute)
        if member.form is None:
            row["from"], row["to"] = iso_time(found.start), iso_time(found.end)
        elif found or not member.is_optional:
            write = member.form.encode
            row[member.key] = found if write is _same else write(found)  # a call less for each plain value
    return row


def decode(message: type[T], row: Mapping[str, Any]) -> T:
    """Return the message that ``encode`` wrote; unknown keys are ignored, missing ones take the field's default.

    ``KeyError``: a key without a default is missing.
    """
    values: dict[str, Any] = {}
    for member in _members(cast("Any", message)):
        if member.is_property:
            continue
        if member.form is None:
            values[member.attribute] = Span(parse_time(row["from"], "from"), parse_time(row["to"], "to"))
        elif member.key in row or not member.has_default:
            values[member.attribute] = member.form.decode(row[member.key])
    return message(**values)


def components_of(hint: Any) -> dict[str, Schema]:  # noqa: ANN401 - any annotation
    """Return the schemas of all messages that a type mentions, itself included, by their names in the contract."""
    found: dict[str, Schema] = {}
    waiting = [hint]
    while waiting:
        one = waiting.pop()
        if is_message(one):
            if _name(one) not in found:
                found[_name(one)] = _message_schema(one)
                waiting += _hints(one).values()
        else:
            waiting += get_args(one)
    return found


def is_message(hint: Any) -> bool:  # noqa: ANN401 - any annotation
    """Tell whether a type is written as a JSON object of its own."""
    return isinstance(hint, type) and is_dataclass(hint) and hint not in {Interval, Span}


def _name(message: type) -> str:
    return str(getattr(message, "schema_name", message.__name__))


def _message_schema(message: type) -> Schema:
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for member in _members(message):
        if member.form is None:
            properties |= {"from": TIME, "to": TIME}
            required += ["from", "to"]
            continue
        described = {"description": member.text} if member.text else {}
        properties[member.key] = {**member.form.schema, **described}
        if not member.is_optional:
            required.append(member.key)
    return {"type": "object", "properties": properties, "required": required}


@cache
def _members(message: type) -> tuple[_Member, ...]:
    """Return the members of a message in the order of its JSON form."""
    hints = _hints(message)
    defaults = {one.name: one.default is not MISSING or one.default_factory is not MISSING for one in fields(message)}
    members = [
        _member(name, hints[name], has_default=has_default)
        for name, has_default in defaults.items()
        if not _json_field(hints[name]).is_internal
    ]
    for name, hint in hints.items():
        after = _json_field(hint).after
        if name not in defaults and after is not None:
            text = str(getattr(message, name).__doc__ or "").partition("\n")[0].rstrip(".")
            text = text[:1].lower() + text[1:]
            names = ["", *(member.attribute for member in members)]
            members.insert(names.index(after), _member(name, hint, text))
    return tuple(members)


def _hints(message: type) -> dict[str, Any]:
    """Return the annotations of the fields of a message, then those of its properties in the JSON form."""
    field_names = [one.name for one in fields(message)]
    hints = get_type_hints(message, include_extras=True)
    found = {name: hints[name] for name in field_names}
    for name, member in vars(message).items():
        if isinstance(member, property) and "JsonField" in str(member.fget.__annotations__.get("return", "")):
            found[name] = get_type_hints(member.fget, include_extras=True)["return"]
    return found


def _json_field(hint: Any) -> JsonField:  # noqa: ANN401 - any annotation
    marks = getattr(hint, "__metadata__", ())
    return next((mark for mark in marks if isinstance(mark, JsonField)), JsonField())


def _member(name: str, hint: Any, text: str | None = None, *, has_default: bool = False) -> _Member:  # noqa: ANN401
    given = _json_field(hint)
    marks = getattr(hint, "__metadata__", ())
    described = text if text is not None else next((mark for mark in marks if isinstance(mark, str)), "")
    is_span = hint is Span or get_args(hint)[:1] == (Span,)
    form = None if is_span else _form(hint)
    key = given.name or name
    return _Member(name, key, described, form, given.is_left_out_empty, text is not None, has_default)


@cache
def _form(hint: Any) -> _Form:  # noqa: ANN401 - any annotation
    """Return how values of a type are written; ``TypeError`` for a type that has no JSON form."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        is_instant = any(isinstance(mark, InstantMark) for mark in hint.__metadata__)
        return _Form(TIME, iso_time, partial(parse_time, field="time")) if is_instant else _form(arguments[0])
    if origin in {Union, UnionType}:
        return _union_form(arguments)
    if origin is tuple or origin is list:
        return _array_form(_form(arguments[0]))
    if origin is Literal:
        return _Form(_choice(arguments), _same, _same)
    if origin is Mapping:
        return _mapping_form(_form(arguments[1]))
    return _type_form(hint)


def _type_form(hint: Any) -> _Form:  # noqa: ANN401 - any annotation
    if hint is str:
        return _Form({"type": "string"}, printable, _same)
    if hint in _PLAIN:
        return _Form({"type": _PLAIN[hint]}, _same, _same)
    if hint is Interval:
        return _Form(INTERVAL, lambda interval: interval.name, parse_interval)
    if is_message(hint):
        return _Form({"$ref": f"#/components/schemas/{_name(hint)}"}, encode, partial(decode, hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Form({"type": "string", "enum": [one.value for one in hint]}, lambda one: one.value, hint)
    raise TypeError(f"{hint} has no JSON form")


def _union_form(arguments: tuple[Any, ...]) -> _Form:
    """Return the form of ``X | None``; the values of a wider union stay as they are, ``Fragment``: JSON already."""
    others = [one for one in arguments if one not in {NoneType, orjson.Fragment}]
    forms = [_form(one) for one in others]
    schema = {"anyOf": [*(form.schema for form in forms), *([{"type": "null"}] if NoneType in arguments else [])]}
    if len(others) > 1:
        return _Form(schema, _same, _same)
    (form,) = forms

    def encode_some(value: Any) -> Any:  # noqa: ANN401 - JSON
        return value if value is None or isinstance(value, orjson.Fragment) else form.encode(value)

    def decode_some(value: Any) -> Any:  # noqa: ANN401 - JSON
        return None if value is None else form.decode(value)

    return _Form(schema, encode_some, decode_some)


def _array_form(item: _Form) -> _Form:
    return _Form(
        {"type": "array", "items": item.schema},
        lambda values: [item.encode(value) for value in values],
        lambda values: tuple(item.decode(value) for value in values),
    )


def _mapping_form(item: _Form) -> _Form:
    return _Form(
        {"type": "object", "additionalProperties": item.schema},
        lambda values: {key: item.encode(value) for key, value in values.items()},
        lambda values: {key: item.decode(value) for key, value in values.items()},
    )


def _choice(values: tuple[str, ...]) -> Schema:
    return {"const": values[0]} if len(values) == 1 else {"type": "string", "enum": list(values)}


def _same(value: T) -> T:
    return value
