"""Checks whether a window can be opened. Makes no Qt application: without a display Qt aborts the process."""

from __future__ import annotations

import os
import sys

import PySide6

from candledesk.domain.errors import EnvironmentFaultError

_FIRST_BROKEN = (6, 12)
_IMMORTAL_NONE = (3, 12)


def has_display() -> bool:
    """Return whether there is a display, or a Qt platform that needs none."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    return platform in {"offscreen", "minimal", "vnc"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def check_desktop(pyside: str | None = None, python: tuple[int, int] = sys.version_info[:2]) -> None:
    """Raise ``EnvironmentFaultError`` with one sentence when no window can be opened.

    PySide6 6.12 loses a reference to None per painter call and kills Python below 3.12 (notes/reliability.md §0).
    """
    pyside = pyside or PySide6.__version__
    major, minor = (int(part) for part in pyside.split(".")[:2])
    if (major, minor) >= _FIRST_BROKEN and python < _IMMORTAL_NONE:
        raise EnvironmentFaultError(
            f"PySide6 {pyside} crashes on Python {python[0]}.{python[1]}: install 'PySide6-Essentials<6.12' "
            "or use Python 3.12 or newer."
        )
    if not has_display():
        raise EnvironmentFaultError(
            "There is no display (DISPLAY and WAYLAND_DISPLAY are empty): use 'candledesk serve' and a browser."
        )
