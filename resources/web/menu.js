// A menu that a button opens: rows that are chosen by the mouse, the arrows or their first letter.

const MARGIN_PX = 8;

export class Menu {
  // `rows()` answers [{text, isChosen, note, act}, …] each time the menu opens; a row without `act` is a heading. `isChosen` left out:
  // the row is an action and not a choice.
  constructor(button, rows) {
    Object.assign(this, { button, rows, list: null });
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => (this.list ? this.close() : this.open()));
    document.addEventListener("pointerdown", (event) => this.list && !this.list.contains(event.target) && !button.contains(event.target) && this.close(false));
  }

  open() {
    const list = document.createElement("div");
    list.className = "menu";
    list.setAttribute("role", "menu");
    list.setAttribute("aria-label", this.button.getAttribute("aria-label") ?? this.button.textContent);
    list.append(...this.rows().map((row) => this.renderRow(row)));
    list.addEventListener("keydown", (event) => this.onKey(event));
    document.body.append(list);
    this.list = list;
    this.button.setAttribute("aria-expanded", "true");
    this.place();
    (list.querySelector('[aria-checked="true"]') ?? list.querySelector("button"))?.focus();
  }

  // Under the button, or above it near the lower edge.
  place() {
    const [box, { offsetWidth, offsetHeight }] = [this.button.getBoundingClientRect(), this.list];
    const root = document.documentElement;
    const below = box.bottom + 4 + offsetHeight <= root.clientHeight - MARGIN_PX;
    this.list.style.left = `${Math.max(Math.min(box.left, root.clientWidth - offsetWidth - MARGIN_PX), MARGIN_PX)}px`;
    this.list.style.top = `${Math.max(below ? box.bottom + 4 : box.top - 4 - offsetHeight, MARGIN_PX)}px`;
  }

  renderRow({ text, note, isChosen, act }) {
    const made = document.createElement(act ? "button" : "div");
    made.textContent = text;
    if (!act) {
      made.className = "heading";
      return made;
    }
    made.type = "button";
    made.tabIndex = -1;
    made.setAttribute("role", isChosen === undefined ? "menuitem" : "menuitemradio");
    if (isChosen !== undefined) made.setAttribute("aria-checked", String(isChosen));
    if (note) {
      const shown = document.createElement("span");
      shown.className = "note";
      shown.textContent = note;
      made.append(shown);
    }
    made.addEventListener("click", () => {
      this.close();
      act();
    });
    return made;
  }

  close(isFocused = true) {
    this.list?.remove();
    this.list = null;
    this.button.setAttribute("aria-expanded", "false");
    if (isFocused) this.button.focus();
  }

  onKey(event) {
    const items = [...this.list.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement);
    const next = nextItem(event.key, at, items.map(({ textContent }) => textContent));
    if (event.key === "Escape" || event.key === "Tab") this.close();
    else if (next !== null) items[next].focus();
    if (event.key !== "Enter" && event.key !== " ") event.stopPropagation();
    if (event.key === "Escape" || next !== null) event.preventDefault();
  }
}

// The index of the row that a key leads to, null for none.
export function nextItem(key, at, texts) {
  const n = texts.length;
  if (key === "ArrowDown") return (at + 1) % n;
  if (key === "ArrowUp") return (at - 1 + n) % n;
  if (key === "Home") return 0;
  if (key === "End") return n - 1;
  if (!/^\p{L}$/u.test(key)) return null;
  const order = [...texts.keys()].map((i) => (at + 1 + i) % n);
  return order.find((i) => texts[i].toLowerCase().startsWith(key.toLowerCase())) ?? null;
}
