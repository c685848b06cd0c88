// A server, which ends with this process, and the worlds in it.
import { spawn } from "node:child_process";
import process from "node:process";

import { binary, version } from "./binary.js";

/** @typedef {Record<string, any>} Json */
/** @typedef {"note" | "warning" | "error"} Severity */
/** @typedef {{exactly?: number, at_least?: number, at_most?: number}} Count */
/**
 * @typedef {object} Finding
 * @property {string} id
 * @property {Severity} severity
 * @property {string} summary
 * @property {string} why
 * @property {string} fix
 * @property {number} count
 * @property {number} [expected]
 */

const SEVERITIES = ["note", "warning", "error"];

/** callmock refused a request, or could not be started. The message says what to do instead. */
export class CallmockError extends Error {
  name = "CallmockError";
}

/**
 * @param {string} url
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<string>}
 */
async function ask(url, method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { "content-type": "application/json" };
  const token = process.env.CALLMOCK_ADMIN_TOKEN;
  if (token) headers.authorization = `Bearer ${token}`;
  let answer;
  // A port that speaks TLS takes plain HTTP, too, so nothing has to be trusted here.
  const plain = url.replace(/^https:/, "http:");
  try {
    answer = await fetch(plain + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  } catch (error) {
    throw new CallmockError(`no callmock answers at ${url}: ${/** @type {Error} */ (error).message}`);
  }
  const text = await answer.text();
  if (answer.ok) return text;
  let message = text;
  try {
    const read = JSON.parse(text);
    message = read.error?.message ?? `the requests are not as expected: ${JSON.stringify(read, null, 2)}`;
  } catch {
    // It stays as it is.
  }
  throw new CallmockError(message);
}

/** A world: calls, a clock, faults and a journal that no other world sees. */
export class World {
  /**
   * @param {string} url
   * @param {Json} made
   */
  constructor(url, made) {
    /** @type {string} */
    this.id = made.id;
    /** @type {string | null} */
    this.name = made.name;
    /** The address for a client. The world's credentials lead to this world. */
    this.url = url;
    /** An address that leads to this world without its credentials, too. @type {string} */
    this.baseUrl = `${url}/w/${made.id}`;
    /** The credentials by vendor, each by the names that the vendor's client needs.
     * @type {Record<"commubo" | "ccai" | "alibaba" | "sencloud", Record<string, string>>} */
    this.credentials = made.credentials;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async #ask(method, path, body) {
    const text = await ask(this.url, method, `/_mock/worlds/${this.id}${path}`, body);
    return text ? JSON.parse(text) : undefined;
  }

  /** The world's present time. @returns {Promise<Date>} */
  async now() { return new Date((await this.#ask("GET", "/clock")).now); }

  /** Lets the clock stand at a time. @param {string | Date} now */
  async setClock(now) { await this.#ask("PUT", "/clock", { mode: "fixed", now: typeof now === "string" ? now : now.toISOString() }); }

  /** Lets the clock run, `rate` times as fast as the machine's. @param {{now?: string, rate?: number}} [from] */
  async runClock(from = {}) { await this.#ask("PUT", "/clock", { mode: "running", ...from }); }

  /** Moves the clock on by a length of time, such as `PT5M`. @param {string} by */
  async advance(by) { await this.#ask("POST", "/clock/advance", { by }); }

  /** Adds a fault: `vendor`, and `do`, `when`, `times`, `operation`. Returns its id.
   * @param {Json} fault @returns {Promise<string>} */
  async fault(fault) { return (await this.#ask("POST", "/faults", fault)).id; }

  /** The faults with their counts. @returns {Promise<Json[]>} */
  async faults() { return (await this.#ask("GET", "/faults")).faults; }

  /** Removes a fault by its id. @param {string} fault */
  async removeFault(fault) { await this.#ask("DELETE", `/faults/${encodeURIComponent(fault)}`); }

  /** Removes every fault. */
  async clearFaults() { await this.#ask("DELETE", "/faults"); }

  /** All calls, as callmock itself sees them. @returns {Promise<Json[]>} */
  async calls() {
    const found = [];
    let path = "/calls?limit=1000";
    for (;;) {
      const page = await this.#ask("GET", path);
      found.push(...page.calls);
      if (page.next === null || page.next === undefined) return found;
      path = `/calls?limit=1000&after=${encodeURIComponent(page.next)}`;
    }
  }

  /** One call, as callmock itself and each vendor shows it. @param {string} call @returns {Promise<Json>} */
  async call(call) { return this.#ask("GET", `/calls/${encodeURIComponent(call)}`); }

  /** Adds a call, with the members of a scenario's call. @param {Json} call @returns {Promise<Json>} */
  async addCall(call) { return this.#ask("POST", "/calls", call); }

  /** The exchanges, the oldest first: `vendor`, `operation`, `status`, `behavior`, `finding`.
   * @param {Record<string, string>} [filters] @returns {Promise<Json[]>} */
  async journal(filters = {}) { return (await this.#ask("GET", `/journal?${new URLSearchParams(filters)}`)).exchanges; }

  /** Throws, with what came closest, unless as many requests came as expected.
   * @param {Json} match @param {Count} count @param {{within?: string}} [more] */
  async verify(match, count, more = {}) { await this.#ask("POST", "/journal/verify", { match, count, ...more }); }

  /** Declares findings and refusals that the test causes on purpose, by their ids. @param {...string} ids */
  async expects(...ids) {
    const known = new Set(JSON.parse(await ask(this.url, "GET", "/_mock/contract")).findings.map((/** @type {Finding} */ one) => one.id));
    await this.#ask("POST", "/expect", { findings: ids.filter((id) => known.has(id)), refusals: ids.filter((id) => !known.has(id)) });
  }

  /** The expectations: those that are `open`, and those that are `met`.
   * @returns {Promise<{open: Json[], met: Json[]}>} */
  async expectations() { return this.#ask("GET", "/expect"); }

  /** What was wrong or fragile about the requests, with reason and remedy. @returns {Promise<Finding[]>} */
  async findings() { return (await this.#ask("GET", "/findings")).findings; }

  /** Checks the world after a test, as `CALLMOCK_DENY_FINDINGS` says, and removes it.
   * @param {boolean} [failed] whether the test has failed, so that its own error stays the only one */
  async end(failed = false) {
    const denyFindings = /** @type {Severity | undefined} */ (process.env.CALLMOCK_DENY_FINDINGS || undefined);
    try {
      if (!failed) await this.check({ denyFindings });
    } finally {
      await this.remove();
    }
  }

  /** Throws if an expectation was not met, or if there is a finding of the severity or a higher one.
   * @param {{denyFindings?: Severity | undefined}} [options] */
  async check({ denyFindings } = {}) {
    const problems = (await this.expectations()).open.map(({ id }) => `expected, and it did not come: ${id}`);
    if (denyFindings) {
      const least = SEVERITIES.indexOf(denyFindings);
      for (const finding of await this.findings()) {
        if (finding.count <= (finding.expected ?? 0) || SEVERITIES.indexOf(finding.severity) < least) continue;
        problems.push(`${finding.severity} ${finding.id}: ${finding.summary}\n    -> ${finding.fix}`);
      }
    }
    if (problems.length) throw new CallmockError(problems.join("\n"));
  }

  /** Removes the world. Its credentials are unknown from then on. */
  async remove() { await this.#ask("DELETE", ""); }
}

/** A server. */
export class Server {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #child;

  /**
   * @param {string} url
   * @param {import("node:child_process").ChildProcess} [child]
   */
  constructor(url, child) {
    this.url = url.replace(/\/$/, "");
    this.#child = child;
  }

  /** Makes a world from the server's scenario, or from a built-in or inline one.
   * @param {string} [name] @param {unknown} [scenario] @returns {Promise<World>} */
  async newWorld(name, scenario) {
    return new World(this.url, JSON.parse(await ask(this.url, "POST", "/_mock/worlds", { name: name?.slice(-200), scenario })));
  }

  /** The world of the server's own credentials. @returns {Promise<World>} */
  async defaultWorld() { return new World(this.url, JSON.parse(await ask(this.url, "GET", "/_mock/worlds/default"))); }

  /** What clients have exercised in all worlds.
   * @param {"json" | "text" | "junit" | "html" | "badge"} [format] @returns {Promise<string>} */
  async report(format = "json") { return ask(this.url, "GET", `/_mock/coverage?format=${format}&worlds=all`); }

  /** Ends the server, if it was started here. */
  async stop() {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => { child.once("exit", resolve); });
    child.ref();
    child.stdin?.end();
    await ended;
  }
}

/**
 * A server that runs already.
 * @param {string} url
 * @returns {Promise<Server>}
 */
export async function attach(url) {
  const server = new Server(url);
  const { version: other } = JSON.parse(await ask(server.url, "GET", "/_mock/health"));
  const minor = (/** @type {string} */ text) => text.split(".").slice(0, 2).join(".");
  if (minor(other) !== minor(version)) {
    throw new CallmockError(`the npm package callmock is ${version} and the server at ${server.url} is ${other}: npm install callmock@${other}`);
  }
  return server;
}

/**
 * Starts a server on a free port of this machine. It ends with this process, however that ends: this
 * process holds the other end of a pipe. `args` are more arguments of `callmock serve`.
 * @param {{scenario?: string | undefined, args?: string[]}} [options]
 * @returns {Promise<Server>}
 */
export async function start({ scenario, args = [] } = {}) {
  const words = ["serve", "--port", "0", "--quiet", "--stop-with-stdin", ...(scenario ? ["--scenario", scenario] : []), ...args];
  const child = spawn(binary(), words, { stdio: ["pipe", "pipe", "pipe"], detached: process.platform !== "win32" });
  let said = "";
  let ready = "";
  const address = await new Promise((resolve, reject) => {
    const failed = () => reject(new CallmockError(`callmock ${words.join(" ")} did not start:\n${said.trim()}`));
    child.on("error", (error) => reject(new CallmockError(`${binary()}: ${error.message}`)));
    child.on("close", failed);
    child.stderr.on("data", (data) => { said = (said + data).slice(-10_000); });
    child.stdout.on("data", (data) => {
      ready += data;
      const found = ready.match(/^callmock ready (\S+)\n/m);
      if (found) resolve(found[1]);
    });
  });
  // The server does not keep this process alive.
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) /** @type {import("node:net").Socket} */ (/** @type {unknown} */ (pipe)).unref();
  try {
    await attach(address);
  } catch (error) {
    child.kill();
    throw error;
  }
  return new Server(address, child);
}

/** @type {Promise<Server> | undefined} */
let shared;

/**
 * The server of the run, by `CALLMOCK_URL`, or one of this process, which is started when it is first
 * asked for.
 * @returns {Promise<Server>}
 */
export function server() {
  shared ??= process.env.CALLMOCK_URL
    ? attach(process.env.CALLMOCK_URL)
    : start({ scenario: process.env.CALLMOCK_SCENARIO });
  return shared;
}
