// A world for a test of node:test: `const world = await newWorld(t)`.
import { server } from "./index.js";

/**
 * Makes a world for a test, and checks and removes it after the test.
 * @param {{name: string, after: (end: () => Promise<void>) => void}} t the test's context
 * @param {unknown} [scenario]
 * @returns {Promise<import("./index.js").World>}
 */
export async function newWorld(t, scenario) {
  const world = await (await server()).newWorld(t.name, scenario);
  t.after(() => world.end());
  return world;
}
