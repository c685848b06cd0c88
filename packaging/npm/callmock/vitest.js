// A world for each test of vitest: `import { test } from "callmock/vitest"`.
import process from "node:process";
import { test as base } from "vitest";

import { server } from "./index.js";

/** vitest's `test` with the fixture `world`. With `CALLMOCK_DENY_FINDINGS` a finding fails the test. */
export const test = base.extend({
  /** @type {any} */
  world: async (/** @type {any} */ { task }, /** @type {(world: import("./index.js").World) => Promise<void>} */ use) => {
    const world = await (await server()).newWorld(task.name);
    await use(world);
    const failed = task.result?.state === "fail";
    if (!failed) await world.check({ denyFindings: /** @type {any} */ (process.env.CALLMOCK_DENY_FINDINGS || undefined) });
    await world.remove();
  },
});
