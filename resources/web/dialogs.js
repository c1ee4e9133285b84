// The small dialogs: go to date, interval entry, and the list of keys.

import { INTERVALS } from "./candles.js";
import { STATES } from "./coverage.js";
import { typedName } from "./intervals.js";

const byId = (id) => document.getElementById(id);
const isoDay = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

// Asks for a date between the start of history and today; `onChosen(seconds)` gets that day's 00:00 UTC.
export class GoToDate {
  constructor(onChosen) {
    this.dialog = byId("goto");
    this.input = byId("goto-date");
    byId("goto-open").addEventListener("click", () => this.show());
    byId("goto-cancel").addEventListener("click", () => this.dialog.close(""));
    this.dialog.addEventListener("close", () => {
      if (this.dialog.returnValue === "go" && this.input.value) onChosen(Date.parse(this.input.value) / 1000);
    });
  }

  // `read()` gives {first, shown, reason} or null while there is no chart.
  bind(read) {
    this.read = read;
  }

  show() {
    const place = this.read();
    if (!place || this.dialog.open) return;
    this.input.min = place.first === null ? "1900-01-01" : isoDay(place.first);
    this.input.max = isoDay(Date.now() / 1000);
    this.input.value = isoDay(place.shown);
    byId("goto-hint").textContent = place.reason ? `Oldest: ${isoDay(place.first)} (${place.reason}).` : "";
    this.dialog.returnValue = "";
    this.dialog.showModal();
    this.input.focus();
  }
}

// Typing a number over the chart enters an interval: "15" is 15m, "3D" is 3d, "6M" is 6mo.
export class IntervalEntry {
  constructor(onChosen) {
    this.dialog = byId("interval-entry");
    this.input = byId("interval-text");
    this.input.addEventListener("input", () => this.describe());
    this.dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.match) return;
      this.dialog.close();
      onChosen(this.match);
    });
  }

  begin(digit) {
    this.dialog.showModal();
    this.input.value = digit;
    this.input.setSelectionRange(1, 1);
    this.describe();
  }

  describe() {
    this.match = typedName(this.input.value);
    const names = Object.keys(INTERVALS).join(" ");
    byId("interval-hint").textContent = this.match ? `Enter shows ${this.match} bars.` : `One of ${names}, or another multiple: 45 (minutes), 2h, 3D, 2W, 6M, 1Y`;
  }
}

export class Sheet {
  constructor(keys) {
    keys.renderList(byId("keys"));
    byId("strip-key").replaceChildren(...Object.entries(STATES).map(([state, text]) => {
      const item = document.createElement("li");
      item.className = state;
      item.textContent = text;
      return item;
    }));
    byId("sheet-open").addEventListener("click", () => this.show());
  }

  show() {
    if (!byId("sheet").open) byId("sheet").showModal();
  }
}
