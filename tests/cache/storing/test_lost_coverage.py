"""What deleted entries of a ledger claimed: the shortest of their versions, and only of bars."""

import pytest

from candledesk.cache.storing.lost_coverage import lost_claims
from candledesk.domain.span import Span
from candledesk.store.market.row_copies.repair import RowFinding, RowVerdict

COLUMNS = ("series_id", "lo", "hi", "state")


def finding(*versions, table="coverage", verdict=RowVerdict.NEITHER):
    return RowFinding(table, "the coverage", verdict, COLUMNS, versions)


@pytest.mark.parametrize(
    ("found", "claims"),
    [
        (finding((1, 10, 30, "have"), (1, 10, 2**60, "have"), (1, 10, 40, "have")), {1: [Span(10, 30)]}),
        (finding((1, 10, 30, "provisional"), None, None), {1: [Span(10, 30)]}),
        (finding((1, 10, 30, "known_empty"), (1, 10, 40, "refused"), None), {1: []}),
        (finding((1, 10, 30, "known_empty"), (1, 10, 40, "have"), None), {1: [Span(10, 40)]}),
        (finding((1, 10, 5, "have"), None, None), {1: []}),
        (finding((1, 10, "x", "have"), None, None), {1: []}),
        (finding(("x", 10, 30, "have"), None, None), {}),
        (finding((1, 10, 30, "have"), (1, 10, 40, "have"), None, table="odd_bar"), {}),
        (finding((1, 10, 30, "have"), (1, 10, 40, "have"), None, verdict=RowVerdict.COPIES), {}),
    ],
)
def test_the_shortest_version_is_claimed(found, claims):
    assert lost_claims([found]) == claims
