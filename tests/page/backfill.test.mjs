import assert from "node:assert/strict";
import test from "node:test";

import { BackfillForm } from "../../resources/web/backfill.js";

function read(symbols, from = "", to = "") {
  const fields = Object.fromEntries(Object.entries({ symbols, interval: "1h", from, to }).map(([name, value]) => [name, { value }]));
  return Object.assign(Object.create(BackfillForm.prototype), { fields }).read();
}

test("symbols may be pasted in any form, each is asked for once", () => {
  assert.deepEqual(read("Local:acme").body.symbols, ["local:ACME"]);
  assert.deepEqual(read(" aapl,BRK-B;\n^gspc  eurusd=x AAPL "), { body: { symbols: ["AAPL", "BRK-B", "^GSPC", "EURUSD=X"], intervals: ["1h"] } });
});

test("dates are sent when they are given", () => {
  assert.deepEqual(read("AAPL", "2026-01-01", "2026-02-01").body, { symbols: ["AAPL"], intervals: ["1h"], from: "2026-01-01", to: "2026-02-01" });
});

test("what cannot be asked for is said", () => {
  assert.equal(read(" , ").problem, "Enter one or more symbols.");
  assert.equal(read("AAPL !! A/B :X a:b:C").problem, "Not valid symbols: !! A/B :X a:b:C");
  assert.equal(read("A".repeat(33)).problem, `Not valid symbols: ${"A".repeat(33)}`);
  assert.equal(read("AAPL", "2026-02-01", "2026-02-01").problem, "From must be before To.");
});

test("one request holds at most a hundred symbols", () => {
  const symbols = Array.from({ length: 101 }, (_, i) => `S${i}`);
  assert.equal(read(symbols.slice(1).join(" ")).problem, undefined);
  assert.equal(read(symbols.join(" ")).problem, "At most 100 symbols at once.");
});
