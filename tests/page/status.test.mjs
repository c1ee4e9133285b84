import assert from "node:assert/strict";
import test from "node:test";

import "./fakes.mjs";
import { Status } from "../../resources/web/status.js";

const SERIES = { symbol: "AAPL", interval: "1d", bars: Array(1234), startText: "", problem: "", isLoading: false };
const FREE = { offline: false, breaker: "closed", tokens: 6.4, next_request_in_s: 0 };

// A status line without the page; `state`: what differs from a connected page with nothing to report.
function makeStatus(state = {}) {
  return Object.assign(Object.create(Status.prototype), { limiter: null, link: "connected", fault: "", nextAt: 0, ...state });
}

const words = (state, series = SERIES) => makeStatus(state).words(series);

test("without trouble the bars are counted, with the start of history", () => {
  assert.deepEqual(words(), ["1,234 bars", false]);
  assert.deepEqual(words({}, { ...SERIES, startText: "Start of history: listing" }), ["1,234 bars · Start of history: listing", false]);
  assert.deepEqual(words({}, null), ["", false]);
});

test("loading and problems of the series are said", () => {
  assert.deepEqual(words({}, { ...SERIES, isLoading: true, problem: "offline" }), ["Loading 1d bars of AAPL…", false]);
  assert.deepEqual(words({}, { ...SERIES, problem: "some bars are missing" }), ["AAPL 1d: some bars are missing", true]);
});

test("the gravest trouble is the one that is said", () => {
  const limiter = { ...FREE, offline: true, breaker: "open" };
  const troubles = [{ link: "refused" }, { link: "lost" }, { fault: "disk full" }, {}].map((more, i, all) => ({ limiter, ...Object.assign({}, ...all.slice(i).reverse()), ...more }));
  const said = troubles.map((state) => words(state)[0]);
  assert.match(said[0], /restarted/);
  assert.match(said[1], /does not respond/);
  assert.equal(said[2], "disk full");
  assert.match(said[3], /^Offline/);
  assert.ok(troubles.every((state) => words(state)[1]));
});

test("a pause says when requests are tried again", () => {
  assert.deepEqual(words({ limiter: { ...FREE, breaker: "open", retry_at: "2026-11-02T10:00:00Z" } }), ["The provider limits requests: next try at 10:00:00.", true]);
  assert.deepEqual(words({ limiter: { ...FREE, breaker: "open" } }), ["The provider limits requests.", true]);
});

test("a provider that does not answer is named while bars are loaded, and calmly", () => {
  const limiter = { ...FREE, provider: "Yahoo", unanswered_since: "2026-11-02T10:00:00Z" };
  const said = makeStatus({ limiter });
  assert.deepEqual(said.words({ symbol: "AAPL", interval: "1d", isLoading: true, bars: [] }), ["No answer from Yahoo yet.", false]);
  assert.equal(said.words({ symbol: "AAPL", interval: "1d", bars: [] })[0], "0 bars");
  assert.equal(said.limiterWords(limiter), "No answer from Yahoo yet.");
  assert.equal(makeStatus({ limiter: { ...limiter, offline: true } }).limiterWords({ ...limiter, offline: true }), "Offline: retrying automatically.");
});

test("the limiter's state is said in words", () => {
  const said = (limiter, nextAt = 0) => makeStatus({ limiter, nextAt }).limiterWords(limiter);
  assert.match(said({ ...FREE, offline: true, breaker: "open" }), /^Offline/);
  assert.match(said({ ...FREE, breaker: "open" }), /limits requests/);
  assert.match(said({ ...FREE, breaker: "half_open" }), /^Testing/);
  Date.now = () => 1000;
  assert.equal(said(FREE, 3100), "Next request in 3 s.");
  assert.equal(said(FREE, 1000), "6 requests available.");
  assert.equal(said({ ...FREE, tokens: 1.9 }), "1 request available.");
  assert.equal(said({ ...FREE, tokens: 0.9 }), "Requests are sent one at a time.");
});
