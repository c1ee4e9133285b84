"""What a person keeps of indicators: favourites, those used last, templates, and how new ones begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.domain.errors import DocumentError
from candledesk.ui.chart.core.studies.chart_study import new_study, parse_study_document, study_document
from candledesk.ui.kept.documents import KeptDocuments
from candledesk.ui.kept.id_list import IdList
from candledesk.ui.widget_tasks import WidgetTasks
from candledesk.workspace.names import check_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from PySide6.QtCore import QSettings

    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.templates.indicator_templates import IndicatorTemplate

_FAVOURITES, _RECENT = "indicators/favourites", "indicators/recent"
_MOST_RECENT = 5


class IndicatorBook(QObject):
    """``failed`` carries a sentence.

    Without a workspace, templates and defaults are kept as long as the window is open.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, workspace: SubscribedWorkspace | None, settings: QSettings, parent: QObject) -> None:
        """Read what is stored."""
        super().__init__(parent)
        self._favourites, self._recent = IdList(settings, _FAVOURITES), IdList(settings, _RECENT, _MOST_RECENT)
        tasks = WidgetTasks(self, self.failed.emit)
        stores = (
            (workspace.indicator_templates, workspace.indicator_defaults) if workspace is not None else (None, None)
        )
        self._templates, self._defaults = KeptDocuments(stores[0], tasks), KeptDocuments(stores[1], tasks)
        if workspace is not None:
            tasks.start(self._load())

    async def _load(self) -> None:
        await self._defaults.load()
        await self._templates.load()
        self.changed.emit()

    @property
    def favourites(self) -> list[str]:
        """The ids of the favourites, the last one added at the end."""
        return self._favourites.ids

    @property
    def recent(self) -> list[str]:
        """The ids of those that were added last, the latest first."""
        return self._recent.ids

    @property
    def templates(self) -> dict[str, IndicatorTemplate]:
        """The templates by their names."""
        return self._templates.rows

    # -- favourites and those used last

    def toggle_favourite(self, indicator_id: str) -> None:
        """Make an indicator a favourite, the last of them, or no longer one."""
        self._favourites.toggle(indicator_id)
        self.changed.emit()

    def add(self, page: ChartPage, indicator_id: str) -> None:
        """Add an indicator to a chart as new ones begin."""
        like = self.default(indicator_id)
        if like is None:
            page.studies.add(indicator_id)
        else:
            page.studies.add_study(like.study, like)
        self._recent.put_first(indicator_id)

    # -- how new ones begin

    def default(self, indicator_id: str) -> ChartStudy | None:
        """Return an indicator as a person saved it as the default, ``None`` when nothing is saved."""
        stored = self._defaults.rows.get(indicator_id)
        return None if stored is None else parse_study_document(stored.contents["indicators"][0])

    def save_default(self, one: ChartStudy) -> None:
        """Let new ones begin with the inputs and the style of ``one``; with those that the indicator has, forget it."""
        from candledesk.workspace.templates.indicator_templates import IndicatorTemplate

        name = one.study.id
        document = {key: value for key, value in study_document(one).items() if key not in {"pane", "follows", "shown"}}
        if document == study_document_of_new(name) | {"key": one.key}:
            self._defaults.delete(name)
        else:
            self._defaults.put(name, IndicatorTemplate(name, {"indicators": [document], "panes": []}))

    # -- templates

    def save_template(self, name: str, contents: Mapping[str, Any]) -> bool:
        """Store a template, in the place of one of that name; return whether the name is valid."""
        from candledesk.workspace.templates.indicator_templates import IndicatorTemplate

        try:
            template = IndicatorTemplate(check_name(name), contents)
            self._templates.put(template.name, template)
        except DocumentError as error:
            self.failed.emit(str(error))
            return False
        self.changed.emit()
        return True

    def free_name(self, name: str) -> str:
        """Return a name that no template has: the wanted one, or that one with a number."""
        return self._templates.free_name(name)

    def delete_template(self, name: str) -> None:
        """Remove a template."""
        if self._templates.delete(name):
            self.changed.emit()


def study_document_of_new(indicator_id: str) -> dict[str, Any]:
    """Return the document of an indicator as it is without a default of the person's, without its place."""
    from candledesk.indicators.studies import make_study

    document = study_document(new_study(make_study(indicator_id), ()))
    return {key: value for key, value in document.items() if key not in {"pane", "shown"}}
