"""Every feature of the window, one line each.

The order decides where their rows stand within a menu, their widgets in the toolbar and in the status bar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.features.about import about_feature
from candledesk.ui.features.appearance import appearance_feature
from candledesk.ui.features.archive import archive_feature
from candledesk.ui.features.bar_files.feature import bar_files_feature
from candledesk.ui.features.chart import chart_feature
from candledesk.ui.features.chart_tools import chart_tools_feature
from candledesk.ui.features.compare.feature import compare_feature
from candledesk.ui.features.connection import connection_feature
from candledesk.ui.features.context_menu.feature import context_menu_feature
from candledesk.ui.features.dates.feature import dates_feature
from candledesk.ui.features.drawing_tools.feature import drawing_tools_feature
from candledesk.ui.features.drawings.feature import drawings_feature
from candledesk.ui.features.events.feature import events_feature
from candledesk.ui.features.indicators.feature import indicators_feature
from candledesk.ui.features.intervals.feature import intervals_feature
from candledesk.ui.features.layouts.cells import cells_feature
from candledesk.ui.features.layouts.named.feature import named_layouts_feature
from candledesk.ui.features.layouts.tabs import tabs_feature
from candledesk.ui.features.palette.feature import palette_feature
from candledesk.ui.features.pictures.feature import pictures_feature
from candledesk.ui.features.shortcut_sheet import shortcuts_feature
from candledesk.ui.features.symbols import symbols_feature
from candledesk.ui.features.undo import undo_feature
from candledesk.ui.features.welcome.feature import welcome_feature
from candledesk.ui.features.window import window_feature
from candledesk.ui.panels.data_window.feature import data_window_feature
from candledesk.ui.panels.jobs.feature import jobs_feature
from candledesk.ui.panels.object_tree.feature import object_tree_feature
from candledesk.ui.panels.storage.feature import storage_feature
from candledesk.ui.panels.watchlist.feature import watchlist_feature

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import FeatureFactory

FEATURES: tuple[FeatureFactory, ...] = (
    appearance_feature,
    symbols_feature,
    tabs_feature,
    intervals_feature,
    chart_tools_feature,
    drawings_feature,
    drawing_tools_feature,
    chart_feature,
    events_feature,
    indicators_feature,
    compare_feature,
    undo_feature,
    named_layouts_feature,
    cells_feature,
    pictures_feature,
    bar_files_feature,
    watchlist_feature,
    object_tree_feature,
    data_window_feature,
    jobs_feature,
    archive_feature,
    storage_feature,
    dates_feature,
    connection_feature,
    window_feature,
    context_menu_feature,
    palette_feature,
    shortcuts_feature,
    welcome_feature,
    about_feature,
)
