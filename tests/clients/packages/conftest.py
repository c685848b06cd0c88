"""The packages, made of the binaries that packaging/build left, and a server that says another version."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("CALLMOCK_BIN", ROOT / "target/release/callmock")).resolve()
VERSION = next(line.split('"')[1] for line in (ROOT / "Cargo.toml").read_text().splitlines() if line.startswith("version"))


def clean(**more):
    """The environment without settings of callmock's, and without the packages of this one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CALLMOCK_", "PYTHON", "PIP_"))}
    return kept | more


def run(*words, **options):
    options = {"capture_output": True, "text": True, "timeout": 600, "env": clean()} | options
    return subprocess.run([str(word) for word in words], check=False, **options)


def done(*words, **options):
    ran = run(*words, **options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """The folder with the binaries. CALLMOCK_PACKAGES names that of packaging/build."""
    folder = tmp_path_factory.mktemp("packages")
    for path in Path(os.environ.get("CALLMOCK_PACKAGES", folder)).glob("callmock-*"):
        shutil.copy(path, folder)
    own = folder / f"callmock-{VERSION}-linux-x86_64"
    if not own.exists():
        shutil.copy(BINARY, own)
    return folder


@pytest.fixture(scope="session")
def counted(tmp_path_factory):
    """A command that notes the process of each server that it starts. The file, and the environment."""
    folder = tmp_path_factory.mktemp("counted")
    log, command = folder / "started", folder / "callmock"
    command.write_text(f'#!/bin/sh\necho $$ >> "{log}"\nexec "{BINARY}" "$@"\n')
    command.chmod(0o755)
    log.touch()
    return log, clean(CALLMOCK_BINARY=str(command))


@pytest.fixture
def another_version():
    """The address of a server that says it is callmock 9.9.9."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"status": "ok", "version": "9.9.9"}).encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
