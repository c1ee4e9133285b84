"""The errors that CandleDesk shows to people."""


class CandleDeskError(Exception):
    """Base of all expected failures; the message is one sentence about what happened and what to do."""


class InputError(CandleDeskError):
    """An input is invalid; ``field``: its name (``symbol``, ``interval``, ``from`` …)."""

    def __init__(self, field: str, message: str) -> None:
        """Store the field and the message."""
        super().__init__(message)
        self.field = field


class DocumentError(InputError):
    """A document (watchlist, layout) breaks a rule; ``field``: the path of the part, such as ``sections[1].title``."""


class UnknownNameError(CandleDeskError):
    """There is no watchlist or layout with that name."""


class NameTakenError(CandleDeskError):
    """Another watchlist or layout has that name already (INTERFACE.md: 409)."""


class UnknownSymbolError(CandleDeskError):
    """The provider has no such symbol."""

    def __init__(self, symbol: str, text: str = "") -> None:
        """Store the symbol; ``text``: a sentence with the symbol, its provider and what to do."""
        message = text
        if not text:
            message = f"The provider knows no symbol {symbol!r}: check the spelling."
        super().__init__(message)
        self.symbol = symbol


class NotCachedError(CandleDeskError):
    """The symbol is not in the cache, and the request excluded fetching it."""

    def __init__(self, symbol: str) -> None:
        """Store the symbol and build the message."""
        super().__init__(f"Nothing of {symbol} is cached yet: open its chart or request its candles once")
        self.symbol = symbol


class NothingStoredError(UnknownSymbolError):
    """What is to be forgotten is not stored (INTERFACE.md: exit code 4, HTTP 404)."""

    def __init__(self, symbol: str, interval: str = "") -> None:
        """Store the symbol and build the message; ``interval``: its name, where one series was meant."""
        series = f"{symbol} {interval}".strip()
        super().__init__(symbol, f"Nothing of {series} is stored: `candledesk storage` lists what is")


class OfflineError(CandleDeskError):
    """The network or the provider cannot be reached, and the cache does not have the answer."""


class TooLateError(OfflineError):
    """The answer did not come within the time that the request allows; the fill goes on."""


class EnvironmentFaultError(CandleDeskError):
    """A fault of the disk, the database or the operating system; stored data are not lost."""


class JobStateError(CandleDeskError):
    """The state of a job does not allow the requested change (INTERFACE.md: 409)."""


class NoWindowError(CandleDeskError):
    """The running instance has no window to show (INTERFACE.md: 409)."""


class UnknownJobError(CandleDeskError):
    """There is no job with that number."""


class UnknownIndicatorError(CandleDeskError):
    """There is no indicator with that id."""


class OwnIndicatorError(CandleDeskError):
    """The file of an own indicator failed, was stopped, or is not allowed; the sentence names the file and its line."""


class UnknownTaskError(CandleDeskError):
    """There is no maintenance task with that number."""


class TaskStateError(CandleDeskError):
    """The state of a maintenance task does not allow the requested change (INTERFACE.md: 409)."""


class ClosingError(CandleDeskError):
    """The application is shutting down and accepts no more requests."""
