"""The buttons under the settings of an indicator or of drawings."""

from __future__ import annotations

from PySide6.QtWidgets import QDialogButtonBox


class SettingsButtons(QDialogButtonBox):
    """OK and Cancel, and beside them ``defaults`` (Reset) and ``save_default`` (Save as default)."""

    def __init__(self, reset_tip: str, save_tip: str) -> None:
        """Show the buttons, the last two with these tooltips."""
        super().__init__(QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Ok)
        self.defaults = self.addButton("Reset", QDialogButtonBox.ButtonRole.ResetRole)
        self.defaults.setToolTip(reset_tip)
        self.save_default = self.addButton("Save as default", QDialogButtonBox.ButtonRole.ResetRole)
        self.save_default.setToolTip(save_tip)
