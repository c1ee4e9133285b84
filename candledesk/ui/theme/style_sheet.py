"""The style sheet of a theme: what the palette of the style Fusion cannot express."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.paths import resources_dir
from candledesk.ui.theme.contrast import mix
from candledesk.ui.theme.fonts import load_font
from candledesk.ui.theme.themes import WIDGET_PX, chart_font, qt_palette

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from candledesk.ui.theme.themes import Theme


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Apply a theme to the whole application."""
    load_font()
    app.setFont(chart_font(WIDGET_PX))
    app.setPalette(qt_palette(theme))
    app.setStyleSheet(style_sheet(theme))


def style_sheet(theme: Theme) -> str:
    """Return the rules."""
    return "".join(
        rules(theme) for rules in (_bars, _buttons, _menus, _inputs, _choices, _views, _panels, _tabs, _scroll_bars)
    )


def _picture(name: str) -> str:
    """Return a picture of a control, in a grey or blue that can be seen on the grounds of both themes."""
    return f'url("{(resources_dir() / "icons" / "controls" / name).as_posix()}.svg")'


def _bars(theme: Theme) -> str:
    return f"""
    QMainWindow::separator {{ background: {theme.border}; width: 1px; height: 1px; }}
    QMainWindow::separator:hover {{ background: {theme.accent}; }}
    QToolBar {{ background: {theme.panel}; border: 0; padding: 0 4px; spacing: 2px; }}
    QToolBar#top_bar {{ border-bottom: 1px solid {theme.border}; }}
    QToolBar#left_rail {{ border-right: 1px solid {theme.border}; padding: 4px 0; }}
    QToolBar#right_rail {{ border-left: 1px solid {theme.border}; padding: 4px 0; }}
    QToolBar#range_bar {{ border-top: 1px solid {theme.border}; padding: 0 6px; spacing: 1px; }}
    QToolBar::separator {{ background: {theme.border}; width: 1px; height: 1px; margin: 8px 5px; }}
    QToolBar#left_rail::separator {{ margin: 5px 9px; }}
    QToolBar#range_bar::separator {{ margin: 7px 5px; }}
    QStatusBar {{ background: {theme.panel}; border-top: 1px solid {theme.border}; color: {theme.text_muted}; }}
    QStatusBar::item {{ border: 0; }}
    QStatusBar QLabel {{ color: {theme.text_muted}; padding: 0 8px; }}
    QStatusBar QLabel[tone="warning"] {{ color: {theme.warning}; }}
    QToolButton#status_task {{ color: {theme.text_muted}; padding: 0 8px; }}
    QToolButton#status_task:hover {{ color: {theme.text}; }}
    """


def _buttons(theme: Theme) -> str:
    pressed = mix(theme.accent_ground, theme.selected, 0.25)
    return f"""
    QToolButton {{ border: 0; border-radius: 4px; padding: 4px 6px; color: {theme.text}; background: transparent; }}
    QToolButton:hover {{ background: {theme.hover}; }}
    QToolButton:focus {{ background: {theme.hover}; }}
    QToolButton:checked {{ color: {theme.accent}; background: {theme.selected}; }}
    QToolButton:pressed {{ background: {pressed}; }}
    QToolButton:disabled {{ color: {theme.text_disabled}; background: transparent; }}
    QToolButton::menu-indicator {{ image: none; width: 0; }}
    QToolBar#left_rail QToolButton::menu-indicator {{ image: {_picture("corner")}; width: 7px; height: 7px;
        subcontrol-position: bottom right; subcontrol-origin: padding; right: 1px; bottom: 1px; }}
    QToolBar#range_bar QToolButton {{ padding: 2px 7px; color: {theme.text_muted}; }}
    QToolBar#range_bar QToolButton:hover {{ color: {theme.text}; }}
    QToolBar#range_bar QToolButton:checked {{ color: {theme.accent}; }}
    QToolBar#range_bar QToolButton:disabled {{ color: {theme.text_disabled}; }}
    QToolButton#qt_toolbar_ext_button {{ padding: 0; min-width: 20px; }}
    QToolButton#close_tab {{ padding: 0; min-width: 16px; min-height: 16px; color: {theme.text_muted}; }}
    QToolButton#close_tab:hover {{ color: {theme.text}; }}
    QToolButton#interval {{ border: 1px solid {theme.border}; padding: 5px 7px; }}
    QToolButton#interval:checked {{ border-color: {theme.accent}; }}
    QToolButton#interval:focus {{ border: 1px solid {theme.accent}; }}
    QToolButton#latest {{ background: {theme.tag}; color: {theme.tag_text}; padding: 0; border-radius: 14px; }}
    QToolButton#latest:hover {{ background: {theme.accent_ground}; }}
    QPushButton {{ background: {theme.background}; border: 1px solid {theme.border}; border-radius: 4px;
        padding: 5px 14px; min-height: 18px; }}
    QPushButton:hover {{ background: {theme.hover}; border-color: {theme.accent}; }}
    QPushButton:focus {{ border-color: {theme.accent}; }}
    QPushButton:pressed {{ background: {theme.selected}; }}
    QPushButton:disabled {{ color: {theme.text_disabled}; background: {theme.panel}; border-color: {theme.border}; }}
    QPushButton:default, QPushButton#primary {{ background: {theme.accent_ground}; color: {theme.accent_text};
        border-color: {theme.accent_ground}; }}
    QPushButton:default:hover, QPushButton#primary:hover {{ background: {mix("#000000", theme.accent_ground, 0.15)}; }}
    QPushButton:default:focus, QPushButton#primary:focus {{ border-color: {theme.text}; }}
    QPushButton:default:disabled {{ background: {theme.panel}; color: {theme.text_disabled};
        border-color: {theme.border}; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    """


def _menus(theme: Theme) -> str:
    return f"""
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.border}; padding: 5px; }}
    QMenu::item {{ padding: 6px 12px 6px 30px; border-radius: 4px; min-width: 150px; }}
    QMenu::item:selected {{ background: {theme.selected}; color: {theme.text}; }}
    QMenu::item:disabled {{ color: {theme.text_disabled}; background: transparent; }}
    QMenu::indicator {{ width: 14px; height: 14px; left: 9px; }}
    QMenu::indicator:checked {{ image: {_picture("tick")}; }}
    QMenu::right-arrow {{ image: {_picture("right")}; width: 12px; height: 12px; right: 8px; }}
    QWidget#interval_row, QWidget#tool_row {{ border-radius: 4px; background: transparent; }}
    QWidget#interval_row:hover, QWidget#tool_row:hover, QWidget#tool_row[lit="true"] {{
        background: {theme.selected}; }}
    QWidget#interval_row QLabel[shown="true"], QWidget#tool_row QLabel[shown="true"] {{ color: {theme.accent}; }}
    QWidget#tool_row QToolButton {{ padding: 3px; }}
    QWidget#tool_row QToolButton:checked {{ background: transparent; }}
    QWidget#interval_row QToolButton {{ color: {theme.text_muted}; padding: 3px 5px; }}
    QWidget#interval_row QToolButton:checked {{ color: {theme.accent}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {theme.border}; margin: 5px 7px; }}
    QToolTip {{ background: {theme.tag}; color: {theme.tag_text}; border: 1px solid {theme.border}; padding: 3px 6px; }}
    QFrame#style_bar {{ background: {theme.panel}; border: 1px solid {theme.border}; border-radius: 6px; }}
    QFrame#style_bar QToolButton {{ padding: 0; }}
    QFrame#style_bar QFrame#line {{ background: {theme.border}; border: 0; }}
    QLabel#toast {{ background: {theme.tag}; color: {theme.tag_text}; border-radius: 6px; padding: 10px 16px; }}
    QFrame#popup {{ background: {theme.panel}; border: 1px solid {theme.border}; border-radius: 8px; }}
    QFrame#popup QLabel {{ border: 0; }}
    QFrame#popup QLineEdit {{ font-size: 20px; padding: 6px; }}
    """


def _inputs(theme: Theme) -> str:
    return f"""
    QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox {{ background: {theme.background};
        color: {theme.text}; border: 1px solid {theme.border}; border-radius: 4px; padding: 4px 8px;
        min-height: 18px; selection-background-color: {theme.accent_ground};
        selection-color: {theme.accent_text}; }}
    QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover {{ border-color: {theme.text_muted}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QComboBox:on {{
        border-color: {theme.accent}; }}
    QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{ color: {theme.text_disabled};
        background: {theme.panel}; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: 0; padding: 0; min-height: 0; background: transparent; }}
    QComboBox {{ padding-right: 24px; combobox-popup: 0; }}
    QComboBox::drop-down {{ border: 0; width: 24px; }}
    QComboBox::down-arrow {{ image: {_picture("down")}; width: 12px; height: 12px; }}
    QComboBox QAbstractItemView {{ background: {theme.panel}; border: 1px solid {theme.border}; outline: 0;
        padding: 4px; selection-background-color: {theme.selected}; selection-color: {theme.text}; }}
    QComboBox QAbstractItemView::item {{ min-height: 26px; padding: 0 6px; border-radius: 4px; }}
    QComboBox QAbstractItemView::item:hover, QComboBox QAbstractItemView::item:selected {{
        background: {theme.selected}; color: {theme.text}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: 0; width: 20px; background: transparent; }}
    QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: {theme.hover}; }}
    QAbstractSpinBox::up-arrow {{ image: {_picture("up")}; width: 10px; height: 10px; }}
    QAbstractSpinBox::down-arrow {{ image: {_picture("down")}; width: 10px; height: 10px; }}
    QDateEdit::drop-down {{ border: 0; width: 20px; }}
    QAbstractSpinBox#number::up-arrow, QAbstractSpinBox#number::down-arrow {{ image: none; width: 0; height: 0; }}
    QAbstractSpinBox#number::up-button, QAbstractSpinBox#number::down-button {{ width: 0; border: 0; }}
    """


def _choices(theme: Theme) -> str:
    return f"""
    QCheckBox, QRadioButton {{ spacing: 8px; }}
    QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {theme.text_muted}; border-radius: 3px;
        background: {theme.background}; }}
    QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {theme.accent}; }}
    QCheckBox::indicator:checked {{ background: {theme.accent_ground}; border-color: {theme.accent_ground};
        image: {_picture("check")}; }}
    QCheckBox::indicator:disabled {{ border-color: {theme.text_disabled}; background: {theme.panel}; }}
    QRadioButton::indicator {{ width: 12px; height: 12px; border-radius: 7px; border: 1px solid {theme.text_muted};
        background: {theme.background}; }}
    QRadioButton::indicator:checked {{ border: 4px solid {theme.accent_ground}; width: 6px; height: 6px; }}
    QRadioButton::indicator:hover, QRadioButton::indicator:focus {{ border-color: {theme.accent}; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {theme.border}; }}
    QSlider::handle:horizontal {{ width: 14px; margin: -5px 0; border-radius: 7px;
        background: {theme.accent_ground}; }}
    QProgressBar {{ border: 0; border-radius: 2px; background: {theme.border}; text-align: center; }}
    QProgressBar::chunk {{ border-radius: 2px; background: {theme.accent_ground}; }}
    QLabel#refused, QLabel#cost[tone="warning"], QLabel#strip_text[tone="warning"] {{ color: {theme.warning}; }}
    """


def _views(theme: Theme) -> str:
    return f"""
    QListView, QTreeView {{ background: {theme.panel}; border: 1px solid {theme.border}; outline: 0; }}
    QListView::item, QTreeView::item {{ padding: 5px 8px; color: {theme.text}; }}
    QListView::item:disabled {{ color: {theme.text_muted}; padding-top: 9px; }}
    QListView::item:hover:!disabled, QTreeView::item:hover {{ background: {theme.hover}; }}
    QListView::item:selected, QTreeView::item:selected {{ background: {theme.selected}; color: {theme.text}; }}
    QTableView {{ background: {theme.background}; border: 0; outline: 0; gridline-color: {theme.grid};
        selection-background-color: {theme.selected}; selection-color: {theme.text}; }}
    QTableView::item {{ padding: 0 8px; }}
    QCalendarWidget QTableView {{ background: {theme.panel}; selection-background-color: {theme.accent_ground};
        selection-color: {theme.accent_text}; alternate-background-color: {theme.panel}; }}
    QCalendarWidget QTableView::item {{ padding: 0; }}
    QCalendarWidget #qt_calendar_navigationbar {{ background: {theme.panel}; }}
    QCalendarWidget QSpinBox {{ background: {theme.background}; }}
    QCalendarWidget QToolButton::menu-indicator {{ image: none; }}
    QHeaderView::section {{ background: {theme.panel}; color: {theme.text_muted}; border: 0;
        border-bottom: 1px solid {theme.border}; padding: 4px 11px; }}
    QHeaderView::up-arrow {{ image: {_picture("up")}; width: 10px; height: 10px; }}
    QHeaderView::down-arrow {{ image: {_picture("down")}; width: 10px; height: 10px; }}
    """


def _panels(theme: Theme) -> str:
    return f"""
    QDockWidget {{ titlebar-close-icon: none; titlebar-normal-icon: none; }}
    QDockWidget::title {{ background: {theme.panel}; padding: 6px 10px; border-top: 1px solid {theme.border}; }}
    QWidget#panel_title {{ background: {theme.panel}; border-bottom: 1px solid {theme.border}; }}
    QFrame#task_strip {{ border: 0; border-top: 1px solid {theme.border}; }}
    """


def _tabs(theme: Theme) -> str:
    return f"""
    QTabBar::tab {{ background: {theme.panel}; color: {theme.text_muted}; padding: 6px 14px; border: 0; }}
    QTabBar::tab:hover {{ color: {theme.text}; background: {theme.hover}; }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.accent}; }}
    QTabWidget::pane {{ border: 0; }}
    QTabWidget#page_tabs::tab-bar {{ left: 10px; }}
    """


def _scroll_bars(theme: Theme) -> str:
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
