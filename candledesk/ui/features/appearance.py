"""How the window looks: the dialog of options and the switch between the two themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext


def appearance_feature(context: WindowContext) -> Feature:
    """Return the first entries of the View menu."""
    choice = context.theme_choice

    def show_options() -> None:
        from candledesk.ui.features.options_dialog import OptionsDialog

        stores = [feature.settings for feature in context.features.values() if feature.settings is not None]
        OptionsDialog(stores, context.window).open()

    def is_dark() -> bool:
        return choice.is_dark

    return Feature(
        "appearance",
        (
            ActionRow("options", "View", "Chart options…", ("Ctrl+,",), show_options),
            ActionRow("theme", "View", "Dark theme", ("Ctrl+Shift+D",), choice.toggle, is_checked=is_dark),
        ),
    )
