"""Yahoo Finance through yfinance: requests, documents, rows and verdicts."""
