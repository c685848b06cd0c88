"""The npm packages: from an empty folder to a green test, in vitest, jest and node:test."""

import json
import signal
import subprocess
import time

import pytest

from conftest import ROOT, VERSION, clean, done, is_there, run

# In one process: they share what is installed once.
pytestmark = pytest.mark.xdist_group("npm")

CLIENT = """
export async function listed({ url, credentials }, start = "2018-09-01") {
  const { tenant_id, access_token } = credentials.commubo;
  const headers = { "x-commubo-tenantId": tenant_id, "x-commubo-accessToken": access_token };
  const answer = await fetch(`${url}/v1/calls?start=${start}`, { headers });
  if (!answer.ok) throw new Error(`commubo: ${answer.status}`);
  return (await answer.json()).map((call) => call.callId);
}
"""

VITEST = """
import { expect } from "vitest";
import { test } from "callmock/vitest";
import { listed } from "./client.js";

test("the documented call is listed", async ({ world }) => {
  expect(await listed(world)).toEqual(["1234567890123456"]);
  await world.verify({ vendor: "commubo" }, { exactly: 1 });
});
"""

STEERED = """
import { expect } from "vitest";
import { test } from "callmock/vitest";
import { listed } from "./client.js";

test("the clock and the calls", async ({ world }) => {
  await world.setClock("2024-05-14T00:00:00Z");
  await world.advance("PT5M");
  expect((await world.now()).toISOString()).toBe("2024-05-14T00:05:00.000Z");
  await world.runClock({ rate: 2 });
  const [first] = await world.calls();
  expect(await world.call(first.id)).toBeTruthy();
});
test("a refusal that is expected", async ({ world }) => {
  await world.expects("commubo.list_calls.invalid_start");
  await expect(listed(world, "2018-9-1")).rejects.toThrow("406");
});
test("a refusal that does not come", async ({ world }) => { await world.expects("commubo.list_calls.invalid_start"); });
test("a fragile client", async ({ world }) => {
  await world.fault({ vendor: "commubo", times: 1, do: { error: "internal_error" } });
  await expect(listed(world)).rejects.toThrow("500");
  await listed(world);
});
"""

JEST = """
import { useWorld } from "callmock/jest";
import { listed } from "./client.js";

const world = useWorld();
test("the documented call is listed", async () => { expect(await listed(world())).toEqual(["1234567890123456"]); });
"""

NODE = """
import assert from "node:assert/strict";
import { test } from "node:test";
import { newWorld } from "callmock/node-test";
import { listed } from "./client.js";

test("the documented call is listed", async (t) => { assert.deepEqual(await listed(await newWorld(t)), ["1234567890123456"]); });
"""

TYPES = """
import { start, type World } from "callmock";
import { test } from "callmock/vitest";

test("types", async ({ world }) => {
  const own: World = world;
  const id: string = await own.fault({ vendor: "commubo", do: { error: "internal_error" } });
  await own.verify({ vendor: "commubo" }, { exactly: id.length });
  // @ts-expect-error there is no such vendor
  own.credentials.nobody;
  const server = await start({ scenario: "busy-day" });
  await server.stop();
});
"""

PROJECT = {
    "private": True,
    "type": "module",
    "devDependencies": {"vitest": "3.2.4", "jest": "30.2.0", "typescript": "5.9.3"},
    "jest": {"transform": {}, "testMatch": ["**/*.jest.js"], "globalSetup": "callmock/setup"},
}


@pytest.fixture(scope="session")
def tarballs(packages):
    if not list(packages.glob("*.tgz")):
        done(ROOT / "packaging/npm/build", packages)
    return [packages / f"callmock-linux-x64-{VERSION}.tgz", packages / f"callmock-{VERSION}.tgz"]


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """What the tests need beside callmock, downloaded beforehand."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / "package.json").write_text(json.dumps(PROJECT))
    done("npm", "install", "--no-audit", "--no-fund", "--cache", folder / "cache", cwd=folder)
    return folder / "cache"


def installed(tarballs, cache, folder):
    (folder / "package.json").write_text(json.dumps(PROJECT))
    (folder / "vitest.config.js").write_text(
        'export default { test: { globalSetup: "callmock/setup", include: ["*.test.js"] } };'
    )
    (folder / "client.js").write_text(CLIENT)
    done("npm", "install", "--offline", "--no-audit", "--no-fund", "--cache", cache, *tarballs, cwd=folder)
    return folder


@pytest.fixture(scope="session")
def project(tarballs, cache, tmp_path_factory):
    return installed(tarballs, cache, tmp_path_factory.mktemp("project"))


def test_an_empty_folder_has_a_green_test_in_seconds(tarballs, cache, tmp_path, record_property):
    began = time.monotonic()
    installed(tarballs, cache, tmp_path)
    (tmp_path / "calls.test.js").write_text(VITEST)
    said = done("npx", "--offline", "vitest", "run", cwd=tmp_path, env=clean(NO_COLOR="1"))
    seconds = round(time.monotonic() - began, 1)
    assert "Tests  1 passed" in said, said
    record_property("seconds to the first green test", seconds)
    print(f"\nfrom an empty folder to a green vitest: {seconds} s")
    assert done("npx", "--offline", "callmock", "--version", cwd=tmp_path).startswith(f"callmock {VERSION} (")


def test_a_world_is_steered_and_judged(project):
    (project / "steered.test.js").write_text(STEERED)
    environment = clean(NO_COLOR="1", CALLMOCK_DENY_FINDINGS="warning")
    ran = run("npx", "--offline", "vitest", "run", "steered", cwd=project, env=environment)
    said = ran.stdout + ran.stderr
    assert "2 failed | 2 passed" in said, said
    assert "expected, and it did not come: commubo.list_calls.invalid_start" in said, said
    assert "warning commubo.retried_at_once" in said, said


def test_jest_and_node_test_have_their_worlds(project, counted):
    log, environment = counted
    before = len(log.read_text().split())
    (project / "one.jest.js").write_text(JEST)
    (project / "two.jest.js").write_text(JEST)
    environment |= {"NODE_OPTIONS": "--experimental-vm-modules", "NO_COLOR": "1"}
    ran = run("npx", "--offline", "jest", cwd=project, env=environment)
    assert ran.returncode == 0 and "2 passed, 2 total" in ran.stderr, ran.stdout + ran.stderr
    (project / "own.node.js").write_text(NODE)
    done("node", "--test", "own.node.js", cwd=project, env=environment | {"NODE_OPTIONS": ""})
    started = log.read_text().split()[before:]
    assert len(started) == 2, "one a run"
    until = time.monotonic() + 30
    while any(is_there(pid) for pid in started):
        assert time.monotonic() < until, "a server is still there"
        time.sleep(0.02)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_the_server_is_gone_when_its_process_is(project, counted, end):
    log, environment = counted
    before = len(log.read_text().split())
    script = 'import { start } from "callmock"; await start(); console.log("up"); setInterval(() => {}, 1000);'
    words = ["node", "--input-type=module", "-e", script]
    waiting = subprocess.Popen(words, cwd=project, env=environment, stdout=subprocess.PIPE, text=True)
    assert waiting.stdout.readline() == "up\n"
    [pid] = log.read_text().split()[before:]
    waiting.send_signal(end)
    waiting.wait(30)
    until = time.monotonic() + 30
    while is_there(pid):
        assert time.monotonic() < until, "the server is still there"
        time.sleep(0.02)


def test_a_process_that_has_nothing_more_to_do_ends_and_its_server_too(project):
    script = 'import { start } from "callmock"; const server = await start(); console.log((await server.defaultWorld()).id);'
    assert done("node", "--input-type=module", "-e", script, cwd=project, timeout=30) == "default\n"


def test_what_is_wrong_is_told_with_what_mends_it(project, another_version):
    def said(script, **more):
        return run("node", "--input-type=module", "-e", script, cwd=project, env=clean(**more)).stderr

    other = said(f'import {{ attach }} from "callmock"; await attach("{another_version}");')
    assert f"is {VERSION} and the server at {another_version} is 9.9.9: npm install callmock@9.9.9" in other, other
    misspelt = said('import { start } from "callmock"; await start({ scenario: "busyday" });')
    assert "did you mean `busy-day`?" in misspelt, misspelt
    (platform,) = (project / "node_modules/@callmock").iterdir()
    hidden = platform.rename(platform.with_name("hidden"))
    try:
        missing = said('import { start } from "callmock"; await start();')
    finally:
        hidden.rename(platform)
    assert f"npm install @callmock/linux-x64@{VERSION}" in missing, missing


def test_a_users_types_are_checked(project):
    (project / "types.test.ts").write_text(TYPES)
    words = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "types.test.ts"]
    done("npx", "--offline", "tsc", *words, cwd=project)


def test_no_package_runs_a_script_when_it_is_installed(project):
    for name in ["callmock", "@callmock/linux-x64"]:
        assert "scripts" not in json.loads((project / "node_modules" / name / "package.json").read_text())
