"""Where the frames of ``history`` and ``download`` differ from those of yfinance 1.7.0, and why; tests check each."""

DIFFERENCES: dict[str, str] = {
    "last minute": (
        "Markets that trade all day keep the minute before midnight; yfinance drops it, because Yahoo states that the "
        "session ends at 23:59."
    ),
    "look-back": (
        "A range that begins before what Yahoo keeps of an interval gives the bars that are stored or available; "
        "yfinance gives an empty frame."
    ),
    "rows without prices": (
        "keepna=True adds no row: Yahoo's rows without a price are not stored, for they only say that nobody traded."
    ),
    "phantom days": (
        "Flat rows without volume on the venue's holidays are left out: they are no bars, and yfinance returns them."
    ),
    "other unit": (
        "Prices that Yahoo sends in pounds of a share in pence (100 times too small) are in the share's own unit, as "
        "yfinance's repair=True makes them."
    ),
    "adjusted gains": (
        "Adj Close of a fund takes the sum of a day's dividend and gain off, or the dividend alone where the prices "
        "show that it contains the gain; Yahoo takes them off one after the other, a contained gain a second time."
    ),
    "adjusted currencies": (
        "Adj Close takes a dividend in another currency off at the day's rate, or leaves it out while no rate is "
        "stored; Yahoo takes its number off as if it were in the share's currency."
    ),
    "missing opens": (
        "A week or a month whose first day has an open of 0 opens with that day's close; Yahoo's own row has the true "
        "open, which its daily rows do not have."
    ),
    "adjusted weeks": (
        "A week, a month or a quarter is made of daily bars, begins on Monday or on the first, and a part of one holds "
        "the days of the range; Yahoo's own rows begin on the weekday of the request's start."
    ),
    "decimals": (
        "rounding=True keeps the digits that a price below 1 needs; yfinance rounds a coin at 0.000004 to 0.00."
    ),
    "other periods": (
        "period also takes 7d, 2wk, 18mo or 3y, whatever Yahoo says of it; a period that is none is a CallError, where "
        "yfinance logs an error and returns an empty frame."
    ),
    "order of tickers": (
        'download(group_by="ticker") keeps the order of the call; yfinance\'s order changes from run to run.'
    ),
    "frequency": "The index has no freq; yfinance leaves one on unbroken 30m rows.",
    "rows of events": (
        "A row that only shows a dividend to come stands behind the others with the columns in their usual order; "
        "yfinance sorts the columns by name then."
    ),
    "unknown symbols": (
        "An unknown symbol is an empty frame and an IncompleteWarning; yfinance logs an error. ISINs are not looked up."
    ),
    "refused": "prepost=True and repair=True are refused with a CallError.",
    "unused": "timeout, session, threads and progress are accepted and not used.",
}
"""The difference by a short name."""
