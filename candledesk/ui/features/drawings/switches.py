"""What holds for all drawing in a window: magnet, staying in a tool, locked and hidden drawings; kept in its file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from candledesk.drawings.placing.magnet import Magnet

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

_GROUP = "drawings"


@dataclass(frozen=True, slots=True)
class DrawingSwitches:
    """``stay_in_drawing``: a tool stays in use after a drawing is finished.

    ``lock_all``: no drawing can be moved, ``hide_all``: none is shown; both hold for new ones too.
    """

    magnet: Magnet = Magnet.OFF
    stay_in_drawing: bool = False
    lock_all: bool = False
    hide_all: bool = False


def read_switches(settings: QSettings) -> DrawingSwitches:
    """Return what the window remembers; what cannot be read has its default."""
    stored = {row.name: str(settings.value(f"{_GROUP}/{row.name}", "")) for row in fields(DrawingSwitches)}
    magnet = stored.pop("magnet")
    is_on = {name: text == "true" for name, text in stored.items()}
    return DrawingSwitches(Magnet(magnet) if magnet in set(Magnet) else Magnet.OFF, **is_on)


def write_switches(settings: QSettings, switches: DrawingSwitches) -> None:
    """Remember the switches."""
    for row in fields(DrawingSwitches):
        value = getattr(switches, row.name)
        settings.setValue(f"{_GROUP}/{row.name}", str(value).lower())
