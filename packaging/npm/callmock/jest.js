// A world for each test of jest: `const world = useWorld()` at the top of a file, `world()` in a test.
import { server } from "./index.js";

/**
 * Makes a world before each test of the file, and checks and removes it afterwards.
 * @param {{scenario?: unknown}} [options]
 * @returns {() => import("./index.js").World}
 */
export function useWorld({ scenario } = {}) {
  const { beforeEach, afterEach, expect } = /** @type {any} */ (globalThis);
  /** @type {import("./index.js").World | undefined} */
  let world;
  beforeEach(async () => { world = await (await server()).newWorld(expect.getState().currentTestName, scenario); });
  afterEach(async () => {
    const own = world;
    world = undefined;
    await own?.end();
  });
  return () => {
    if (!world) throw new Error("there is a world within a test only");
    return world;
  };
}
