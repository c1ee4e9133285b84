// The list of fills: what is fetched, how far it is, and the wish to stop or repeat it.

import { get, post } from "/assets/api.js";

const SHOWN = 60;
const LIVE = new Set(["queued", "running"]);
const KINDS = { viewport: "for the chart", update: "update", backfill: "backfill" };

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function describe(job) {
  const words = [job.state];
  if (job.state === "running" && job.eta_s) words.push(`${Math.ceil(job.eta_s)} s left`);
  if (job.bars_expected) words.push(`${job.bars_done.toLocaleString("en")} of ${job.bars_expected.toLocaleString("en")} bars`);
  if (job.error) words.push(job.error);
  return words.join(" · ");
}

export class Jobs {
  constructor(list, none, button, onError) {
    Object.assign(this, { list, none, button, onError });
    this.rows = new Map();
  }

  async load() {
    const { jobs } = await get("/api/v1/jobs", { limit: SHOWN });
    this.rows = new Map(jobs.map((job) => [job.job_id, job]));
    this.render();
  }

  take(job) {
    this.rows.set(job.job_id, job);
    if (this.frame === undefined) this.frame = requestAnimationFrame(() => this.render());
  }

  render() {
    this.frame = undefined;
    const jobs = [...this.rows.values()].sort((a, b) => b.job_id - a.job_id).slice(0, SHOWN);
    this.rows = new Map(jobs.map((job) => [job.job_id, job]));
    const live = jobs.filter((job) => LIVE.has(job.state)).length;
    this.button.textContent = live ? `Jobs ${live}` : "Jobs";
    this.none.hidden = jobs.length > 0;
    this.list.replaceChildren(...jobs.map((job) => this.renderJob(job)));
  }

  renderJob(job) {
    const row = document.createElement("li");
    row.dataset.jobId = job.job_id;
    row.append(element("span", "what", `${job.symbol} ${job.interval}`));
    if (LIVE.has(job.state)) row.append(this.renderButton(job, "cancel", "Cancel"));
    else if (job.state === "failed" || job.state === "cancelled") row.append(this.renderButton(job, "retry", "Retry"));
    row.append(element("span", "span", `${KINDS[job.kind] ?? job.kind}: ${job.from.slice(0, 10)} to ${job.to.slice(0, 10)}`));
    if (job.state === "running") {
      const bar = document.createElement("progress");
      bar.max = Math.max(job.bars_expected, 1);
      bar.value = job.bars_done;
      row.append(bar);
    }
    row.append(element("span", `state ${job.state}`, describe(job)));
    return row;
  }

  renderButton(job, verb, label) {
    const button = element("button", verb, label);
    button.type = "button";
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        this.take(await post(`/api/v1/jobs/${job.job_id}/${verb}`));
      } catch (error) {
        this.onError(error);
        await this.load();
      }
    });
    return button;
  }
}
