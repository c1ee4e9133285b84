import assert from "node:assert/strict";
import test from "node:test";

import { prefer, preference, zoneName } from "../../resources/web/preferences.js";

function store(values) {
  const getItem = (key) => values[key] ?? null;
  Object.defineProperty(globalThis, "localStorage", { value: { getItem, setItem: (key, value) => (values[key] = value) }, configurable: true });
  return values;
}

test("what was chosen is read back, and what is not known is the default", () => {
  const values = store({ "candledesk.type": "renko" });
  assert.equal(preference("type"), "candles");
  prefer("type", "area");
  assert.deepEqual([values["candledesk.type"], preference("type"), preference("zone"), preference("adjust")], ["area", "area", "exchange", "splits"]);
});

test("the zone is that of the exchange, UTC, or of this computer", () => {
  assert.deepEqual([zoneName("exchange", "Asia/Tokyo"), zoneName("utc", "Asia/Tokyo")], ["Asia/Tokyo", "UTC"]);
  assert.equal(zoneName("local", "Asia/Tokyo"), Intl.DateTimeFormat().resolvedOptions().timeZone);
});
