import assert from "node:assert/strict";
import test from "node:test";

import { serve } from "./fakes.mjs";

// Each copy of the module begins without symbols.
const load = (name) => import(`../../resources/web/known-symbols.js?${name}`);
const LIST = [{ symbol: "AAPL", type: "EQUITY" }, { symbol: "BTC-USD", type: null }];

test("a listed symbol has its type, and with the whole list at hand no other is asked for", async () => {
  const requests = serve(() => LIST);
  const { loadKnownSymbols, typeOf } = await load("whole");
  assert.deepEqual(await loadKnownSymbols(), LIST);
  assert.deepEqual([await typeOf("AAPL"), await typeOf("BTC-USD"), await typeOf("MSFT")], ["EQUITY", "", undefined]);
  assert.deepEqual(requests.map(({ query }) => query), [{ timeout: "0" }]);
});

test("a symbol has one spelling", async () => {
  const { spellSymbol } = await load("spelling");
  assert.deepEqual([" aapl ", "brk-b", "LOCAL:acme", "^gspc", ""].map(spellSymbol), ["AAPL", "BRK-B", "local:ACME", "^GSPC", ""]);
});

test("a symbol that the list may lack is asked for once it is needed", async () => {
  const many = Array.from({ length: 200 }, (_, i) => ({ symbol: `S${i}`, type: "EQUITY" }));
  const requests = serve((_path, { query }) => (query ? [{ symbol: "MSFT", type: "EQUITY" }, { symbol: "MSFT.MX", type: "EQUITY" }] : many));
  const { loadKnownSymbols, typeOf } = await load("cut");
  await loadKnownSymbols();
  assert.equal(await typeOf("MSFT"), "EQUITY");
  await typeOf("MSFT");
  await typeOf("MSFT.MX"); // an answer may hold more than what was asked for
  assert.deepEqual(requests.map(({ query }) => query.query), [undefined, "MSFT", "MSFT.MX"]);
});

test("a symbol of which bars were stored is known without its type, and keeps a type that is known", async () => {
  const requests = serve(() => LIST);
  const { addKnownSymbol, loadKnownSymbols, typeOf } = await load("stored");
  await loadKnownSymbols();
  addKnownSymbol("MSFT");
  addKnownSymbol("AAPL");
  assert.deepEqual([await typeOf("MSFT"), await typeOf("AAPL"), requests.length], ["", "EQUITY", 1]);
});
