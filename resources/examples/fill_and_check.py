"""Fill three series, watch the progress, and see what the cache knows of them."""

import candledesk as cd

with cd.open() as cache:
    results = cache.backfill(
        ["MSFT", "VOD.L", "7203.T"],
        "1d",
        start="2025-01-01",
        end="2026-01-01",
        on_progress=lambda now: print(f"{now.bars_done} of {now.bars_expected} bars"),
    )
    for result in results:
        print(result.symbol, result.bars, "bars,", "complete" if result.complete else result.gaps)

    for row in cache.coverage(interval="1d"):
        print(row.symbol, row.interval.name, row.n_bars, "bars, about", row.n_bytes // 1024, "KiB")

    bars = cache.candles("VOD.L", "1h", limit=200)
    print(bars)
    for gap in bars.gaps:
        print("missing:", gap.span, gap.reason)
