"""The bar under the charts: spans of dates, the zone of the times, the price scale."""
