"""Where the frames of ``history`` and ``download`` differ from those of yfinance 1.7.0, and why; tests check each."""

DIFFERENCES: dict[str, str] = {}
