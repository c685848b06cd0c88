// Where the command is: in the package of this platform, which npm installs as an optional one.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(import.meta.url);

/** @type {{version: string, optionalDependencies?: Record<string, string>}} */
const own = require("./package.json");

/** The version of this package. */
export const version = own.version;

/**
 * The path of the command: `CALLMOCK_BINARY`, or the one of this platform's package.
 * @returns {string}
 */
export function binary() {
  if (process.env.CALLMOCK_BINARY) return process.env.CALLMOCK_BINARY;
  const name = `@callmock/${process.platform}-${process.arch}`;
  if (!(name in (own.optionalDependencies ?? {}))) {
    throw new Error(`callmock has no binary for ${process.platform} on ${process.arch}: name one in CALLMOCK_BINARY`);
  }
  const file = process.platform === "win32" ? "callmock.exe" : "callmock";
  try {
    const path = require.resolve(`${name}/${file}`);
    if (existsSync(path)) return path;
  } catch {
    // The message says what to do.
  }
  throw new Error(
    `callmock: the package ${name} is not installed: npm install ${name}@${version}` +
      " (npm leaves it out with --no-optional or --omit=optional)",
  );
}
