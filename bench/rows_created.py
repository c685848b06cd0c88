"""The rows of created calls and of worlds: what many of them cost."""

import json
import time
from statistics import median

import client
import load
import scenarios
import servers
import vendors
from figures import Figure

WINDOW = 200
# How long the creates between the two windows may take. They stop there, and the note says so.
PATIENCE = 120


def growth(bench):
    """The 100,000th create against the 100th"""
    last = 10_000 if bench.short else 100_000
    with servers.Place() as place:
        file = place.file("scenario.yaml", scenarios.pool())
        server = place.callmock(bench.binaries.machine, "--scenario", file)
        early = created(server)
        reached = fill(server, place, last - WINDOW // 2, 10 if bench.short else PATIENCE) + WINDOW
        late = created(server)
    note = f"{late * 1e6:.0f} µs against {early * 1e6:.0f} µs"
    if reached < last - WINDOW:
        note += f"; only {reached:,} were created in time"
    what = f"CCAI create, the {last:,}th against the 100th"
    yield Figure("growth", what, late / early, "×", 1.2, 1.0, False, note)


def created(server):
    """The median seconds of a window of creates."""
    connection, took = client.Connection(server.port), []
    for _ in range(WINDOW):
        began = time.perf_counter()
        answer = connection.ask(vendors.create())
        took.append(time.perf_counter() - began)
        if answer.status != 201:
            raise load.Wrong(f"create: status {answer.status}: {answer.body[:200]!r}")
    return median(took)


def fill(server, place, count, patience):
    """Creates calls by wrk until there are about so many. Returns how many there are."""
    reached, end = WINDOW, time.monotonic() + patience
    sent = load.Traffic(
        "CCAI create",
        "POST",
        vendors.CCAI_PATH,
        vendors.CCAI,
        "body",
        lambda _: [vendors.INBOUND],
        201,
        None,
        [],
    )
    while reached < count and time.monotonic() < end:
        reached += load.unsampled(server, sent, place)
    return reached


def fork(bench):
    """A world forked over HTTP: time, and memory a world"""
    with servers.Place() as place:
        flags = (
            "--max-worlds",
            "1000000",
            "--scenario",
            place.file("s.yaml", scenarios.requests()),
        )
        server = place.callmock(bench.binaries.machine, *flags)
        connection = client.Connection(server.port)
        request = client.Request(
            "POST", "/_mock/worlds", {"Content-Type": "application/json"}, b"{}"
        )
        forked(connection, request, 100)
        before = server.rss()
        took = forked(connection, request, 1000)
        size = (server.rss() - before) / 1000 / 1024
    note = "by one client, one after the other"
    yield Figure(
        "fork", "a world forked over HTTP", median(took) * 1e6, "µs", 120, 50, False, note, False
    )
    yield Figure("fork", "memory a world, over 1,000", size, "KiB", 4, 2)


def forked(connection, request, count):
    """The seconds of each of so many forks, from the bytes sent to the bytes received."""
    raw, took = request.raw(connection.host), []
    for _ in range(count):
        began = time.perf_counter()
        connection.socket.sendall(raw)
        connection.first_byte()
        took.append(time.perf_counter() - began)
        answer = connection.answer()
        if answer.status != 201 or "id" not in json.loads(answer.body):
            raise load.Wrong(f"fork: status {answer.status}: {answer.body[:200]!r}")
    return took
