"""Starts callmock and the floor, and reads what the kernel knows about them."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time

import client

MB = 1_000_000
TICKS = os.sysconf("SC_CLK_TCK")

# The cores of the server and of the load, where there are two. `split_cores` sets them.
SERVER_CORES = [0]
LOAD_CORES = [1]
EVERY_CORE = sorted(os.sched_getaffinity(0))


def split_cores():
    """Gives the first core to the servers and the second to this process and its children."""
    SERVER_CORES[:] = EVERY_CORE[:1]
    LOAD_CORES[:] = EVERY_CORE[1:2]
    if not LOAD_CORES:
        LOAD_CORES[:] = SERVER_CORES
        return False
    os.sched_setaffinity(0, LOAD_CORES)
    return True


@contextlib.contextmanager
def on(cores):
    """What is started within runs on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def environment():
    """The environment without flags of callmock and without proxies."""
    dropped = ("CALLMOCK", "RUST_LOG", "http_proxy", "HTTP_PROXY")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


class Server:
    """A process that writes its port into a file."""

    def __init__(self, command, port_file, cores=None, joins=None):
        self.port_file = port_file
        with on(cores or SERVER_CORES):
            self.process = subprocess.Popen(
                command,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=joins,
                start_new_session=True,
            )
        self.pid = self.process.pid

    def wait(self, seconds=60):
        """Waits for the port, and returns the server."""
        end = time.monotonic() + seconds
        while not os.path.exists(self.port_file):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"the server did not start: {self.process.args}")
            time.sleep(0.0005)
        with open(self.port_file, encoding="ascii") as file:
            self.port = int(file.read())
        return self

    def ask(self, method, path, body=b"", headers=None, timeout=120):
        """One request on a connection of its own."""
        body = body.encode() if isinstance(body, str) else body
        request = client.Request(method, path, headers or {}, body)
        return client.ask(self.port, request, timeout)

    def _status(self, name):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith(name):
                    return int(line.split()[1]) * 1024
        raise RuntimeError(f"no {name} of process {self.pid}")

    def rss(self):
        """The resident memory in bytes."""
        return self._status("VmRSS:")

    def peak(self):
        """The largest resident memory since the start or `forget_peak`, in bytes."""
        return self._status("VmHWM:")

    def forget_peak(self):
        """Begins the peak anew."""
        with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")

    def cpu(self):
        """The seconds of processor time that the server has used."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def alive(self):
        """Whether the process runs."""
        return self.process.poll() is None

    def stop(self):
        """Ends the process, and what it started."""
        if self.process.poll() is None:
            self._send(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        self._send(signal.SIGKILL)
        self.process.wait()

    def _send(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class Place:
    """A temporary folder with servers in it. All of them end with it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="callmock-bench-")
        self.servers = []
        self.files = 0

    def file(self, name, content=""):
        """Writes a file and returns its path."""
        self.files += 1
        path = os.path.join(self.folder, f"{self.files}-{name}")
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return path

    def path(self, name):
        """A path that nothing has yet."""
        self.files += 1
        return os.path.join(self.folder, f"{self.files}-{name}")

    def callmock(self, binary, *flags, cores=None, joins=None, prefix=()):
        """Starts a callmock and waits for it."""
        port_file = self.path("port")
        command = [*prefix, binary, "serve", "--port", "0", "--port-file", port_file, *flags]
        return self._started(Server(command, port_file, cores, joins), 60)

    def floor(self, binary, answers, cores=None):
        """Starts a floor with the answers of a file."""
        port_file = self.path("port")
        return self._started(Server([binary, port_file, answers], port_file, cores), 10)

    def _started(self, server, wait):
        self.servers.append(server)
        return server.wait(wait)

    def stop(self, *servers):
        """Ends these servers, or all."""
        for server in servers or list(self.servers):
            server.stop()
            self.servers.remove(server)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
