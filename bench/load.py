"""Drives a server with wrk, and asks a sample beside it."""

import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass

import client

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cycle.lua")
CONNECTIONS = 16
# The sample is one request in a hundred, and at most so many in a second.
MOST_SAMPLES = 100
# So many signed paths that no nonce comes twice while callmock remembers it (65,536 of them).
LEAST_PATHS = 70_000


@dataclass
class Traffic:
    """What wrk sends. `lines` makes the part that varies, for so many requests."""

    name: str
    method: str
    target: str
    headers: dict
    varies: str
    lines: callable
    status: int
    # Makes the next request of the sample and its check. The check takes the answer and the host
    # that was asked, and says what is wrong or None.
    sample: callable
    # The requests whose answers the floor sends.
    recorded: list
    # Whether the calls that it makes must go before each turn.
    resets: bool = False

    @property
    def refused(self):
        """Whether every answer is a refusal."""
        return self.status >= 400


@dataclass
class Run:
    """One turn of one server."""

    rate: float
    cpu: float
    busy: float
    median: float
    samples: int


class Wrong(Exception):
    """An answer that is not the expected one."""


def command(server, traffic, seconds, place, count):
    """The command line of wrk, with its files written."""
    headers = "".join(f"{name}: {value}\n" for name, value in traffic.headers.items())
    files = (
        place.file("headers", headers),
        place.file("lines", "\n".join(traffic.lines(count)) + "\n"),
    )
    return [
        *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "-s", SCRIPT),
        f"http://127.0.0.1:{server.port}",
        *("--", traffic.varies, traffic.method, traffic.target, *files),
    ], files


def drive(server, traffic, seconds, place, count, check):
    """Runs wrk against a server for whole seconds, and a sample beside it."""
    line, files = command(server, traffic, seconds, place, count)
    sample = Sample(server, traffic, check)
    before, began = server.cpu(), time.monotonic()
    output = subprocess.run(line, capture_output=True, text=True, check=False)
    took, used = time.monotonic() - began, server.cpu() - before
    asked = sample.end()
    for file in files:
        os.remove(file)
    if output.returncode != 0:
        raise RuntimeError(f"wrk failed: {output.stdout} {output.stderr}")
    counts = json.loads(output.stdout.strip().splitlines()[-1])
    return counted(traffic, counts, used, took, asked)


def unsampled(server, traffic, place):
    """Runs wrk against a server for two seconds. Returns the number of answers."""
    line, _ = command(server, traffic, 2, place, 1)
    output = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    counts = json.loads(output.strip().splitlines()[-1])
    expect(traffic, counts)
    return counts["requests"]


def expect(traffic, counts):
    """Fails where a status was not the expected one."""
    requests, refused, broken = (counts[name] for name in ("requests", "refused", "broken"))
    if broken or refused != (requests if traffic.refused else 0):
        raise Wrong(f"{traffic.name}: {requests} answers, {refused} refused, {broken} broken")


def counted(traffic, counts, used, took, asked):
    """The run that wrk counted, if every status was the expected one."""
    expect(traffic, counts)
    requests = counts["requests"]
    if requests == 0:
        raise Wrong(f"{traffic.name}: no answer")
    seconds = counts["microseconds"] / 1e6
    return Run(
        requests / seconds, used / (requests + asked), used / took, counts["median"] / 1e6, asked
    )


class Sample:
    """Asks about one request in a hundred beside wrk, and compares the answers afterwards."""

    def __init__(self, server, traffic, check):
        self.connection = client.Connection(server.port)
        self.traffic = traffic
        self.checks = check
        self.answers = []
        self.failure = None
        self.going = True
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def _ask(self):
        try:
            while self.going:
                request, check = self.traffic.sample()
                began = time.monotonic()
                self.answers.append((self.connection.ask(request), check))
                # With as many connections as wrk has, a hundredth of its rate.
                took = time.monotonic() - began
                time.sleep(max(1 / MOST_SAMPLES, took * 100 / CONNECTIONS))
        except OSError as error:
            self.failure = error

    def end(self):
        """Ends it, and returns how many answers were compared."""
        self.going = False
        self.thread.join()
        self.connection.close()
        if self.failure:
            raise self.failure
        for answer, check in self.answers if self.checks else []:
            fault = check(answer, self.connection.host)
            if fault:
                raise Wrong(f"{self.traffic.name}: {fault}")
        return len(self.answers)


def by_turns(servers, traffic, bench, place, floors=("floor",)):
    """Drives the servers by turns. Returns the runs of each server, by its name."""
    seconds, rounds = (1, 2) if bench.short else (3, 7)
    counts = {name: LEAST_PATHS for name in servers}
    for name, server in servers.items():
        warm = drive(server, traffic, 1, place, LEAST_PATHS, False)
        if name not in floors:
            counts[name] = max(LEAST_PATHS, int(warm.rate * seconds * 1.6))
    runs = {name: [] for name in servers}
    names = list(servers)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            own = name not in floors
            if traffic.resets and own:
                servers[name].ask("POST", "/_mock/reset")
            runs[name].append(drive(servers[name], traffic, seconds, place, counts[name], own))
    return runs
