"""The zone of a chart's times, in the bar under it."""

import pytest

from candledesk.ui.chart.core.options import ZoneName
from candledesk.ui.features.dates.feature import zone_text
from tests.fake_data import make_bars
from tests.ui.painting import series_of


@pytest.mark.parametrize(
    ("zone", "exchange_zone", "text"),
    [
        (ZoneName.EXCHANGE, "America/New_York", "New York · UTC−5"),
        (ZoneName.EXCHANGE, "Asia/Kolkata", "Kolkata · UTC+5:30"),
        (ZoneName.EXCHANGE, "Europe/London", "London · UTC"),
        (ZoneName.EXCHANGE, "UTC", "UTC"),
        (ZoneName.UTC, "America/New_York", "UTC"),
    ],
)
def test_a_zone_is_named_by_its_city_and_how_far_it_is_from_utc(zone, exchange_zone, text):
    assert zone_text(series_of(make_bars(3)), zone, exchange_zone) == text
