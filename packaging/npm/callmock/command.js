#!/usr/bin/env node
// `npx callmock …`: the command of this platform.
import { spawn } from "node:child_process";
import process from "node:process";

import { binary } from "./binary.js";

try {
  const child = spawn(binary(), process.argv.slice(2), { stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => { console.error(`callmock: ${error.message}`); process.exit(126); });
  child.on("exit", (code, signal) => {
    // What ended the command ends this process, too.
    if (signal) { process.removeAllListeners(signal); process.kill(process.pid, signal); } else process.exit(code ?? 1);
  });
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exit(1);
}
