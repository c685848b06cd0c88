"""The binaries of packaging/build: Linux on arm64 serves, and those that cannot be run here are what they say."""

import hashlib
import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from conftest import VERSION, clean, done

FOLDER = os.environ.get("CALLMOCK_PACKAGES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CALLMOCK_PACKAGES names the folder of packaging/build")


def of(platform):
    return Path(FOLDER) / f"callmock-{VERSION}-{platform}"


def test_linux_on_arm64_answers_as_each_vendor_and_stops():
    emulator = shutil.which("qemu-aarch64-static")
    assert emulator, "qemu-user-static is needed"
    assert done(emulator, of("linux-arm64"), "--version").startswith(f"callmock {VERSION} (")
    words = [emulator, of("linux-arm64"), "--port", "0", "--quiet", "--stop-with-stdin"]
    server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean())
    url = server.stdout.readline().split()[-1]
    with urllib.request.urlopen(f"{url}/_mock") as answer:
        vendors = json.load(answer)["vendors"]
    assert len(vendors) == 4
    for vendor in vendors:
        ran = done("sh", "-c", vendor["curl"][0] + " -s -o /dev/null -w '%{http_code}'")
        assert ran.strip() in ("200", "201"), vendor["vendor"]
    server.stdin.close()
    assert server.wait(30) == 0


def test_every_binary_is_of_its_platform_and_has_its_checksum():
    begins = {
        "linux-x86_64": b"\x7fELF\x02\x01",
        "linux-arm64": b"\x7fELF\x02\x01",
        "macos-arm64": b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01",
        "windows-x86_64.exe": b"MZ",
    }
    sums = dict(reversed(line.split()) for line in (Path(FOLDER) / "SHA256SUMS").read_text().splitlines())
    for platform, begin in begins.items():
        content = of(platform).read_bytes()
        assert content.startswith(begin), platform
        assert sums[of(platform).name] == hashlib.sha256(content).hexdigest(), platform
