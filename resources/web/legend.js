// The words over the chart: which series, and the bar under the crosshair, else the latest.

import { priceWriter } from "/assets/candles.js";

export class Legend {
  constructor(symbol, name, values) {
    Object.assign(this, { symbol, name, values });
  }

  // `previous`: the bar before `bar`, for the change; `bar` undefined: nothing to tell yet.
  show(series, bar, previous, zone) {
    const { answer } = series;
    this.symbol.textContent = series.symbol;
    this.name.textContent = [series.interval, answer?.exchange_name, answer?.currency, answer?.name].filter(Boolean).join(" · ");
    this.values.replaceChildren(...(bar && zone ? rows(bar, previous, answer.price_decimals, zone).map(item) : []));
  }
}

function rows(bar, previous, decimals, zone) {
  const price = priceWriter(decimals);
  const change = bar.close - (previous ? previous.close : bar.open);
  const percent = (100 * change) / (previous ? previous.close : bar.open);
  const [way, sign] = change < 0 ? ["down", "−"] : ["up", "+"];
  const shown = [
    ["", zone.format(bar.time), "key"],
    ["O", price(bar.open), way], ["H", price(bar.high), way], ["L", price(bar.low), way], ["C", price(bar.close), way],
    ["", `${sign}${price(Math.abs(change))} (${sign}${Math.abs(percent).toFixed(2)}%)`, way],
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
