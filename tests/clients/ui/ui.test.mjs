// The live page in a real browser: headless Chromium.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const VIEWS = ["", "/live", "/calls", "/contract"];
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(() => browser.close());

// A server of its own, a tab, and all that the tab must not do.
async function open(t, { flags = [], agrees = true, ...options } = {}) {
  const server = spawn(process.env.CALLMOCK_BIN, ["--port", "0", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const base = await new Promise((resolve) => {
    server.stdout.on("data", (data) => resolve(String(data).match(/ready (\S+)/)[1]));
  });
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => { if (!request.url().startsWith(base) && !request.url().startsWith("blob:")) wrong.push(request.url()); });
  page.on("dialog", (dialog) => (agrees ? dialog.accept() : dialog.dismiss()));
  // The tab goes first: one that is left behind would ask for a server that has gone.
  t.after(async () => {
    const all = [...wrong];
    await context.close();
    server.kill();
    assert.deepEqual(all, [], "the console and the network stay quiet");
  });
  return { base, page, wrong, go: (path = "") => page.goto(`${base}/_mock/ui${path}`) };
}

const calls = (base, more = {}) => fetch(`${base}/v1/calls?expand=all`, {
  headers: { "x-commubo-tenantId": "12345678-90AB-CDEF-1234-567890ABCDEF", "x-commubo-accessToken": "FEDCBA09-8765-4321-FEDC-BA0987654321", ...more },
});

test("each vendor is called from the first view, and the answer shows what it met", async (t) => {
  const { base, page } = await open(t);
  await page.goto(base);
  assert.equal(page.url(), `${base}/_mock/ui`, "the address itself leads here");
  for (const [vendor, status, behavior] of [
    ["commubo", "200", "commubo.list_calls.listed"],
    ["ccai", "201", "ccai.create_call.outbound.created"],
    ["alibaba", "200", "alibaba.list_call_detail_records.listed"],
    ["sencloud", "200", "sencloud.list_call_logs.listed"],
  ]) {
    // Twice: a signed address is good for once.
    for (const n of [1, 2]) {
      await page.click(`[data-run=${vendor}]`);
      const answer = page.locator(`#answer-${vendor}`);
      await answer.locator(".status").waitFor();
      assert.equal(await answer.locator(".status").textContent(), status, `${vendor}, time ${n}`);
      assert.match(await answer.textContent(), new RegExp(behavior));
    }
  }
});

// What a shell answers to a copied curl command: the status.
const pasted = (command) => execFileSync("sh", ["-c", `${command} -s -o /dev/null -w '%{http_code}'`], { encoding: "utf8" });
const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

test("what is copied is a command that runs in a shell", async (t) => {
  const { base, page, go } = await open(t, { permissions: ["clipboard-read", "clipboard-write"] });
  await go();
  for (const [vendor, status] of [["commubo", "200"], ["ccai", "201"], ["alibaba", "200"], ["sencloud", "200"]]) {
    await page.click(`[data-copy=curl-${vendor}]`);
    await page.locator("#told", { hasText: "Copied" }).waitFor();
    assert.equal(pasted(await copied(page)), status, vendor);
  }
  await go("/live");
  await page.locator("#live tr", { hasText: "list_calls" }).getByRole("button").click();
  await page.locator("#opened").getByRole("button", { name: "Copy as curl" }).click();
  await page.locator("#told", { hasText: "Copied" }).waitFor();
  const command = await copied(page);
  assert.match(command, new RegExp(`^curl '${base}/v1/calls`));
  // The secret is masked on the page, so it is masked in the command.
  assert.equal(pasted(command), "403");
  const whole = command.replace(/(accesstoken: )[^']*/i, "$1FEDCBA09-8765-4321-FEDC-BA0987654321");
  assert.notEqual(whole, command);
  assert.equal(pasted(whole), "200");
});

test("what takes longer than a moment says so until the answer is there", async (t) => {
  const { base, page, go } = await open(t);
  const fault = { vendor: "commubo", times: 1, do: { delay: "2s" } };
  assert.equal((await fetch(`${base}/_mock/faults`, { method: "POST", body: JSON.stringify(fault) })).status, 201);
  await go();
  await page.click("[data-run=commubo]");
  await page.locator("#answer-commubo", { hasText: "Asking …" }).waitFor();
  await page.locator("#answer-commubo .status", { hasText: "200" }).waitFor();
  assert.doesNotMatch(await page.locator("#answer-commubo").textContent(), /Asking/);
});

test("an exchange appears as it happens, and is opened with its behaviors and its remedy", async (t) => {
  const { base, page, go } = await open(t);
  await go("/live");
  await page.getByText("No exchange yet").waitFor();
  await page.locator("#stream", { hasText: "live" }).waitFor();
  await calls(base, { "x-callmock-test": "checkout" });
  await page.locator("#live tbody tr").waitFor();
  const row = await page.locator("#live tbody tr").textContent();
  for (const part of ["commubo", "list_calls", "200", "list_calls.listed", "checkout"]) assert.match(row, new RegExp(part));
  await calls(base, { "x-commubo-accessToken": "wrong" });
  await page.locator("#live tbody tr").nth(1).waitFor();
  await page.locator("#live tbody tr button").first().click();
  const opened = page.locator("#opened");
  await opened.getByText("commubo.any.wrong_token").first().waitFor();
  assert.match(await opened.textContent(), /x-commubo-accesstoken/);
  assert.doesNotMatch(await opened.textContent(), /FEDCBA09-8765/, "secrets are masked");
  // A fault of it: the next right request is refused in the same way.
  await opened.getByRole("button", { name: "Make a fault of this" }).click();
  await page.locator("#told", { hasText: "is answered so" }).waitFor();
  assert.equal((await calls(base)).status, 403);
  assert.equal((await calls(base)).status, 200);
  await opened.getByRole("button", { name: "Verify this" }).click();
  const [head, ...body] = (await page.locator("#verify pre").textContent()).split("\n");
  const verified = await fetch(head.split(" ")[1], { method: "POST", body: body.join("\n") });
  assert.deepEqual([verified.status, (await verified.json()).ok], [200, true]);
});

test("a refused signature is explained, with the first difference marked", async (t) => {
  const { base, page, go } = await open(t);
  const pairs = {
    AccessKeyId: "testid", Action: "ListCallDetailRecords", Format: "JSON", InstanceId: "ccc-test", PageNumber: "1", PageSize: "10",
    SignatureMethod: "HMAC-SHA1", SignatureNonce: "once", SignatureVersion: "1.0",
    Timestamp: new Date().toISOString().replace(/\.\d+/, ""), Version: "2020-07-01",
  };
  const percent = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = (of) => Object.keys(of).sort().map((name) => `${percent(name)}=${percent(of[name])}`).join("&");
  // Signed with an empty signature among the parameters, which is a mistake that many make.
  const signed = `GET&%2F&${percent(query({ ...pairs, Signature: "" }))}`;
  const signature = createHmac("sha1", "testsecret&").update(signed).digest("base64");
  assert.equal((await fetch(`${base}/?${query(pairs)}&Signature=${percent(signature)}`)).status, 400);
  await go("/live");
  await page.locator("#live tbody button").click();
  await page.locator("#signature").waitFor();
  const said = await page.locator("#signature").textContent();
  assert.match(said, /empty_signature/);
  const [first, second] = await page.locator("#signature tr:has(mark) td").allTextContents();
  const at = [...first].findIndex((one, n) => one !== second[n]);
  assert.deepEqual(await page.locator("#signature mark").allTextContents(), [first[at], second[at]]);
});

test("filters stay in the address, and hold for what comes", async (t) => {
  const { base, page, go } = await open(t);
  await calls(base);
  await go("/live");
  await page.selectOption("select[name=status]", "403");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL(/status=403/);
  await page.locator("#stream", { hasText: "live" }).waitFor();
  await calls(base);
  await calls(base, { "x-commubo-accessToken": "wrong" });
  await page.locator("#live tbody tr").waitFor();
  assert.deepEqual(await page.locator("#live td.status").allTextContents(), ["403"]);
});

test("a fault that is made on the page is met by a client, and can be removed there", async (t) => {
  const { base, page, go } = await open(t);
  await go();
  await page.selectOption("#fault", "commubo service_unavailable");
  await page.fill("#times", "3");
  await page.getByRole("button", { name: "Add fault" }).click();
  await page.getByRole("button", { name: /^Remove the fault/ }).waitFor();
  assert.equal((await calls(base)).status, 503);
  await page.getByRole("button", { name: /^Remove the fault/ }).click();
  await page.getByText("None: every request is answered").waitFor();
  assert.equal((await calls(base)).status, 200);
});

test("the clock is moved, calls arrive, and a mistake is told where it was made", async (t) => {
  const { base, page, wrong, go } = await open(t, { flags: ["--scenario", "busy-day", "--now", "2024-05-14T00:00:00Z"] });
  const listed = async () => (await (await calls(base)).json()).length;
  await go("/calls");
  const before = await listed();
  const line = await page.locator("#now-line").getAttribute("x1");
  await page.getByRole("button", { name: "+1 h" }).click();
  await page.locator("#now", { hasText: "2024-05-14T01:00:00Z" }).waitFor();
  assert.ok((await listed()) > before, "calls have come");
  assert.ok(Number(await page.locator("#now-line").getAttribute("x1")) > Number(line), "the line has moved");
  await page.fill("#to", "soon");
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await page.locator("aside .failed-here", { hasText: "RFC 3339" }).waitFor();
  assert.match(wrong.splice(0).join("\n"), /^Failed to load resource: .* 400/, "the browser's own word for the refusal");
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByText("runs, × 1").waitFor();
  const shown = await page.locator("#now").textContent();
  await page.locator("#now").filter({ hasNotText: shown }).waitFor();
});

test("a span of the timeline is chosen by dragging, and a bar by a click", async (t) => {
  const { page, go } = await open(t, { flags: ["--scenario", "busy-day"] });
  await go("/calls");
  const chart = await page.locator(".timeline-of-calls svg").boundingBox();
  const at = (share) => [chart.x + chart.width * share, chart.y + 60];
  await page.mouse.move(...at(0.3));
  await page.mouse.down();
  await page.mouse.move(...at(0.5), { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/from=/);
  const [from, to] = await page.locator("#calls-from, #calls-to").evaluateAll((fields) => fields.map((field) => Date.parse(field.value)));
  assert.ok(to - from > 3 * 3_600_000, `${to - from} ms`);
  const times = await page.locator("td time").allTextContents();
  assert.ok(times.length > 5 && times.every((time) => from <= Date.parse(time) && Date.parse(time) < to));
  await go("/calls");
  await page.locator(".timeline-of-calls a").nth(5).click();
  await page.waitForURL(/from=/);
});

test("the last matrix is shown with the contract", async (t) => {
  const reports = mkdtempSync(join(tmpdir(), "callmock-reports-"));
  t.after(() => rmSync(reports, { recursive: true }));
  const { page, go } = await open(t, { flags: ["--reports", reports] });
  await go("/contract");
  await page.getByText("No report yet").waitFor();
  const client = `[ "$CALLMOCK_URL" ] && curl -s "$CALLMOCK_URL/v1/calls" -H "x-commubo-tenantId: $CALLMOCK_COMMUBO_TENANT_ID" -H "x-commubo-accessToken: $CALLMOCK_COMMUBO_ACCESS_TOKEN" | grep -q '"talkTime":"'`;
  const matrix = spawn(process.env.CALLMOCK_BIN, ["matrix", "--reports", reports, "--", "sh", "-c", client], { stdio: "ignore" });
  await new Promise((resolve) => { matrix.on("exit", resolve); });
  await go("/contract");
  await page.getByText("Last matrix").waitFor();
  await page.locator("pre", { hasText: "commubo.numbers: integer" }).waitFor();
  const address = await page.locator("[data-download='matrix.json']").getAttribute("href");
  const report = await page.evaluate(async (path) => (await fetch(path)).json(), address);
  assert.ok(report.cells.length > 1, "the report is there to be fetched");
});

test("the last rehearsal is shown with the contract", async (t) => {
  const reports = mkdtempSync(join(tmpdir(), "callmock-reports-"));
  t.after(() => rmSync(reports, { recursive: true }));
  const { page, go } = await open(t, { flags: ["--reports", reports] });
  const table = join(reports, "calls.csv");
  const flags = ["--every", "12h", "--for", "1d", "--no-outage", "--reports", reports, "--table", table];
  // It lists a day and writes nothing down.
  const job = `curl -s "$CALLMOCK_URL/v1/calls?start=\${CALLMOCK_NOW%T*}" -H "x-commubo-tenantId: $CALLMOCK_COMMUBO_TENANT_ID" -H "x-commubo-accessToken: $CALLMOCK_COMMUBO_ACCESS_TOKEN"; echo vendor,id,at >${table}`;
  const rehearsal = spawn(process.env.CALLMOCK_BIN, ["rehearse", ...flags, "--", "sh", "-c", job], { stdio: "ignore" });
  await new Promise((resolve) => { rehearsal.on("exit", resolve); });
  await go("/contract");
  await page.getByText("Last rehearsal").waitFor();
  const address = await page.locator("[data-download='rehearsal.json']").getAttribute("href");
  const report = await page.evaluate(async (path) => (await fetch(path)).json(), address);
  assert.ok(report.runs, "the report is there to be fetched");
});

test("one call stands in four dialects, and a value is marked in all of them", async (t) => {
  const { page, go } = await open(t, { flags: ["--scenario", "busy-day"] });
  await go("/calls?q=gen-1");
  await page.getByRole("link", { name: "gen-1", exact: true }).click();
  await page.getByRole("heading", { name: /^Call/ }).waitFor();
  for (const vendor of ["commubo", "ccai", "alibaba", "sencloud"]) await page.locator(`pre[data-bytes=${vendor}] .leaf`).first().waitFor();
  await page.locator(".neutral .leaf", { hasText: "2024-05-13T15:00:29.585Z" }).first().hover();
  const marked = page.locator("pre:has(.leaf.same)");
  assert.equal(await marked.count(), 5, "in callmock's record and at each vendor");
});

test("the life of a created call goes on with the clock", async (t) => {
  const { base, page, go } = await open(t, { flags: ["--now", "2024-05-14T00:00:00Z"] });
  await go();
  await page.click("[data-run=ccai]");
  await page.locator("#answer-ccai .status", { hasText: "201" }).waitFor();
  const { calls: all } = await (await fetch(`${base}/_mock/calls?limit=1000`)).json();
  const created = all.find((call) => Date.parse(call.at) >= Date.parse("2024-05-14T00:00:00Z"));
  await go(`/calls/${encodeURIComponent(created.id)}`);
  const line = page.locator("#life-now");
  const before = Number(await line.getAttribute("x1"));
  await page.fill("#to", "2024-05-14T00:00:10Z");
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await page.locator("#now", { hasText: "2024-05-14T00:00:10Z" }).waitFor();
  assert.ok(Number(await line.getAttribute("x1")) > before, "the line has moved");
  // By itself, too, while the clock runs: the bar grows.
  const whole = await page.locator("svg.life").getAttribute("data-whole");
  await page.getByRole("button", { name: "Run" }).click();
  await page.locator(`svg.life:not([data-whole="${whole}"])`).waitFor();
  assert.ok(await page.locator("svg.life rect").count() > 0, "its parts stand in it");
});

test("a behavior that was never met says how it is met, and what it says works", async (t) => {
  const { base, page, go } = await open(t);
  await calls(base);
  await go("/contract");
  const first = page.locator("#next ~ table").first().locator("tr", { has: page.locator("details") }).first();
  await first.locator("summary").click();
  const id = (await first.locator("code.id").first().textContent()).trim();
  const times = page.locator(`.map a[href="#${id}"]`);
  assert.match(await times.getAttribute("aria-label"), /never exercised$/);
  execFileSync("sh", ["-c", await first.locator("pre").textContent()], { stdio: ["ignore", "pipe", "ignore"] });
  await go("/contract");
  assert.match(await times.getAttribute("aria-label"), /exercised once$/, id);
});

test("a tab in the background asks for nothing, and has everything when it is looked at again", async (t) => {
  const { base, page, go } = await open(t);
  await go("/live");
  await page.locator("#stream", { hasText: "live" }).waitFor();
  const look = (hidden) => page.evaluate((is) => {
    Object.defineProperty(document, "hidden", { value: is, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  await look(true);
  let asked = 0;
  page.on("request", () => { asked += 1; });
  for (let n = 0; n < 20; n += 1) await calls(base);
  await page.waitForTimeout(2500);
  assert.deepEqual([asked, await page.locator("#live tbody tr").count()], [0, 0]);
  await look(false);
  await page.locator("#live tbody tr").nth(19).waitFor();
  await calls(base);
  await page.locator("#live tbody tr").nth(20).waitFor();
});

test("no view is wider than a phone", async (t) => {
  const { base, page, go } = await open(t, { flags: ["--scenario", "busy-day"], viewport: { width: 390, height: 844 } });
  await calls(base, { "x-commubo-accessToken": "wrong" });
  for (const view of [...VIEWS, "/calls/gen-1"]) {
    await go(view);
    if (view === "/live") {
      await page.locator("#live tbody button").first().click();
      await page.locator("#opened h2").waitFor();
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, view);
  }
});

// What eyes of a kind see of linear red, green and blue: Machado, Oliveira and Fernandes 2009.
const EYES = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  "without red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  "without green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  "without blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const linear = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
  .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
// A colour in CIE L*a*b*, in which distances are as eyes see them.
function seen(hex, eye) {
  const [r, g, b] = eye.map((row) => Math.min(1, Math.max(0, row.reduce((sum, part, n) => sum + part * linear(hex)[n], 0))));
  const [x, y, z] = [(0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505, luminance([r, g, b]), (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089]
    .map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

test("the vendors' colours are told apart by every kind of eyes, and read on their background", async (t) => {
  const { page, go } = await open(t);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await go();
    const colour = (name) => page.evaluate((of) => getComputedStyle(document.documentElement).getPropertyValue(of).trim(), name);
    const vendors = await Promise.all(["--v0", "--v1", "--v2", "--v3"].map(colour));
    const paper = (await colour("--paper")).replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
    for (const one of vendors) {
      const [dark, bright] = [luminance(linear(one)), luminance(linear(paper))].sort((a, b) => a - b);
      assert.ok((bright + 0.05) / (dark + 0.05) >= 4.5, `${one} on ${paper}`);
    }
    for (const [eyes, eye] of Object.entries(EYES)) {
      for (const [n, one] of vendors.entries()) {
        for (const other of vendors.slice(n + 1)) {
          const distance = Math.hypot(...seen(one, eye).map((value, at) => value - seen(other, eye)[at]));
          assert.ok(distance > 20, `${one} and ${other} are ${distance.toFixed()} apart ${eyes}, ${colorScheme}`);
        }
      }
    }
  }
});

test("hostile text is shown as text, wherever it comes from", async (t) => {
  const { base, page, wrong, go } = await open(t);
  const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
  await fetch(`${base}/_mock/worlds`, { method: "POST", body: JSON.stringify({ name: hostile }) });
  await calls(base, { "x-callmock-test": hostile, "x-odd": hostile });
  await fetch(`${base}/v1/calls?${new URLSearchParams({ [hostile]: hostile })}`, { headers: { authorization: hostile } });
  await fetch(`${base}/v1/shop.Sencloud/ListCallLogs`, { method: "POST", body: JSON.stringify({ [hostile]: hostile }), headers: { "content-type": "application/json" } });
  await fetch(`${base}/apps/api/v1/calls`, { method: "POST", body: hostile, headers: { "content-type": "application/json" } });
  for (const view of VIEWS) {
    await go(`${view}?q=${encodeURIComponent(hostile)}&vendor=${view === "/live" ? "" : encodeURIComponent(hostile)}`);
    assert.equal(await page.locator("img, script:not([src])").count(), 0, view);
  }
  await go("/live");
  const rows = await page.locator("#live tbody button").count();
  assert.equal(rows, 4);
  for (let n = 0; n < rows; n += 1) {
    await page.locator("#live tbody button").nth(n).click();
    await page.locator("#opened h2").waitFor();
    assert.equal(await page.locator("img, script:not([src])").count(), 0);
  }
  await page.goto(`${base}/_mock/ui/calls/${encodeURIComponent(hostile)}`);
  await page.getByText("There is no call").waitFor();
  await page.goto(`${base}/_mock/ui?world=${encodeURIComponent(hostile)}`);
  await page.getByText("There is no world").waitFor();
  assert.equal(await page.locator("img, script:not([src])").count(), 0);
  // The browser reports the 404 of the page, and nothing else.
  assert.match(wrong.splice(0).join("\n"), /^Failed to load resource: the server responded with a status of 404 \(Not Found\)$/);
});

test("two worlds see nothing of each other, and one is made, reset and removed on the page", async (t) => {
  const { base, page, go } = await open(t);
  await calls(base);
  await go();
  await page.getByRole("button", { name: "New world" }).click();
  await page.waitForURL(/world=/);
  await page.locator("#told", { hasText: "done" }).waitFor();
  await page.click("[data-run=sencloud]");
  await page.locator("#answer-sencloud .status").waitFor();
  await page.getByRole("link", { name: "Live" }).click();
  await page.locator("#live tbody tr").waitFor();
  assert.deepEqual(await page.locator("#live td.vendor").allTextContents(), ["sencloud"]);
  await page.getByRole("button", { name: "Reset" }).click();
  await page.getByText("No exchange yet").waitFor();
  await page.getByRole("button", { name: "Remove" }).click();
  await page.waitForURL(`${base}/_mock/ui`);
  await go("/live");
  assert.deepEqual(await page.locator("#live td.vendor").allTextContents(), ["commubo"]);
});

test("what destroys asks first, and a no leaves everything as it was", async (t) => {
  const { base, page, go } = await open(t, { agrees: false });
  const world = await (await fetch(`${base}/_mock/worlds`, { method: "POST", body: '{"name": "kept"}' })).json();
  await go(`/live?world=${world.id}`);
  const asked = [];
  page.on("dialog", (dialog) => asked.push(dialog.message()));
  await page.getByRole("button", { name: "Reset" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  assert.equal(asked.length, 2);
  const { worlds } = await (await fetch(`${base}/_mock/worlds`)).json();
  assert.ok(worlds.some(({ name }) => name === "kept"));
});

test("with a token the page is empty until the token is given, and then sends it in the header", async (t) => {
  const { base, page, wrong, go } = await open(t, { flags: ["--admin-token", "s3cret-token"] });
  const addresses = [];
  page.on("request", (request) => addresses.push(request.url()));
  await go("/live");
  assert.doesNotMatch(await page.content(), /commubo|FEDCBA09/);
  await page.fill("#token", "wrong");
  await page.getByRole("button", { name: "Open" }).click();
  await page.locator(".failed-here").waitFor();
  assert.match(wrong.splice(0).join("\n"), /401/, "the browser reports the refusal");
  await page.fill("#token", "s3cret-token");
  await page.getByRole("button", { name: "Open" }).click();
  await page.locator("#stream", { hasText: "live" }).waitFor();
  await calls(base);
  await page.locator("#live tbody tr").waitFor();
  await page.getByRole("link", { name: "Calls" }).click();
  await page.getByRole("heading", { name: "Calls" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Calls" }).waitFor();
  assert.ok(addresses.every((address) => !address.includes("s3cret")), "no address holds it");
  assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0, "the tab alone keeps it");
});

test("without the script, too, the token never comes into an address", async (t) => {
  const { page, wrong, go } = await open(t, { flags: ["--admin-token", "s3cret-token"], javaScriptEnabled: false });
  await go();
  await page.fill("#token", "s3cret-token");
  await page.keyboard.press("Enter");
  await page.waitForLoadState();
  assert.doesNotMatch(page.url(), /s3cret/);
  wrong.splice(0);
});

test("what came while nobody looked is there again, a burst is shown whole, and a pause stays one", async (t) => {
  const { page, base, wrong, go } = await open(t);
  await go("/live");
  await page.locator("#stream", { hasText: "live" }).waitFor();
  await Promise.all(Array.from({ length: 200 }, () => calls(base)));
  await page.locator("#live tbody tr").nth(199).waitFor();
  assert.equal(await page.locator("#live tbody tr").count(), 200, "each once");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "+1 min" }).click();
  await page.locator("#told", { hasText: "done" }).waitFor();
  assert.equal(await page.locator("#pause").getAttribute("aria-pressed"), "true");
  await calls(base);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator("#stream", { hasText: "live" }).waitFor();
  await page.locator("#live tbody tr[data-seq='201']").waitFor();
  // A filter that is wrong is said once, not asked for again and again.
  let asked = 0;
  page.on("request", (request) => { asked += request.url().includes("/journal/stream") ? 1 : 0; });
  await go("/live?vendor=nobody#%");
  await page.locator("#stream", { hasText: "there is no `nobody`" }).waitFor();
  await page.waitForTimeout(2500);
  assert.equal(asked, 1);
  assert.match(wrong.splice(0).join("\n"), /^Failed to load resource: .* 400/);
});

test("everything is reached by the keyboard alone", async (t) => {
  const { page, go } = await open(t);
  await go();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  // The link leads within the page, which is not fetched again: an answer would come into the old one.
  const fetched = [];
  page.on("request", (request) => { if (/\/_mock\/ui(\?|$)/.test(request.url())) fetched.push(request.url()); });
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  assert.deepEqual(fetched, []);
  const reach = async (what) => {
    for (let n = 0; n < 80; n += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((selector) => document.activeElement.matches(selector), what)) return;
    }
    assert.fail(`${what} is not reached`);
  };
  await reach("[data-run=commubo]");
  await page.keyboard.press("Enter");
  await page.locator("#answer-commubo .status").waitFor();
  await reach("#fault");
  await go("/live");
  await reach("#live button.link");
  await page.keyboard.press("Enter");
  await page.locator("#opened h2").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "opened");
});

test("no view has an accessibility violation in either theme", async (t) => {
  const { page, base, go } = await open(t, { flags: ["--scenario", "busy-day"] });
  await calls(base, { "x-commubo-accessToken": "wrong" });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const view of [...VIEWS, "/calls/gen-1"]) {
      await go(view);
      if (view === "/live") {
        await page.locator("#live tbody button").first().click();
        await page.locator("#opened h2").waitFor();
      }
      // Not by a script element: the page's policy lets none in.
      await page.evaluate((await import("node:fs")).readFileSync(AXE, "utf8"));
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const told = violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
      assert.deepEqual(told, [], `${view} ${colorScheme}`);
    }
  }
});

test("the page can be read without script", async (t) => {
  const { page, base, go } = await open(t, { javaScriptEnabled: false });
  await calls(base);
  for (const [view, text] of [["", "Call a vendor"], ["/live", "list_calls.listed"], ["/calls", "commubo-example"], ["/contract", "Contract coverage"]]) {
    await go(view);
    await page.getByText(text).first().waitFor();
  }
});

// Sends a thousand requests a second until it is stopped, and reads no answer's content.
function flood(t, base) {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname).resume();
  const began = Date.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Date.now() - began - sent;
    socket.write("GET /v1/calls HTTP/1.1\r\nHost: x\r\nx-commubo-tenantId: t\r\nx-commubo-accessToken: x\r\n\r\n".repeat(due));
    sent += due;
  }, 10);
  t.after(() => { clearInterval(timer); socket.destroy(); });
}

test("a thousand exchanges a second leave the page quick and bounded", async (t) => {
  const { page, base, go } = await open(t, { flags: ["--quiet"] });
  await go("/live");
  await page.locator("#stream", { hasText: "live" }).waitFor();
  flood(t, base);
  await page.locator("#stream", { hasText: "came too fast" }).waitFor();
  await page.evaluate(() => {
    globalThis.typed = [];
    const see = (list) => globalThis.typed.push(...list.getEntries().map((entry) => entry.duration));
    new PerformanceObserver(see).observe({ type: "event", durationThreshold: 16 });
  });
  await page.locator("#to").focus();
  // `BURST=60000` measures a whole minute.
  const end = Date.now() + Number(process.env.BURST ?? 3000);
  while (Date.now() < end) {
    await page.keyboard.press("1");
    await page.waitForTimeout(150);
  }
  assert.match(await page.locator("#to").inputValue(), /^1{10}/, "what was typed is there");
  const rows = await page.locator("#live tbody tr").count();
  assert.ok(rows > 0 && rows <= 100, `${rows} rows: a flood leaves few`);
  const slowest = await page.evaluate(() => Math.max(16, ...globalThis.typed));
  t.diagnostic(`a key is answered and painted in at most ${slowest} ms`);
});

test("screenshots of each view", { skip: !process.env.SCREENS }, async (t) => {
  mkdirSync(process.env.SCREENS, { recursive: true });
  for (const [name, options] of [
    ["desktop", { viewport: { width: 1360, height: 900 } }],
    ["dark", { viewport: { width: 1360, height: 900 }, colorScheme: "dark" }],
    ["phone", { viewport: { width: 390, height: 844 } }],
  ]) {
    const { page, base, go } = await open(t, { flags: ["--scenario", "busy-day"], ...options });
    await calls(base, { "x-commubo-accessToken": "wrong" });
    for (const vendor of ["commubo", "ccai", "alibaba", "sencloud"]) {
      await go();
      await page.click(`[data-run=${vendor}]`);
      await page.locator(`#answer-${vendor} .status`).waitFor();
    }
    for (const [view, file] of [["", "start"], ["/live", "live"], ["/calls", "calls"], ["/calls/gen-1", "call"], ["/contract", "contract"]]) {
      await go(view);
      if (view === "/live") {
        await page.locator("#live tbody button").first().click();
        await page.locator("#opened h2").waitFor();
        await page.evaluate(() => scrollTo(0, 0));
      }
      await page.screenshot({ path: `${process.env.SCREENS}/${file}-${name}.png` });
    }
  }
});
