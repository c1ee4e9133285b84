"""The protocol every provider of bars follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from candledesk.providers.answers import FetchRequest, ProviderAnswer


class Provider(Protocol):
    """A source of bars; calls block, may come from several threads and never raise for what a network can do."""

    def fetch(self, request: FetchRequest) -> ProviderAnswer:
        """Fetch one window and return what kind of answer it was, within ``request.deadline_s``."""
        ...
