// The symbols that the cache knows: only of those it can show bars without a request. It forgets none.

import { get } from "./api.js";

const MAX_LISTED = 200; // rows of one answer

const types = new Map();
let isComplete = false;
let loading = null;

// The one spelling of a symbol: upper case, after the lower-case id of a provider that is not the default one ("local:ACME").
export function spellSymbol(text) {
  const own = text.lastIndexOf(":") + 1;
  return (text.slice(0, own).toLowerCase() + text.slice(own).toUpperCase()).trim();
}

export async function loadKnownSymbols() {
  loading = get("/api/v1/symbols", { timeout: 0 });
  const rows = await loading;
  rows.forEach(({ symbol, type }) => types.set(symbol, type ?? ""));
  isComplete = rows.length < MAX_LISTED;
  return rows;
}

// Notes a symbol that an event named.
export function addKnownSymbol(symbol) {
  if (!types.has(symbol)) types.set(symbol, "");
}

// The instrument's type, "" when it is unknown, `undefined` when the symbol is not in the cache.
export async function typeOf(symbol, signal) {
  await loading?.catch(() => {});
  if (!types.has(symbol) && !isComplete) {
    const found = await get("/api/v1/symbols", { query: symbol, timeout: 0 }, signal);
    found.filter((row) => row.symbol === symbol).forEach(({ type }) => types.set(symbol, type ?? ""));
  }
  return types.get(symbol);
}
