"""The two themes, the fonts, and the Qt palette and style sheet made from a theme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QColor, QFont, QPalette

from candledesk.ui.theme.palettes import PaletteName

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from candledesk.ui.theme.palettes import ColourOptions

FONT_PX: Final = 12  # axis labels and legend
_WIDGET_PX: Final = 13
_FAMILIES = ["Inter", "SF Pro Text", "Segoe UI", "Noto Sans", "Roboto", "Ubuntu", "Open Sans", "DejaVu Sans"]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as ``#rrggbb``; every one is opaque (translucent lines cost 15 times as much, notes/render.md §5)."""

    name: str
    background: str
    panel: str
    border: str
    grid: str
    separator: str
    text: str
    text_muted: str
    accent: str
    accent_text: str
    hover: str
    up: str
    down: str
    up_volume: str
    down_volume: str
    crosshair: str
    tag: str
    tag_text: str
    warning: str
    odd: str


DARK = Theme(
    name="dark",
    background="#131722",
    panel="#181c27",
    border="#2a2e39",
    grid="#1d212d",
    separator="#2a2e39",
    text="#d1d4dc",
    text_muted="#868b98",
    accent="#4d85ff",
    accent_text="#ffffff",
    hover="#232835",
    up="#26a69a",
    down="#ef5350",
    up_volume="#1c5554",
    down_volume="#6b3138",
    crosshair="#6a6f7c",
    tag="#363a45",
    tag_text="#ffffff",
    warning="#e0a33a",
    odd="#9d8fe0",
)
LIGHT = Theme(
    name="light",
    background="#ffffff",
    panel="#f8f9fb",
    border="#e0e3eb",
    grid="#f0f2f6",
    separator="#e0e3eb",
    text="#131722",
    text_muted="#6a6d78",
    accent="#2962ff",
    accent_text="#ffffff",
    hover="#eceff5",
    up="#089981",
    down="#f23645",
    up_volume="#a6d9d2",
    down_volume="#f8b9bf",
    crosshair="#9598a1",
    tag="#363a45",
    tag_text="#ffffff",
    warning="#8a5000",
    odd="#7a68c8",
)
THEMES: Final = {theme.name: theme for theme in (DARK, LIGHT)}
# Rising and falling. Blue and orange stay apart with every kind of colour blindness (Okabe and Ito, 2008).
_COLOUR_BLIND: Final = {"dark": ("#56a8f5", "#f2994a"), "light": ("#0b6bcb", "#c85a00")}
_VOLUME_SHARE: Final = {"dark": 0.40, "light": 0.36}  # share of the bar's colour in its volume bar, over background


def mix(colour: str, ground: str, share: float) -> str:
    """Return the opaque mixture of ``colour`` (by ``share``, 0 to 1) and ``ground``; all as ``#rrggbb``."""
    parts = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(above * share + below * (1 - share)):02x}" for above, below in parts)


@lru_cache(maxsize=32)
def coloured(theme: Theme, options: ColourOptions) -> Theme:
    """Return ``theme`` with the colours of rising and falling bars from the options."""
    if options.palette is PaletteName.CLASSIC:
        return theme
    up, down = {
        PaletteName.COLOUR_BLIND: _COLOUR_BLIND[theme.name],
        PaletteName.EAST_ASIA: (theme.down, theme.up),
        PaletteName.CUSTOM: (options.up_colour, options.down_colour),
    }[options.palette]
    share = _VOLUME_SHARE[theme.name]
    volumes = (mix(colour, theme.background, share) for colour in (up, down))
    return replace(theme, up=up, down=down, up_volume=next(volumes), down_volume=next(volumes))


@lru_cache(maxsize=32)
def chart_font(pixels: float, *, is_bold: bool = False) -> QFont:
    """Return the chart's font at a size in device pixels, with digits of equal width."""
    font = QFont()
    font.setFamilies(_FAMILIES)
    font.setPixelSize(max(6, round(pixels)))
    font.setFeature(QFont.Tag("tnum"), 1)
    if is_bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def qt_palette(theme: Theme) -> QPalette:
    """Return the palette of the widgets; the style Fusion uses all of its colours."""
    role = QPalette.ColorRole
    palette = QPalette()
    for colour_role, colour in (
        (role.Window, theme.panel),
        (role.WindowText, theme.text),
        (role.Base, theme.background),
        (role.AlternateBase, theme.panel),
        (role.Text, theme.text),
        (role.Button, theme.panel),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.tag),
        (role.ToolTipText, theme.tag_text),
        (role.PlaceholderText, theme.text_muted),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.accent_text),
        (role.Mid, theme.border),
        (role.Dark, theme.border),
        (role.Light, theme.hover),
        (role.Link, theme.accent),
    ):
        palette.setColor(colour_role, QColor(colour))
    muted = QColor(theme.text_muted)
    for colour_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, muted)
    return palette


def _form_rules(theme: Theme) -> str:
    return f"""
    QToolButton:focus {{ background: {theme.hover}; }}
    QToolButton#close_tab {{ padding: 0; min-width: 16px; min-height: 16px; color: {theme.text_muted}; }}
    QToolButton#close_tab:hover {{ color: {theme.text}; }}
    QToolButton#interval {{ border: 1px solid {theme.border}; padding: 5px 7px; }}
    QToolButton#interval:checked {{ border-color: {theme.accent}; }}
    QToolButton#interval:focus, QPushButton:focus {{ border: 1px solid {theme.accent}; }}
    QPushButton:default {{ background: {theme.accent}; color: {theme.accent_text}; border-color: {theme.accent}; }}
    QPushButton:default:disabled {{ background: {theme.panel}; color: {theme.text_muted};
        border-color: {theme.border}; }}
    QDateEdit::drop-down {{ border: 0; width: 20px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QRadioButton::indicator {{ width: 12px; height: 12px; border-radius: 7px; border: 1px solid {theme.text_muted};
        background: {theme.background}; }}
    QRadioButton::indicator:checked {{ border: 4px solid {theme.accent}; width: 6px; height: 6px; }}
    QRadioButton::indicator:focus {{ border-color: {theme.accent}; }}
    QLabel#refused, QLabel#cost[tone="warning"], QLabel#strip_text[tone="warning"] {{ color: {theme.warning}; }}
    QPushButton#primary {{ background: {theme.accent}; color: {theme.accent_text}; border-color: {theme.accent}; }}
    QPushButton#primary:focus {{ border-color: {theme.text}; }}
    QToolButton#status_task {{ color: {theme.text_muted}; padding: 0 8px; }}
    QToolButton#status_task:hover {{ color: {theme.text}; }}
    QSpinBox#number::up-button, QSpinBox#number::down-button {{ width: 0; border: 0; }}
    QTabWidget#page_tabs::tab-bar {{ left: 10px; }}
    QFrame#task_strip {{ border: 0; border-top: 1px solid {theme.border}; }}
    """


def _view_rules(theme: Theme) -> str:
    return f"""
    QListView {{ background: {theme.panel}; border: 1px solid {theme.border}; outline: 0; }}
    QListView::item {{ padding: 5px 8px; color: {theme.text}; }}
    QListView::item:disabled {{ color: {theme.text_muted}; padding-top: 9px; }}
    QListView::item:selected {{ background: {theme.hover}; }}
    QTableView {{ background: {theme.background}; border: 0; outline: 0; gridline-color: {theme.grid};
        selection-background-color: {theme.hover}; selection-color: {theme.text}; }}
    QTableView::item {{ padding: 0 8px; }}
    QCalendarWidget QTableView {{ background: {theme.panel}; selection-background-color: {theme.accent};
        selection-color: {theme.accent_text}; alternate-background-color: {theme.panel}; }}
    QCalendarWidget QTableView::item {{ padding: 0; }}
    QCalendarWidget #qt_calendar_navigationbar {{ background: {theme.panel}; }}
    QCalendarWidget QSpinBox {{ background: {theme.background}; }}
    QCalendarWidget QToolButton::menu-indicator {{ image: none; }}
    QHeaderView::section {{ background: {theme.panel}; color: {theme.text_muted}; border: 0;
        border-bottom: 1px solid {theme.border}; padding: 4px 11px; }}
    QTabBar::tab {{ background: {theme.panel}; color: {theme.text_muted}; padding: 6px 14px; border: 0; }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.accent}; }}
    QTabWidget::pane {{ border: 0; }}
    """


def _scroll_rules(theme: Theme) -> str:
    handle = mix(theme.text_muted, theme.background, 0.4)
    return f"""
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {handle}; border-radius: 3px; margin: 2px; }}
    QScrollBar::handle:hover {{ background: {theme.text_muted}; }}
    QScrollBar::handle:vertical {{ min-height: 28px; }}
    QScrollBar::handle:horizontal {{ min-width: 28px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def style_sheet(theme: Theme) -> str:
    """Return the few rules that Fusion's palette cannot express."""
    return (
        f"""
    QMainWindow::separator {{ background: {theme.border}; width: 1px; height: 1px; }}
    QToolBar {{ background: {theme.panel}; border: 0; border-bottom: 1px solid {theme.border};
        padding: 4px 8px; spacing: 2px; }}
    QToolBar::separator {{ background: {theme.border}; width: 1px; margin: 4px 8px; }}
    QToolButton {{ border: 0; border-radius: 4px; padding: 4px 6px; color: {theme.text}; background: transparent; }}
    QToolButton:hover {{ background: {theme.hover}; }}
    QToolButton[popupMode="2"] {{ padding-right: 18px; }}
    QToolButton::menu-indicator {{ subcontrol-position: right center; right: 6px; }}
    QToolButton:checked {{ color: {theme.accent}; background: {theme.hover}; }}
    QToolButton#qt_toolbar_ext_button {{ padding: 0; min-width: 20px; }}
    QToolButton#latest {{ background: {theme.tag}; color: {theme.tag_text}; padding: 0; border-radius: 14px; }}
    QMenuBar {{ background: {theme.panel}; padding: 2px 4px; }}
    QMenuBar::item {{ padding: 4px 10px; border-radius: 4px; background: transparent; }}
    QMenuBar::item:selected {{ background: {theme.hover}; }}
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.border}; padding: 4px; }}
    QMenu::item {{ padding: 5px 28px 5px 12px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {theme.hover}; color: {theme.text}; }}
    QMenu::separator {{ height: 1px; background: {theme.border}; margin: 4px 6px; }}
    QCheckBox::indicator:unchecked {{ width: 11px; height: 11px; margin: 1px; border: 1px solid {theme.text_muted};
        border-radius: 2px; background: {theme.background}; }}
    QLineEdit, QPlainTextEdit, QAbstractSpinBox {{ background: {theme.background};
        border: 1px solid {theme.border}; border-radius: 4px;
        padding: 4px 8px; selection-background-color: {theme.accent}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QAbstractSpinBox:focus {{ border-color: {theme.accent}; }}
    QStatusBar {{ background: {theme.panel}; border-top: 1px solid {theme.border}; color: {theme.text_muted}; }}
    QStatusBar::item {{ border: 0; }}
    QStatusBar QLabel {{ color: {theme.text_muted}; padding: 2px 8px; }}
    QStatusBar QLabel[tone="warning"] {{ color: {theme.warning}; }}
    QDockWidget {{ titlebar-close-icon: none; titlebar-normal-icon: none; }}
    QDockWidget::title {{ background: {theme.panel}; padding: 6px 10px; border-top: 1px solid {theme.border}; }}
    QFrame#popup {{ background: {theme.panel}; border: 1px solid {theme.border}; border-radius: 8px; }}
    QFrame#popup QLabel {{ border: 0; }}
    QFrame#popup QLineEdit {{ font-size: 20px; padding: 6px; }}
    QToolTip {{ background: {theme.tag}; color: {theme.tag_text}; border: 1px solid {theme.border}; }}
    QLabel#toast {{ background: {theme.tag}; color: {theme.tag_text}; border-radius: 6px; padding: 10px 16px; }}
    QPushButton {{ background: {theme.hover}; border: 1px solid {theme.border};
        border-radius: 4px; padding: 4px 14px; }}
    QPushButton:hover {{ border-color: {theme.accent}; }}
    QPushButton:disabled {{ color: {theme.text_muted}; background: {theme.panel}; }}
    """
        + _view_rules(theme)
        + _form_rules(theme)
        + _scroll_rules(theme)
    )


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Apply a theme to the whole application."""
    app.setFont(chart_font(_WIDGET_PX))
    app.setPalette(qt_palette(theme))
    app.setStyleSheet(style_sheet(theme))
