import assert from "node:assert/strict";
import test, { afterEach } from "node:test";

import { serve } from "./fakes.mjs";
import { EventFeed, readStream } from "../../resources/web/events.js";

const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
const settle = () => new Promise((resolve) => setImmediate(resolve));

// The browser that the pages of a test share: one lock, one channel, and a timer that runs when the test says so.
function openBrowser() {
  const browser = { channels: new Set(), timers: [], waiting: [], holder: null };
  const next = () => {
    if (browser.holder || browser.waiting.length === 0) return;
    const turn = (browser.holder = browser.waiting.shift());
    turn.work().then(() => turn.end(), turn.end);
  };
  const release = (turn) => {
    if (browser.holder === turn) browser.holder = null;
    next();
  };
  define("navigator", { locks: { request: (_name, { signal, steal }, work) => new Promise((resolve, reject) => {
    const turn = { work, end: () => (release(turn), resolve()), lose: () => reject(new Error("stolen")) };
    if (steal) {
      browser.holder?.lose();
      browser.holder = null;
      browser.waiting.unshift(turn);
    } else browser.waiting.push(turn);
    signal?.addEventListener("abort", () => (browser.waiting = browser.waiting.filter((one) => one !== turn)));
    next();
  }) } });
  define("BroadcastChannel", class {
    constructor() {
      browser.channels.add(this);
    }

    addEventListener(_name, handler) {
      this.handler = handler;
    }

    postMessage(data) {
      for (const channel of browser.channels) if (channel !== this) channel.handler({ data: structuredClone(data) });
    }
  });
  define("setInterval", (tick) => browser.timers.push(tick));
  define("clearInterval", () => {});
  define("addEventListener", () => {});
  return browser;
}

// A page of the browser; `page.say(name)` is an event of its document.
function openPage() {
  const handlers = {};
  const page = { events: [], states: [], nMissed: 0, say: (name) => handlers[name]() };
  page.document = { hidden: false, addEventListener: (name, handler) => (handlers[name] = handler) };
  const inPage = (work) => {
    define("document", page.document);
    return work();
  };
  page.feed = inPage(() => new EventFeed({ onEvent: (...event) => page.events.push(event), onState: (state) => page.states.push(state), onMissed: () => (page.nMissed += 1) }));
  page.join = () => inPage(() => page.feed.join());
  page.show = (isShown) => {
    page.document.hidden = !isShown;
    inPage(() => handlers.visibilitychange());
  };
  return page;
}

// Streams that stay open; `send(text)` writes to the latest one.
function serveStreams() {
  const streams = [];
  const requests = serve(() => {
    const stream = { chunks: [], wake: () => {} };
    streams.push(stream);
    const read = async () => {
      while (stream.chunks.length === 0) await new Promise((resolve) => (stream.wake = resolve));
      return stream.chunks.shift();
    };
    return { body: { getReader: () => ({ read }) } };
  });
  const push = (chunk) => {
    streams.at(-1).chunks.push(chunk);
    streams.at(-1).wake();
    return settle();
  };
  return { requests, send: (text) => push({ value: new TextEncoder().encode(text), done: false }), end: () => push({ done: true }) };
}

const event = (id, name, row) => `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(row)}\n\n`;

async function openPages(n) {
  const browser = openBrowser();
  const server = serveStreams();
  const pages = Array.from({ length: n }, openPage);
  for (const page of pages) {
    page.join();
    await settle();
  }
  return { browser, server, pages };
}

const realNow = Date.now;
afterEach(() => (Date.now = realNow));

test("one page reads the stream, and all get each event once and the state", async () => {
  const { server, pages } = await openPages(3);
  await server.send(event("a-1", "job", { job_id: 7 }));
  assert.equal(server.requests.length, 1);
  for (const page of pages) assert.deepEqual([page.events, page.states, page.nMissed], [[["job", { job_id: 7 }]], ["connected"], 0]);
  assert.deepEqual(pages.map(({ feed }) => feed.isLeader), [true, false, false]);
});

test("a page that comes later gets the limiter and a fault that lasts, but no news of before", async () => {
  const { server, pages } = await openPages(1);
  await server.send(event("a-1", "limiter", { tokens: 6 }) + event("a-2", "job", {}) + event("a-3", "fault", { text: "" }));
  const later = openPage();
  later.join();
  assert.deepEqual(later.events, [["limiter", { tokens: 6 }], ["fault", { text: "" }]]);
  assert.deepEqual([later.states, later.nMissed, later.feed.lastId, pages[0].events.length], [["connected"], 0, "a-3", 3]);
});

test("the page that takes over names the last event that all saw", async () => {
  const { server, pages } = await openPages(2);
  await server.send(event("a-1", "job", { job_id: 1 }));
  pages[0].say("freeze");
  await settle();
  assert.deepEqual([server.requests.length, server.requests[1].headers["Last-Event-ID"]], [2, "a-1"]);
  assert.equal(pages[1].feed.isLeader, true);
  await server.send(event("a-2", "job", { job_id: 2 }));
  assert.deepEqual([pages[0].events.length, pages[1].events.length], [1, 2]);
});

test("a page that was hidden reads again what it shows, unless nothing has happened", async () => {
  const { server, pages } = await openPages(2);
  await server.send(event("a-1", "job", {}));
  pages[1].show(false);
  pages[1].show(true);
  assert.equal(pages[1].nMissed, 0);
  pages[1].show(false);
  await server.send(event("a-2", "job", {}));
  assert.equal(pages[1].events.length, 1);
  pages[1].show(true);
  assert.deepEqual([pages[1].nMissed, pages[1].feed.lastId], [1, "a-2"]);
});

test("all pages read again when the server cannot say what was missed", async () => {
  const { server, pages } = await openPages(2);
  await server.send(event("b-9", "resync", {}));
  assert.deepEqual(pages.map(({ nMissed, events }) => [nMissed, events]), [[1, []], [1, []]]);
});

test("a leader that is silent for too long is replaced, and follows when it is back", async () => {
  const { browser, server, pages } = await openPages(2);
  let now = realNow();
  Date.now = () => now;
  await server.send(event("a-1", "job", {}));
  for (let i = 0; i < 3; i += 1) {
    now += 3000;
    browser.timers[1]();
  }
  assert.equal(pages[1].feed.isLeader, false);
  now += 3000;
  browser.timers[1]();
  await settle();
  assert.deepEqual(pages.map(({ feed }) => feed.isLeader), [false, true]);
  assert.equal(server.requests.length, 2);
  await server.send(event("a-2", "job", {}));
  assert.deepEqual(pages.map(({ events }) => events.length), [2, 2]);
});

test("a leader that shows itself keeps its place, and so does one after the computer slept", async () => {
  const { browser, pages } = await openPages(2);
  let now = realNow();
  Date.now = () => now;
  for (let i = 0; i < 5; i += 1) {
    now += 3000;
    browser.timers.forEach((tick) => tick());
  }
  now += 3_600_000;
  browser.timers[1]();
  await settle();
  assert.deepEqual(pages.map(({ feed }) => feed.isLeader), [true, false]);
});

test("a page whose token is refused says so and leaves the stream to others", async () => {
  openBrowser();
  const page = openPage();
  serve(() => ({ status: 401 }));
  page.join();
  await settle();
  assert.deepEqual(page.states, ["refused"]);
  const server = serveStreams();
  const other = openPage();
  other.join();
  await settle();
  await server.send(event("a-1", "job", {}));
  assert.deepEqual([other.feed.isLeader, other.events.length, page.states], [true, 1, ["refused"]]);
});

test("a connection that ends is made again from the last event", async () => {
  const { server, pages } = await openPages(1);
  await server.send(event("a-1", "job", {}));
  const { setTimeout } = globalThis;
  define("setTimeout", (work) => setImmediate(work));
  await server.end();
  await settle();
  define("setTimeout", setTimeout);
  assert.deepEqual(pages[0].states, ["connected", "lost", "connected"]);
  assert.equal(server.requests[1].headers["Last-Event-ID"], "a-1");
});

test("events are read however the stream is cut, and comments move the id alone", async () => {
  const pieces = [": hello\n\nevent: job\nda", 'ta: {"state":"run', 'ning"}\n\nid: a-2\nevent: limiter\ndata: {"name":"a: b"}\n\nid: a-3\n: still here\n\n', "event: cut"];
  const chunks = pieces.map((text) => ({ value: new TextEncoder().encode(text) }));
  const events = [];
  await readStream({ read: async () => chunks.shift() ?? { done: true } }, (one) => events.push(one));
  assert.deepEqual(events, [{ name: "job", row: { state: "running" }, id: undefined }, { name: "limiter", row: { name: "a: b" }, id: "a-2" }, { id: "a-3" }]);
});
