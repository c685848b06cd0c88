// `globalSetup` of vitest and jest: one server for the whole run, which every worker finds.
import process from "node:process";

import { start } from "./index.js";

/**
 * Starts the server. Under `callmock exec` there is one already.
 * @returns {Promise<() => Promise<void>>} what ends the server, for vitest; for jest it ends with the run
 */
export default async function setup() {
  if (process.env.CALLMOCK_URL) return async () => {};
  const server = await start({ scenario: process.env.CALLMOCK_SCENARIO });
  process.env.CALLMOCK_URL = server.url;
  return async () => {
    delete process.env.CALLMOCK_URL;
    await server.stop();
  };
}
