"""The providers, one line each; the first is the one whose symbols are spelled without an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.providers.local.provider import LocalProvider
from candledesk.providers.yahoo.provider import YahooProvider

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.providers.base import Provider, ProviderOptions


FACTORIES: tuple[Callable[[ProviderOptions], Provider], ...] = (
    YahooProvider,
    LocalProvider,
)


def make_providers(options: ProviderOptions) -> dict[str, Provider]:
    """Return one of each provider by its id, in the order of ``FACTORIES``; cheap."""
    return {provider.capabilities.id: provider for provider in (make(options) for make in FACTORIES)}
