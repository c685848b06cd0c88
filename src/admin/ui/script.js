// The live page: controls, the stream of exchanges, and one exchange in full. Whatever comes from a
// request is put into the page as text, never as markup.
"use strict";
const TOKEN = "callmock-admin-token";
const MOST = 500; // rows of the table
const FEW = 100; // rows in a flood, where each is there for a moment and many make typing slow
const FILTERS = ["vendor", "operation", "status", "finding"];
const $ = (id) => document.getElementById(id);

function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element && key !== "role") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

// The admin API.
async function ask(method, path, body, signal, more = {}) {
  const headers = { accept: "application/json, text/html", ...more };
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  const answer = await fetch(path, { method, headers, body, signal, cache: "no-store" });
  if (answer.ok || answer.headers.get("content-type")?.startsWith("text/html")) return answer;
  if (answer.status === 401) sessionStorage.removeItem(TOKEN);
  const said = await answer.json().catch(() => null);
  throw Object.assign(new Error(said?.error?.message ?? `${answer.status} ${answer.statusText}`), { status: answer.status });
}
function tell(text, wrong = false) {
  const told = $("told");
  if (!told) return;
  told.textContent = text;
  told.classList.toggle("wrong", wrong);
  clearTimeout(tell.timer);
  if (!wrong) tell.timer = setTimeout(() => { told.textContent = ""; }, 4000);
}
// An error stands where it happened.
function fail(near, error) {
  const old = near.parentElement.querySelector(":scope > .failed-here");
  (old ?? near.parentElement.appendChild(make("p", { className: "failed-here", role: "alert" }))).textContent = error.message;
}
function forget(near) { near.parentElement.querySelector(":scope > .failed-here")?.remove(); }

// Fetches the page of an address, and puts it in place of this one.
async function show(address, push) {
  const answer = await ask("GET", address);
  const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (fetched.body.hasAttribute("data-shell")) {
    sessionStorage.removeItem(TOKEN);
    throw new Error("the token is not the server's");
  }
  const focused = document.activeElement?.id;
  document.title = fetched.title;
  document.body.dataset.api = fetched.body.dataset.api ?? "/_mock";
  document.body.dataset.vendors = fetched.body.dataset.vendors ?? "";
  document.body.removeAttribute("data-shell");
  $("page").replaceWith(document.adoptNode(fetched.getElementById("page")));
  if (push) history.pushState(null, "", address);
  shown = here();
  if (focused) $(focused)?.focus({ preventScroll: true });
  else if (push) $("main")?.focus({ preventScroll: true });
  begin();
}
const here = () => location.pathname + location.search;
let shown = here();

// A link within the page, such as the one to its content, changes the fragment only: the page stays.
addEventListener("popstate", () => {
  if (here() !== shown) show(here(), false).catch((error) => tell(error.message, true));
});
addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link) return follow(event, link);
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.method) call(button, button.dataset.method, button.dataset.path, button.dataset.body);
  else if (button.dataset.copy) copy($(button.dataset.copy).textContent);
  else if (button.dataset.run) run(button, button.dataset.run);
  else if (button.dataset.open) open(Number(button.dataset.open), button);
  else if (button.id === "pause") pause(button);
});
function follow(event, link) {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const address = link.getAttribute("href");
  if (!plain || !sessionStorage.getItem(TOKEN)) return;
  if (link.dataset.download) {
    event.preventDefault();
    download(address, link.dataset.download).catch((error) => tell(error.message, true));
  } else if (address.startsWith("/_mock/ui")) {
    event.preventDefault();
    show(address, true).catch((error) => tell(error.message, true));
  }
}
async function download(address, name) {
  const blob = await (await ask("GET", address)).blob();
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "token-form") {
    event.preventDefault();
    sessionStorage.setItem(TOKEN, $("token").value);
    show(here(), false).catch((error) => fail(form, error));
  } else if (form.dataset.method) {
    event.preventDefault();
    call(form.querySelector("button[type=submit]"), form.dataset.method, form.dataset.path, JSON.stringify(fields(form)), form);
  } else if (form.method === "get" && sessionStorage.getItem(TOKEN)) {
    event.preventDefault();
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const path = new URL(form.action).pathname;
    show(`${path}?${query}`, true).catch((error) => tell(error.message, true));
  }
});
function fields(form) {
  const value = (name) => form.elements[name].value.trim();
  if (form.dataset.fields === "clock") return { mode: "fixed", now: value("now") };
  const [vendor, error] = value("fault").split(" ");
  return { vendor, times: Number(value("times")), do: { error } };
}
async function call(button, method, path, body, near = button) {
  if (button.dataset.confirm && !confirm(button.dataset.confirm)) return;
  const busy = setTimeout(() => button.setAttribute("aria-busy", "true"), 300);
  forget(near);
  try {
    const answer = await ask(method, path, body);
    const said = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    let address = here();
    if (button.dataset.then === "world") address = `/_mock/ui?world=${encodeURIComponent(said.id)}`;
    if (button.dataset.then === "default") address = "/_mock/ui";
    await show(address, address !== here());
    tell(`${method} ${path}: done`);
  } catch (error) {
    fail(near, error);
  } finally {
    clearTimeout(busy);
    button.removeAttribute("aria-busy");
  }
}
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied");
  } catch {
    tell("The browser lets no page copy here: mark the text and copy it.", true);
  }
}

// Runs a vendor's command from here. A signed address is good for once, so a fresh one is fetched.
async function run(button, vendor) {
  // The page may be another one when the answer comes.
  const put = (...content) => $(`answer-${vendor}`)?.replaceChildren(...content);
  const busy = setTimeout(() => put("Asking …"), 300);
  try {
    const page = new DOMParser().parseFromString(await (await ask("GET", here())).text(), "text/html");
    const command = page.getElementById(`curl-${vendor}`).textContent;
    const said = $(`curl-${vendor}`);
    if (said) said.textContent = command;
    const { url, method, headers, body } = curl(command);
    const answer = await fetch(url.pathname + url.search, { method, headers, body, cache: "no-store" });
    const text = await answer.text();
    const met = (name) => (answer.headers.get(name) ?? "").split(/, ?/).filter(Boolean);
    put(
      make("p", {}, make("span", { className: "status" }, `${answer.status}`), " ",
        ...met("x-callmock-behavior").flatMap((id) => [make("code", {}, id), " "])),
      ...met("x-callmock-findings").map((id) => make("p", {}, make("code", { className: "finding" }, id))),
      ...met("x-callmock-hint").slice(0, 1).map(() => make("p", {}, answer.headers.get("x-callmock-hint"))),
      json(text, "The answer"),
    );
  } catch (error) {
    put(make("p", { className: "failed-here", role: "alert" }, error.message));
  } finally {
    clearTimeout(busy);
  }
}
// Reads a curl command as the page writes it.
function curl(command) {
  const words = [];
  for (const [, quoted, bare] of command.matchAll(/((?:'[^']*'|\\')+)|(\S+)/g)) {
    words.push(bare ?? quoted.replace(/'([^']*)'|\\'/g, (part, inner) => inner ?? "'"));
  }
  const read = { url: null, method: null, headers: {}, body: undefined };
  for (let n = 1; n < words.length; n += 1) {
    const word = words[n];
    if (word === "-H") {
      const [, name, value] = words[(n += 1)].match(/^([^:]+): ?(.*)$/s);
      read.headers[name] = value;
    } else if (word === "--data" || word === "--data-raw") read.body = words[(n += 1)];
    else if (word === "-X") read.method = words[(n += 1)];
    else if (!word.startsWith("-")) read.url = new URL(word);
  }
  read.method ??= read.body === undefined ? "GET" : "POST";
  return read;
}

// JSON as folded, coloured text. Other text stays as it is.
function json(text, label) {
  const place = make("pre", { className: "json", tabIndex: 0, role: "group", "aria-label": label });
  fill(place, text);
  return place;
}
function fill(place, text) {
  let value;
  try { value = JSON.parse(text, keep); } catch { place.textContent = text; return; }
  place.replaceChildren(node(value, 0));
}
// A number that JavaScript would round stays as it was written.
function keep(key, value, context) {
  const source = context?.source;
  return typeof value === "number" && source !== undefined && String(value) !== source ? { source } : value;
}
function node(value, depth, name = []) {
  if (value === null || typeof value !== "object") return make("div", {}, ...name, leaf(value));
  if (typeof value.source === "string" && Object.keys(value).length === 1 && /^-?[\d.eE+-]+$/.test(value.source)) {
    return make("div", {}, ...name, make("span", { className: "leaf n" }, value.source));
  }
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const [begin, end] = list ? "[]" : "{}";
  if (entries.length === 0) return make("div", {}, ...name, begin + end);
  const whole = make("details", { open: depth < 3 && entries.length < 200 },
    make("summary", {}, ...name, list ? `[ ${entries.length}` : begin));
  for (const [key, item] of entries) {
    whole.append(node(item, depth + 1, list ? [] : [make("span", { className: "k" }, JSON.stringify(key)), ": "]));
  }
  whole.append(end);
  return whole;
}
function leaf(value) {
  const kind = { string: "s", number: "n" }[typeof value] ?? "l";
  return make("span", { className: `leaf ${kind}` }, JSON.stringify(value));
}
// A value as it is compared: times by their moment, texts and numbers by what they say.
function same(text) {
  const value = text.replace(/^"|"$/g, "");
  if (/^\d{4}-\d\d-\d\d[T ]/.test(value)) return `t${Math.floor(Date.parse(value.replace(" ", "T")) / 1000)}`;
  if (/^1\d{12}$/.test(value)) return `t${Math.floor(Number(value) / 1000)}`;
  if (/^\+?[\d ()-]{7,}$/.test(value)) return value.replace(/\D/g, "");
  return value.length > 1 ? value : "";
}
function point(event) {
  const place = event.target.closest?.("[data-same]");
  const at = event.target.closest?.(".leaf");
  for (const marked of document.querySelectorAll(".leaf.same")) marked.classList.remove("same");
  if (!place || !at) return;
  const wanted = same(at.textContent);
  if (wanted === "") return;
  for (const other of place.querySelectorAll(".leaf")) other.classList.toggle("same", same(other.textContent) === wanted);
}
addEventListener("mouseover", point);

// The stream of exchanges. It stands while nobody looks, and goes on where the table ends.
let stream = null;
let paused = false;
let waiting = [];
let dropped = 0;
let wait = 1000;
const state = (text) => { if ($("stream")) $("stream").textContent = text; };
async function listen() {
  const table = $("live");
  if (stream || paused || document.hidden || !table) return;
  const control = new AbortController();
  stream = control;
  const asked = [...new URLSearchParams(location.search)];
  const filter = new URLSearchParams(asked.filter(([name, value]) => value && FILTERS.includes(name)));
  let again = true;
  try {
    const after = { "last-event-id": table.dataset.completed };
    const answer = await ask("GET", `${document.body.dataset.api}/journal/stream?${filter}`, undefined, control.signal, after);
    state("live");
    wait = 1000;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
      let end;
      while ((end = text.indexOf("\n\n")) >= 0) {
        take(text.slice(0, end), table);
        text = text.slice(end + 2);
      }
    }
    state("the stream has ended");
  } catch (error) {
    // A request that is wrong stays wrong.
    again = !(error.status >= 400 && error.status < 500);
    if (!control.signal.aborted) state(`the stream broke: ${error.message}`);
  }
  if (stream === control) stream = null;
  if (control.signal.aborted || !again) return;
  setTimeout(listen, wait);
  wait = Math.min(wait * 2, 30000);
}
function silence() { stream?.abort(); stream = null; waiting = []; }
// One event of the stream.
function take(event, table) {
  const id = event.match(/^id: (\d+)$/m)?.[1];
  if (id) table.dataset.completed = id;
  const data = event.indexOf("\ndata: ");
  if (event.startsWith("event: missed")) dropped += 1;
  if (!event.startsWith("event: exchange") || data < 0) return;
  // Only what the table can show is read. The others are counted.
  waiting.push(event.slice(data + 7));
  if (waiting.length > MOST) dropped += waiting.splice(0, waiting.length - MOST).length;
  if (waiting.length === 1) setTimeout(() => requestAnimationFrame(() => draw(table)), 50);
}
function draw(table) {
  const body = table.tBodies[0];
  const known = new Set([...body.rows].map((one) => one.dataset.seq));
  // In a flood the browser gets time for whoever types: few rows at a time, without their flash.
  const flood = waiting.length > 60;
  const come = waiting.splice(0, 40).map((data) => JSON.parse(data)).filter(({ seq }) => !known.has(String(seq)));
  if (waiting.length > 0) setTimeout(() => requestAnimationFrame(() => draw(table)), flood ? 200 : 50);
  body.prepend(...come.map((one) => row(one, !flood)).reverse());
  const most = waiting.length > MOST / 2 ? FEW : MOST;
  while (body.rows.length > most) body.deleteRow(-1);
  $("none")?.remove();
  if (dropped) state(`live; ${dropped} came too fast to be shown`);
}
const short = (id) => id.slice(id.indexOf(".") + 1);
function row(exchange, flash) {
  const { seq, at, vendor, operation, behaviors, findings, response, test } = exchange;
  const status = response.status ?? 0;
  const cell = (...inside) => make("td", {}, ...inside);
  return make("tr", { className: flash ? "new" : "", "data-seq": seq },
    cell(make("time", {}, at.replace(/\.\d+/, ""))),
    make("td", { className: "vendor", "data-n": document.body.dataset.vendors.split(" ").indexOf(vendor) }, make("span", { className: "mark" }), vendor),
    cell(make("button", { className: "link", type: "button", "data-open": seq }, operation ?? "(unknown)")),
    make("td", { className: "status", "data-class": Math.floor(status / 100) }, status ? String(status) : "none"),
    cell(make("code", {}, short(behaviors[0] ?? ""))),
    cell(...findings.flatMap((id) => [make("code", { className: "finding" }, short(id)), " "])),
    cell(test ?? ""));
}
function pause(button) {
  paused = !paused;
  button.setAttribute("aria-pressed", String(paused));
  if (paused) silence();
  else show(here(), false).catch((error) => tell(error.message, true));
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) silence();
  else if ($("live") && !paused) show(here(), false).catch((error) => tell(error.message, true));
});

// One exchange in full.
let catalogue = null;
async function open(seq, button) {
  const place = $("opened");
  const api = document.body.dataset.api;
  try {
    catalogue ??= await (await ask("GET", "/_mock/contract")).json();
    const { exchanges } = await (await ask("GET", `${api}/journal?after=${seq - 1}&limit=1`)).json();
    if (exchanges[0]?.seq !== seq) throw new Error(`exchange ${seq} is no longer in the journal`);
    place.replaceChildren(...(await opened(exchanges[0], api)));
    place.hidden = false;
    place.focus();
    place.scrollIntoView({ block: "start" });
  } catch (error) {
    fail(button, error);
  }
}
async function opened(exchange, api) {
  const { seq, vendor, operation, request, response } = exchange;
  const query = Object.entries(request.query).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  const target = request.path + (query.length ? `?${new URLSearchParams(query)}` : "");
  const parts = [
    make("h2", {}, `Exchange ${seq}: ${request.method} ${request.path}`),
    make("p", { className: "row" },
      action("Copy as curl", (button) => (request.truncated
        ? fail(button, new Error("The journal keeps only the beginning of this body: --journal-body keeps more."))
        : copy(asCurl(exchange, target)))),
      action("Make a fault of this", (button) => fault(exchange, api, button)),
      action("Verify this", () => verify(exchange, api)),
      action("Close", () => { $("opened").hidden = true; })),
  ];
  if (exchange.hint) parts.push(make("p", { className: "warn" }, ...prose(exchange.hint)));
  for (const id of exchange.findings) parts.push(finding(id, exchange.details ?? []));
  if (exchange.explanation?.signature) parts.push(await signature(seq, api));
  const behaviors = make("table", {}, make("caption", { className: "hidden" }, "Behaviors"));
  for (const id of exchange.behaviors) {
    const known = catalogue.behaviors.find((behavior) => behavior.id === id);
    behaviors.append(make("tr", {}, make("td", {}, make("code", {}, id)), make("td", {}, ...prose(known?.summary ?? "")),
      make("td", { className: "dim" }, known ? `${known.standing}: ${known.source}` : "")));
  }
  parts.push(behaviors, make("div", { className: "sides" },
    side("Request", `${request.method} ${target}`, request), side("Answer", String(response.status ?? "no answer"), response)));
  return parts;
}
// Words between backticks are code.
const prose = (text) => text.split("`").map((part, n) => (n % 2 ? make("code", {}, part) : part));
function action(words, act) {
  const button = make("button", { type: "button" }, words);
  button.addEventListener("click", () => act(button));
  return button;
}
function side(title, first, message) {
  const headers = Object.entries(message.headers).map(([name, value]) => `${name}: ${[value].flat().join(", ")}`);
  const text = message.body === null || message.body === undefined ? ""
    : typeof message.body === "string" ? message.body : JSON.stringify(message.body);
  return make("div", {}, make("h3", {}, title),
    make("pre", { tabIndex: 0, role: "group", "aria-label": `${title}: head` }, [first, ...headers].join("\n")), json(text, `${title}: body`));
}
function finding(id, details) {
  const known = catalogue.findings.find((one) => one.id === id);
  const said = details.filter((detail) => detail.id === id).map((detail) => make("p", {}, detail.detail));
  return make("div", { className: `finding ${known?.severity ?? ""}` },
    make("p", {}, make("strong", {}, known?.severity ?? ""), " ", make("code", {}, id)), ...said,
    make("p", {}, ...prose(`${known?.summary ?? ""} ${known?.why ?? ""}`)), make("p", {}, make("strong", {}, "Instead: "), ...prose(known?.fix ?? "")));
}
// Why a signature was refused: the strings that were signed and that should have been, with the first
// difference marked.
async function signature(seq, api) {
  const { signature: found } = await (await ask("GET", `${api}/journal/${seq}/signature`)).json();
  const { diagnosis = {}, ...facts } = found;
  const { first_difference: first, ...said } = diagnosis ?? {};
  const line = ([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const at = first?.at;
    const parts = first && ["signed", "should_have_signed"].includes(name)
      ? [text.slice(0, at), make("mark", {}, text.slice(at, at + 1) || " "), text.slice(at + 1)] : [text];
    return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, ...parts));
  };
  const rows = [...Object.entries(said), ...Object.entries(facts)].map(line);
  return make("div", { id: "signature" }, make("h3", {}, "Signature"), make("table", {}, ...rows));
}
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
function asCurl({ request }, target) {
  const skipped = ["host", "content-length", "connection", "accept-encoding"];
  const headers = Object.entries(request.headers).filter(([name]) => !skipped.includes(name) && !name.startsWith("sec-"));
  const body = request.body === null || request.body === undefined ? ""
    : ` --data-raw ${quoted(typeof request.body === "string" ? request.body : JSON.stringify(request.body))}`;
  const method = request.method === "GET" && !body ? "" : ` -X ${quoted(request.method)}`;
  return `curl${method} ${quoted(location.origin + target)}${headers.map(([name, value]) => ` -H ${quoted(`${name}: ${[value].flat().join(", ")}`)}`).join("")}${body}`;
}
async function fault({ vendor, operation, response }, api, button) {
  if (response.truncated) {
    fail(button, new Error("The journal keeps only the beginning of this body, so no fault is made of it: --journal-body keeps more."));
    return;
  }
  const kind = response.headers["content-type"];
  const action = { status: response.status ?? 503, body: response.body ?? undefined };
  if (kind) action.headers = { "content-type": [kind].flat()[0] };
  const body = JSON.stringify({ vendor, operation: operation ?? undefined, times: 1, do: action });
  try {
    await ask("POST", `${api}/faults`, body);
    tell(`The next ${operation ?? vendor} is answered so. POST ${api}/faults ${body.slice(0, 120)}`);
  } catch (error) {
    fail(button, error);
  }
}
function verify({ vendor, operation, response, request }, api) {
  const match = { vendor, operation: operation ?? undefined, status: response.status ?? undefined };
  if (Object.keys(request.query).length) match.query = request.query;
  if (request.body && typeof request.body === "object") match.body = request.body;
  const text = `POST ${location.origin}${api}/journal/verify\n${JSON.stringify({ match, count: { at_least: 1 } }, null, 2)}`;
  $("verify")?.remove();
  $("opened").append(make("div", { id: "verify" }, make("h3", {}, "For a test"), make("pre", { tabIndex: 0, role: "group", "aria-label": "The request to paste into a test" }, text),
    action("Copy", () => copy(text))));
}

// The world's clock, as it goes on.
let read = { at: 0, now: 0, rate: 0 };
function tick() {
  if (!read.rate || document.hidden) return;
  const now = read.now + (performance.now() - read.at) * read.rate;
  const shown = $("now");
  if (shown) shown.textContent = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const chart = document.querySelector(".timeline-of-calls svg");
  if (chart && $("now-line")) {
    const { begin, length, width } = chart.dataset;
    const x = ((now / 1000 - Number(begin)) * Number(width)) / Number(length);
    for (const end of ["x1", "x2"]) $("now-line").setAttribute(end, String(x));
  }
  const life = document.querySelector("svg.life");
  if (life) {
    const x = Math.min(Math.max(now / 1000 - Number(life.dataset.began), 0), Number(life.dataset.whole)) * 10;
    for (const end of ["x1", "x2"]) $("life-now").setAttribute(end, String(x));
    if (life.dataset.goesOn !== undefined && performance.now() - grown > 1000) {
      grown = performance.now();
      grow(here()).catch((error) => tell(error.message, true));
    }
  }
}
setInterval(tick, 250);

// The parts of a call that is not over grow. When it is over, the vendors' lists have it, too.
let grown = 0;
async function grow(address) {
  const answer = await ask("GET", address);
  const fetched = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("life");
  if (address !== here() || !fetched || !$("life")) return;
  if (fetched.querySelector("[data-goes-on]")) $("life").replaceWith(document.adoptNode(fetched));
  else await show(address, false);
}

// A span of the timeline: dragging over bars chooses their calls.
let span = null;
addEventListener("pointerdown", (event) => {
  const chart = event.target.closest?.(".timeline-of-calls svg");
  if (!chart || event.button !== 0 || event.pointerType === "touch") return;
  const { left, width } = chart.getBoundingClientRect();
  const bars = chart.viewBox.baseVal.width / Number(chart.dataset.width);
  const bar = ({ clientX }) => Math.min(Math.max(Math.floor(((clientX - left) / width) * bars), 0), bars - 1);
  span = { chart, bar, first: bar(event), last: bar(event), mark: null };
});
addEventListener("pointermove", (event) => {
  if (!span) return;
  span.last = span.bar(event);
  if (span.last === span.first && !span.mark) return;
  const { chart, first, last } = span;
  if (!span.mark) {
    span.mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    span.mark.classList.add("span");
    chart.append(span.mark);
    // The button may be released outside of the chart.
    chart.setPointerCapture(event.pointerId);
  }
  const width = Number(chart.dataset.width);
  const place = { x: Math.min(first, last) * width, y: 0, width: (Math.abs(last - first) + 1) * width, height: chart.viewBox.baseVal.height };
  for (const [name, value] of Object.entries(place)) span.mark.setAttribute(name, String(value));
});
addEventListener("pointerup", () => {
  const { chart, first, last, mark } = span ?? {};
  span = null;
  if (!mark) return;
  const at = (bar) => `${new Date((Number(chart.dataset.begin) + bar * Number(chart.dataset.length)) * 1000).toISOString().slice(0, 19)}Z`;
  const query = new URLSearchParams(location.search);
  query.set("from", at(Math.min(first, last)));
  query.set("to", at(Math.max(first, last) + 1));
  query.delete("after");
  show(`${location.pathname}?${query}`, true).catch((error) => { mark.remove(); tell(error.message, true); });
});
addEventListener("pointercancel", () => { span?.mark?.remove(); span = null; });
addEventListener("dragstart", (event) => { if (span) event.preventDefault(); });
// The link under the pointer is not followed at the end of a drag.
addEventListener("click", (event) => {
  if (event.target.closest?.(".timeline-of-calls svg")?.querySelector(".span")) event.preventDefault();
}, true);

// The report's filter, in the page.
addEventListener("input", (event) => {
  if (event.target.id !== "filter") return;
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const one of document.querySelectorAll("#main tr[id], #main .finding")) {
    const text = one.textContent.toLowerCase();
    one.hidden = !words.every((word) => text.includes(word));
  }
  for (const part of document.querySelectorAll("#main details")) if (words.length) part.open = true;
});
addEventListener("hashchange", unfold);
function unfold() {
  let id = "";
  try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  const one = id && $(id);
  const part = one && one.closest("details");
  if (part) { part.open = true; one.scrollIntoView(); }
}

function begin() {
  const now = $("now");
  if (now) read = { at: performance.now(), now: Date.parse(now.dateTime), rate: Number(now.dataset.rate) };
  for (const place of document.querySelectorAll("pre[data-json]")) fill(place, place.textContent);
  $("pause")?.setAttribute("aria-pressed", String(paused));
  silence();
  listen();
  unfold();
}
if (document.body.hasAttribute("data-shell") && sessionStorage.getItem(TOKEN)) {
  show(here(), false).catch((error) => tell(error.message, true));
} else begin();
