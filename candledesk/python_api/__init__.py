"""The Python API: ``import candledesk as cd`` reaches it lazily (INTERFACE.md, "Python")."""

from candledesk.python_api.backfills import BackfillProgress, BackfillResult
from candledesk.python_api.bars import Bars
from candledesk.python_api.cache import Cache
from candledesk.python_api.cache import open_cache as open  # noqa: A004 - cd.open
from candledesk.python_api.connection import close
from candledesk.python_api.differences import DIFFERENCES
from candledesk.python_api.download import download
from candledesk.python_api.ranges import CallError
from candledesk.python_api.reader import IncompleteWarning
from candledesk.python_api.ticker import Ticker, history
from candledesk.python_api.values import IndicatorValues

__all__ = [
    "DIFFERENCES",
    "BackfillProgress",
    "BackfillResult",
    "Bars",
    "Cache",
    "CallError",
    "IncompleteWarning",
    "IndicatorValues",
    "Ticker",
    "close",
    "download",
    "history",
    "open",
]
