import assert from "node:assert/strict";
import test from "node:test";

import { serve } from "./fakes.mjs";
import { ApiError, get, post, readEvents } from "../../resources/web/api.js";

test("the token is sent as a header and never in the URL", async () => {
  const requests = serve(() => []);
  await get("/api/v1/symbols", { query: "a&b", timeout: 0, cursor: undefined, to: null });
  const [request] = requests;
  assert.deepEqual(request.query, { query: "a&b", timeout: "0" });
  assert.equal(request.headers.Authorization, "Bearer secret");
  assert.deepEqual([request.credentials, request.redirect, request.cache], ["omit", "error", "no-store"]);
});

test("a post carries a JSON document", async () => {
  const requests = serve(() => ({ job_id: 7 }));
  assert.deepEqual(await post("/api/v1/jobs", { symbols: ["AAPL"] }), { job_id: 7 });
  assert.deepEqual([requests[0].method, requests[0].headers["Content-Type"], requests[0].body], ["POST", "application/json", '{"symbols":["AAPL"]}']);
});

test("a refusal tells its status, field and reason", async () => {
  serve(() => ({ status: 400, detail: "Not a symbol: !!", field: "symbol" }));
  await assert.rejects(get("/api/v1/candles"), (error) => error instanceof ApiError && error.status === 400 && error.field === "symbol" && error.message === "Not a symbol: !!");
});

const VISIBLE = { hidden: false, addEventListener: () => {}, removeEventListener: () => {} };
globalThis.setTimeout = () => {}; // the page tries again for ever, a test looks at the first try only

// Reads the event stream that `answer` opens until its connection ends; returns the events and states.
async function listen(answer) {
  const [events, states] = [[], []];
  serve(answer);
  globalThis.document = VISIBLE;
  await new Promise((resolve) => {
    readEvents((...event) => events.push(event), (state) => (states.push(state), state === "connected" || resolve()));
  });
  return { events, states };
}

function stream(pieces) {
  const chunks = pieces.map((text) => new TextEncoder().encode(text));
  return { body: { getReader: () => ({ read: async () => ({ value: chunks[0], done: chunks.shift() === undefined }) }) } };
}

test("events are read however the stream is cut, and comments are skipped", async () => {
  const pieces = [": hello\n\nevent: job\nda", 'ta: {"state":"run', 'ning"}\n\nevent: limiter\ndata: {"name":"a: b"}\n\n', "event: cut"];
  const { events, states } = await listen(() => stream(pieces));
  assert.deepEqual(events, [["job", { state: "running" }], ["limiter", { name: "a: b" }]]);
  assert.deepEqual(states, ["connected", "lost"]);
});

test("a refused token is told apart from a lost server", async () => {
  assert.deepEqual((await listen(() => ({ status: 401 }))).states, ["refused"]);
  assert.deepEqual((await listen(() => ({ status: 503 }))).states, ["lost"]);
  assert.deepEqual((await listen(() => new TypeError("Failed to fetch"))).states, ["lost"]);
});
