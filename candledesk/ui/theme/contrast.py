"""How much a colour differs from its ground, by the rule of WCAG 2.2 (success criterion 1.4.3). Pure."""

from __future__ import annotations

from functools import lru_cache

TEXT_RATIO = 4.5  # WCAG 2.2, 1.4.3: the least contrast of text
_STEPS = 50


def mix(colour: str, ground: str, share: float) -> str:
    """Return the opaque mixture of ``colour`` (by ``share``, 0 to 1) and ``ground``; all as ``#rrggbb``."""
    parts = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(above * share + below * (1 - share)):02x}" for above, below in parts)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours ``#rrggbb``, from 1 to 21."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB


@lru_cache(maxsize=256)
def away_from(colour: str, other: str, ratio: float = TEXT_RATIO) -> str:
    """Return ``colour`` made darker or lighter, as little as gives it at least ``ratio`` to ``other``.

    A text's colour is moved away from its ground, a ground's from the colour of its text.
    """
    end = "#000000" if _luminance(other) > _luminance("#767676") else "#ffffff"
    mixed = (mix(end, colour, step / _STEPS) for step in range(_STEPS + 1))
    return next((one for one in mixed if contrast(one, other) >= ratio), end)
