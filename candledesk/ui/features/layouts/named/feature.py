"""Named layouts as a feature of the window: the Layout menu."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from candledesk.ui.features.layouts.named.layout_button import MENU, LayoutButton
from candledesk.ui.features.layouts.named.layout_commands import LayoutCommands
from candledesk.ui.features.layouts.named.layout_saver import LayoutSaver
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.cells.cell_grid import CellGrid
    from candledesk.ui.shell.feature import WindowContext

_NO_NAME = "The layout in front has no name: save it first"


def _rename(grid: CellGrid, name: str) -> None:
    grid.rename(name)


def _toggle(saver: LayoutSaver) -> None:
    saver.set_automatic(is_on=not saver.is_automatic)


def named_layouts_feature(context: WindowContext) -> Feature:
    """Return the Layout menu and its button; in a home without a workspace a name only stands in the tab."""
    if context.workspace is None:
        context.charts.tabs.name_entered.connect(_rename)
        return Feature("named_layouts")
    saver = LayoutSaver(context, context.workspace)
    saver.named.connect(context.table.refresh)
    commands = LayoutCommands(context, saver)
    return Feature(
        "named_layouts",
        (
            ActionRow("save_layout", MENU, "Save", ("Ctrl+S",), commands.save),
            ActionRow("save_layout_as", MENU, "Save as…", (), commands.save_as),
            ActionRow(
                "autosave_layouts", MENU, "Save automatically", (), partial(_toggle, saver),
                is_checked=lambda: saver.is_automatic,
            ),
            ActionRow("open_layout", MENU, "Open…", (".",), commands.choose, has_separator=True),
            ActionRow("rename_layout", MENU, "Rename…", (), commands.rename, commands.has_name, why_disabled=_NO_NAME),
            ActionRow("duplicate_layout", MENU, "Duplicate", (), commands.duplicate),
            ActionRow(
                "layout_versions", MENU, "Versions…", (), commands.show_versions, commands.has_name,
                why_disabled=_NO_NAME,
            ),
            ActionRow("delete_layout", MENU, "Delete…", (), commands.delete, commands.has_name, why_disabled=_NO_NAME),
            ActionRow("import_layout", MENU, "Import…", (), commands.choose_file, has_separator=True),
            ActionRow("export_layout", MENU, "Export…", (), commands.export),
        ),
        toolbar_end=partial(LayoutButton, context.charts, context.table),
    )  # fmt: skip
