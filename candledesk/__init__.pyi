"""What ``candledesk.__getattr__`` gives, for type checkers and editors."""

from candledesk.python_api import (
    DIFFERENCES as DIFFERENCES,
    BackfillProgress as BackfillProgress,
    BackfillResult as BackfillResult,
    Bars as Bars,
    Cache as Cache,
    CallError as CallError,
    IncompleteWarning as IncompleteWarning,
    IndicatorValues as IndicatorValues,
    Ticker as Ticker,
    close as close,
    download as download,
    history as history,
    open as open,
)

__version__: str
