"""The rows of a small container: a memory cgroup of 64 MiB."""

import contextlib
import os
import shutil
import subprocess
import time

import client
import rows_journal
import servers
import vendors
from figures import Figure, Skipped

LIMIT = 64 << 20


def bodies(server):
    """1,100 bodies of 10 KB, then the journal read"""
    request = vendors.sencloud({"limit": 1}, n=["x" * 10_000])
    rows_journal.filled(server, request, 1_100)
    client.ask(server.port, rows_journal.READ)


def worlds(server):
    """5,000 worlds"""
    request = client.Request("POST", "/_mock/worlds", {"Content-Type": "application/json"}, b"{}")
    rows_journal.filled(server, request, 5_000)


def small(bench):
    """In 64 MiB: bodies and a read of the journal; worlds"""
    for load in (bodies, worlds):
        what = f"in 64 MiB: {load.__doc__}"
        try:
            with group() as (joins, prefix):
                yield Figure("small", what, *lives(bench, load, joins, prefix))
        except NoGroup as error:
            yield Skipped("small", what, str(error))


def lives(bench, load, joins, prefix):
    """Whether the image's build outlives a load, and the other cells of the figure."""
    with servers.Place() as place:
        server = place.callmock(bench.binaries.image, joins=joins, prefix=prefix)
        trouble = ""
        try:
            load(server)
        except OSError as error:
            trouble = f", {type(error).__name__}"
        time.sleep(0.3)
        alive = server.alive() and healthy(server)
        peak = f"peak {server.peak() / servers.MB:.0f} MB" if server.alive() else "killed"
    return float(alive), "lives", 1, 1, True, peak + trouble


def healthy(server):
    """Whether it answers."""
    with contextlib.suppress(OSError):
        return server.ask("GET", "/_mock/health", timeout=3).status == 200
    return False


class NoGroup(Exception):
    """No memory cgroup can be made here."""


@contextlib.contextmanager
def group():
    """A cgroup of 64 MiB: what a process does to join it, or the command that runs it in one."""
    try:
        folder = made()
    except OSError as error:
        if not systemd():
            raise NoGroup(f"no cgroup: {error}; and systemd-run does not work") from error
        yield None, scope()
        return
    try:
        yield lambda: joined(folder), []
    finally:
        removed(folder)


def scope():
    """The command that runs another one in a scope of systemd."""
    limits = ["-p", f"MemoryMax={LIMIT}", "-p", "MemorySwapMax=0"]
    whose = ["--user"] if os.getuid() else []
    return ["systemd-run", *whose, "--scope", "--quiet", *limits]


def systemd():
    """Whether `systemd-run` works here."""
    if shutil.which("systemd-run") is None:
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run([*scope(), "true"], check=False, timeout=10, **quiet).returncode == 0


def made():
    """A memory cgroup below this process's own, so that the bounds above stay in force."""
    above, file = None, "memory.max"
    with open("/proc/self/cgroup", encoding="ascii") as lines:
        for line in lines:
            _, controllers, path = line.strip().split(":", 2)
            if "memory" in controllers.split(","):
                above, file = f"/sys/fs/cgroup/memory{path}", "memory.limit_in_bytes"
            elif not controllers and above is None:
                above = f"/sys/fs/cgroup{path}"
    if above is None:
        raise OSError("none is mounted")
    folder = f"{above.rstrip('/')}/callmock-bench-{os.getpid()}"
    os.mkdir(folder)
    try:
        written(folder, file, LIMIT)
        if os.path.exists(f"{folder}/memory.swap.max"):
            written(folder, "memory.swap.max", 0)
    except OSError:
        os.rmdir(folder)
        raise
    return folder


def written(folder, name, value):
    """Sets a file of a cgroup."""
    with open(f"{folder}/{name}", "w", encoding="ascii") as file:
        file.write(str(value))


def joined(folder):
    """Puts the process that calls it into a cgroup."""
    written(folder, "cgroup.procs", os.getpid())


def removed(folder):
    """Removes a cgroup as soon as it is empty."""
    for _ in range(50):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
            return
        time.sleep(0.1)
