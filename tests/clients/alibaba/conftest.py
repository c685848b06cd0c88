"""Starts the binary for a session of tests, on a free port."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = os.environ.get("CALLMOCK_BIN", str(ROOT / "target" / "release" / "callmock"))

# Both SDKs hand these to their transport and ignore NO_PROXY, even for 127.0.0.1.
for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
    os.environ.pop(name, None)


class Callmock:
    """A running server: where it listens."""

    def __init__(self, *scenario):
        command = [BINARY, "serve", "--port", "0"]
        for name in scenario:
            command += ["--scenario", str(name)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("callmock ready http://"), line
        self.host, self.port = line.strip().removeprefix("callmock ready http://").split(":")

    @property
    def endpoint(self):
        return f"{self.host}:{self.port}"

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=10) == 0


@pytest.fixture(scope="session")
def callmock():
    server = Callmock("documented")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def busy_day():
    server = Callmock("busy-day")
    yield server
    server.stop()
