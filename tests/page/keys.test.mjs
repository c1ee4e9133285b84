import assert from "node:assert/strict";
import test from "node:test";

import { Keys, keyName } from "../../resources/web/keys.js";

const press = (key, more = {}) => ({ key, code: `Key${key.toUpperCase()}`, target: { closest: () => null }, preventDefault() { this.isHandled = true; }, ...more });

function makeKeys() {
  const done = [];
  globalThis.document = { addEventListener: () => {} };
  const rows = [
    [["ArrowLeft", "ArrowRight"], "one bar", () => done.push("left"), () => done.push("right")],
    [["Plus", "Ctrl+ArrowUp"], "zoom", () => done.push("zoom")],
    [["0"], "all", () => done.push("all")],
  ];
  const keys = new Keys(rows, { onLetter: () => done.push("letter"), onDigit: (digit) => done.push(digit) });
  return { done, send: (event) => (keys.onKey(event), event) };
}

test("a key is known by its character, with Alt by its place on the keyboard", () => {
  assert.equal(keyName(press("ArrowUp", { ctrlKey: true })), "Ctrl+ArrowUp");
  assert.equal(keyName(press("ArrowUp", { metaKey: true })), "Ctrl+ArrowUp");
  assert.equal(keyName(press("/")), "Slash");
  assert.equal(keyName(press("©", { code: "KeyG", altKey: true })), "Alt+KeyG");
  assert.deepEqual(["+", "=", "-", "_", "?"].map((key) => keyName(press(key))), ["Plus", "Plus", "Minus", "Minus", "Question"]);
});

test("each key of a row has its action, or all share the only one", () => {
  const { done, send } = makeKeys();
  for (const key of ["ArrowLeft", "ArrowRight", "+", "0"]) assert.equal(send(press(key)).isHandled, true);
  send(press("ArrowUp", { ctrlKey: true }));
  assert.deepEqual(done, ["left", "right", "zoom", "all", "zoom"]);
});

test("a letter begins a symbol and arrives in the box, a digit begins an interval", () => {
  const { done, send } = makeKeys();
  assert.equal(send(press("é")).isHandled, undefined);
  send(press("^"));
  assert.equal(send(press("5")).isHandled, true);
  assert.deepEqual(done, ["letter", "letter", "5"]);
});

test("typing in a field, handled keys and other shortcuts are left alone", () => {
  const { done, send } = makeKeys();
  send(press("ArrowLeft", { target: { closest: () => ({}) } }));
  send(press("ArrowLeft", { defaultPrevented: true }));
  for (const modifier of ["ctrlKey", "metaKey", "altKey", "isComposing"]) send(press("a", { [modifier]: true }));
  send(press("Tab"));
  assert.deepEqual(done, []);
});
