"""Flagged bars on the page: drawn, left out of the scale where they are far off, and described in words."""

import pytest

from tests.e2e.page_actions import WAIT_MS, wait_until_settled

# Answers as the server does, with three bars changed: an absurd high, an open that was not sent, one outside the rest.
FLAG = """(() => {
    const ask = window.fetch;
    let marked = null; // the times of the bars that are changed
    window.fetch = async (path, options) => {
        const answer = await ask(path, options);
        if (!String(path).startsWith("/api/v1/candles?")) return answer;
        const body = await answer.json();
        const { time, open, high, odd } = body.candles;
        marked ??= time.length > 20 ? [-20, -17, -1].map((at) => time.at(at)) : null;
        const [jump, unknown, outside] = (marked ?? [0, 0, 0]).map((at) => time.indexOf(at));
        if (jump >= 0) [high[jump], odd[jump]] = [1e6, "jump"];
        if (unknown >= 0) [open[unknown], odd[unknown]] = [0, "open_unknown"];
        if (outside >= 0) [open[outside], odd[outside]] = [high[outside] + 1, "open_outside session"];
        return new Response(JSON.stringify(body), { status: answer.status });
    };
})()"""


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_odd_bars_are_marked_and_do_not_squash_the_chart(start_server, open_page, tmp_path, scheme):
    server = start_server()
    server.call("/api/v1/candles?symbol=AAPL&interval=1d&from=2020-01-01&timeout=30")
    page = open_page("about:blank", scheme=scheme)
    page.add_init_script(FLAG)
    page.goto(server.chart_url("AAPL", "1d"))
    wait_until_settled(page)
    page.wait_for_selector("#beyond:visible", timeout=WAIT_MS)
    assert page.inner_text("#beyond") == "1 bar far from its neighbours is left out of the scale"
    words = "Odd bar: open outside low and high; session that the calendar lacks"
    assert page.inner_text("#legend-flag") == words  # of the latest bar
    page.mouse.move(500, 300)
    page.wait_for_function("() => document.getElementById('legend-flag').hidden", timeout=WAIT_MS)
    (tmp_path / f"odd-{scheme}.png").write_bytes(page.screenshot())


RULES = """async () => {
    const odd = await import("/assets/odd.js");
    const bar = (open, high, low, close, reasons = "") => ({ time: 0, open, high, low, close, odd: reasons });
    const good = bar(10, 12, 9, 11);
    return {
        words: odd.oddWords("jump of_tomorrow"),
        drawn: [
            odd.drawnPrices(good),
            odd.drawnPrices(bar(0, 12, 9, 11), bar(1, 9, 1, 8)),
            odd.drawnPrices(bar(0, 12, 9, 10)),
            odd.drawnPrices(bar(0, 12, 9, 10), bar(1, 9, 1, 8, "jump")),
            odd.drawnPrices(bar(11, 12, 9, 11, "open_unknown"), good),
            odd.drawnPrices(bar(14, 12, 9, 7)),
        ].map(({ open, high, low, close }) => [open, high, low, close]),
        usual: odd.usualRange([good, bar(10, 1e6, 9, 11, "jump"), good], -5, 99),
        within: odd.usualRange([good, bar(10, 11, 9, 11, "jump")], 0, 1),
        ordinary: odd.usualRange([good], 0, 0),
        alone: odd.usualRange([bar(10, 1e6, 9, 11, "jump")], 0, 0),
        pieces: odd.oddPieces([0, 3, 7].flatMap((at, i, all) =>
            Array.from({ length: i ? at - all[i - 1] : 1 }, (_, k, n = i ? at - all[i - 1] : 1) =>
                ({ ...good, time: 60 * (at - n + k + 1), odd: k === n - 1 ? ["jump", "unit", "jump"][i] : "" }))), 60),
    };
}"""


def test_the_pages_rules(start_server, open_page):
    page = open_page(start_server().chart_url("AAPL", "1d"))
    wait_until_settled(page)
    found = page.evaluate(RULES)
    assert found["words"] == "price far from its neighbours; of_tomorrow"
    assert found["drawn"] == [
        [10, 12, 9, 11],
        [8, 12, 8, 11],
        [10, 12, 9, 10],
        [10, 12, 9, 10],
        [11, 12, 9, 11],
        [14, 14, 7, 7],
    ]
    assert found["usual"] == {"low": 9, "high": 12, "nBeyond": 1}
    assert found["within"] == {"low": 9, "high": 12, "nBeyond": 0}
    assert found["ordinary"] is None
    assert found["alone"] is None
    assert [(piece["start"], piece["end"], piece["reason"]) for piece in found["pieces"]] == [
        (0, 240, "2 bars: price far from its neighbours; sent in the other unit of the currency, converted"),
        (420, 480, "1 bar: price far from its neighbours"),
    ]
