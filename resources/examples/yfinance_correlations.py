"""A script for yfinance, unchanged but for the import: how the weekly returns of four markets move together."""

import candledesk as yf

tickers = ["MSFT", "VOD.L", "7203.T", "BTC-USD"]
data = yf.download(tickers, start="2024-01-01", end="2026-01-01", interval="1wk", progress=False)

returns = data["Close"].dropna().pct_change().dropna()
print(len(returns), "weeks")
print(returns.corr().round(2))
print("volatility:", (returns.std() * 52**0.5).round(2).to_dict())
