"""CandleDesk: candlestick charts over a cache that fetches every bar once and keeps it for ever.

``import candledesk as cd`` gives scripts and notebooks ``cd.history``, ``cd.Ticker``, ``cd.download`` and ``cd.open``;
what they need is imported at the first use.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_API = "candledesk.python_api"
_NAMES = (
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
)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any member of the API
    """Return a member of the Python API, which is imported now."""
    if name not in _NAMES:
        raise AttributeError(f"module 'candledesk' has no attribute {name!r}")
    return getattr(import_module(_API), name)


def __dir__() -> list[str]:
    """Return what can be used."""
    return ["__version__", *_NAMES]
