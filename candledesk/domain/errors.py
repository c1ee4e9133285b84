"""The errors that CandleDesk shows to people, each with the field or fact that caused it."""


class CandleDeskError(Exception):
    """Base of every expected failure: its text is one sentence that says what happened and what to do."""


class InputError(CandleDeskError):
    """Something a person or script typed cannot be used; ``field`` names it (``symbol``, ``interval``, ``from`` …)."""

    def __init__(self, field: str, message: str) -> None:
        """Remember the offending field beside the message."""
        super().__init__(message)
        self.field = field


class UnknownSymbolError(CandleDeskError):
    """The provider knows no such symbol."""

    def __init__(self, symbol: str, text: str = "") -> None:
        """Keep the symbol as an attribute; ``text``: a sentence that names the symbol, its provider and what to do."""
        message = text
        if not text:
            message = f"The provider knows no symbol {symbol!r}: check the spelling."
        super().__init__(message)
        self.symbol = symbol


class NotCachedError(CandleDeskError):
    """The cache knows nothing of the symbol yet, and was asked not to look further."""

    def __init__(self, symbol: str) -> None:
        """Name the symbol in the message and keep it as an attribute."""
        super().__init__(f"Nothing of {symbol} is cached yet: open its chart or ask for its candles once")
        self.symbol = symbol


class OfflineError(CandleDeskError):
    """The network or the provider cannot be reached and the cache does not know the answer."""


class TooLateError(OfflineError):
    """The answer did not come within the time that the request allows; the fill goes on."""


class EnvironmentFaultError(CandleDeskError):
    """The disk, the database or another part of the machine refuses; nothing that was stored is lost."""


class JobStateError(CandleDeskError):
    """A job cannot do that in its present state (INTERFACE.md: 409)."""


class NoWindowError(CandleDeskError):
    """The running instance has no window that could be shown (INTERFACE.md: 409)."""


class UnknownJobError(CandleDeskError):
    """No job has that number."""


class ClosingError(CandleDeskError):
    """The application is shutting down and takes no more work."""
