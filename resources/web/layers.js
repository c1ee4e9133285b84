// What is shown over the chart beside the bars and the indicators: one class a row, in the order in which they are made. A class is
// made with the page and may have any of these methods:
//   open(series)        another series is opened, or the same at another place; its bars come later
//   onBars(series)      bars of the series came or changed
//   onMoved(visible)    what is on screen changed (see `Chart.visible`)
//   onEvent(name, row)  an event of the server
//   catchUp()           events were missed: what was read from the server must be read again
//   onPreference(name)  a choice of a person changed (preferences.js)
//   repaint()           the colours changed

import { Countdown } from "./countdown.js";
import { Drawings } from "./drawings.js";

const LAYERS = [Drawings, Countdown];

export class Layers {
  constructor(page) {
    this.layers = LAYERS.map((Layer) => new Layer(page));
  }

  // Calls a method of every layer that has it.
  call(method, ...values) {
    for (const layer of this.layers) layer[method]?.(...values);
  }

  find(Layer) {
    return this.layers.find((layer) => layer instanceof Layer);
  }
}
