// What the page's scripts need of a browser, for tests under node.

process.env.TZ = "UTC";

const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

function makeStorage(values) {
  return { getItem: (key) => values[key] ?? null, setItem: (key, value) => (values[key] = String(value)) };
}

// Gives the scripts an address; `history` records each new one as [verb, fragment].
export function openAddress(hash, token) {
  const steps = [];
  const location = { hash, pathname: "/" };
  const change = (verb) => (_state, _title, address) => {
    location.hash = address.slice(address.indexOf("#"));
    steps.push([verb, location.hash]);
  };
  define("location", location);
  define("history", { pushState: change("push"), replaceState: change("replace") });
  define("localStorage", makeStorage(token === undefined ? {} : { "candledesk.token": token }));
  return steps;
}

// Answers `fetch` with `answer(path, query, request)`: a document, one with the `status` of a refusal, one with the `body` of a
// stream, or an Error as the browser throws it. Returns the list of requests.
export function serve(answer) {
  const requests = [];
  openAddress("", "secret");
  define("fetch", async (address, request) => {
    const { pathname, searchParams } = new URL(address, "http://127.0.0.1");
    const query = Object.fromEntries(searchParams);
    requests.push({ path: pathname, query, ...request });
    const document = answer(pathname, query, request);
    if (document instanceof Error) throw document;
    const status = document.status ?? 200;
    return { ok: status < 400, status, body: document.body, json: async () => document };
  });
  return requests;
}

// A stand-in for `document` whose elements keep what is set and appended; `byId` holds those that were looked up.
export function openDocument() {
  const byId = {};
  const createElement = () => {
    const element = { dataset: {}, attributes: {}, children: [], hidden: false, textContent: "", style: {} };
    element.setAttribute = (name, value) => (element.attributes[name] = value);
    element.removeAttribute = (name) => delete element.attributes[name];
    element.append = (...children) => element.children.push(...children);
    element.replaceChildren = (...children) => (element.children = children);
    element.addEventListener = () => {};
    element.scrollIntoView = () => {};
    element.focus = () => {};
    element.blur = () => {};
    return element;
  };
  define("document", { createElement, documentElement: createElement(), getElementById: (id) => (byId[id] ??= createElement()) });
  return byId;
}

export function setNow(text) {
  Date.now = () => Date.parse(text);
}

export const seconds = (text) => Date.parse(text) / 1000;

export const bar = (time, open = 10, high = 12, low = 9, close = 11, odd = "") => ({ time, open, high, low, close, volume: 5, final: true, odd });

// Bars as the API sends them in columns.
export function columns(bars) {
  const names = ["time", "open", "high", "low", "close", "volume", "final", "odd"];
  return Object.fromEntries(names.map((name) => [name, bars.map((row) => row[name])]));
}
