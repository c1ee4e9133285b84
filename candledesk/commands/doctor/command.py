"""The command ``doctor``: one line per check, and the repair of the databases before them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from candledesk.cache.maintenance.damage_texts import make_refetch
from candledesk.cache.service import provider_options
from candledesk.commands.context import JSON_OPTION, CommandContext, common_options
from candledesk.commands.doctor import installation
from candledesk.commands.doctor.databases import DatabaseDoctor
from candledesk.commands.doctor.report import exit_code, print_checks
from candledesk.commands.progress import ProgressLines
from candledesk.paths import open_home
from candledesk.providers.registry import make_providers

if TYPE_CHECKING:
    from candledesk.commands.doctor.report import Check
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
    checks = [installation.check_versions(), installation.check_home(paths)]
    checks += examine_databases(paths, settings, is_repairing=is_repairing)  # before the application takes the home
    application = context.application() if context.demo else None
    if application is not None:
        settings = replace(settings, yahoo_url=application.settings.yahoo_url)
    checks.append(
        installation.check_limiter(settings, None if application is None else application.cache.limiter_state())
    )
    checks += [*installation.check_providers(settings, paths), installation.check_display()]
    print_checks(checks, as_json=as_json)
    return exit_code(checks)


def examine_databases(paths: Paths, settings: Settings, *, is_repairing: bool) -> list[Check]:
    """Check both databases of a home, and repair them if ``is_repairing``."""
    options = provider_options(settings, paths.yfinance_cache)
    capabilities = {name: one.capabilities for name, one in make_providers(options).items()}
    now = int(time.time())
    with ProgressLines() as on_progress:
        return DatabaseDoctor(paths, make_refetch(capabilities, now), now, on_progress).examine(
            is_repairing=is_repairing
        )
