"""The command ``doctor``: one line per check, and the repair of the databases before them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from candledesk.cache.service import provider_options
from candledesk.commands.context import JSON_OPTION, CommandContext, common_options
from candledesk.commands.doctor import installation
from candledesk.commands.doctor.databases import DatabaseDoctor
from candledesk.commands.doctor.report import exit_code, print_checks
from candledesk.commands.doctor.running import examine_running
from candledesk.commands.progress import ProgressLines
from candledesk.endpoint_file import read_endpoint
from candledesk.paths import open_home
from candledesk.providers.registry import make_providers
from candledesk.store.lock import HomeLock, HomeLockedError
from candledesk.web.client import RemoteCache

if TYPE_CHECKING:
    from candledesk.cache.maintenance.damage_texts import CheckLine
    from candledesk.paths import Paths
    from candledesk.settings import Settings


@click.command()
@JSON_OPTION
@click.option("--repair", "is_repairing", is_flag=True, help="repair damage, and save what can be read into a new file")
@common_options
def doctor(context: CommandContext, *, as_json: bool, is_repairing: bool) -> int:
    """Check versions, databases, limiter, reachability of the providers and display."""
    settings = context.settings()
    paths = open_home(settings.home, demo=context.demo)
    checks = [installation.check_versions(), installation.check_writing(paths)]
    checks += examine_databases(paths, settings, is_repairing=is_repairing)  # before the application takes the home
    running = RemoteCache.find(paths.endpoint)
    checks.append(installation.check_instance(paths, is_answering=running is not None))
    written = None if running is None else read_endpoint(paths.endpoint)
    application = context.application() if context.demo and running is None else None
    if application is not None:
        settings = replace(settings, yahoo_url=application.settings.yahoo_url)
    holder = running if application is None else application.cache
    limiter = None if holder is None else holder.limiter_state()
    checks.append(installation.check_limiter(settings, limiter))
    checks.append(installation.check_datafeed(settings, written))
    if context.demo and running is not None:  # its address is known to that instance alone
        checks.append(installation.check_demo())
    else:
        checks += installation.check_providers(settings, paths)
    checks.append(installation.check_display())
    print_checks(checks, as_json=as_json)
    return exit_code(checks)


def examine_databases(paths: Paths, settings: Settings, *, is_repairing: bool) -> list[CheckLine]:
    """Check both databases of a home, or repair them; through the instance that holds the home if there is one.

    Raises ``HomeLockedError`` when they are to be repaired and another process holds the home without answering.
    """
    providers = make_providers(provider_options(settings, paths.yfinance_cache))
    with ProgressLines() as on_progress:
        databases = DatabaseDoctor(paths, providers, int(time.time()), on_progress)
        try:
            lock = HomeLock(paths.lock, is_read_only=not is_repairing)
        except HomeLockedError:
            remote = RemoteCache.find(paths.endpoint)
            if remote is not None:
                return [*examine_running(remote, is_repairing=is_repairing), *databases.check_user_data()]
            if is_repairing:
                raise
            return databases.check(is_alone=False)
        try:
            return databases.repair() if is_repairing else databases.check(is_alone=True)
        finally:
            lock.release()
