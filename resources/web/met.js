// Which symbols the cache has met: only of those it can show anything at once. It never forgets one.

import { get } from "/assets/api.js";

const MAX_LISTED = 200; // the list is cut there

const types = new Map();
let isWhole = false;

export async function loadMet() {
  const rows = await get("/api/v1/symbols", { timeout: 0 });
  rows.forEach(({ symbol, type }) => types.set(symbol, type ?? ""));
  isWhole = rows.length < MAX_LISTED;
  return rows;
}

// The event stream told of its bars.
export function noteMet(symbol) {
  if (!types.has(symbol)) types.set(symbol, "");
}

// The instrument's type, "" when only its existence is known, `undefined` when the cache has not met it.
export async function typeOf(symbol, signal) {
  if (!types.has(symbol) && !isWhole) {
    const found = await get("/api/v1/symbols", { query: symbol, timeout: 0 }, signal);
    found.filter((row) => row.symbol === symbol).forEach(({ type }) => types.set(symbol, type ?? ""));
  }
  return types.get(symbol);
}
