// The list from which indicators are added, and the settings of one.

import { WIDTHS, colourOf, defaultsOf, isOnPrices, lookOf, matching, sourcesOf, wordsOf } from "./study-model.js";

const CHECK_MS = 200;
const byId = (id) => document.getElementById(id);

function element(name, properties = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Searched by typing: Enter or a click adds an indicator and the list stays open, Esc closes it.
export class StudyList {
  // `hooks.rows()` gives the catalogue, `hooks.count(id)` how often an indicator is on the chart; `hooks.add(row)`.
  constructor(hooks) {
    Object.assign(this, { hooks, dialog: byId("indicators"), input: byId("indicators-search"), list: byId("indicators-list"), found: [], chosen: 0 });
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.add(this.chosen);
    });
    byId("indicators-close").addEventListener("click", () => this.dialog.close());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest(".option");
      if (option) this.add(Number(option.dataset.row));
    });
  }

  open() {
    if (this.dialog.open) return;
    this.input.value = "";
    this.dialog.showModal();
    this.search();
    this.input.focus();
  }

  search() {
    this.chosen = 0;
    this.render();
    this.list.scrollTop = 0;
  }

  add(index) {
    if (!this.found[index]) return;
    this.chosen = index;
    this.hooks.add(this.found[index]);
    this.render();
    this.input.focus();
  }

  onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.chosen = Math.min(Math.max(this.chosen + step, 0), this.found.length - 1);
    this.mark();
  }

  render() {
    const groups = matching(this.hooks.rows(), this.input.value);
    this.found = groups.flatMap(([, rows]) => rows);
    const children = groups.flatMap(([group, rows]) => [element("h3", { textContent: group }), ...rows.map((row) => this.option(row))]);
    this.list.replaceChildren(...(children.length ? children : [element("p", { className: "notice", textContent: `No indicator is called “${this.input.value}”` })]));
    this.mark();
  }

  option(row) {
    const n = this.hooks.count(row.id);
    const place = isOnPrices({ row }) ? "on the prices" : "own pane";
    const option = element("div", { className: "option", id: `indicator-${row.id}` }, [
      element("span", { textContent: row.title }), element("span", { className: "short", textContent: lookOf(row).short }),
      element("span", { className: "where", textContent: place }), element("span", { className: "count", textContent: n === 0 ? "" : n === 1 ? "✓" : `✓ ${n}×` }),
    ]);
    option.dataset.row = this.found.indexOf(row);
    option.setAttribute("role", "option");
    return option;
  }

  mark() {
    for (const option of this.list.querySelectorAll(".option")) {
      const isChosen = Number(option.dataset.row) === this.chosen;
      option.setAttribute("aria-selected", String(isChosen));
      if (!isChosen) continue;
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    }
  }
}

// Inputs and style of one study: seen at once, Cancel and Esc take them back.
export class StudySettings {
  // `hooks.others()` gives the studies of the chart; `hooks.check(study)` resolves to what is wrong with its inputs, "" for nothing;
  // `hooks.preview(study)` shows it, `hooks.keep()` remembers it.
  constructor(hooks) {
    Object.assign(this, { hooks, dialog: byId("study-settings"), inputs: byId("study-inputs"), style: byId("study-style"), note: byId("study-note") });
    byId("study-cancel").addEventListener("click", () => this.dialog.close(""));
    byId("study-defaults").addEventListener("click", () => this.restoreDefaults());
    this.dialog.addEventListener("close", () => this.onClosed());
    this.dialog.querySelector("form").addEventListener("submit", (event) => {
      if (this.note.hidden) return;
      event.preventDefault(); // what is refused is not kept
    });
  }

  open(study) {
    Object.assign(this, { before: study, study });
    this.dialog.returnValue = "";
    byId("study-title").textContent = study.row.title;
    this.render();
    this.dialog.showModal();
  }

  onClosed() {
    clearTimeout(this.timer);
    this.isChecking = null;
    if (this.dialog.returnValue === "keep") this.hooks.keep();
    else if (this.study !== this.before) this.hooks.preview(this.before);
  }

  render() {
    const { row } = this.study;
    this.note.hidden = true;
    byId("study-inputs-title").hidden = row.params.length === 0;
    this.inputs.replaceChildren(...row.params.flatMap((param) => this.inputRow(param)));
    const outputs = row.outputs.filter(({ plot }) => plot !== "none");
    this.style.replaceChildren(...outputs.flatMap(({ name }) => this.styleRow(name)), ...this.widthRow());
  }

  inputRow(param) {
    const value = this.study.params[param.name];
    const id = `study-input-${param.name}`;
    const editor = param.type === "integer" || param.type === "number" ? this.numberInput(param, value) : this.choiceInput(param, value);
    Object.assign(editor, { id, name: param.name });
    return [element("label", { htmlFor: id, textContent: wordsOf(param.name) }), editor];
  }

  numberInput({ type, min, max, default: usual }, value) {
    const step = type === "integer" ? 1 : 10 ** Math.floor(Math.log10(Math.max(usual / 10, 1e-4)));
    const editor = element("input", { type: "number", step: type === "integer" ? "1" : "any", value: String(value), inputMode: "decimal" });
    Object.assign(editor, { min: String(min ?? ""), max: String(max ?? "") });
    editor.addEventListener("input", () => this.onInput());
    editor.addEventListener("keydown", (event) => {
      if (type === "integer" || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      const next = Number(editor.value) + (event.key === "ArrowUp" ? step : -step);
      editor.value = String(Number(Math.min(Math.max(next, min), max).toFixed(6)));
      this.onInput();
    });
    return editor;
  }

  choiceInput({ type, choices }, value) {
    const texts = type === "choice" ? choices : sourcesOf(this.study, this.hooks.others(), value);
    const editor = element("select", {}, texts.map((text) => element("option", { value: text, textContent: type === "choice" ? wordsOf(text) : text })));
    editor.value = value;
    editor.addEventListener("change", () => this.onInput());
    return editor;
  }

  // The inputs as they stand: a number that cannot be read is sent as its text, so that the API says what is wrong.
  typed() {
    return Object.fromEntries(this.study.row.params.map(({ name, type }) => {
      const { value } = this.inputs.querySelector(`[name="${name}"]`);
      const isNumber = type === "integer" || type === "number";
      return [name, isNumber && value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value];
    }));
  }

  onInput() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check({ ...this.study, params: this.typed() }), CHECK_MS);
  }

  async check(study) {
    this.isChecking = study;
    const problem = await this.hooks.check(study);
    if (this.isChecking !== study) return; // another input followed
    this.note.textContent = problem;
    this.note.hidden = problem === "";
    if (problem === "") this.change({ params: study.params });
  }

  change(part) {
    this.study = { ...this.study, ...part };
    this.hooks.preview(this.study);
  }

  styleRow(name) {
    const shown = element("input", { type: "checkbox", checked: !this.study.off.includes(name) });
    shown.addEventListener("change", () => this.change({ off: shown.checked ? this.study.off.filter((one) => one !== name) : [...this.study.off, name] }));
    const colour = element("input", { type: "color", value: colourOf(this.study, name) });
    colour.setAttribute("aria-label", `Colour of ${wordsOf(name)}`);
    colour.addEventListener("input", () => this.change({ colours: { ...this.study.colours, [name]: colour.value } }));
    return [element("label", {}, [shown, ` ${wordsOf(name)}`]), colour];
  }

  widthRow() {
    const choice = element("select", { id: "study-width" }, WIDTHS.map((width) => element("option", { value: String(width), textContent: `${width} px` })));
    choice.value = String(this.study.width);
    choice.addEventListener("change", () => this.change({ width: Number(choice.value) }));
    return [element("label", { htmlFor: "study-width", textContent: "Line width" }), choice];
  }

  restoreDefaults() {
    clearTimeout(this.timer);
    this.isChecking = null;
    const { row } = this.study;
    this.change({ params: defaultsOf(row), colours: {}, off: [...lookOf(row).off], width: 1 });
    this.render();
  }
}
