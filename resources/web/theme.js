// The dark and the light theme: the system's choice until the button is used; the choice is remembered in this browser.

const KEY = "candledesk.theme";
const ORDER = ["", "dark", "light"];
const WORDS = { "": "as the system", dark: "dark", light: "light" };
const NAMES = ["ground", "line", "grid", "text", "quiet", "tag", "up", "down", "up-volume", "down-volume", "accent", "raised"];
const STATES = ["have", "provisional", "known_empty", "missing", "refused", "failed", "odd"];

// The colours of the current theme. A probe element resolves them: a custom property itself keeps its `light-dark()` unresolved.
export function palette() {
  const probe = document.createElement("i");
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries([...NAMES, ...STATES].map((name) => [name, colour(name)]));
  probe.remove();
  return colours;
}

export class Theme {
  // `onChange()` after every change, those of the system included.
  constructor(button, onChange) {
    this.button = button;
    this.onChange = onChange;
    button.addEventListener("click", () => this.switch());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.onChange());
    this.describe();
  }

  get chosen() {
    return document.documentElement.dataset.theme ?? "";
  }

  switch() {
    const next = ORDER[(ORDER.indexOf(this.chosen) + 1) % ORDER.length];
    if (next) {
      document.documentElement.dataset.theme = next;
      localStorage.setItem(KEY, next);
    } else {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem(KEY);
    }
    this.describe();
    this.onChange();
  }

  describe() {
    this.button.title = `Colours: ${WORDS[this.chosen]} (Alt+T)`;
    this.button.setAttribute("aria-label", this.button.title);
  }
}
