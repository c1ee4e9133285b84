"""Days on which a share closed below its 200-day average while its RSI was below 30."""

import candledesk as cd

with cd.open() as cache:
    span = {"start": "2024-01-01", "end": "2026-01-01"}
    close = cache.candles("NVDA", "1d", **span).to_pandas()["close"]
    rsi = cache.indicator("rsi", "NVDA", "1d", length=14, **span).to_pandas()["value"]
    average = cache.indicator("sma", "NVDA", "1d", length=200, **span).to_pandas()["value"]

found = close[(rsi < 30) & (close < average)]
print(len(found), "of", len(close), "days")
print(found.tail(5).round(2).to_string())
