"""The routes of the datafeed, in the order in which a charting library asks."""

from __future__ import annotations

from candledesk.web.udf import config, history, marks, quotes, symbols

ENDPOINTS = (*config.ENDPOINTS, *symbols.ENDPOINTS, *history.ENDPOINTS, *marks.ENDPOINTS, *quotes.ENDPOINTS)
