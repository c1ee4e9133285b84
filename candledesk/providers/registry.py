"""The providers, one line each; the first is the one whose symbols are spelled without an id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.symbols import split_symbol
from candledesk.providers.answers import BarsAnswer
from candledesk.providers.local.provider import LocalProvider
from candledesk.providers.yahoo.provider import YahooProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from candledesk.providers.answers import FetchRequest, ProviderAnswer
    from candledesk.providers.base import Provider, ProviderOptions


FACTORIES: tuple[Callable[[ProviderOptions], Provider], ...] = (
    YahooProvider,
    LocalProvider,
)


def make_providers(options: ProviderOptions) -> dict[str, Provider]:
    """Return one of each provider by its id, in the order of ``FACTORIES``; cheap."""
    return {provider.capabilities.id: provider for provider in (make(options) for make in FACTORIES)}


def fetch_by_symbol(providers: Mapping[str, Provider], request: FetchRequest) -> ProviderAnswer:
    """Fetch one window of a spelled symbol (``domain.symbols``) from the provider that it names.

    The provider is asked for its own symbol; the instrument of its answer bears the spelled one. ``KeyError`` when no
    provider has that id.
    """
    name, own = split_symbol(request.symbol)
    answer = providers[name].fetch(replace(request, symbol=own))
    if isinstance(answer, BarsAnswer):
        return replace(answer, instrument=replace(answer.instrument, symbol=request.symbol))
    return answer
