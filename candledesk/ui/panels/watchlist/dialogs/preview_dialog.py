"""Shows what the names of a file or text mean before anything is added; nothing is guessed (WORKBENCH.md §3.1)."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QRadioButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from candledesk.domain.texts import count_text
from candledesk.ui.panels.watchlist.dialogs.preview_model import LEFT_OUT, PreviewModel
from candledesk.ui.plain_text import PlainLabel
from candledesk.ui.widget_tasks import WidgetTasks, result_of
from candledesk.workspace.watchlists.matching import Found, narrow

if TYPE_CHECKING:
    from candledesk.cache.api import CacheApi
    from candledesk.ui.theme.themes import Theme
    from candledesk.workspace.watchlists.matching import Preview
    from candledesk.workspace.watchlists.watchlist import Watchlist

N_SEARCHES = 20  # of one preview, each a request to the provider
_SEARCH_S = 8.0
_SIZE, _FRAME = QSize(620, 520), QSize(16, 60)  # and what a desktop takes of a small screen
_ROW_H = 26
_log = logging.getLogger(__name__)


class PreviewDialog(QDialog):
    """Opened with ``open``. ``confirmed`` carries the preview with its choices, and the name of a new list or empty."""

    confirmed = Signal(object, str)

    def __init__(
        self, cache: CacheApi, preview: Preview, shown: Watchlist, new_name: str, theme: Theme, parent: QWidget,
        *, is_new: bool,
    ) -> None:  # fmt: skip
        """``shown``: the list to add to; ``new_name``: of a list of its own, chosen at first where ``is_new``."""
        super().__init__(parent)
        self.setWindowTitle("Add to a watchlist")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._cache = cache
        self._tasks = WidgetTasks(self, partial(_log.info, "the preview is not searched: %s"))
        self.model = PreviewModel(preview, frozenset(shown.symbols), theme, self)
        self.summary = PlainLabel()
        self.table = QTableView()
        self.to_shown = QRadioButton(f"Add to {shown.name}".replace("&", "&&"))
        self.to_new = QRadioButton("New list")
        self.name = QLineEdit(new_name)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.add_button = self.buttons.addButton("Add", QDialogButtonBox.ButtonRole.AcceptRole)
        (self.to_new if is_new else self.to_shown).setChecked(True)
        self._build()
        self._connect()
        self._show_state()
        self._tasks.start(self._search())

    def _build(self) -> None:
        self.table.setModel(self.model)
        self.table.setAccessibleName("What each name means")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(_ROW_H)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        for column, width in enumerate((170, 130)):
            self.table.setColumnWidth(column, width)
        self.name.setAccessibleName("Name of the new list")
        target = QHBoxLayout()
        target.addWidget(self.to_shown)
        target.addSpacing(16)
        target.addWidget(self.to_new)
        target.addWidget(self.name, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(10)
        box.addWidget(self.summary)
        box.addWidget(self.table, 1)
        box.addLayout(target)
        box.addWidget(self.buttons)
        self.add_button.setDefault(True)
        self.resize(_SIZE.boundedTo(self.screen().availableSize() - _FRAME))

    def _connect(self) -> None:
        self.model.dataChanged.connect(self._show_state)
        self.model.modelReset.connect(self._show_state)
        self.table.clicked.connect(self._choose)
        self.table.activated.connect(self._choose)
        self.to_new.toggled.connect(self._show_state)
        self.name.textChanged.connect(self._show_state)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)

    def _show_state(self) -> None:
        n_symbols = len(self.model.symbols())
        self.summary.setText(self.model.summary())
        self.add_button.setText(f"Add {count_text(n_symbols, 'symbol')}")
        self.name.setEnabled(self.to_new.isChecked())
        has_target = self.to_shown.isChecked() or bool(self.name.text().strip())
        self.add_button.setEnabled(has_target and (n_symbols > 0 or self.to_new.isChecked()))

    async def _search(self) -> None:
        """Ask the provider's search about names of several symbols, one after the other."""
        for match in self.model.preview.matches(Found.SEVERAL)[:N_SEARCHES]:
            found = await result_of(self._cache.search_symbols(match.name.rpartition(":")[2], _SEARCH_S))
            settled = narrow(match, {row.symbol for row in found})
            if settled is not match and match.name not in self.model.choices:
                self.model.settle({match.name: settled})
            await asyncio.sleep(0)

    def _choose(self, index: QModelIndex) -> None:
        """Offer the symbols of a name that can mean several."""
        match = self.model.matches[index.row()]
        if match.found is not Found.SEVERAL:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for symbol in match.symbols:
            menu.addAction(symbol).triggered.connect(partial(self._take, match.name, symbol))
        menu.addSeparator()
        menu.addAction("Leave out").triggered.connect(partial(self._take, match.name, LEFT_OUT))
        rect = self.table.visualRect(self.model.index(index.row(), 1))
        menu.popup(self.table.viewport().mapToGlobal(rect.bottomLeft()))

    def _take(self, name: str, symbol: str, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt passes it
        rows = [row for row, match in enumerate(self.model.matches) if match.name == name]
        if rows:
            self.model.choose(rows[0], symbol)

    def _on_accepted(self) -> None:
        self.confirmed.emit(self.model.chosen(), self.name.text().strip() if self.to_new.isChecked() else "")
        self.accept()
