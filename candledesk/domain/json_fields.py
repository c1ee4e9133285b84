"""How the fields of a message are written in JSON, stated in their annotations; ``web.codec`` reads them.

A plain text in ``Annotated[...]`` describes the field to the readers of the API.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JsonField:
    """What differs from the default, which is a field of the same name that is always there.

    ``is_internal``: the field is not part of the JSON form and needs a default. ``is_left_out_empty``: the field is
    left out while its value is empty. ``after``: marks a property as part of the JSON form, behind the field of that
    name; ``""``: in front of all fields. Its docstring describes it.
    """

    name: str = ""
    is_internal: bool = False
    is_left_out_empty: bool = False
    after: str | None = None
