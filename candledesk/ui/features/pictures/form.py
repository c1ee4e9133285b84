"""Asks what a picture shows and how large it is, then saves or copies it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from candledesk.domain.texts import count_text
from candledesk.ui.chart.paint.snapshot import FOOTER
from candledesk.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtCore import QSize

_WIDTH = 420
SCALES = (1.0, 2.0, 3.0)


class PictureForm(QDialog):
    """Opened with ``open``; the layout can be chosen where it has several cells.

    ``save_requested`` and ``copy_requested`` carry whether the layout is wanted, and the scale.
    """

    save_requested = Signal(bool, float)
    copy_requested = Signal(bool, float)

    def __init__(self, title: str, n_cells: int, sizes: tuple[QSize, QSize], scale: float, parent: QWidget) -> None:
        """``title``: of the active chart; ``sizes``: of it and of the layout; ``scale``: that of the screen.

        The smallest scale that is as fine as the screen is chosen at first.
        """
        super().__init__(parent)
        self.setWindowTitle("Save a picture")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._sizes = sizes
        self.chart = QRadioButton(f"This chart: {title}".replace("&", "&&"))
        self.layout_choice = QRadioButton(f"The whole layout: {count_text(n_cells, 'cell')}")
        self.layout_choice.setVisible(n_cells > 1)
        self.chart.setEnabled(bool(title))
        (self.chart if title else self.layout_choice).setChecked(True)
        self.scale = QComboBox()
        self.scale.setAccessibleName("Scale")
        for one in SCALES:
            self.scale.addItem(f"{one:.0f}×", one)
        self.scale.setCurrentIndex(next((at for at, one in enumerate(SCALES) if one >= scale), len(SCALES) - 1))
        self.size_label = PlainLabel()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save_button = self.buttons.addButton("Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        self.copy_button = self.buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.setAutoDefault(False)
        self.save_button.setDefault(True)
        self._build()
        self.chart.toggled.connect(self._show_size)
        self.scale.currentIndexChanged.connect(self._show_size)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self._show_size()

    def _build(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(10)
        box.addWidget(self.chart)
        box.addWidget(self.layout_choice)
        form = QFormLayout()
        form.addRow("Scale of a PNG", self.scale)
        form.addRow("Size", self.size_label)
        box.addLayout(form)
        box.addWidget(self.buttons)
        self.setFixedWidth(_WIDTH)

    @property
    def is_layout(self) -> bool:
        """Whether the picture shows all cells."""
        return self.layout_choice.isChecked()

    def _scale(self) -> float:
        return float(self.scale.currentData())

    def _show_size(self) -> None:
        size, scale = self._sizes[self.is_layout], self._scale()
        self.size_label.setText(f"{size.width() * scale:.0f} × {(size.height() + FOOTER) * scale:.0f} pixels")

    def _on_accepted(self) -> None:
        self.accept()
        self.save_requested.emit(self.is_layout, self._scale())

    def _on_copy_clicked(self) -> None:
        self.accept()
        self.copy_requested.emit(self.is_layout, self._scale())
