"""Starts the command of this package, and ends it with this process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import IO, Any, List, Optional, Sequence, Type

from .admin import Admin, CallmockError, World


def binary() -> str:
    """The path of the command: `CALLMOCK_BINARY`, this package's own, or one in `PATH`."""
    named = os.environ.get("CALLMOCK_BINARY")
    if named:
        return named
    name = "callmock.exe" if sys.platform == "win32" else "callmock"
    schemes = [None, f"{os.name}_user"]
    for scheme in schemes:
        try:
            folder = sysconfig.get_path("scripts", scheme) if scheme else sysconfig.get_path("scripts")
        except KeyError:
            continue
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    found = shutil.which("callmock")
    if found:
        return found
    raise CallmockError("the command callmock is not there: pip install --force-reinstall callmock")


def _own_version() -> Optional[str]:
    try:
        return version("callmock")
    except PackageNotFoundError:
        return None


class Server:
    """A server, which ends with the block, with this object's `stop`, or with this process."""

    def __init__(self, url: str, process: Optional["subprocess.Popen[str]"] = None, token: Optional[str] = None) -> None:
        self.url = url.rstrip("/")
        # A port that speaks TLS takes plain HTTP, too, so nothing has to be trusted here.
        self.admin = Admin("http" + self.url[self.url.index("://") :], token)
        self._process = process
        try:
            self._check_version()
        except CallmockError:
            self.stop()
            raise

    def _check_version(self) -> None:
        own, server = _own_version(), str(self.admin.ask("GET", "/_mock/health")["version"])
        if own is not None and own.split(".")[:2] != server.split(".")[:2]:
            raise CallmockError(
                f"the Python package callmock is {own} and the server at {self.url} is {server}: "
                f"pip install 'callmock=={server}'"
            )

    def new_world(self, name: Optional[str] = None, scenario: Any = None) -> World:
        """Makes a world from the server's scenario, or from a built-in or inline one."""
        wanted = {key: value for key, value in (("name", name), ("scenario", scenario)) if value is not None}
        return World(self.admin, self.admin.ask("POST", "/_mock/worlds", wanted), self.url)

    def default_world(self) -> World:
        """The world of the server's own credentials."""
        return World(self.admin, self.admin.ask("GET", "/_mock/worlds/default"), self.url)

    def report(self, format: str = "json", worlds: str = "all") -> str:
        """What clients have exercised: `json`, `text`, `junit`, `html` or `badge`."""
        return self.admin.text("GET", f"/_mock/coverage?format={format}&worlds={worlds}")

    def stop(self) -> None:
        """Ends the server, if it was started here."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.stop()


def _token(arguments: Sequence[str]) -> Optional[str]:
    """The token that a server wants: that of its arguments, or of the environment."""
    for n, word in enumerate(arguments):
        if word.startswith("--admin-token="):
            return word.split("=", 1)[1]
        if word == "--admin-token" and n + 1 < len(arguments):
            return arguments[n + 1]
    return os.environ.get("CALLMOCK_ADMIN_TOKEN")


def attach(url: str, token: Optional[str] = None) -> Server:
    """A server that runs already."""
    return Server(url, token=token)


def start(*arguments: str) -> Server:
    """Starts a server on a free port of this machine, with arguments of `callmock serve`.

    It ends with this process, however that ends: it holds the other end of a pipe.
    """
    log: IO[str]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        words: List[str] = [binary(), "serve", "--port", "0", "--quiet", "--stop-with-stdin", *arguments]
        # The terminal's Ctrl-C is for pytest, which still asks the server for its report.
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            raise CallmockError(f"{words[0]}: {error}") from None
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        if ready[:2] != ["callmock", "ready"]:
            process.kill()
            process.wait()
            log.seek(0)
            raise CallmockError(f"{' '.join(words)} did not start:\n{log.read().strip()}")
    return Server(ready[2], process, _token(arguments))
