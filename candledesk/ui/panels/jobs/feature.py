"""The job panel and backfills as a feature of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from candledesk.ui.shell.actions import NO_CHART, ActionRow, BarButton
from candledesk.ui.shell.feature import Feature, Panel
from candledesk.ui.widget_tasks import WidgetTasks, result_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QToolButton

    from candledesk.ui.panels.jobs.backfill_form import BackfillForm
    from candledesk.ui.panels.jobs.panel import JobsPanel
    from candledesk.ui.shell.feature import WindowContext
    from candledesk.ui.shell.icon_bar import IconBar

_KEYS = (
    ("Jobs", "Cancel the selected jobs", "Del"),
    ("Jobs", "Pause or resume them", "Space"),
    ("Jobs", "Retry them", "Ctrl+Return"),
    ("Jobs", "Copy why they failed", "Ctrl+C"),
)


class _Backfills(QObject):
    """Starts backfills and shows them in the panel."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._context = context
        self._tasks = WidgetTasks(self, context.charts.show_message)
        self._button: QToolButton | None = None
        self._n_live = 0
        self.panel: Panel[JobsPanel] = Panel(
            "jobs", "Jobs", self._create, Qt.DockWidgetArea.BottomDockWidgetArea, "Data", shortcuts=("Ctrl+J",),
            icon="jobs",
        )  # fmt: skip
        context.requests.backfill_requested.connect(self.ask_backfill_of)

    def _create(self) -> JobsPanel:
        from candledesk.ui.panels.jobs.panel import JobsPanel

        context = self._context
        panel = JobsPanel(context.cache, context.bridge, context.window)
        panel.set_theme(context.theme_choice.theme)
        panel.live_changed.connect(context.status.show_live)
        panel.live_changed.connect(self._on_live_changed)
        panel.failed.connect(context.charts.show_message)
        panel.left.connect(context.charts.focus)
        panel.backfill_requested.connect(self.ask_backfill)
        context.theme_choice.changed.connect(self._on_theme_changed)
        return panel

    def follow_jobs(self) -> None:
        """Count the jobs from now on, which the panel does."""
        self.panel.create()

    def add_button(self, bar: IconBar) -> None:
        """Add the button that shows the panel and says how many jobs there are."""
        self._button = bar.add_button(self._context.table.actions["jobs"], BarButton("jobs", "Jobs"))
        bar.add_worded(self._button)
        self._on_live_changed(self._n_live)

    def _on_live_changed(self, n_jobs: int) -> None:
        self._n_live = n_jobs
        if self._button is not None:
            words = f"{n_jobs:,} {'job' if n_jobs == 1 else 'jobs'}" if n_jobs else "Jobs"
            self._context.table.actions["jobs"].setIconText(words)

    def backfill(self) -> None:
        """Fetch the whole history of the chart in front, and show the panel in which it can be followed."""
        target = self._context.charts.target
        if target is not None:
            self.panel.dock.show()
            self._tasks.start(result_of(self._context.cache.start_backfill(*target, None)))

    def ask_backfill(self) -> None:
        """Open the form of a new backfill, with the series of the chart in front."""
        self._open_form()

    def _open_form(self) -> BackfillForm:
        from candledesk.ui.panels.jobs.backfill_form import BackfillForm

        form = BackfillForm(self._context.cache, self._context.window, self._context.charts.target)
        form.starting.connect(self.panel.dock.follow_start)
        form.started.connect(self.panel.dock.show_started)
        form.open()
        return form

    def ask_backfill_of(self, symbols: Sequence[str]) -> None:
        """Open the form of a new backfill with these symbols."""
        self._open_form().symbols.setPlainText("\n".join(symbols))

    def _on_theme_changed(self) -> None:
        self.panel.dock.set_theme(self._context.theme_choice.theme)


def jobs_feature(context: WindowContext) -> Feature:
    """Return the panel at the bottom, and two entries of the Data menu."""
    backfills = _Backfills(context)
    return Feature(
        "jobs",
        (
            ActionRow(
                "backfill", "Data", "Backfill", ("Ctrl+B",), backfills.backfill, context.charts.has_target,
                why_disabled=NO_CHART,
            ),
            ActionRow("new_backfill", "Data", "New backfill…", ("Ctrl+Shift+N",), backfills.ask_backfill),
        ),
        panel=backfills.panel,
        toolbar_end=backfills.add_button,
        keys=_KEYS,
        after_start=backfills.follow_jobs,
    )  # fmt: skip
