// The list of jobs: progress, why a job waits or failed, and the buttons that pause, resume, cancel or retry it.

import { get, post } from "./api.js";

const MAX_JOBS = 200;
const MAX_ROWS = 60;
const RELOAD_MS = 150;
const RANKS = { running: 0, paused: 1, queued: 2 };
const KINDS = { viewport: "for the chart", update: "update", recheck: "recheck", backfill: "backfill", harvest: "archive" };
const VERBS = {
  queued: ["pause", "cancel"], running: ["pause", "cancel"], paused: ["resume", "cancel"], failed: ["retry"], cancelled: ["retry"], succeeded: [],
};
const LABELS = { pause: "Pause", resume: "Resume", cancel: "Cancel", retry: "Retry" };

const byId = (id) => document.getElementById(id);
const rank = (job) => RANKS[job.state] ?? 3;

function element(tag, className) {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}

function seconds(n) {
  if (n < 90) return `${Math.ceil(n)} s`;
  return n < 5400 ? `${Math.round(n / 60)} min` : `${Math.round(n / 3600)} h`;
}

export function describeJob(job) {
  const words = [job.state];
  if (job.state === "running" && job.eta_s) words.push(`about ${seconds(job.eta_s)} left`);
  if (job.bars_expected) words.push(`${job.bars_done.toLocaleString("en")} of ${job.bars_expected.toLocaleString("en")} bars`);
  else if (job.bars_done) words.push(`${job.bars_done.toLocaleString("en")} bars`);
  if (job.error) words.push(job.error);
  if (job.next_try_at && job.state !== "succeeded") words.push(`next try at ${new Date(job.next_try_at).toLocaleTimeString("en-GB")}`);
  return words.join(" · ");
}

export class Jobs {
  // `hooks.onError(error)`.
  constructor(hooks) {
    this.hooks = hooks;
    this.jobs = new Map();
    this.rows = new Map();
    byId("jobs-toggle").addEventListener("click", () => this.toggle());
    byId("jobs-close").addEventListener("click", () => this.toggle());
    byId("job-list").addEventListener("click", (event) => this.onClick(event.target.closest("button")));
    byId("jobs-retry").addEventListener("click", () => this.changeAll("retry-failed"));
    byId("jobs-clear").addEventListener("click", () => this.changeAll("clear-finished"));
  }

  toggle(isShown = byId("jobs").hidden) {
    byId("jobs").hidden = !isShown;
    byId("jobs-toggle").setAttribute("aria-pressed", String(isShown));
  }

  async load() {
    const { jobs } = await get("/api/v1/jobs", { limit: MAX_JOBS });
    this.jobs = new Map(jobs.map((job) => [job.job_id, job]));
    this.render();
  }

  // Many jobs changed at once: the list is read again, once.
  reload() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load().catch(this.hooks.onError), RELOAD_MS);
  }

  update(job) {
    this.jobs.set(job.job_id, job);
    this.frame ??= requestAnimationFrame(() => this.render());
  }

  render() {
    this.frame = undefined;
    const jobs = [...this.jobs.values()].sort((a, b) => rank(a) - rank(b) || b.job_id - a.job_id).slice(0, MAX_JOBS);
    this.jobs = new Map(jobs.map((job) => [job.job_id, job]));
    const live = jobs.filter((job) => rank(job) < 3).length;
    byId("jobs-toggle").textContent = live ? `Jobs ${live}` : "Jobs";
    byId("job-none").hidden = jobs.length > 0;
    byId("jobs-retry").hidden = !jobs.some((job) => job.state === "failed");
    byId("jobs-clear").hidden = !jobs.some((job) => rank(job) === 3);
    const shown = jobs.slice(0, MAX_ROWS);
    const rows = new Map(shown.map((job) => [job.job_id, this.rows.get(job.job_id) ?? new Row(job)]));
    shown.forEach((job) => rows.get(job.job_id).update(job));
    this.rows = rows;
    this.place([...rows.values()].map((row) => row.element));
  }

  // Moves only the rows that are not in their place: a row under the pointer or with the focus stays the same element.
  place(elements) {
    const list = byId("job-list");
    elements.forEach((row, i) => list.children[i] === row || list.insertBefore(row, list.children[i] ?? null));
    while (list.children.length > elements.length) list.lastElementChild.remove();
  }

  async onClick(button) {
    if (!button) return;
    button.disabled = true;
    await this.change(async () => this.update(await post(`/api/v1/jobs/${button.closest("li").dataset.jobId}/${button.dataset.verb}`)));
    button.disabled = false;
  }

  async changeAll(verb) {
    await this.change(async () => {
      await post(`/api/v1/jobs/${verb}`);
      await this.load();
    });
  }

  async change(work) {
    try {
      await work();
    } catch (error) {
      this.hooks.onError(error);
      await this.load().catch(this.hooks.onError);
    }
  }
}

class Row {
  constructor(job) {
    this.element = element("li", "job");
    this.element.dataset.jobId = job.job_id;
    const [what, does, span, bar, state] = [element("span", "what"), element("span", "does"), element("span", "span"), element("progress", ""), element("span", "state")];
    this.element.append(what, does, span, bar, state);
    what.textContent = `${job.symbol} ${job.interval}`;
    span.textContent = `${KINDS[job.kind] ?? job.kind}: ${job.from.slice(0, 10)} to ${job.to.slice(0, 10)}`;
    bar.setAttribute("aria-label", `Progress of ${what.textContent}`);
    Object.assign(this, { does, bar, state });
  }

  update(job) {
    if (this.shown !== job.state) {
      this.does.replaceChildren(...verbsOf(job).map(verbButton));
      this.shown = job.state;
    }
    this.bar.hidden = rank(job) === 3;
    this.bar.max = Math.max(job.bars_expected, 1);
    this.bar.value = Math.min(job.bars_done, this.bar.max);
    this.state.className = `state ${job.state}`;
    this.state.textContent = describeJob(job);
  }
}

// A job of the chart cannot be paused: it ends when the chart shows another place.
export function verbsOf(job) {
  return (VERBS[job.state] ?? []).filter((verb) => verb !== "pause" || job.kind !== "viewport");
}

function verbButton(verb) {
  const button = element("button", verb);
  button.type = "button";
  button.dataset.verb = verb;
  button.textContent = LABELS[verb];
  return button;
}
