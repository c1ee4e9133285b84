from candledesk.ui.chart.widget.chart_model import ChartModel
from candledesk.ui.features.chart import facts_text


def test_the_facts_count_the_bars_on_screen_and_those_that_are_stored(chart):
    chart.open("AAPL")
    lo, hi = chart.model.placed.visible()
    assert facts_text(chart.model) == f"{hi - lo:,} of 600 bars"
    chart.model.zoom_right(0.5)
    lo_out, hi_out = chart.model.placed.visible()
    assert hi_out - lo_out > 1.9 * (hi - lo)
    assert facts_text(chart.model) == f"{hi_out - lo_out:,} of 600 bars"
    assert facts_text(ChartModel()) == ""
