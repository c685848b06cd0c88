"""Starts the binary over TLS, and gives tap-ujet an environment of its own."""
import json
import os
import pathlib
import ssl
import subprocess
import sys
import urllib.request
import venv

import pytest

HERE = pathlib.Path(__file__).parent
BINARY = os.environ.get("CALLMOCK_BIN", str(HERE.parents[2] / "target" / "release" / "callmock"))


class Callmock:
    """A running server: where it listens, and the certificate to trust."""

    def __init__(self, scenario, folder):
        command = [BINARY, "serve", "--tls", "--port", "0", "--scenario", str(scenario)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("callmock ready https://"), line
        self.url = line.strip().removeprefix("callmock ready ")
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.certificate = folder / "ca.pem"
        self.certificate.write_bytes(self.ask("GET", "/_mock/certificate"))

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, body and json.dumps(body).encode(), method=method)
        with urllib.request.urlopen(request, context=self.context, timeout=10) as response:
            return response.read()

    def journal(self):
        return json.loads(self.ask("GET", "/_mock/journal?vendor=ccai&limit=1000"))["exchanges"]

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=10) == 0


@pytest.fixture
def callmock(tmp_path):
    server = Callmock(HERE / "scenario.yaml", tmp_path)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def tap_python(tmp_path_factory):
    """The Python that has tap-ujet: a new environment, or the one that is named."""
    if "TAP_UJET_PYTHON" in os.environ:
        return os.environ["TAP_UJET_PYTHON"]
    folder = tmp_path_factory.mktemp("tap-ujet")
    venv.create(folder, with_pip=True)
    python = str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-r", str(HERE / "requirements.txt")], check=True)
    return python
