"""Watchlists by name; a document is ``{"name", "sections": [{"title", "symbols": […]}]}`` (INTERFACE.md)."""

from __future__ import annotations

from candledesk.store.user.named_documents import NamedDocuments

WATCHLISTS = NamedDocuments("watchlist")
