"""The rows of the Draw menu: every tool, the switches, and what is done to all drawings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from candledesk.drawings.placing.magnet import Magnet
from candledesk.drawings.registry import TOOLS
from candledesk.ui.features.drawing_tools.switches import MAGNET_WORDS
from candledesk.ui.features.drawing_tools.tool_groups import GROUPS
from candledesk.ui.shell.actions import NO_CHART, ActionRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.ui.features.drawing_tools.switches import ToolSwitches
    from candledesk.ui.features.drawings.editor import DrawingEditor

MENU = "Draw"
MAGNET_MENU, HIDE_MENU = "Magnet", "Hide"
_NOT_STORED = "Nothing is stored"
_NO_DRAWINGS = "The chart has no drawings"


def tool_action(tool: str) -> str:
    """Return the id of the action of a tool."""
    return f"tool_{tool}"


def tool_rows(switches: ToolSwitches, has_target: Callable[[], bool]) -> list[ActionRow]:
    """Return a row for every tool, in a submenu of its group."""
    return [
        ActionRow(
            tool_action(tool), MENU, TOOLS[tool].title, (TOOLS[tool].shortcut,) if TOOLS[tool].shortcut else (),
            partial(switches.toggle_tool, tool), has_target, partial(switches.is_armed, tool),
            submenu=group.title, is_exclusive=False, why_disabled=NO_CHART,
        )
        for group in GROUPS
        for tool in group.tools
    ]  # fmt: skip


def switch_rows(switches: ToolSwitches, editor: DrawingEditor) -> list[ActionRow]:
    """Return the rows of what holds for all drawing."""
    return [
        ActionRow(
            "stay_in_drawing", MENU, "Stay in drawing mode", (), switches.toggle_stay,
            is_checked=lambda: editor.stay_in_drawing, has_separator=True,
        ),
        ActionRow(
            "drawing_magnet", MENU, "Magnet for drawings", (), switches.toggle_magnet, is_checked=switches.has_magnet,
            submenu=MAGNET_MENU, is_exclusive=False,
        ),
        *(
            ActionRow(
                f"drawing_magnet_{magnet}", MENU, MAGNET_WORDS[magnet], (), partial(switches.set_magnet, magnet),
                is_checked=partial(_is_magnet, editor, magnet), submenu=MAGNET_MENU,
                has_separator=magnet is Magnet.OFF,
            )
            for magnet in Magnet
        ),
        ActionRow(
            "lock_drawings", MENU, "Lock all drawings", (), switches.toggle_lock, is_checked=lambda: editor.lock_all,
        ),
        ActionRow(
            "hide_drawings", MENU, "Hide all drawings", ("Ctrl+Alt+H",), switches.toggle_hidden,
            is_checked=lambda: editor.hide_all, submenu=HIDE_MENU, is_exclusive=False,
        ),
        ActionRow(
            "hide_everything", MENU, "Hide drawings and indicators", (), switches.toggle_everything,
            is_checked=switches.is_everything_hidden, submenu=HIDE_MENU, is_exclusive=False,
        ),
        ActionRow(
            "remove_drawings", MENU, "Remove all drawings", (), switches.remove_all, switches.has_drawings,
            has_separator=True, why_disabled=_NO_DRAWINGS,
        ),
    ]  # fmt: skip


def stored_rows(
    show_bin: Callable[[], object],
    show_others: Callable[[], object],
    has_target: Callable[[], bool],
    *,
    is_stored: bool,
) -> list[ActionRow]:
    """Return the rows of what is stored; nothing is where ``is_stored`` is false."""
    return [
        ActionRow(
            "take_over_drawings", MENU, "Take over drawings from…", (), show_others, lambda: is_stored and has_target(),
            why_disabled=NO_CHART if is_stored else _NOT_STORED,
        ),
        ActionRow(
            "drawing_bin", MENU, "Deleted drawings…", (), show_bin, lambda: is_stored, why_disabled=_NOT_STORED,
        ),
    ]  # fmt: skip


def _is_magnet(editor: DrawingEditor, magnet: Magnet) -> bool:
    return editor.magnet is magnet
