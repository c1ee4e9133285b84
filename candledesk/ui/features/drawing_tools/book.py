"""What a person keeps of drawing tools: favourites, which tool of a group stands in front, templates and defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from candledesk.domain.errors import DocumentError
from candledesk.drawings.registry import TOOLS
from candledesk.ui.kept.documents import KeptDocuments
from candledesk.ui.kept.id_list import IdList
from candledesk.ui.widget_tasks import WidgetTasks
from candledesk.workspace.names import check_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QSettings

    from candledesk.drawings.drawing import Drawing
    from candledesk.ui.features.drawings.editor import DrawingEditor
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.templates.drawing_templates import DrawingTemplate

MOST_FAVOURITES = 5
_FAVOURITES, _RECENT = "drawings/favourites", "drawings/recent"


class DrawingBook(QObject):
    """``changed``: other favourites, or another tool was used; ``failed`` carries a sentence.

    The defaults are those of the editor. Without a workspace, templates and defaults are kept as long as the window is
    open.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, workspace: SubscribedWorkspace | None, settings: QSettings, editor: DrawingEditor) -> None:
        """Read what is stored."""
        super().__init__(editor)
        self._workspace, self._editor = workspace, editor
        self._tasks = WidgetTasks(self, self.failed.emit)
        self._favourites = IdList(settings, _FAVOURITES, MOST_FAVOURITES)
        self._recent = IdList(settings, _RECENT, len(TOOLS))
        self._defaults: KeptDocuments[DrawingTemplate] = KeptDocuments(
            workspace.drawing_defaults if workspace is not None else None, self._tasks
        )
        self._templates: dict[str, KeptDocuments[DrawingTemplate]] = {}
        editor.tool_changed.connect(self._on_tool_changed)
        if workspace is not None:
            self._tasks.start(self._load())

    async def _load(self) -> None:
        await self._defaults.load()
        self._editor.default_styles = {row.tool: row.style for row in self._defaults.rows.values()}

    # -- favourites and those used last

    @property
    def favourites(self) -> list[str]:
        """The ids of the favourites that there are, the last one added at the end."""
        return [tool for tool in self._favourites.ids if tool in TOOLS]

    def has_room(self) -> bool:
        """Return whether one more tool can be a favourite."""
        return self._favourites.has_room()

    def toggle_favourite(self, tool: str) -> None:
        """Make a tool a favourite, while there is room, or no longer one."""
        self._favourites.toggle(tool)
        self.changed.emit()

    def last_used(self, tools: tuple[str, ...]) -> str:
        """Return the one of several tools that was used last, the first of them when none was."""
        return next((tool for tool in self._recent.ids if tool in tools), tools[0])

    def _on_tool_changed(self) -> None:
        if self._editor.tool in TOOLS:
            self._recent.put_first(str(self._editor.tool))
        self.changed.emit()

    # -- how new ones begin

    def save_default(self, drawing: Drawing) -> None:
        """Let new drawings of a tool begin as this one looks; as its tool has it, forget what was saved."""
        from candledesk.workspace.templates.drawing_templates import DrawingTemplate

        if drawing.style:
            self._defaults.put(drawing.type, DrawingTemplate(drawing.type, drawing.type, dict(drawing.style)))
        else:
            self._defaults.delete(drawing.type)
        self._editor.default_styles = {row.tool: row.style for row in self._defaults.rows.values()}

    # -- templates

    def templates(self, tool: str) -> dict[str, DrawingTemplate]:
        """Return the templates of a tool by their names; those that are not read yet follow with ``changed``."""
        return self._kept(tool).rows

    def _kept(self, tool: str) -> KeptDocuments[DrawingTemplate]:
        if tool not in self._templates:
            store = self._workspace.drawing_templates(tool) if self._workspace is not None else None
            kept: KeptDocuments[DrawingTemplate] = KeptDocuments(store, self._tasks)
            self._templates[tool] = kept
            self._tasks.start(self._load_templates(kept))
        return self._templates[tool]

    async def _load_templates(self, kept: KeptDocuments[DrawingTemplate]) -> None:
        await kept.load()
        self.changed.emit()

    def save_template(self, tool: str, name: str, style: Mapping[str, Any]) -> bool:
        """Store a template, in the place of one of that name; return whether the name is valid."""
        from candledesk.workspace.templates.drawing_templates import DrawingTemplate

        try:
            template = DrawingTemplate(check_name(name), tool, dict(style))
            self._kept(tool).put(template.name, template)
        except DocumentError as error:
            self.failed.emit(str(error))
            return False
        self.changed.emit()
        return True

    def delete_template(self, tool: str, name: str) -> None:
        """Remove a template."""
        if self._kept(tool).delete(name):
            self.changed.emit()
