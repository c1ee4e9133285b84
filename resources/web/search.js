// The symbol box: suggestions while typing, chosen with the arrows, Enter or the mouse.

import { get } from "./api.js";
import { spellSymbol } from "./known-symbols.js";

const SETTLE_MS = 130;
const MAX_ROWS = 40;
const TYPES = { EQUITY: "Stock", ETF: "ETF", INDEX: "Index", CRYPTOCURRENCY: "Crypto", CURRENCY: "Currency", FUTURE: "Future", MUTUALFUND: "Fund" };

function piece(className, text) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
}

export class SymbolSearch {
  // `onChosen(symbol)`: a row was chosen or a text entered.
  constructor(form, input, list, onChosen) {
    Object.assign(this, { form, input, list, onChosen, rows: [], chosen: -1, shown: "" });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.accept();
    });
    input.addEventListener("input", () => this.ask());
    input.addEventListener("focus", () => {
      input.select();
      this.ask("");
    });
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => this.onKey(event));
    list.addEventListener("pointerdown", (event) => this.onPointer(event));
  }

  // The symbol of the open chart, shown while nothing is typed.
  show(symbol) {
    this.shown = symbol;
    this.input.value = symbol;
  }

  // Begins with the letter that was typed over the chart: the caller lets the key's own input arrive here.
  begin() {
    this.input.value = "";
    this.input.focus();
  }

  onKey(event) {
    if (event.key === "Escape") {
      this.input.value = this.shown;
      this.input.blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.ask();
      else this.choose(this.chosen + (event.key === "ArrowDown" ? 1 : -1));
    }
  }

  onPointer(event) {
    event.preventDefault(); // the box keeps the focus until the choice is made
    const option = event.target.closest(".option");
    if (!option) return;
    this.chosen = Number(option.dataset.row);
    this.accept();
  }

  accept() {
    const symbol = this.rows[this.chosen]?.symbol ?? this.input.value.trim();
    this.close();
    if (!symbol) return;
    this.input.blur();
    this.onChosen(symbol);
  }

  ask(text = this.input.value) {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.timer = setTimeout(() => this.search(text.trim().slice(0, 64)), text ? SETTLE_MS : 0);
  }

  // First the symbols in the cache, at once; then with those that the provider's search finds.
  async search(query) {
    const abort = (this.abort = new AbortController());
    const ask = async (timeout) => {
      const rows = await get("/api/v1/symbols", { query, timeout }, abort.signal);
      if (!abort.signal.aborted && document.activeElement === this.input) this.render(rows.slice(0, MAX_ROWS), query, timeout === undefined);
    };
    try {
      await ask(0);
      if (query) await ask(undefined);
    } catch (error) {
      if (!abort.signal.aborted) this.renderNote(error.message === "Failed to fetch" ? "CandleDesk does not respond" : error.message);
    }
  }

  render(rows, query, isAll) {
    const typed = spellSymbol(query);
    const chosen = this.rows[this.chosen]?.symbol ?? typed;
    this.rows = [...rows.filter(({ symbol }) => symbol === typed), ...rows.filter(({ symbol }) => symbol !== typed)];
    if (this.rows.length === 0) {
      this.renderNote(!query ? "Type a ticker or a name." : isAll ? `Nothing found. Press Enter to look up ${typed}.` : "Searching…");
      return;
    }
    this.list.replaceChildren(...this.rows.map((row, i) => this.renderRow(row, i)));
    this.open();
    this.choose(this.rows.findIndex(({ symbol }) => symbol === chosen));
  }

  renderRow({ symbol, name, exchange_name, type }, i) {
    const option = document.createElement("div");
    option.className = "option";
    option.id = `symbol-${i}`;
    option.dataset.row = i;
    option.setAttribute("role", "option");
    option.append(piece("symbol", symbol), piece("name", name ?? ""), piece("where", [TYPES[type] ?? type, exchange_name].filter(Boolean).join(" · ")));
    return option;
  }

  renderNote(text) {
    this.rows = [];
    this.chosen = -1;
    this.list.replaceChildren(piece("note", text));
    this.open();
  }

  choose(row) {
    const n = this.rows.length;
    this.chosen = row >= n ? -1 : row < -1 ? n - 1 : row;
    [...this.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === this.chosen)));
    const option = this.list.children[this.chosen];
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.list.hidden = true;
    this.rows = [];
    this.chosen = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (document.activeElement !== this.input && this.shown) this.input.value = this.shown;
  }
}
