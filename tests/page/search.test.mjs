import assert from "node:assert/strict";
import test from "node:test";

import { openDocument } from "./fakes.mjs";
import { SymbolSearch } from "../../resources/web/search.js";

const row = (symbol) => ({ symbol, name: `${symbol} Inc.`, exchange_name: "NASDAQ", type: "EQUITY" });
const AAPL = row("AAPL");
const [AA, AAL] = [row("AA"), row("AAL")];

function makeSearch(text = "") {
  openDocument();
  const chosen = [];
  const [form, input, list] = [1, 2, 3].map(() => document.createElement("div"));
  input.value = text;
  return Object.assign(new SymbolSearch(form, input, list, (symbol) => chosen.push(symbol)), { opened: chosen });
}

const shown = (search) => search.list.children.map((option) => option.children[0].textContent);
const selected = (search) => search.list.children.filter((option) => option.attributes["aria-selected"] === "true").map((option) => option.children[0].textContent);

test("the row of the typed symbol stands first and is the one that Enter opens", () => {
  const search = makeSearch("aa");
  search.render([AAPL, AA, AAL], "aa", false);
  assert.deepEqual([shown(search), selected(search)], [["AA", "AAPL", "AAL"], ["AA"]]);
  search.accept();
  assert.deepEqual(search.opened, ["AA"]);
});

test("without such a row no row is selected, and Enter opens what was typed", () => {
  const search = makeSearch(" zzz ");
  search.render([AAPL, AA], "zzz", false);
  assert.deepEqual(selected(search), []);
  search.accept();
  assert.deepEqual(search.opened, ["zzz"]);
});

test("a row that was selected stays selected when more are found", () => {
  const search = makeSearch("a");
  search.render([AAPL, AAL], "a", false);
  search.choose(1);
  search.render([AA, AAPL, AAL], "a", true);
  assert.deepEqual(selected(search), ["AAL"]);
});

test("the arrows go round, past the typed text", () => {
  const search = makeSearch("x");
  search.render([AAPL, AA], "x", false);
  const steps = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"].map((key) => {
    search.onKey({ key, preventDefault: () => {} });
    return selected(search)[0];
  });
  assert.deepEqual(steps, ["AAPL", "AA", undefined, "AAPL", undefined, "AA"]);
});

test("an empty list says why it is empty", () => {
  const search = makeSearch();
  const note = (query, isAll) => (search.render([], query, isAll), search.list.children[0].textContent);
  assert.equal(note("", true), "Type a ticker or a name.");
  assert.equal(note("zz", false), "Searching…");
  assert.equal(note("zz", true), "Nothing found. Press Enter to look up ZZ.");
});
