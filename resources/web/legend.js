// The words over the chart: which series, and the bar under the crosshair, else the latest.

import { priceWriter } from "/assets/candles.js";
import { drawnPrices, isOpenUnknown, oddWords } from "/assets/odd.js";

export class Legend {
  constructor(symbol, name, values, flag) {
    Object.assign(this, { symbol, name, values, flag });
  }

  // `previous`: the bar before `bar`, for the change; `bar` undefined: nothing to tell yet.
  show(series, bar, previous, zone) {
    const { answer } = series;
    this.symbol.textContent = series.symbol;
    this.name.textContent = [series.interval, answer?.exchange_name, answer?.currency, answer?.name].filter(Boolean).join(" · ");
    this.values.replaceChildren(...(bar && zone ? rows(bar, previous, answer.price_decimals, zone).map(item) : []));
    this.flag.textContent = bar?.odd ? `Odd bar: ${oddWords(bar.odd)}` : "";
    this.flag.hidden = !bar?.odd;
  }
}

function rows(bar, previous, decimals, zone) {
  const price = priceWriter(decimals);
  const base = previous ? previous.close : drawnPrices(bar).open;
  const change = bar.close - base;
  const percent = base > 0 ? ` (${change < 0 ? "−" : "+"}${Math.abs((100 * change) / base).toFixed(2)}%)` : ""; // of a debt it has no meaning
  const [way, sign] = change < 0 ? ["down", "−"] : ["up", "+"];
  const shown = [
    ["", zone.format(bar.time), "key"],
    ["O", isOpenUnknown(bar) ? "–" : price(bar.open), way], ["H", price(bar.high), way], ["L", price(bar.low), way], ["C", price(bar.close), way],
    ["", `${sign}${price(Math.abs(change))}${percent}`, way],
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
