// Actions of buttons and keys on the chart: price axis and full screen.

const byId = (id) => document.getElementById(id);
const press = (id, isPressed) => byId(id).setAttribute("aria-pressed", String(isPressed));

export class Controls {
  constructor(chart) {
    this.chart = chart;
    this.isLog = this.isPercent = false;
    byId("log").addEventListener("click", () => this.toggleLog());
    byId("percent").addEventListener("click", () => this.togglePercent());
    byId("auto").addEventListener("click", () => {
      chart.setAuto(!chart.isAuto);
      this.describe();
    });
    byId("fullscreen").hidden = !document.fullscreenEnabled;
    byId("fullscreen").addEventListener("click", () => this.toggleFullscreen());
    document.addEventListener("fullscreenchange", () => press("fullscreen", document.fullscreenElement !== null));
    for (const name of ["pointerup", "dblclick"]) document.addEventListener(name, () => requestAnimationFrame(() => this.describe())); // the axis was dragged
  }

  describe() {
    press("log", this.isLog);
    press("percent", this.isPercent);
    press("auto", this.chart.isAuto);
  }

  toggleLog() {
    [this.isLog, this.isPercent] = [!this.isLog, false];
    this.apply();
  }

  togglePercent() {
    [this.isLog, this.isPercent] = [false, !this.isPercent];
    this.apply();
  }

  apply() {
    this.chart.setMode(this.isLog, this.isPercent);
    this.describe();
  }

  reset() {
    this.chart.setAuto(true);
    this.chart.resetView();
    this.describe();
  }

  async toggleFullscreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  }
}
