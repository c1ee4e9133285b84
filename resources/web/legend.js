// The legend over the chart: the series, and the values of the bar under the crosshair or the latest bar.

import { priceFormatter } from "./candles.js";
import { drawnPrices, isOpenUnknown, oddWords } from "./odd.js";

const ADJUSTED = { all: "adjusted for dividends too", none: "as traded" }; // indicators stand on prices adjusted for splits

export class Legend {
  // `parts`: the elements `symbol`, `where`, `name`, `values` and `flag`.
  constructor(parts) {
    Object.assign(this, parts);
  }

  // `previous`: the bar before `bar`, for the change; `bar` undefined: no bars yet.
  show(series, bar, previous, zone) {
    const { answer } = series;
    this.symbol.textContent = series.symbol;
    this.where.textContent = [series.interval, answer?.exchange_name, answer?.currency, ADJUSTED[series.adjust]].filter(Boolean).join(" · ");
    this.name.textContent = answer?.name ?? "";
    this.values.replaceChildren(...(bar && zone ? legendRows(bar, previous, answer.price_decimals, zone).map(item) : []));
    this.flag.textContent = bar?.odd ? `Odd bar: ${oddWords(bar.odd)}` : "";
    this.flag.hidden = !bar?.odd;
  }
}

// Rows [key, text, class] of a bar's values.
export function legendRows(bar, previous, decimals, zone) {
  const price = priceFormatter(decimals);
  const base = previous ? previous.close : drawnPrices(bar).open;
  const change = bar.close - base;
  const percent = base > 0 ? ` (${change < 0 ? "−" : "+"}${Math.abs((100 * change) / base).toFixed(2)}%)` : ""; // no percentage of a price at or below zero
  const [direction, sign] = change < 0 ? ["down", "−"] : ["up", "+"];
  const shown = [
    ["", zone.format(bar.time), "key"],
    ["O", isOpenUnknown(bar) ? "–" : price(bar.open), direction], ["H", price(bar.high), direction], ["L", price(bar.low), direction], ["C", price(bar.close), direction],
    ["", `${sign}${price(Math.abs(change))}${percent}`, direction],
  ];
  if (bar.volume) shown.push(["Vol", bar.volume.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 }), ""]);
  return shown;
}

function item([key, text, className]) {
  const made = document.createElement("span");
  const [name, value] = [document.createElement("span"), document.createElement("span")];
  name.className = "key";
  name.textContent = key ? `${key} ` : "";
  value.className = className;
  value.textContent = text;
  made.append(name, value);
  return made;
}
