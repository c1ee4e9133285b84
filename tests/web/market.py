"""The cache of the web tests: three instruments at a time within New York's session."""

from candledesk.cache.messages import SymbolFound
from candledesk.domain.instrument import Instrument
from tests.fake_cache import FakeCache
from tests.fake_data import FIRST

NOW = 1_795_446_000  # 2026-11-23T15:00:00Z
INSTRUMENTS = (
    Instrument("AAPL", "NMS", "EQUITY", "America/New_York", "USD", 2, FIRST, "Apple Inc.", "NASDAQ"),
    Instrument("7203.T", "JPX", "EQUITY", "Asia/Tokyo", "JPY", 1, 1_420_070_400, "Toyota Motor", "Tokyo"),
    Instrument("BTC-USD", "CCC", "CRYPTOCURRENCY", "UTC", "USD", 2, None, "Bitcoin USD", "Crypto"),
)


def make_cache(now=NOW, **options):
    """Return a fake cache that knows these instruments, and finds one that is not cached."""
    cache = FakeCache(INSTRUMENTS, now=now, **options)
    cache.found = [SymbolFound("APLE", "Apple Hospitality", "NYQ", "EQUITY", "NYSE")]
    return cache
