// The events of the server. One page of the browser, the leader, reads them for all pages: a browser opens six connections to one
// host, and each open stream uses one. The leader holds a lock; when it is closed, hidden or frozen, another visible page gets it
// and names the last event that it saw, so that nothing is missed.

import { ApiError, request } from "./api.js";

const NAME = "candledesk.events"; // of the lock and of the channel between the pages
const RECONNECT_MS = [500, 1000, 2000, 5000, 10_000];
const REFUSED_MS = 2000;
const ALIVE_MS = 3000; // the leader shows that it is there
const SILENT_MS = 9000; // from then on it counts as stuck, and another page takes its place
const LASTING = new Set(["limiter", "fault"]); // states rather than changes: a page that comes later gets the latest

const pause = (ms, signal) => new Promise((resolve) => {
  setTimeout(resolve, ms);
  signal?.addEventListener("abort", resolve, { once: true });
});

export class EventFeed {
  // `hooks.onEvent(name, row)`; `hooks.onState(state)`: "connected", "lost" or "refused"; `hooks.onMissed()`: events were missed, so
  // what is shown must be read again.
  constructor(hooks) {
    Object.assign(this, { hooks, lastId: "", state: "", isRefused: false, turn: null, leading: null, isJoining: false, hasDropped: false, lasting: new Map() });
    this.channel = new BroadcastChannel(NAME);
    this.channel.addEventListener("message", ({ data }) => this.onMessage(data));
    document.addEventListener("visibilitychange", () => (document.hidden ? this.leave() : this.join()));
    document.addEventListener("freeze", () => this.leave());
    document.addEventListener("resume", () => this.join());
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", () => this.join());
  }

  // --- who reads the stream ---

  get isLeader() {
    return this.turn !== null && this.leading === this.turn;
  }

  // Takes part while the page is visible.
  join() {
    if (this.turn || document.hidden) return;
    this.isJoining = true;
    this.leaderAt = this.checkedAt = Date.now();
    this.queue();
    this.post({ kind: "hello" });
    this.timer = setInterval(() => this.check(), ALIVE_MS);
  }

  leave() {
    clearInterval(this.timer);
    this.turn?.abort();
    this.turn = null;
  }

  // Waits for the lock and leads with it. Without locks each page reads the stream itself.
  async queue(options) {
    const turn = (this.turn = new AbortController());
    try {
      if (navigator.locks) await navigator.locks.request(NAME, options ?? { signal: turn.signal }, () => this.lead(turn));
      else await this.lead(turn);
    } catch {
      // another page took the lock, or this one left
    }
    if (this.turn !== turn) return;
    turn.abort();
    if (this.isRefused) await pause(REFUSED_MS);
    if (this.turn === turn) this.queue();
  }

  // The leader shows that it is there; the others take the place of one that does not.
  check() {
    const now = Date.now();
    const wasAsleep = now - this.checkedAt > SILENT_MS;
    this.checkedAt = now;
    if (this.isLeader) this.post({ kind: "alive", id: this.lastId });
    else if (wasAsleep) this.leaderAt = now;
    else if (navigator.locks && !this.isRefused && now - this.leaderAt > SILENT_MS) {
      this.leaderAt = now;
      this.turn.abort();
      this.queue({ steal: true });
    }
  }

  // --- the leader ---

  async lead(turn) {
    if (turn.signal.aborted) return;
    this.leading = turn;
    this.isJoining = false;
    const ended = new Promise((resolve) => turn.signal.addEventListener("abort", resolve, { once: true }));
    await Promise.race([ended, this.readUntil(turn.signal)]);
  }

  // Reads the stream and connects again until the turn ends or the token is refused.
  async readUntil(signal) {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        const headers = this.lastId ? { "Last-Event-ID": this.lastId } : {};
        const response = await request("/api/v1/events", { signal, headers });
        attempt = 0;
        this.isRefused = false;
        this.share({ kind: "state", state: "connected" });
        this.post({ kind: "alive", id: this.lastId });
        await readStream(response.body.getReader(), (event) => signal.aborted || this.share({ kind: "event", ...event }));
      } catch (error) {
        this.isRefused = error instanceof ApiError && error.status === 401;
      }
      if (signal.aborted) return;
      if (this.isRefused) {
        this.onState("refused"); // of this page's token alone
        return;
      }
      this.share({ kind: "state", state: "lost" });
      await pause(RECONNECT_MS[Math.min(attempt, RECONNECT_MS.length - 1)], signal);
    }
  }

  share(message) {
    if (LASTING.has(message.name)) this.lasting.set(message.name, message);
    this.post(message);
    this.take(message);
  }

  post(message) {
    this.channel.postMessage(message);
  }

  // --- every page ---

  onMessage(message) {
    if (message.kind === "hello") {
      if (this.isLeader) this.welcome();
      return;
    }
    if (this.isLeader || !this.turn) return; // a hidden page catches up when it is shown
    this.leaderAt = Date.now();
    this.take(message);
  }

  // For a page that joins: the state of the connection, the last event, and what lasts.
  welcome() {
    if (this.state) this.post({ kind: "state", state: this.state });
    this.post({ kind: "alive", id: this.lastId });
    for (const { name, row } of this.lasting.values()) this.post({ kind: "event", name, row });
  }

  take({ kind, name, row, id, state }) {
    if (kind === "state") this.isRefused || this.onState(state);
    else if (kind === "alive") this.compare(id);
    else if (this.isJoining) this.hasDropped = true;
    else this.takeEvent(name, row, id);
  }

  // Compares the leader's last event with this page's when it joins: while it was hidden it got none.
  compare(id) {
    if (this.isJoining && (this.hasDropped || (this.lastId && id !== this.lastId))) this.hooks.onMissed();
    this.isJoining = this.hasDropped = false;
    this.lastId = id;
  }

  takeEvent(name, row, id) {
    this.lastId = id ?? this.lastId;
    if (name === "resync") this.hooks.onMissed();
    else if (name) this.hooks.onEvent(name, row);
  }

  onState(state) {
    if (state === this.state) return;
    this.state = state;
    this.hooks.onState(state);
  }
}

// Calls `onEvent({name, row, id})` for each event of a stream, and with the id alone for a comment that carries one.
export async function readStream(reader, onEvent) {
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const { event, id, data } = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      if (event) onEvent({ name: event, row: JSON.parse(data), id });
      else if (id) onEvent({ id });
    }
  }
}
