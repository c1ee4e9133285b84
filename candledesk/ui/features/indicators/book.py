"""What a person keeps of indicators: favourites, those used last, templates, and how new ones begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from candledesk.domain.errors import DocumentError
from candledesk.ui.chart.core.studies.chart_study import new_study, parse_study_document, study_document
from candledesk.ui.widget_tasks import WidgetTasks, result_of
from candledesk.workspace.names import check_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future
    from typing import Any

    from PySide6.QtCore import QSettings

    from candledesk.ui.chart.core.studies.chart_study import ChartStudy
    from candledesk.ui.shell.chart_page import ChartPage
    from candledesk.workspace.api import SubscribedWorkspace
    from candledesk.workspace.templates.indicator_templates import IndicatorTemplate

_FAVOURITES, _RECENT = "indicators/favourites", "indicators/recent"
_MOST_RECENT = 5


class IndicatorBook(QObject):
    """``favourites`` and ``recent``: ids of indicators; ``templates``: by name; ``failed`` carries a sentence.

    Without a workspace, templates and defaults are kept as long as the window is open.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, workspace: SubscribedWorkspace | None, settings: QSettings, parent: QObject) -> None:
        """Read what is stored."""
        super().__init__(parent)
        self._settings = settings
        self._templates = workspace.indicator_templates if workspace is not None else None
        self._defaults = workspace.indicator_defaults if workspace is not None else None
        self._tasks = WidgetTasks(self, self.failed.emit)
        self.favourites, self.recent = self._ids(_FAVOURITES), self._ids(_RECENT)[:_MOST_RECENT]
        self.templates: dict[str, IndicatorTemplate] = {}
        self._begins: dict[str, Mapping[str, Any]] = {}
        if workspace is not None:
            self._tasks.start(self._load(workspace))

    async def _load(self, workspace: SubscribedWorkspace) -> None:
        templates, defaults = workspace.indicator_templates.list_all(), workspace.indicator_defaults.list_all()
        stored = {row.name: row.contents["indicators"][0] for row in await result_of(defaults)}
        self._begins = stored | self._begins
        self.templates = {row.name: row for row in await result_of(templates)} | self.templates
        self.changed.emit()

    def _ids(self, key: str) -> list[str]:
        stored = self._settings.value(key, [])
        rows = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        return [row for row in rows if isinstance(row, str)]

    # -- favourites and those used last

    def toggle_favourite(self, indicator_id: str) -> None:
        """Make an indicator a favourite, the last of them, or no longer one."""
        is_one = indicator_id in self.favourites
        others = [row for row in self.favourites if row != indicator_id]
        self.favourites = others if is_one else [*others, indicator_id]
        self._settings.setValue(_FAVOURITES, self.favourites)
        self.changed.emit()

    def add(self, page: ChartPage, indicator_id: str) -> None:
        """Add an indicator to a chart as new ones begin."""
        like = self.default(indicator_id)
        if like is None:
            page.studies.add(indicator_id)
        else:
            page.studies.add_study(like.study, like)
        self.recent = [indicator_id, *(row for row in self.recent if row != indicator_id)][:_MOST_RECENT]
        self._settings.setValue(_RECENT, self.recent)

    # -- how new ones begin

    def default(self, indicator_id: str) -> ChartStudy | None:
        """Return an indicator as a person saved it as the default, ``None`` when nothing is saved."""
        document = self._begins.get(indicator_id)
        return None if document is None else parse_study_document(document)

    def save_default(self, one: ChartStudy) -> None:
        """Let new ones begin with the inputs and the style of ``one``; with those that the indicator has, forget it."""
        from candledesk.workspace.templates.indicator_templates import IndicatorTemplate

        name = one.study.id
        document = {key: value for key, value in study_document(one).items() if key not in {"pane", "follows", "shown"}}
        if document == study_document_of_new(name) | {"key": one.key}:
            if self._begins.pop(name, None) is not None and self._defaults is not None:
                self._store(self._defaults.delete(name))
            return
        self._begins[name] = document
        if self._defaults is not None:
            template = IndicatorTemplate(name, {"indicators": [document], "panes": []})
            self._store(self._defaults.put(name, template))

    # -- templates

    def save_template(self, name: str, contents: Mapping[str, Any]) -> bool:
        """Store a template, in the place of one of that name; return whether the name is valid."""
        from candledesk.workspace.templates.indicator_templates import IndicatorTemplate

        try:
            template = IndicatorTemplate(check_name(name), contents)
            if self._templates is not None:
                self._store(self._templates.put(template.name, template))
        except DocumentError as error:
            self.failed.emit(str(error))
            return False
        self.templates = dict(sorted({**self.templates, template.name: template}.items(), key=_by_name))
        self.changed.emit()
        return True

    def free_name(self, name: str) -> str:
        """Return a name that no template has: the wanted one, or that one with a number."""
        return next(
            free for free in (name, *(f"{name[:56]} {n}" for n in range(2, 1_000))) if free not in self.templates
        )

    def delete_template(self, name: str) -> None:
        """Remove a template."""
        if self.templates.pop(name, None) is None:
            return
        if self._templates is not None:
            self._store(self._templates.delete(name))
        self.changed.emit()

    def _store(self, stored: Future[IndicatorTemplate]) -> None:
        async def wait() -> None:
            await result_of(stored)

        self._tasks.start(wait())


def _by_name(item: tuple[str, IndicatorTemplate]) -> str:
    return item[0].casefold()


def study_document_of_new(indicator_id: str) -> dict[str, Any]:
    """Return the document of an indicator as it is without a default of the person's, without its place."""
    from candledesk.indicators.studies import make_study

    document = study_document(new_study(make_study(indicator_id), ()))
    return {key: value for key, value in document.items() if key not in {"pane", "shown"}}
