import assert from "node:assert/strict";
import test from "node:test";

import { openDocument } from "./fakes.mjs";
import { Theme } from "../../resources/web/theme.js";

test("the button goes from the system's theme to dark, light and back, and remembers the choice", () => {
  openDocument();
  globalThis.matchMedia = () => ({ addEventListener: () => {} });
  const stored = {};
  Object.defineProperty(globalThis, "localStorage", { value: { setItem: (key, value) => (stored[key] = value), removeItem: (key) => delete stored[key] }, configurable: true });
  let n = 0;
  const button = document.createElement("button");
  const theme = new Theme(button, () => (n += 1));
  const steps = [1, 2, 3].map(() => (theme.switch(), [theme.chosen, stored["candledesk.theme"], button.title]));
  assert.deepEqual(steps, [
    ["dark", "dark", "Colours: dark (Alt+T)"],
    ["light", "light", "Colours: light (Alt+T)"],
    ["", undefined, "Colours: as the system (Alt+T)"],
  ]);
  assert.equal(n, 3);
});
