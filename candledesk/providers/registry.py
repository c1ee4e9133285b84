"""The providers, one line each; the first is the one whose symbols are spelled without an id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from candledesk.domain.errors import InputError
from candledesk.domain.symbols import DEFAULT_PROVIDER, parse_symbol, split_symbol
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


class ListedNames:
    """The names in TradingView's files for the symbols of the providers, and the way back (WORKBENCH.md §3.1)."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        """``providers``: by id, as ``make_providers`` gives them."""
        self._providers = providers

    def find_symbols(self, name: str) -> tuple[str, ...]:
        """Return the symbols that a name can mean: one, several, or none; ``local:ACME`` is a symbol itself."""
        provider = name.strip().rpartition(":")[0].lower()
        if provider in self._providers:
            try:
                return (parse_symbol(name),)
            except InputError:
                return ()
        return self._providers[DEFAULT_PROVIDER].find_listed(name)

    def find_name(self, symbol: str, exchange: str) -> str:
        """Return the name of a symbol, empty when there is none; ``exchange``: the provider's code, or empty."""
        provider, own = split_symbol(symbol)
        return self._providers[provider].listed_name(own, exchange) if provider in self._providers else ""
