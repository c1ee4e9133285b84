"""The style sheet of the symbol search and of the box for intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.features.search.row_delegate import row_ground
from candledesk.ui.theme.contrast import mix

if TYPE_CHECKING:
    from candledesk.ui.theme.themes import Theme


def search_rules(theme: Theme) -> str:
    """Return the rules of the search's own widgets."""
    edge = mix(theme.text_muted, theme.panel, 0.45)
    selected = row_ground(theme, is_selected=True)
    return f"""
    QFrame#search {{ background: {theme.panel}; border: 1px solid {edge}; border-radius: 8px; }}
    QFrame#search QLineEdit {{ font-size: 18px; padding: 8px 14px; border: 0; background: transparent; }}
    QFrame#search QToolButton#chip {{ padding: 3px 8px; border: 1px solid {theme.border}; border-radius: 11px;
        color: {theme.text}; font-size: 12px; }}
    QFrame#search QToolButton#chip:checked {{ background: {selected}; border-color: {theme.accent};
        color: {theme.text}; }}
    QFrame#search QListView {{ background: {theme.panel}; border: 0; border-top: 1px solid {theme.border}; }}
    QFrame#search QLabel {{ color: {theme.text_muted}; font-size: 12px; }}
    QFrame#search QLabel[tone="warning"] {{ color: {theme.warning}; }}
    QFrame#search QLabel#keycap {{ color: {theme.text}; background: {theme.background};
        border: 1px solid {theme.border}; border-radius: 3px; padding: 1px 5px; font-size: 11px; }}
    QFrame#search QFrame#hints {{ border: 0; border-top: 1px solid {theme.border}; }}
    """
