"""The live page in a real browser: Node's own test runner, with playwright-core and Debian's Chromium."""

import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).parent


def test_the_page_does_what_it_promises_in_a_browser(tmp_path):
    for name in ("package.json", "ui.test.mjs"):
        shutil.copy(HERE / name, tmp_path)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=tmp_path, check=True, timeout=300)
    environment = {**os.environ, "CHROMIUM": shutil.which("chromium") or "/usr/bin/chromium"}
    run = subprocess.run(
        ["node", "--test", "--test-timeout=540000", "ui.test.mjs"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    print(run.stdout[-8000:], run.stderr[-2000:])
    assert run.returncode == 0
    # No test is left out but the one that writes screenshots.
    assert "# pass 27\n" in run.stdout and "# fail 0\n" in run.stdout, run.stdout[-400:]
