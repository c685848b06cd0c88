"""What runs in CI systems is written as they want it, and its scripts do what they say on this machine."""

import json
import os
import re
import signal
import sys

import pytest

from conftest import BINARY, ROOT, VERSION, clean, done, run

SCHEMAS = {
    "github-actions": ["action.yml", "report/action.yml"],
    "github-workflows": [".github/workflows/release.yml"],
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_files_are_valid(schema):
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    done(*check, *[ROOT / path for path in SCHEMAS[schema]])


@pytest.mark.parametrize("guide, schema", [("github-actions", "github-workflows"), ("gitlab-ci", "gitlab-ci")])
def test_the_guides_examples_are_valid(guide, schema, tmp_path):
    text = (ROOT / f"docs/{guide}.md").read_text()
    for n, example in enumerate(re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)):
        (tmp_path / f"{n}.yml").write_text(example)
        check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
        done(*check, tmp_path / f"{n}.yml")


def test_the_action_fetches_starts_exports_and_reports(tmp_path):
    releases = tmp_path / f"releases/v{VERSION}"
    releases.mkdir(parents=True)
    name = f"callmock-{VERSION}-linux-x86_64"
    (releases / name).write_bytes(BINARY.read_bytes())
    sums = done("sha256sum", name, cwd=releases)
    (releases / "SHA256SUMS").write_text(sums)
    files = {name: tmp_path / name.lower() for name in ("GITHUB_PATH", "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    given = {"RUNNER_TEMP": tmp_path, "VERSION": VERSION, "SHA256": "", "BINARY": "", "RELEASES": f"file://{tmp_path}/releases"}
    environment = clean(**{name: str(value) for name, value in (files | given).items()})
    said = done(ROOT / "packaging/action/fetch", env=environment)
    assert said.startswith(f"callmock {VERSION} ("), said
    # One bit is another.
    (releases / "SHA256SUMS").write_text(sums.replace(sums[0], "0" if sums[0] != "0" else "1", 1))
    wrong = run(ROOT / "packaging/action/fetch", env=environment)
    assert wrong.returncode == 1 and "::error::the checksum of" in wrong.stdout, wrong.stdout

    environment["PATH"] = f"{files['GITHUB_PATH'].read_text().strip()}:{os.environ['PATH']}"
    environment |= {"CALLMOCK_SCENARIO": "busy-day", "ARGUMENTS": "--max-worlds 5"}
    try:
        done(ROOT / "packaging/action/start", env=environment)
        exported = dict(line.split("=", 1) for line in files["GITHUB_ENV"].read_text().splitlines())
        assert files["GITHUB_OUTPUT"].read_text() == f"url={exported['CALLMOCK_URL']}\n"
        of_exec = done(BINARY, "exec", "--", "env", env=clean()).splitlines()
        assert set(exported) == {line.split("=")[0] for line in of_exec if line.startswith("CALLMOCK_")}
        headers = [f"-Hx-commubo-tenantId: {exported['CALLMOCK_COMMUBO_TENANT_ID']}", "-Hx-commubo-accessToken: no"]
        done("curl", "-s", *headers, f"{exported['CALLMOCK_URL']}/v1/calls")
        done(ROOT / "packaging/action/report", cwd=tmp_path, env=environment | exported)
    finally:
        os.kill(int((tmp_path / "callmock/pid").read_text()), signal.SIGTERM)
    assert "1 of" in files["GITHUB_STEP_SUMMARY"].read_text()
    sarif = json.loads((tmp_path / "callmock-reports/callmock.sarif").read_text())
    assert sarif["version"] == "2.1.0"
    broken = run(ROOT / "packaging/action/start", env=environment | {"CALLMOCK_SCENARIO": "busyday"})
    assert broken.returncode == 1 and "::error::callmock did not start: " in broken.stdout, broken.stdout
