// Times of the axis: Lightweight Charts has no time zones, so intraday times are shifted to the exchange's wall clock.

const SHIFT_BLOCK_S = 900; // offsets of zones change on quarter hours

export function toIso(seconds) {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

export function fromIso(text) {
  return Date.parse(text) / 1000;
}

export class Zone {
  // `isDaily`: bars carry their session's own date at 00:00 UTC and are shown by it in every zone; `isMonthly`: by the month.
  constructor(name, isDaily, isMonthly = false) {
    this.name = isDaily ? "UTC" : name;
    this.isDaily = isDaily;
    this.offsets = new Map();
    this.parts = new Intl.DateTimeFormat("en-US", {
      timeZone: this.name, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    });
    const month = { timeZone: "UTC", month: "short", year: "numeric" };
    const day = isMonthly ? month : { ...month, weekday: "short", day: "2-digit" };
    this.label = new Intl.DateTimeFormat("en-GB", isDaily ? day : { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }

  offset(seconds) {
    const block = Math.floor(seconds / SHIFT_BLOCK_S);
    let offset = this.offsets.get(block);
    if (offset === undefined) {
      const at = block * SHIFT_BLOCK_S;
      const part = Object.fromEntries(this.parts.formatToParts(at * 1000).map(({ type, value }) => [type, Number(value)]));
      offset = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000 - at;
      this.offsets.set(block, offset);
    }
    return offset;
  }

  // The axis times of ascending bars. In the hour that a clock repeats they would run backwards: there they ascend by a second.
  axisTimes(bars) {
    if (this.name === "UTC") return bars.map((bar) => bar.time);
    let last = -Infinity;
    return bars.map((bar) => {
      last = Math.max(bar.time + this.offset(bar.time), last + 1);
      return last;
    });
  }

  formatAxis(axisTime) {
    return this.label.format(axisTime * 1000);
  }

  format(seconds) {
    return this.formatAxis(seconds + (this.name === "UTC" ? 0 : this.offset(seconds)));
  }
}
