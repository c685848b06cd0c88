"""The rows of the binary itself: start, memory, size, `exec`."""

import os
import subprocess
import time
from statistics import median

import client
import servers
from figures import Figure
from servers import MB

HEALTH = client.Request("GET", "/_mock/health")


def start(bench):
    """Spawn to the first 200 of health, image's build against the floor"""
    with servers.Place() as place:
        nothing = place.file("answers")
        commands = {
            "image": lambda port: [
                bench.binaries.image,
                "serve",
                "--port",
                "0",
                "--port-file",
                port,
            ],
            "floor": lambda port: [bench.binaries.floor, port, nothing],
        }
        took = {name: [] for name in commands}
        for _ in range(10 if bench.short else 20):
            for name, command in commands.items():
                took[name].append(to_health(place, command))
    image, floor = median(took["image"]), median(took["floor"])
    note = f"{image * 1000:.1f} ms against {floor * 1000:.1f} ms"
    what = "spawn to the first 200 of health, of the floor's"
    yield Figure("start", what, image / floor, "×", 1.5, 1.1, False, note)


def to_health(place, command):
    """Seconds from the spawn to the first 200. It asks without pause, on the load's core."""
    port_file = place.path("port")
    began = time.perf_counter()
    server = servers.Server(command(port_file), port_file)
    try:
        while not os.path.exists(port_file):
            if not server.alive():
                raise RuntimeError("the server ended at once")
        server.wait()
        if client.ask(server.port, HEALTH).status != 200:
            raise RuntimeError("health is not 200")
        return time.perf_counter() - began
    finally:
        server.stop()


def idle(bench):
    """VmRSS of the image's build two seconds after its start"""
    with servers.Place() as place:
        server = place.callmock(bench.binaries.image)
        time.sleep(2)
        what = "VmRSS of the image's build, 2 s after start"
        yield Figure("idle", what, server.rss() / MB, "MB", 12, 7)


def size(bench):
    """The image's binary"""
    yield Figure(
        "size", "the image's binary", os.path.getsize(bench.binaries.image) / MB, "MB", 14, 9
    )


def execute(bench):
    """`exec -- true` against `true`"""
    commands = {"exec": [bench.binaries.machine, "exec", "--", "true"], "true": ["true"]}
    took = {name: [] for name in commands}
    for _ in range(20):
        for name, command in commands.items():
            took[name].append(run(command))
    more = (median(took["exec"]) - median(took["true"])) * 1000
    yield Figure(
        "exec", "`exec -- true`, more than `true`", more, "ms", 40, 15, holds_in_short=False
    )


def run(command):
    """Seconds that a command takes."""
    quiet = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    began = time.perf_counter()
    with servers.on(servers.EVERY_CORE):
        process = subprocess.Popen(command, env=servers.environment(), **quiet)
    if process.wait(30) != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return time.perf_counter() - began
