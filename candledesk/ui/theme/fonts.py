"""The font that comes with the program: Inter, of the package ``fontpkg-inter``, under the SIL Open Font License."""

from __future__ import annotations

import logging
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtGui import QFontDatabase

_log = logging.getLogger(__name__)
FAMILY = "Inter"
_PACKAGE = "fontpkg_inter"
_FILE = "files/Inter[opsz,wght].ttf"  # a variable font: one file holds every weight
_LICENSE = "LICENSE"


def _packaged(name: str) -> Path | None:
    """Return a file of the font's package, ``None`` when that is not installed."""
    spec = find_spec(_PACKAGE)
    found = Path(spec.origin).parent / name if spec is not None and spec.origin is not None else None
    return found if found is not None and found.is_file() else None


@cache
def load_font() -> bool:
    """Make the font known to Qt, once; return whether it is. Without it the fonts of the computer are used.

    Costs 5 ms; a ``QGuiApplication`` must exist.
    """
    file = _packaged(_FILE)
    is_known = file is not None and QFontDatabase.addApplicationFont(str(file)) >= 0
    if not is_known:
        _log.info("the font Inter is not installed: a font of this computer is used")
    return is_known


def font_license() -> str:
    """Return the text of the font's license; empty when its package is not installed."""
    file = _packaged(_LICENSE)
    return "" if file is None else file.read_text(encoding="utf-8")
