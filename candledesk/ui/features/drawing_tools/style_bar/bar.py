"""The bar of the selected drawings: their style, and what is done to them most."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from candledesk.drawings.looks.shared import MIXED, all_locked, all_visible, shared_fields, shared_values
from candledesk.drawings.looks.style_fields import FIELDS, FieldKind
from candledesk.ui.features.drawing_tools.style_bar.buttons import BarButton, ChoiceBarButton, ColourBarButton
from candledesk.ui.setting_pages.colours import join_colour, split_colour

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QMouseEvent

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.features.drawing_tools.commands import DrawingCommands
    from candledesk.ui.theme.themes import Theme

BAR_PX = 38  # the height of one row with its margins
_PAD, _GAP = 4, 2
_LINE_W, _BESIDE_LINE = 1, 3  # of the lines between groups of buttons
_COLOURS = (("color", "line-colour"), ("fill_color", "fill-colour"), ("text_color", "text-colour"))
_CHOICES = (("width", "line-widths"), ("dash", "line-dashes"), ("extend", "extend"))
_OPACITY = {"fill_color": "fill_opacity"}


class Grip(BarButton):
    """Moves the bar; ``dragged`` carries by how much, ``dropped`` that it was let go."""

    dragged = Signal(QPoint)
    dropped = Signal()

    def __init__(self) -> None:
        """Start at rest."""
        super().__init__("grip", "Move the bar")
        self.setFixedWidth(16)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self._last: QPoint | None = None

    @property
    def is_dragged(self) -> bool:
        """Whether the bar is being moved."""
        return self._last is not None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._last = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move with the mouse."""
        if self._last is not None:
            at = event.globalPosition().toPoint()
            self.dragged.emit(at - self._last)
            self._last = at

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End it."""
        if self._last is not None:
            self._last = None
            self.dropped.emit()


class StyleBar(QFrame):
    """Shows what the selected drawings share; ``by_key``: the buttons of values, ``buttons``: the others by name."""

    template_requested = Signal(object)  # the button
    more_requested = Signal(object)

    def __init__(self, commands: DrawingCommands, theme: Theme, parent: QWidget) -> None:
        """Change the drawings by ``commands``; start hidden."""
        super().__init__(parent)
        self.setObjectName("style_bar")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()
        self._commands, self._theme = commands, theme
        self.by_key: dict[str, ColourBarButton | ChoiceBarButton] = {}
        self.buttons: dict[str, BarButton] = {}
        self._items: list[QWidget] = []  # from the left
        self.grip = Grip()
        self._put(self.grip)
        self._add("template", "template", "Templates")
        self.buttons["template"].clicked.connect(partial(self._ask, self.template_requested, "template"))
        self._add_line()
        self._add_values()
        self._add("levels", "levels", "Levels", partial(commands.show_settings, "Levels"))
        self._add_line()
        self._add("settings", "gear", "Settings (double-click)", commands.show_settings)
        self._add("lock", "unlock", "Lock", commands.toggle_locked)
        self._add("hide", "eye", "Hide", commands.toggle_visible)
        self._add("remove", "bin", "Remove (Del)", commands.remove)
        self._add("more", "more", "More")
        self.buttons["more"].clicked.connect(partial(self._ask, self.more_requested, "more"))
        self.set_theme(theme)

    def _add(self, name: str, icon: str, tip: str, slot: Callable[[], object] | None = None) -> None:
        button = self.buttons[name] = BarButton(icon, tip)
        if slot is not None:
            button.clicked.connect(lambda _is_checked=False: slot())
        self._put(button)

    def _put(self, item: QWidget) -> None:
        item.setParent(self)
        self._items.append(item)

    def _add_line(self) -> None:
        line = QFrame()
        line.setObjectName("line")
        line.setFixedSize(_LINE_W, BAR_PX - 16)
        self._put(line)

    def _add_values(self) -> None:
        titles = {field.key: field for field in FIELDS}
        for key, icon in _COLOURS:
            colour = ColourBarButton(icon, titles[key].title)
            colour.picked.connect(partial(self._on_colour_picked, key))
            colour.opacity_moved.connect(partial(self._on_opacity, key, False))
            colour.opacity_set.connect(partial(self._on_opacity, key, True))
            self.by_key[key] = colour
            self._put(colour)
        for key, icon in _CHOICES:
            choice = ChoiceBarButton(key, icon, titles[key].title, titles[key].choices)
            choice.picked.connect(partial(self._on_picked, key))
            self.by_key[key] = choice
            self._put(choice)

    def _ask(self, signal: object, name: str, _is_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
        signal.emit(self.buttons[name])  # type: ignore[attr-defined]

    # -- what is shown

    def show_drawings(self, drawings: Sequence[Drawing]) -> None:
        """Show what drawings share."""
        self._drawings, values = tuple(drawings), shared_values(drawings)
        self._values = values
        titles = {field.key: field.title for field in shared_fields(drawings)}
        for key, button in self.by_key.items():
            button.setVisible(key in values)
            if key not in values:
                continue
            button.show_tip(titles[key])
            if isinstance(button, ColourBarButton):
                button.show_value(values[key], values.get(_OPACITY.get(key, "")))
            else:
                button.show_value(values[key], self._theme)
        fields = shared_fields(drawings)
        self.buttons["levels"].setVisible(any(field.kind is FieldKind.LEVELS for field in fields))
        self.buttons["template"].setVisible(len({one.type for one in drawings}) == 1 and bool(fields))
        is_locked, is_visible = all_locked(drawings), all_visible(drawings)
        self.buttons["lock"].set_picture("lock" if is_locked else "unlock", self._theme)
        self.buttons["lock"].show_tip("Unlock" if is_locked else "Lock")
        self.buttons["hide"].set_picture("eye" if is_visible else "eye-off", self._theme)
        self.buttons["hide"].show_tip("Hide" if is_visible else "Show")

    def arrange(self, most: int) -> None:
        """Put the buttons in one row, in more rows where it would be wider than ``most`` pixels."""
        x, y, width = _PAD, _PAD, 0
        height = BAR_PX - 2 * _PAD
        for item in self._items:
            if item.isHidden():
                continue
            is_line = item.minimumWidth() == _LINE_W
            beside = _BESIDE_LINE if is_line else 0
            if x > _PAD and x + item.minimumWidth() + _PAD > most:
                x, y = _PAD, y + height
            if is_line and x == _PAD:
                item.move(-_PAD, 0)  # not at the left of a row
                continue
            item.move(x + beside, y + (height - item.minimumHeight()) // 2)
            width = max(width, x + item.minimumWidth() + _PAD)
            x += item.minimumWidth() + 2 * beside + _GAP
        self.setFixedSize(width, y + height + _PAD)

    def set_theme(self, theme: Theme) -> None:
        """Apply a theme."""
        self._theme = theme
        for button in self.findChildren(QToolButton):
            if isinstance(button, BarButton):
                button.set_theme(theme)
        if self.isVisible():
            self.show_drawings(self._drawings)

    # -- what a person changes

    def _on_picked(self, key: str, value: object) -> None:
        self._commands.set_style(**{key: value})

    def _on_colour_picked(self, key: str, colour: str) -> None:
        """Set a colour with the opacity that was there."""
        former = self._values[key]
        if _OPACITY.get(key) not in self._values and former is not MIXED:
            colour = join_colour(colour, split_colour(former)[1] or 1.0)
        self._commands.set_style(**{key: colour})

    def _on_opacity(self, key: str, is_final: bool, opacity: float) -> None:  # noqa: FBT001 - bound by partial
        change = self._commands.set_style if is_final else self._commands.preview_style
        if _OPACITY.get(key) in self._values:
            change(**{_OPACITY[key]: opacity})
        elif self._values[key] is not MIXED:
            change(**{key: join_colour(self._values[key], opacity)})
