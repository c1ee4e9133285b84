"""The surfaces of drawing as a feature of the window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from candledesk.ui.features.drawing_tools.book import DrawingBook
from candledesk.ui.features.drawing_tools.commands import DrawingCommands
from candledesk.ui.features.drawing_tools.menu import DrawingMenus
from candledesk.ui.features.drawing_tools.rail import DrawingRail
from candledesk.ui.features.drawing_tools.rows import stored_rows, switch_rows, tool_rows
from candledesk.ui.features.drawing_tools.stored_drawings import StoredDrawings
from candledesk.ui.features.drawing_tools.style_bar.owner import StyleBarOwner
from candledesk.ui.features.drawing_tools.switches import ToolSwitches
from candledesk.ui.features.drawing_tools.tree_rows import DrawingTreeRows
from candledesk.ui.features.drawings.feature import editor_of
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext


def drawing_tools_feature(context: WindowContext) -> Feature:
    """Return the Draw menu, the tools in the rail, and what is shown while drawings are selected."""
    editor = editor_of(context)
    book = DrawingBook(context.workspace, context.settings, editor)
    book.failed.connect(context.charts.show_message)
    commands = DrawingCommands(context, editor, book)
    editor.settings_requested.connect(commands.show_settings)
    menus, switches = DrawingMenus(context, commands), ToolSwitches(context, editor)
    StyleBarOwner(context, commands, menus)
    dialogs, is_stored = StoredDrawings(context, commands), context.workspace is not None
    return Feature(
        "drawing_tools",
        (
            *tool_rows(switches, context.charts.has_target),
            *switch_rows(switches, editor),
            *stored_rows(dialogs.show_bin, dialogs.show_others, context.charts.has_target, is_stored=is_stored),
        ),
        objects=DrawingTreeRows(commands).rows,
        context_menu=menus.add_menu,
        rail=partial(DrawingRail, context, editor, book),
    )
