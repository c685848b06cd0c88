"""The row of a journal of many small values, and what a read of it holds in memory."""

import json

import client
import servers
import vendors
from figures import Figure
from load import Wrong
from servers import MB

COUNT = 1_000
READ = client.Request("GET", f"/_mock/journal?limit={COUNT}")


def zeros():
    """A request with a body of 60 KB of small numbers."""
    body = json.dumps({"filter": {"n": [0] * 20_000}}).encode()
    return client.Request("POST", vendors.SENCLOUD_PATH, vendors.SENCLOUD, body)


def filled(server, request=None, count=COUNT):
    """Sends a request so often that the journal is full of it."""
    connection = client.Connection(server.port)
    request = request or zeros()
    for _ in range(count):
        connection.ask(request)
    connection.close()


def journal(bench):
    """The peak of a read of 1,000 bodies of 60 KB"""
    with servers.Place() as place:
        server = place.callmock(bench.binaries.machine)
        filled(server)
        server.forget_peak()
        before = server.rss()
        answer = client.ask(server.port, READ)
        if answer.status != 200 or not answer.body.rstrip().endswith(b"}"):
            raise Wrong(f"journal: status {answer.status}, {answer.body[-100:]!r}")
        over = (server.peak() - before - 2 * len(answer.body)) / MB
    note = f"before {before / MB:.0f} MB, answer {len(answer.body) / MB:.0f} MB"
    what = "journal of 1,000 × 60 KB read: peak over before + 2 × answer"
    yield Figure("journal", what, over, "MB", 16, 8, False, note, False)
