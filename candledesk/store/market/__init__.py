"""candles.db: bars, chunks, coverage, instruments and jobs."""
