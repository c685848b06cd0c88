"""What a person sees who starts callmock on a terminal."""

import os
import pty
import re
import subprocess
import time

CALLMOCK = os.environ["CALLMOCK_BIN"]
# The server warns of variables that look like its own.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CALLMOCK_")}


def on_a_terminal(*flags, **more):
    """Starts a server whose standard error is a terminal; returns what both outputs said."""
    ours, theirs = pty.openpty()
    environment = {**ENVIRONMENT, **more}
    server = subprocess.Popen(
        [CALLMOCK, "--port", "0", *flags], stdout=subprocess.PIPE, stderr=theirs, env=environment, text=True
    )
    os.close(theirs)
    try:
        ready = server.stdout.readline()
        time.sleep(0.3)
        return ready, os.read(ours, 65536).decode()
    finally:
        server.terminate()
        server.wait(timeout=10)
        os.close(ours)


def test_a_terminal_gets_a_banner_with_the_page_the_scenario_and_each_vendor():
    ready, said = on_a_terminal(NO_COLOR="")
    base = re.fullmatch(r"callmock ready (http://127\.0\.0\.1:\d+)\n", ready).group(1)
    assert f"\x1b[4m{base}/_mock/ui\x1b[0m" in said, said
    assert "scenario  The vendors' own documented examples (4 calls)" in said
    for vendor, first in [
        ("commubo", "GET /v1/calls"),
        ("ccai", "POST /apps/api/v1/calls"),
        ("alibaba", "GET or POST /"),
        ("sencloud", "POST /v1/shop.Sencloud/ListCallLogs"),
    ]:
        assert re.search(rf"{vendor}\s+\x1b\[0m {re.escape(first)}, ", said), said


def test_no_color_and_quiet_are_obeyed():
    assert "\x1b[" not in on_a_terminal(NO_COLOR="1")[1]
    server = subprocess.run(
        ["sh", "-c", f"timeout 1 {CALLMOCK} --port 0 --quiet; true"], capture_output=True, text=True, timeout=10, env=ENVIRONMENT
    )
    assert (server.stdout.count("\n"), server.stderr) == (1, ""), server


def test_where_no_terminal_is_nothing_but_the_log_is_said(tmp_path):
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" >{opened}\n')
    browser.chmod(0o755)
    with subprocess.Popen(
        [CALLMOCK, "--port", "0", "--open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**ENVIRONMENT, "BROWSER": str(browser)},
        text=True,
    ) as server:
        ready = server.stdout.readline()
        for _ in range(100):
            if opened.exists() and opened.read_text():
                break
            time.sleep(0.05)
        server.terminate()
        rest, said = server.communicate(timeout=10)
    base = ready.split()[-1]
    assert opened.read_text() == f"{base}/_mock/ui", "--open opens the page"
    assert rest == "" and "\x1b" not in said and f"see {base}/_mock for credentials" in said, said


def test_completions_and_the_manual_page_know_every_subcommand_and_flag():
    for shell in ("bash", "zsh", "fish", "powershell", "elvish"):
        run = subprocess.run([CALLMOCK, "completions", shell], capture_output=True, text=True, timeout=10)
        assert run.returncode == 0 and "rehearse" in run.stdout and "journal-size" in run.stdout, shell
    bash = subprocess.run([CALLMOCK, "completions", "bash"], capture_output=True, text=True, timeout=10)
    subprocess.run(["bash", "-n"], input=bash.stdout, text=True, check=True, timeout=10)
    page = subprocess.run([CALLMOCK, "man"], capture_output=True, text=True, timeout=10)
    assert page.returncode == 0 and page.stdout.startswith(".ie") and "\\-\\-scenario" in page.stdout
