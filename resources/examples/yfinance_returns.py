"""A script for yfinance, unchanged but for the import: yearly returns of a share with its dividends reinvested."""

import candledesk as yf

share = yf.Ticker("NVDA")
prices = share.history(start="2021-01-01", end="2026-01-01")

yearly = prices["Close"].groupby(prices.index.year).agg(["first", "last"])
yearly["return"] = (yearly["last"] / yearly["first"] - 1).round(3)
print(yearly.round(2))

paid = share.dividends
print("dividends a year:", paid.groupby(paid.index.year).sum().tail(3).round(4).to_dict())
print("splits:", share.splits.to_dict())
