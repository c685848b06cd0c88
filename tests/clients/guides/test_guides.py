"""The guides in docs/ do what they say: every example that a machine without Docker can run is run as it is printed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
GUIDES = sorted((ROOT / "docs").glob("*.md"))
BINARY = Path(os.environ.get("CALLMOCK_BIN", ROOT / "target/release/callmock")).resolve()

# The wheel of this folder is installed beside pytest; a guide installs the npm packages by itself.
PACKAGES = os.environ.get("CALLMOCK_PACKAGES")

MARK = re.compile(r"^<!-- (?P<mark>.+?) -->\n", re.MULTILINE)
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```\n", re.MULTILINE | re.DOTALL)


def blocks(guide):
    """Every code block with the mark before it, or right after it for those that are not run."""
    text = guide.read_text()
    for found in BLOCK.finditer(text):
        before = [mark for mark in MARK.finditer(text, 0, found.start()) if mark.end() == found.start()]
        after = MARK.match(text, found.end() + 1)
        mark = before[0]["mark"] if before else after["mark"] if after else ""
        yield mark, found["language"], found["text"]


def environment(folder):
    tools = folder / ".tools"
    tools.mkdir()
    (tools / "callmock").symlink_to(BINARY)
    # Not a link: an environment of Python's is found by the place of its interpreter.
    (tools / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (tools / "python").chmod(0o755)
    if PACKAGES:
        (folder / "packages").symlink_to(PACKAGES)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLMOCK_")}
    return kept | {"PATH": f"{tools}:{os.environ['PATH']}", "NO_COLOR": "1", "CI": "true"}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_does_what_it_says(guide, tmp_path):
    ran = None
    surroundings = environment(tmp_path)
    for mark, language, text in blocks(guide):
        assert mark, f"a {language} block that is neither a file nor run, and does not say why:\n{text}"
        if mark.startswith("file: "):
            (tmp_path / mark.removeprefix("file: ")).write_text(text)
        elif mark in ("run", "run in exec"):
            for tool in ("jq", "curl", "javac", "npm"):
                assert tool not in text or shutil.which(tool), f"{tool} is needed"
            command = ["bash", "-euo", "pipefail", "-c", text]
            if mark == "run in exec":
                command = ["callmock", "exec", "--", *command]
            ran = subprocess.run(
                command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, timeout=600, check=False
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr
        elif mark in ("stdout", "stderr"):
            said = getattr(ran, mark)
            for line in text.splitlines():
                assert line in re.sub(r"\x1b\[[0-9;]*m", "", said), f"{line!r} is not in:\n{ran.stdout}\n{ran.stderr}"
        else:
            assert mark.startswith("not run: "), mark


def test_the_gitlab_job_runs_the_lines_that_the_guide_runs():
    guide = ROOT / "docs/gitlab-ci.md"
    [text] = [text for _, language, text in blocks(guide) if language == "yaml"]
    [ran] = [text for mark, _, text in blocks(guide) if mark == "run"]
    job = yaml.safe_load(text)["test"]
    assert len(job["after_script"]) == 3
    for line in job["after_script"]:
        assert line in ran.splitlines(), f"{line!r} is not run"
    help_text = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    assert "env: CALLMOCK_SCENARIO" in " ".join(help_text.split()) and "CALLMOCK_SCENARIO" in job["variables"]
    assert job["variables"]["CALLMOCK_URL"] == f"http://{job['services'][0]['alias']}:8080"


@pytest.mark.parametrize("guide", ["docker-compose", "github-actions"])
def test_what_only_docker_runs_names_what_the_image_has(guide):
    # The last one has the container; one before it may have the action.
    text = [text for _, language, text in blocks(ROOT / f"docs/{guide}.md") if language == "yaml"][-1]
    document = yaml.safe_load(text)
    services = document.get("services") or document["jobs"]["test"]["services"]
    service = services["callmock"]
    help_text = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    for name in service.get("environment") or service["env"]:
        assert f"env: {name}" in " ".join(help_text.split()), name
    health = service.get("healthcheck", {}).get("test") or service["options"]
    assert "/callmock" in str(health) and "health" in str(health)
    assert "8080" in str(service["ports"][0])
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "COPY --from=build /out/callmock /callmock" in dockerfile and "EXPOSE 8080" in dockerfile
