// The menus of the page: how prices are drawn, the zone, the adjustment, and downloads; on a small screen the other buttons too.

import { csvOf, fileName, pictureOf, save } from "./download.js";
import { Menu } from "./menu.js";
import { CHOICES, prefer, preference, zoneName } from "./preferences.js";
import { RANGES, showRange } from "./ranges.js";

const byId = (id) => document.getElementById(id);
const SHORT = { splits: "adj: splits", all: "adj: all", none: "adj: none" };

export class Choices {
  constructor(page) {
    this.page = page;
    this.menus = {
      type: new Menu(byId("type-open"), () => this.rows("type")),
      zone: new Menu(byId("zone"), () => [{ text: "Zone of the time axis" }, ...this.rows("zone"), { text: "Points of drawings" }, ...this.rows("points")]),
      adjust: new Menu(byId("adjust"), () => [{ text: "Prices adjusted for" }, ...this.rows("adjust")]),
      download: new Menu(byId("download-open"), () => this.downloads()),
    };
    new Menu(byId("more-open"), () => this.more());
    byId("ranges").replaceChildren(...RANGES.map((range) => this.rangeButton(range)));
    this.describe();
  }

  rows(name) {
    const chosen = preference(name);
    const note = (value) => (name === "zone" && this.page.series?.answer ? zoneName(value, this.page.series.answer.timezone) : "");
    return Object.entries(CHOICES[name]).map(([value, text]) => ({ text, note: note(value), isChosen: value === chosen, act: () => this.choose(name, value) }));
  }

  choose(name, value) {
    if (value === preference(name)) return;
    prefer(name, value);
    this.describe();
    this.page.onPreference(name, value);
  }

  describe() {
    const [type, adjust] = [CHOICES.type[preference("type")], preference("adjust")];
    byId("type-open").title = `Chart type: ${type} (Alt+K)`;
    byId("type-open").setAttribute("aria-label", `Chart type: ${type}`);
    byId("type-open").dataset.type = preference("type");
    byId("adjust").textContent = SHORT[adjust];
    byId("adjust").title = `Prices adjusted for: ${CHOICES.adjust[adjust]}`;
  }

  rangeButton(range) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: range.name, title: range.words });
    button.setAttribute("aria-label", range.words);
    button.addEventListener("click", () => showRange(this.page, range));
    return button;
  }

  // --- files ---

  downloads() {
    return [{ text: "Candles on screen (CSV)", note: "Alt+C", act: () => this.saveCandles() }, { text: "Picture (PNG)", note: "Alt+S", act: () => this.savePicture() }];
  }

  shownBars() {
    const visible = this.page.chart.visible();
    return visible ? this.page.series.bars.filter(({ time }) => time >= visible.firstTime && time <= visible.lastTime) : [];
  }

  name(bars = []) {
    return fileName(this.page.series?.symbol ?? "chart", this.page.interval, bars);
  }

  saveCandles() {
    const bars = this.shownBars();
    save(new Blob([csvOf(bars)], { type: "text/csv" }), `${this.name(bars)}.csv`);
  }

  async savePicture() {
    save(await pictureOf(this.page.chart, [byId("legend"), byId("studies-in-panes")]), `${this.name()}.png`);
  }

  // --- a small screen ---

  more() {
    const ids = ["goto-open", "fullscreen", "theme", "sheet-open"].filter((id) => !byId(id).hidden);
    return [...this.downloads(), ...ids.map((id) => ({ text: byId(id).title.replace(/ \(.*\)$/, ""), act: () => byId(id).click() }))];
  }
}
