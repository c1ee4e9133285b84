"""What a feature of the window is made of, and what it may use of the window it is in.

The window renders its menus, toolbar, panels, status bar and dialogs from the features that it is given and knows none
by name. A feature is a function from ``WindowContext`` to ``Feature`` in its own folder or file, and one line of the
registry (``ui/features/registry.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QSettings, Qt
    from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QToolBar, QWidget

    from candledesk.cache.api import CacheApi
    from candledesk.ui.bridge import Bridge
    from candledesk.ui.chart.core.options import ChartOptions
    from candledesk.ui.palette_item import PaletteItem
    from candledesk.ui.shell.actions import ActionRow, ActionTable, KeyRow
    from candledesk.ui.shell.chart_controller import ChartController
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.ui.shell.icon_bar import IconBar
    from candledesk.ui.shell.menu_spot import MenuSpot
    from candledesk.ui.shell.option_store import OptionStore
    from candledesk.ui.shell.requests import WindowRequests
    from candledesk.ui.shell.status_bar import StatusBar
    from candledesk.ui.theme.choice import ThemeChoice
    from candledesk.ui.tree_objects import TreeObject
    from candledesk.ui.workspace_bridge import WorkspaceBridge
    from candledesk.workspace.api import SubscribedWorkspace

DockT = TypeVar("DockT", bound="QDockWidget")


class Panel(Generic[DockT]):
    """A panel at an edge of the window, hidden at first; the window remembers where it is.

    It is created when it is first shown or used. The row ``id`` that shows and hides it stands in ``menu`` with its
    ``shortcuts``, and has a button in the rail at the right. Of the panels at the right edge one is shown at a time.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - as rows and features are named
        title: str,
        make: Callable[[], DockT],
        area: Qt.DockWidgetArea,
        menu: str,
        *,
        shortcuts: tuple[str, ...] = (),
        icon: str = "",
    ) -> None:
        """``make``: returns the dock with this ``title``; it needs the object name ``id`` and a focus proxy.

        ``icon``: the name of its picture in ``resources/icons``, empty for words.
        """
        self.id, self.title, self.area, self.menu = id, title, area, menu
        self.shortcuts, self.icon = shortcuts, icon
        self.place: Callable[[DockT], object] = lambda _dock: None
        """Called once, when the dock was created; set by the window."""
        self._make = make
        self._dock: DockT | None = None

    @property
    def is_created(self) -> bool:
        """Whether the dock is there already."""
        return self._dock is not None

    @property
    def dock(self) -> DockT:
        """The dock, created at its first use."""
        return self.create()

    def create(self) -> DockT:
        """Create the dock unless it is there already; return it."""
        if self._dock is None:
            self._dock = self._make()
            self.place(self._dock)
        return self._dock


@dataclass(frozen=True, slots=True)
class Feature:
    """What one feature adds to a window; everything but the id is optional.

    ``actions``: rows of the menus, the shortcut sheet and, where marked, the bars. ``toolbar``: adds widgets to the
    top bar's left part, ``toolbar_end`` to its right part, ``range_bar`` to the bar under the charts; they are called
    when all actions are there. ``status``: widgets at the right of the status bar.
    ``settings``: options that the dialog of options shows. ``keys``: keys and mouse buttons that are no actions, for
    the shortcut sheet. ``palette``: what the palette offers besides the actions, asked for each time it opens.
    ``context_menu``: adds to the menu of a place what can be done with what the feature draws there, and returns true
    where nothing else belongs into that menu. ``after_start``:
    does what the first picture of the window does not need; called once, when the first chart is painted.
    """

    id: str
    actions: Sequence[ActionRow] = ()
    toolbar: Callable[[IconBar], object] | None = None
    toolbar_end: Callable[[IconBar], object] | None = None
    range_bar: Callable[[QToolBar], object] | None = None
    rail: Callable[[IconBar], object] | None = None
    panel: Panel[Any] | None = None
    status: Sequence[QWidget] = ()
    settings: OptionStore[Any] | None = None
    keys: Sequence[KeyRow] = ()
    palette: Callable[[], Iterable[PaletteItem]] | None = None
    context_menu: Callable[[QMenu, MenuSpot], object] | None = None
    objects: Callable[[ChartPage], Iterable[TreeObject]] | None = None
    after_start: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class DataOrigin:
    """Where the data are from: ``source`` for pictures (empty: as each instrument says); ``terms`` as a sentence."""

    source: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True)
class WindowContext:
    """What features may use of their window.

    ``window``: parent of dialogs and of objects that live as long as the window. ``home``: the folder of the database.
    ``origin``: where the data are from. ``features``: all features of the window by their id,
    complete once it is built, as ``table`` is. ``requests``: what one feature asks of another. ``settings``: what the
    window remembers. ``workspace``: the
    person's watchlists and layouts, ``None`` where nothing is stored; ``workspace_bridge`` signals their changes.
    """

    window: QMainWindow
    cache: CacheApi
    bridge: Bridge
    home: Path
    origin: DataOrigin
    charts: ChartController
    options: OptionStore[ChartOptions]
    theme_choice: ThemeChoice
    table: ActionTable
    status: StatusBar
    requests: WindowRequests
    settings: QSettings
    workspace: SubscribedWorkspace | None = None
    workspace_bridge: WorkspaceBridge | None = None
    open_browser: Callable[[], None] | None = None
    features: dict[str, Feature] = field(default_factory=dict)


FeatureFactory = Callable[[WindowContext], Feature]
