// The rows of indicators in the legend, each in the top left of its pane: title, eye, gear, cross, values at one bar, notes.

import { drawnOutputs, isOnPrices, titleOf } from "./study-model.js";
import { NO_VALUE } from "./study-numbers.js";
import { valueColour } from "./study-painter.js";

const MOST_LEVELS = 3; // more of them have no values in the legend
const PANE_TOP_PX = 4;

// The values of a study at the bar `index` as [[output, text, colour], …]. `shown`: its study, values beside bars, bars, shifts and writer.
export function legendValues(shown, index) {
  const { study, aligned, values, write } = shown;
  const outputs = drawnOutputs(study).filter(({ plot }) => plot !== "zigzag");
  if (!study.isShown || outputs.filter(({ plot }) => plot === "level").length > MOST_LEVELS) return [];
  return outputs.map((output) => {
    const { name } = output;
    const value = aligned.lines[name]?.[index - (values.shifts[name] ?? 0)] ?? NaN;
    return [name, Number.isNaN(value) ? NO_VALUE : write(value), valueColour(shown, output, index)];
  });
}

// What a person should know of the values at a bar, "" for nothing.
export function legendNote({ study, aligned, values }, index, problem) {
  if (!study.isShown) return "";
  const isSettled = aligned.settled[index] ?? true;
  return [problem, ...(values.notes ?? []), isSettled ? "" : "needs older bars to settle"].filter(Boolean).join(" · ");
}

export class StudyLegend {
  // `onPrices`, `onPanes`: the elements that hold the rows; `hooks.toggle(key)`, `hooks.settings(key)`, `hooks.remove(key)`;
  // `hooks.wheel(event)`: the wheel was turned over a row.
  constructor(template, onPrices, onPanes, hooks) {
    Object.assign(this, { template, onPrices, onPanes, hooks, rows: new Map() });
  }

  // One row for each study, in their order.
  show(studies) {
    const rows = new Map(studies.map((study) => [study.key, this.rows.get(study.key) ?? this.makeRow(study.key)]));
    this.rows = rows;
    this.onPrices.replaceChildren(...studies.filter(isOnPrices).map(({ key }) => rows.get(key)));
    this.onPanes.replaceChildren(...studies.filter((study) => !isOnPrices(study)).map(({ key }) => rows.get(key)));
    for (const study of studies) this.describe(rows.get(study.key), study);
  }

  makeRow(key) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    row.dataset.key = key;
    for (const name of ["toggle", "settings", "remove"]) row.querySelector(`.${name}`).addEventListener("click", () => this.hooks[name](key));
    row.addEventListener("wheel", (event) => this.hooks.wheel(event), { passive: true });
    row.querySelector(".title").addEventListener("dblclick", () => this.hooks.settings(key));
    return row;
  }

  describe(row, study) {
    const title = titleOf(study);
    row.classList.toggle("off", !study.isShown);
    row.querySelector(".title").textContent = title;
    const words = { toggle: study.isShown ? "Hide" : "Show", settings: "Settings of", remove: "Remove" };
    for (const [name, verb] of Object.entries(words)) {
      const button = row.querySelector(`.${name}`);
      button.title = verb.replace(" of", "");
      button.setAttribute("aria-label", `${verb} ${title}`);
    }
  }

  // The values of one row and its note.
  setValues(key, values, note) {
    const row = this.rows.get(key);
    row.querySelector(".values").replaceChildren(...values.map(([name, text, colour]) => {
      const made = document.createElement("span");
      made.dataset.output = name;
      made.textContent = text;
      made.style.color = colour;
      return made;
    }));
    row.querySelector(".note").textContent = row.querySelector(".note").title = note;
  }

  // Puts the rows of panes at the top of their panes: `tops` in pixels by key.
  place(tops) {
    for (const [key, top] of tops) this.rows.get(key).style.top = `${top + PANE_TOP_PX}px`;
  }
}
