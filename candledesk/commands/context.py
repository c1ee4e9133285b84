"""The context of a command: the common options, and the application that is opened when it is needed."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from candledesk.commands.process_start import COMMAND_BYTES, require_memory
from candledesk.domain.interval import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.app import Application
    from candledesk.cache.api import CommandApi
    from candledesk.cache.own.own_indicators import OwnIndicators
    from candledesk.providers.registry import ListedNames
    from candledesk.settings import Settings
    from candledesk.web.client import RemoteCache
    from candledesk.workspace.api import WorkspaceApi

INTERVAL_HELP = f"{' '.join(INTERVALS)}, or another multiple: 45m 2h 2d 6mo 1y"
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="for programs: JSON instead of a table")


class Action(click.Choice[str]):
    """What a command is to do; a word that is none of them is refused with the nearest one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's
        """Return the word; raise ``click.BadParameter`` for another one."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            from difflib import get_close_matches

            for word in get_close_matches(str(value), self.choices, 1):
                raise click.BadParameter(f"{error.message} Did you mean {word!r}?", ctx, param) from None
            raise


class CommandContext:
    """The common options of one command; the application is opened at its first use and closed at the end."""

    def __init__(self, home: str | None, yahoo_url: str | None, stream_url: str | None, *, demo: bool) -> None:
        """``None``: not given, so that the environment or the default decides."""
        self._overrides: dict[str, str | None] = {"home": home, "yahoo_url": yahoo_url, "stream_url": stream_url}
        self.demo = demo
        self._application: Application | None = None
        self._own: OwnIndicators | None = None
        self._running: RemoteCache | None = None

    def set_option(self, name: str, text: str) -> None:
        """Set an option of this run over the environment; before the application is opened."""
        self._overrides[name] = text

    def source_of(self, symbol: str) -> str:
        """Return where the bars of a symbol come from, for people; empty when no provider has its id."""
        from candledesk.cache.service import provider_options
        from candledesk.domain.compare.ratio import parse_charted, symbols_of
        from candledesk.domain.symbols import split_symbol
        from candledesk.providers.registry import make_providers
        from candledesk.settings import DEMO_SOURCE

        if self.demo:
            return DEMO_SOURCE
        providers = make_providers(provider_options(self.settings(), Path()))
        found = [providers.get(split_symbol(part)[0]) for part in symbols_of(parse_charted(symbol))]
        return ", ".join(dict.fromkeys(provider.capabilities.source for provider in found if provider))

    def settings(self) -> Settings:
        """Return the settings of this run; ``InputError`` when one is not valid."""
        from candledesk.settings import load_settings

        return load_settings(None, **self._overrides)

    def application(self) -> Application:
        """Open the home, with progress on stderr where its database is migrated.

        Raises ``HomeLockedError`` when another process holds it.
        """
        require_memory(COMMAND_BYTES, "CandleDesk")
        from candledesk.app import Application
        from candledesk.commands.progress import ProgressLines, report_migration

        if self._application is None:
            with ProgressLines() as show:
                self._application = Application(self.settings(), demo=self.demo, on_progress=show)
            report_migration(self._application.former)
        return self._application

    def cache(self) -> CommandApi:
        """Return the cache of this home, through the instance that holds the home already if there is one."""
        from candledesk.commands.printing import report_notice
        from candledesk.store.lock import HomeLockedError

        if self._application is None and (running := self._find_running()) is not None:
            return running
        try:
            cache = self.application().cache
        except HomeLockedError as error:
            running = self._find_running()
            if running is None:
                raise error from None
            return running
        cache.subscribe(report_notice)
        return cache

    def _find_running(self) -> RemoteCache | None:
        """Return the instance that holds the home, ``None`` when no process does or it does not answer.

        Its file and the lock show that before the libraries of the cache are imported, which take a tenth of a second.
        """
        from candledesk.paths import open_home
        from candledesk.store.lock import HomeLockedError, check_home

        paths = open_home(self.settings().home, demo=self.demo)
        if self._running is None and paths.endpoint.exists():
            try:
                check_home(paths.lock)
            except HomeLockedError:
                from candledesk.web.client import RemoteCache

                self._running = RemoteCache.find(paths.endpoint)
                self.own_indicators()
        return self._running

    def own_indicators(self) -> OwnIndicators:
        """Return the own indicators of this home, and declare those that are allowed; no database is opened."""
        from candledesk.cache.own.own_indicators import OwnIndicators
        from candledesk.paths import open_home

        if self._own is None:
            self._own = OwnIndicators(open_home(self.settings().home, demo=self.demo))
        return self._own

    def workspace(self) -> WorkspaceApi:
        """Return the watchlists and layouts of this home, as ``cache`` does.

        Raises ``EnvironmentFaultError`` when their file cannot be opened.
        """
        from candledesk.commands.printing import print_notice

        self.cache()
        if self._running is not None:
            return self._running.workspace
        user_data = self.application().user_data
        user_data.read(lambda _connection: None).result()
        print_notice(user_data.notice)
        return self.application().workspace

    def symbol_names(self) -> ListedNames:
        """Return the names of the providers' symbols in TradingView's files."""
        from candledesk.cache.service import provider_options
        from candledesk.providers.registry import ListedNames, make_providers

        return ListedNames(make_providers(provider_options(self.settings(), Path())))

    def has_database(self) -> bool:
        """Tell whether anything is stored in the home, without making one."""
        from candledesk.paths import find_home

        return find_home(self.settings().home, demo=self.demo).database.exists()

    @property
    def has_application(self) -> bool:
        """Whether the application was opened."""
        return self._application is not None

    def abort(self) -> None:
        """Queue running jobs again; the process ends in the next moment."""
        if self._application is not None:
            self._application.abort()

    def close(self) -> None:
        """Close the application if it was opened."""
        if self._application is not None:
            self._application.close()


COMMON_NAMES = ("home", "yahoo_url", "stream_url", "demo")
_COMMON_OPTIONS = (
    click.option("--demo", is_flag=True, help="use the embedded demo market; needs no network"),
    click.option("--stream-url", metavar="URL", help="the WebSocket for live prices"),
    click.option("--yahoo-url", metavar="URL", help="send every Yahoo request to this base URL"),
    click.option("--home", metavar="DIR", help="where the database, settings and logs live"),
)


def common_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the common options to a command and give it a ``CommandContext`` of them.

    The context joins the list of contexts in click's ``obj``, which ``entry`` closes at the end.
    """

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - click hands options over by name
        context = CommandContext(*(kwargs.pop(name) for name in COMMON_NAMES[:-1]), demo=kwargs.pop("demo"))
        click.get_current_context().obj.append(context)
        return function(context, *args, **kwargs)

    for option in _COMMON_OPTIONS:
        run = option(run)
    return run
