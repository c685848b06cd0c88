"""The rows of a million calls. A thousand calls of the same density stand beside them."""

import datetime
import json
import socket
import time
from statistics import median

import client
import reference as naive
import scenarios
import servers
import vendors
from figures import Figure
from reference import Reference
from servers import MB

MANY, FEW = 1_000_000, 1_000
A_DAY = 250
HOUR = datetime.timedelta(hours=1)
BUFFER = bytearray(1 << 20)
# The whole time of the calls, as Alibaba writes it.
EVERYTHING = {"StartTime": 1_000_000_000_000, "EndTime": 2_000_000_000_000}


def scenario(calls):
    """A scenario with this many calls, 250 a day."""
    return scenarios.generated(calls, calls // A_DAY)


def worlds(bench, place):
    """A callmock of a million calls and one of a thousand."""
    return [world(bench, place, calls)[0] for calls in (MANY, FEW)]


def world(bench, place, calls, cores=None):
    """A callmock of so many calls, and the seconds until it was ready."""
    file = place.file("scenario.yaml", scenario(calls))
    began = time.monotonic()
    server = place.callmock(bench.binaries.machine, "--scenario", file, cores=cores)
    return server, time.monotonic() - began


def latency(connection, request, count, status=200):
    """The seconds of each of so many requests, which `request` makes one by one."""
    took = []
    for n in range(count):
        sent = request(n)
        began = time.perf_counter()
        answer = connection.ask(sent)
        took.append(time.perf_counter() - began)
        if answer.status != status:
            raise RuntimeError(f"status {answer.status}: {answer.body[:200]!r}")
    return took


def ready(bench):
    """Ready with a million calls, and bytes a call"""
    with servers.Place() as place:
        few, _ = world(bench, place, FEW)
        sizes, took = [], []
        for _ in range(1 if bench.short else 3):
            many, seconds = world(bench, place, MANY, servers.EVERY_CORE)
            took.append(seconds)
            sizes.append((many.rss() - few.rss()) / (MANY - FEW))
            place.stop(many)
    what = "1,000,000 calls"
    yield Figure("ready", f"{what}: ready", median(took), "s", 1.5, 0.7, holds_in_short=False)
    yield Figure("ready", f"{what}: memory a call", median(sizes), "bytes", 300, 200)


def hours(bench):
    """An hour of ten rows among a million calls and among a thousand"""
    with servers.Place() as place:
        many, few = worlds(bench, place)
        sizes = {"many": Window(many, MANY // A_DAY // 2), "few": Window(few, 0)}
        rounds = 20 if bench.short else 60
        for name, what in (
            ("alibaba", "an hour of ten rows at Alibaba"),
            ("sencloud", "an hour of ten rows at Sencloud"),
            ("commubo", "first byte of a day at commubo"),
        ):
            took = {size: [] for size in sizes}
            for _ in range(rounds):
                for size, window in sizes.items():
                    took[size] += getattr(window, name)(10)
            many_ms, few_ms = (median(took[size]) * 1000 for size in ("many", "few"))
            note = f"{many_ms:.3f} ms against {few_ms:.3f} ms"
            what = f"{what}, 1,000,000 against 1,000 calls"
            yield Figure("hours", what, many_ms / few_ms, "×", 1.5, 1.1, False, note)


class Window:
    """Four days of a world, and its hours of ten calls."""

    def __init__(self, server, day):
        self.connection = client.Connection(server.port)
        self.signer = vendors.Signer()
        self.day = scenarios.day(day + 1), scenarios.day(day + 2)
        first = datetime.datetime.fromisoformat(scenarios.day(day)).replace(tzinfo=naive.JAPAN)
        reference = Reference(server, first, first + 96 * HOUR)
        hours = [first + n * HOUR for n in range(96)]
        self.hours = [at for at in hours if len(reference.between(at, at + HOUR)) == 10]
        if not self.hours:
            raise RuntimeError("no hour has ten calls")
        self.n = 0

    def _hour(self):
        self.n += 1
        return self.hours[self.n % len(self.hours)]

    def alibaba(self, count):
        """The seconds of so many requests for an hour."""

        def request(_):
            at = self._hour()
            start, end = naive.millis(at), naive.millis(at + HOUR) - 1
            search = {"StartTime": start, "EndTime": end, "PageNumber": 1, "PageSize": 10}
            return self.signer.request(**search)

        return latency(self.connection, request, count)

    def sencloud(self, count):
        """The seconds of so many requests for an hour."""

        def request(_):
            at = self._hour()
            dates = {"date_from": at.isoformat(), "date_to": (at + HOUR).isoformat()}
            return vendors.sencloud({"limit": 10}, **dates)

        return latency(self.connection, request, count)

    def commubo(self, count):
        """The seconds to the first byte of so many requests for a day."""
        took = []
        for _ in range(count):
            began = time.perf_counter()
            self.connection.send(vendors.commubo(*self.day))
            self.connection.first_byte()
            took.append(time.perf_counter() - began)
            if self.connection.answer().status != 200:
                raise RuntimeError("commubo did not answer with 200")
        return took


def pages(bench):
    """Alibaba's pages of a million calls"""
    asked = {
        "page 1 of everything": (8, 1, {}),
        "page 100 of everything": (8, 1, {"PageNumber": 100}),
        "phone substring": (25, 5, {"Criteria": '{"phoneNumber": "5550142"}'}),
        "sorted by duration": (25, 3, {"OrderByField": "callDuration"}),
    }
    with servers.Place() as place:
        many, _ = world(bench, place, MANY)
        connection, signer = client.Connection(many.port), vendors.Signer()
        for what, (must, aim, more) in asked.items():
            search = {**EVERYTHING, "PageNumber": 1, "PageSize": 10, **more}
            took = latency(connection, lambda _, search=search: signer.request(**search), 25)
            yield Figure(
                "pages",
                f"1,000,000 calls: Alibaba {what}",
                median(took) * 1000,
                "ms",
                must,
                aim,
                holds_in_short=False,
            )


def deep(bench):
    """Sencloud's page 5,000 against its page 1, of ten rows each"""
    depth = 5_000
    with servers.Place() as place:
        many, _ = world(bench, place, MANY)
        connection = client.Connection(many.port)
        after = "."
        for _ in range(depth - 1):
            answer = connection.ask(vendors.sencloud({"limit": 10, "after": after}))
            after = json.loads(answer.body)["paging"]["next"]
        requests = [vendors.sencloud({"limit": 10, "after": at}) for at in (".", after)]
        took = [[], []]
        for _ in range(40 if bench.short else 100):
            for place_of, request in enumerate(requests):
                took[place_of] += latency(connection, lambda _, request=request: request, 5)
    first, last = (median(times) * 1000 for times in took)
    note = f"{last:.3f} ms against {first:.3f} ms"
    yield Figure(
        "deep", "Sencloud page 5,000 against page 1", last / first, "×", 1.2, 1.0, False, note
    )


def whole(bench):
    """commubo's list of all calls: speed, and memory"""
    with servers.Place() as place:
        many, _ = world(bench, place, MANY)
        many.forget_peak()
        before = many.rss()
        speeds = [drained(many.port, vendors.commubo()) for _ in range(3)]
        grown = (many.peak() - before) / MB
    what = "1,000,000 calls: commubo's whole list"
    yield Figure("whole", what, median(speeds) / MB, "MB/s", 300, 1000, True, holds_in_short=False)
    yield Figure("whole", f"{what}, more memory", grown, "MB", 16, holds_in_short=False)


def drained(port, request):
    """Bytes a second of an answer that ends with its connection. Nothing is copied here."""
    request.headers = {**request.headers, "Connection": "close"}
    with socket.create_connection(("127.0.0.1", port), 120) as connection:
        began, size = time.perf_counter(), 0
        connection.sendall(request.raw(f"127.0.0.1:{port}"))
        while part := connection.recv_into(BUFFER, len(BUFFER), socket.MSG_TRUNC):
            size += part
        return size / (time.perf_counter() - began)
