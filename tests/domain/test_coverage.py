"""What is known of a span is believed until it expires."""

from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.span import Span


def test_coverage_is_settled_until_it_expires():
    known = Coverage(Span(0, 60), CoverageState.KNOWN_EMPTY, fetched_at=100, expires_at=200)
    assert known.is_settled(199)
    assert not known.is_settled(200)
    assert Coverage(Span(0, 60), CoverageState.HAVE, fetched_at=100).is_settled(2**40)
