"""The About dialog: version, folder of the database, source of the data, and the license of the font."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, qVersion
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QPlainTextEdit, QVBoxLayout, QWidget

from candledesk import __version__
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.shell.actions import ActionRow
from candledesk.ui.shell.feature import Feature
from candledesk.ui.theme.fonts import font_license
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from pathlib import Path

    from candledesk.ui.shell.feature import WindowContext

_MARGIN = 28
_FACT_WIDTH = 360


def about_rows(home: Path, terms: str) -> list[tuple[str, str]]:
    """Return rows ``(heading, text)``; ``terms``: where the data come from, as a sentence."""
    return [
        ("Version", f"{__version__}   (Python {platform.python_version()}, Qt {qVersion()})"),
        ("Database", str(home)),
        ("Market data", terms[:1].upper() + terms[1:]),
        ("Browser chart", "Lightweight Charts™ by TradingView (Apache-2.0)"),
        ("Font", "Inter by The Inter Project Authors (SIL Open Font License 1.1)"),
    ]


class LicenseDialog(QDialog):
    """The license of the font, as it came with it."""

    def __init__(self, text: str, parent: QWidget) -> None:
        """Show ``text``."""
        super().__init__(parent)
        self.setWindowTitle("License of the font Inter")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 480)
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.addWidget(self.text)
        box.addWidget(buttons)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        close.setFocus()


class AboutDialog(QDialog):
    """Facts that can be selected and copied; opened with ``open``, never with ``exec`` (DESIGN.md, measured traps)."""

    def __init__(self, home: Path, terms: str, parent: QWidget) -> None:
        """``home``: the folder of the database; ``terms``: where the data are from, as a sentence."""
        super().__init__(parent)
        self.setWindowTitle("About CandleDesk")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._home = home
        name = PlainLabel("CandleDesk")
        name.setFont(chart_font(20, is_bold=True))
        box = QVBoxLayout(self)
        box.setContentsMargins(_MARGIN, 24, _MARGIN, 20)
        box.setSpacing(6)
        box.addWidget(name)
        box.addWidget(PlainLabel("A desktop chart that never loses a candle."))
        box.addSpacing(12)
        box.addLayout(self._facts(terms))
        box.addSpacing(16)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.folder_button = buttons.addButton("Open folder", QDialogButtonBox.ButtonRole.ActionRole)
        self.folder_button.clicked.connect(self._on_folder_requested)
        self.folder_button.setAutoDefault(False)  # else it is the one that Enter presses
        self.license_button = buttons.addButton("Font license", QDialogButtonBox.ButtonRole.ActionRole)
        self.license_button.clicked.connect(self._on_license_requested)
        self.license_button.setAutoDefault(False)
        self.license_button.setVisible(bool(font_license()))
        buttons.rejected.connect(self.close)
        box.addWidget(buttons)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        close.setFocus()

    def _facts(self, terms: str) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for at, (what, words) in enumerate(about_rows(self._home, terms)):
            heading, fact = PlainLabel(what), PlainLabel(words)
            heading.setEnabled(False)
            fact.setWordWrap(True)
            fact.setMinimumWidth(_FACT_WIDTH)
            fact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(heading, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(fact, at, 1)
        return grid

    def _on_license_requested(self) -> None:
        LicenseDialog(font_license(), self).open()

    def _on_folder_requested(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._home)))


def about_feature(context: WindowContext) -> Feature:
    """Return the dialog's entry in the Help menu."""

    def show() -> None:
        AboutDialog(context.home, context.origin.terms, context.window).open()

    return Feature("about", (ActionRow("about", "Help", "About CandleDesk", (), show, has_separator=True),))
