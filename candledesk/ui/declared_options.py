"""Options declared once, as fields of a frozen dataclass: menus, dialogs and layouts read them. Pure.

A field's default is a ``Choice``, a bool or a colour as ``#rrggbb``; its text stands in the metadata (``described``).
"""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import Field


class Choice(StrEnum):
    """One of several values; ``words`` is its text in menus."""

    words: str

    def __new__(cls, value: str, words: str) -> Self:
        """Declare ``NAME = value, words``."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member


class OptionsClass(Protocol):
    """A frozen dataclass of options, every one with a default."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


OptionsT = TypeVar("OptionsT", bound=OptionsClass)


def described(text: str, *, is_shared: bool = True, **implied: object) -> dict[str, object]:
    """Return the metadata of an option: its text, and the options that a dialog sets along with it.

    ``is_shared`` false: each thing that has the options has its own value, which is not stored with the others.
    """
    return {"text": text, "is_shared": is_shared, "implied": implied}


def shared_fields(kind: type[OptionsClass] | OptionsClass) -> list[Field[Any]]:
    """Return the fields of the options that one store holds for all."""
    return [row for row in fields(kind) if row.metadata["is_shared"]]


def option_text(row: Field[Any]) -> str:
    """Return the text that a dialog shows for an option."""
    return str(row.metadata["text"])


def implied_options(row: Field[Any]) -> dict[str, object]:
    """Return the options, by name, that take a new value when a dialog changes this one."""
    return dict(row.metadata["implied"])


def is_colour(text: str) -> bool:
    """Return whether ``text`` is ``#rrggbb``."""
    return len(text) == 7 and text[0] == "#" and all(letter in "0123456789abcdef" for letter in text[1:].lower())  # noqa: PLR2004


def _parse(default: object, text: str) -> object:
    """Return the value that ``text`` stands for, the default when it stands for none."""
    if isinstance(default, Choice):
        return next((member for member in type(default) if member.value == text), default)
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text.lower(), default)
    return text if is_colour(text) else default


def read_options(kind: type[OptionsT], stored: Mapping[str, str | bool]) -> OptionsT:
    """Return the options of ``option_values``; one that is missing or not valid is the default."""
    return kind(**{row.name: _parse(row.default, str(stored.get(row.name, ""))) for row in shared_fields(kind)})


def option_values(options: OptionsClass) -> dict[str, str | bool]:
    """Return every shared option by name, as values that JSON can hold."""
    values = {row.name: getattr(options, row.name) for row in shared_fields(options)}
    return {name: value if isinstance(value, bool) else str(value) for name, value in values.items()}
