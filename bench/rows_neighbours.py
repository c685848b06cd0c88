"""The rows of a neighbour: what a good client feels while another one sends what is dear."""

import json
import os
import subprocess
import sys
import time
from statistics import median

import client
import rows_created
import rows_journal
import scenarios
import servers
import vendors
from builds import BENCH
from figures import Figure
from load import Wrong
from reference import same

CALLS, A_DAY = 100_000, 25
# The most seconds until the other client has its first answer.
PATIENCE = 60


def world(bench, place):
    """A callmock of 100,000 calls, on every core."""
    file = place.file("scenario.yaml", scenarios.generated(CALLS, CALLS // A_DAY))
    return place.callmock(bench.binaries.machine, "--scenario", file, cores=servers.EVERY_CORE)


def extensions(bench, place):
    """10,000 extension ids at Sencloud"""
    ids = [str(100_000 + n) for n in range(10_000)]
    return world(bench, place), vendors.sencloud({"limit": 1}, extension_ids=ids)


def reads(bench, place):
    """reads of a journal of 1,000 × 60 KB"""
    server = world(bench, place)
    rows_journal.filled(server)
    return server, rows_journal.READ


def snapshot(bench, place):
    """a snapshot of 30,000 created calls, restored"""
    flags = ("--scenario", place.file("scenario.yaml", scenarios.pool()), "--journal-size", "10")
    source = place.callmock(bench.binaries.machine, *flags)
    reached = rows_created.fill(source, place, 30_000, 300)
    if reached < 30_000:
        raise RuntimeError(f"only {reached} calls were created in time")
    whole = json.loads(source.ask("GET", "/_mock/snapshot").body)
    # wrk creates more calls than were asked for.
    del whole["calls"][30_000:]
    body = json.dumps(whole).encode()
    place.stop(source)
    server = place.callmock(bench.binaries.machine, *flags, cores=servers.EVERY_CORE)
    headers = {"Content-Type": "application/json"}
    return server, client.Request("PUT", "/_mock/snapshot", headers, body)


def lists(bench, place):
    """the whole list of commubo"""
    return world(bench, place), vendors.commubo()


def signatures(bench, place):
    """a wrong signature of 16 KB at Alibaba"""
    path = vendors.Signer().path(PageNumber=1, PageSize=10, CallingNumber="1" * 15_500)
    return world(bench, place), client.Request("GET", path.replace("&Signature=", "&Signature=AA"))


OFFENCES = {
    "extensions": (extensions, {200}),
    "reads": (reads, {200}),
    "snapshot": (snapshot, {204}),
    "lists": (lists, {200}),
    "signatures": (signatures, {400, 403}),
}


def neighbour(bench, name):
    """A neighbour's median while one client sends it again and again"""
    make, expected = OFFENCES[name]
    with servers.Place() as place:
        server, offence = make(bench, place)
        good = Good(server)
        seconds = 1.5 if bench.short else 5
        good.asked(0.5)
        alone = good.asked(seconds)
        with Offender(server, offence, place) as offender:
            time.sleep(0.3)
            beside = good.asked(seconds, offender.statuses)
            statuses = offender.statuses()
    if not statuses or not expected.issuperset(statuses):
        raise Wrong(f"{name}: statuses {set(statuses)}, expected {expected}")
    note = f"{beside * 1e6:.0f} µs against {alone * 1e6:.0f} µs, {len(statuses):,} times"
    what = f"a neighbour's median during {make.__doc__}"
    yield Figure(f"beside-{name}", what, beside / alone, "×", 3, 1.2, False, note)


class Good:
    """A client that asks for a small list or for one call, and checks what it gets."""

    def __init__(self, server):
        self.connection = client.Connection(server.port)
        self.request = vendors.commubo(scenarios.day(9), scenarios.day(10))
        self.expected = self.connection.ask(self.request).body

    def asked(self, seconds, enough=lambda: True):
        """The median of its answers over a time, and until it is enough. It pauses after each."""
        took, start = [], time.monotonic()
        while (passed := time.monotonic() - start) < seconds or len(took) < 20 or not enough():
            if passed > PATIENCE:
                raise RuntimeError(f"nothing came back for {PATIENCE} s")
            began = time.perf_counter()
            answer = self.connection.ask(self.request)
            took.append(time.perf_counter() - began)
            fault = same(answer, 200, self.expected)
            if fault:
                raise Wrong(f"the neighbour: {fault}")
            time.sleep(0.001)
        return median(took)


class Offender:
    """The other client, for as long as the block lasts."""

    def __init__(self, server, request, place):
        raw = place.file("offence", request.raw(f"127.0.0.1:{server.port}"))
        command = [sys.executable, os.path.join(BENCH, "offender.py"), str(server.port), raw]
        self.told = place.path("statuses")
        with servers.on(servers.EVERY_CORE), open(self.told, "wb") as told:
            self.process = subprocess.Popen(command, stdout=told)

    def statuses(self):
        """The statuses of its answers until now."""
        with open(self.told, encoding="ascii") as file:
            return [int(line) for line in file.read().split()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
