"""Jobs on the page: seen, started from the form, paused, resumed, cancelled, repeated and cleared."""

import pytest

from tests.e2e.page_actions import WAIT_MS, wait_until_settled


@pytest.fixture
def panel(server, open_page):
    page = open_page(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    page.locator("#jobs-toggle").click()
    return page


def start_backfill(page, symbols, interval, start=""):
    page.locator("#backfill summary").click()
    page.fill("#backfill-form [name=symbols]", symbols)
    page.select_option("#backfill-form [name=interval]", interval)
    page.fill("#backfill-form [name=from]", start)
    page.get_by_role("button", name="Start").click()


def job_row(page, what, kind="backfill"):
    return page.locator("#job-list li", has=page.get_by_text(what, exact=True)).filter(has_text=kind)


def wait_for_state(row, state):
    row.locator(f".state.{state}").wait_for(timeout=WAIT_MS)


def test_a_job_is_paused_resumed_and_runs_to_its_end(panel, market):
    market.faults.add("delay", symbol="AAPL", interval="1h", delay_s=1.5)
    start_backfill(panel, "aapl", "1h")
    row = job_row(panel, "AAPL 1h")
    row.get_by_role("button", name="Pause").click(timeout=WAIT_MS)
    wait_for_state(row, "paused")
    market.faults.clear()
    row.get_by_role("button", name="Resume").click()
    wait_for_state(row, "succeeded")
    panel.get_by_role("button", name="Clear finished").click()
    row.wait_for(state="detached", timeout=WAIT_MS)


def test_a_symbol_that_is_looked_up_first_does_not_leave_the_form_silent(panel, market):
    market.faults.add("hang", symbol="MSFT")
    start_backfill(panel, "MSFT", "1d", "2026-09-01")
    panel.get_by_text("Starting. New symbols are looked up first.").wait_for(timeout=WAIT_MS)
    assert panel.locator("#backfill-start").is_disabled()
    market.faults.clear()
    panel.locator("#backfill:not([open])").wait_for(timeout=WAIT_MS)
    assert panel.locator("#backfill-start").is_enabled()
    wait_for_state(job_row(panel, "MSFT 1d"), "succeeded")


def test_why_a_backfill_did_not_start_is_said_in_the_form(server, browser):
    context = browser.new_context()  # the browser itself notes the refusal in the console
    page = context.new_page()
    page.goto(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    page.locator("#jobs-toggle").click()
    start_backfill(page, "NOPEX", "1d", "2026-09-01")
    page.locator("#backfill-hint", has_text="Yahoo knows no symbol 'NOPEX'").wait_for(timeout=WAIT_MS)
    assert page.locator("#backfill-start").is_enabled()
    context.close()


def test_a_job_is_cancelled_and_repeated(panel, market):
    market.faults.add("hang", symbol="AAPL", interval="1h")
    start_backfill(panel, "AAPL", "1h", "2026-09-01")
    row = job_row(panel, "AAPL 1h")
    row.get_by_role("button", name="Cancel").click(timeout=WAIT_MS)
    wait_for_state(row, "cancelled")
    market.faults.clear()
    row.get_by_role("button", name="Retry").click()
    wait_for_state(row, "succeeded")


def test_a_failed_job_says_why_and_all_failed_are_repeated(panel, server, market):
    market.faults.add("html", symbol="AAPL", interval="1h")
    server.call("/api/v1/candles/update-latest", {"symbols": ["AAPL"], "intervals": ["1h"]})
    row = job_row(panel, "AAPL 1h", "update")
    wait_for_state(row, "failed")
    assert "not JSON" in row.locator(".state").inner_text()
    market.faults.clear()
    panel.get_by_role("button", name="Retry failed").click()
    wait_for_state(row, "succeeded")


def test_the_form_says_what_a_backfill_costs_and_what_it_cannot_do(panel):
    panel.locator("#backfill summary").click()
    hint = panel.locator("#backfill-hint")
    panel.select_option("#backfill-form [name=interval]", "1m")  # of 1d everything is stored by one request
    hint.get_by_text("request").wait_for(timeout=WAIT_MS)
    panel.fill("#backfill-form [name=symbols]", "AAPL !!")
    assert hint.inner_text() == "Not valid symbols: !!"
    panel.fill("#backfill-form [name=symbols]", "AAPL, SPY")
    hint.get_by_text("SPY").wait_for(timeout=WAIT_MS)
    assert panel.locator("#limiter").inner_text()
