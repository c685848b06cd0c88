// A world for each test of vitest: `import { test } from "callmock/vitest"`.
import { test as base } from "vitest";

import { server } from "./index.js";

/** vitest's `test` with the fixture `world`. With `CALLMOCK_DENY_FINDINGS` a finding fails the test. */
export const test = base.extend({
  /** @type {any} */
  world: async (/** @type {any} */ { task }, /** @type {(world: import("./index.js").World) => Promise<void>} */ use) => {
    const world = await (await server()).newWorld(task.name);
    await use(world);
    await world.end(task.result?.state === "fail");
  },
});
