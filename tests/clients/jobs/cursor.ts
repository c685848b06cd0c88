// A sync job of Sencloud that keeps a cursor from run to run, and uses it with the next run's filter.
//
//     node cursor.js STORE
//
// STORE holds one JSON object a line. `careful` as the second word begins each walk anew.

import { existsSync, readFileSync, writeFileSync } from "node:fs";

interface Log {
  id: string;
  started_at: string;
}

interface Page {
  call_logs: Log[] | null;
  paging: { next: string };
}

interface State {
  after: string;
  rows: Record<string, { vendor: string; id: string; at: string }>;
}

const HOUR = 3_600_000;

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

async function page(begin: Date, end: Date, after: string): Promise<Page> {
  const answer = await fetch(`${variable("CALLMOCK_URL")}/v1/shop.Sencloud/ListCallLogs`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${variable("CALLMOCK_SENCLOUD_API_KEY")}`,
    },
    body: JSON.stringify({
      filter: { date_from: begin.toISOString(), date_to: end.toISOString() },
      paging: { limit: 5, after, sort: "started_at" },
    }),
    signal: AbortSignal.timeout(2_000),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as Page;
}

async function main(store: string, careful: boolean): Promise<void> {
  const kept = `${store}.state`;
  const state: State = existsSync(kept)
    ? (JSON.parse(readFileSync(kept, "utf8")) as State)
    : { after: ".", rows: {} };
  const now = new Date(variable("CALLMOCK_NOW"));
  const begin = new Date(now.getTime() - 48 * HOUR);
  let after = careful ? "." : state.after;
  for (;;) {
    const { call_logs, paging } = await page(begin, now, after);
    for (const log of call_logs ?? []) {
      state.rows[log.id] = { vendor: "sencloud", id: log.id, at: log.started_at };
    }
    if (paging.next === "") break;
    after = paging.next;
  }
  state.after = after;
  writeFileSync(kept, JSON.stringify(state));
  const lines = Object.values(state.rows).map((row) => `${JSON.stringify(row)}\n`);
  writeFileSync(store, lines.join(""));
}

main(process.argv[2] ?? "calls.jsonl", process.argv[3] === "careful").catch((error: unknown) => {
  console.error(`the vendor failed: ${String(error)}`);
  process.exitCode = 1;
});
