import assert from "node:assert/strict";
import test from "node:test";

import { serve } from "./fakes.mjs";
import { ApiError, get, post, request } from "../../resources/web/api.js";

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

test("a request may have headers of its own, but no other token", async () => {
  const requests = serve(() => ({}));
  await request("/api/v1/events", { headers: { "Last-Event-ID": "a-1", Authorization: "Bearer other" } });
  assert.deepEqual(requests[0].headers, { "Last-Event-ID": "a-1", Authorization: "Bearer secret" });
});

test("a refusal tells its status, field and reason", async () => {
  serve(() => ({ status: 400, detail: "Not a symbol: !!", field: "symbol" }));
  await assert.rejects(get("/api/v1/candles"), (error) => error instanceof ApiError && error.status === 400 && error.field === "symbol" && error.message === "Not a symbol: !!");
});
