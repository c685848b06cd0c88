"""A naive reference: what a page must hold, worked out from the neutral calls of the admin API.

`GET /_mock/calls` says what there is, and `GET /_mock/calls/ID` how a vendor shows one call. Which
calls a page has, their order, the counts and the envelope are worked out here, the plain way.
"""

import bisect
import datetime
import json
import re

from vendors import compact

JAPAN = datetime.timezone(datetime.timedelta(hours=9))
UTC = datetime.timezone.utc
REQUEST_ID = re.compile(rb'"RequestId":"([0-9A-F-]{36})"')
CURSOR = re.compile(rb'"next":"([A-Za-z0-9_-]*)"')
VARIABLE = re.compile(rb'("(?:id|call_id|call_uuid|\w+_at|\w+_time)":)("[^"]*"|\d+)')


def moment(text):
    """A time of the admin API."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def utc(at):
    """A time in a query of the admin API."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def millis(at):
    """A time as Alibaba writes it."""
    return round(
        (at - datetime.datetime(1970, 1, 1, tzinfo=UTC)) / datetime.timedelta(milliseconds=1)
    )


class Reference:
    """The past calls of a world, or of a span of it, oldest first, and each vendor's rows."""

    def __init__(self, server, first=None, end=None):
        self.server = server
        self.host = f"127.0.0.1:{server.port}".encode()
        self.now = moment(json.loads(server.ask("GET", "/_mock/clock").body)["now"])
        limits = (("from", first), ("to", end))
        span = "".join(f"&{name}={utc(at)}" for name, at in limits if at is not None)
        self.calls = self._listed(span)
        self.starts = [call["at"] for call in self.calls]
        self.shown = {}

    def _listed(self, span):
        calls, after = [], 0
        while after is not None:
            answer = self.server.ask("GET", f"/_mock/calls?after={after}&limit=5000{span}")
            page = json.loads(answer.body)
            calls += page["calls"]
            after = page["next"]
        for call in calls:
            call["at"] = moment(call["at"])
        return [call for call in calls if moment(call["ended_at"]) <= self.now]

    def between(self, first, end):
        """The calls that began at `first` or later and before `end`."""
        return self.calls[
            bisect.bisect_left(self.starts, first) : bisect.bisect_left(self.starts, end)
        ]

    def row(self, vendor, call):
        """A call as a vendor's list shows it."""
        known = self.shown.get(call["id"])
        if known is None:
            answer = self.server.ask("GET", f"/_mock/calls/{call['id']}")
            known = self.shown[call["id"]] = json.loads(answer.body)["shown"]
        return known[vendor]

    def commubo_calls(self, start, end):
        """The calls of the days from `start` to the one before `end`, which begin in Japan."""
        first, last = (
            datetime.datetime.fromisoformat(day).replace(tzinfo=JAPAN) for day in (start, end)
        )
        return [call for call in self.between(first, last) if call["direction"] != "internal"]

    def commubo(self, start, end, expand="none"):
        """The body of a list of days. What is not expanded stands there by its id only."""
        rows = []
        for call in self.commubo_calls(start, end):
            row = dict(self.row("commubo", call))
            for member, name in (("customer", "customerId"), ("operator", "operatorId")):
                if member in row and expand not in (member, "all"):
                    row[member] = {name: row[member][name]}
            rows.append(compact(row))
        return f"[{','.join(rows)}]".encode()

    def between_millis(self, first, last):
        """The calls that began within two times as Alibaba writes them, both included."""
        return self.between(
            *(datetime.datetime.fromtimestamp(at / 1000, UTC) for at in (first, last + 1))
        )

    def alibaba(self, start, end, page, size):
        """The body of a page of a span, newest first, with `RequestId` left open."""
        found = self.between_millis(start, end)[::-1]
        return alibaba_page([self.row("alibaba", call) for call in found], page, size)

    def sencloud(self, first, last, limit, host):
        """The body of a first page, newest first, with the cursor left open.

        Recordings have the host that was asked."""
        end = last + datetime.timedelta(microseconds=1)
        found = self.between(first, end)[::-1]
        rows = [self.row("sencloud", call) for call in found[:limit]]
        paging = {"after": ".", "before": "", "limit": limit, "next": "", "prev": "", "sort": ""}
        body = compact({"call_logs": rows, "paging": paging}).encode()
        return body.replace(self.host, host.encode())


def alibaba_page(rows, page, size):
    """The body of a page of all rows, with `RequestId` left open. Only page 1 has the total."""
    total = len(rows) if page == 1 else 0
    shown = rows[(page - 1) * size : page * size]
    data = {"PageNumber": page, "PageSize": size, "TotalCount": total, "List": shown}
    body = {"Code": "OK", "HttpStatusCode": 200, "Message": "无", "RequestId": "", "Data": data}
    return compact(body).encode()


def same(answer, status, body, left_open=None):
    """Says how an answer differs from the expected one, or None. What is open may be anything."""
    found = without(left_open, answer.body) if left_open else answer.body
    if answer.status != status:
        return f"status {answer.status}, expected {status}: {answer.body[:200]!r}"
    if found != body:
        shorter = min(len(found), len(body))
        place = next((n for n in range(shorter) if found[n] != body[n]), shorter)
        near = slice(max(0, place - 20), place + 60)
        return f"differs at byte {place}: {found[near]!r}, expected {body[near]!r}"
    return None


def without(pattern, body):
    """A body without what the first match of a pattern encloses."""
    match = pattern.search(body)
    return body[: match.start(1)] + body[match.end(1) :] if match else body


def created(first):
    """A check of created calls: but for ids, times and agents, each equals the first one."""

    def plain(body):
        call = json.loads(body)
        for name in ("agent_info", "participants", "photos"):
            call.pop(name, None)
        return VARIABLE.sub(rb"\1", compact(call).encode())

    expected = plain(first.body)

    def check(answer, _):
        if answer.status != 201:
            return f"status {answer.status}, expected 201: {answer.body[:200]!r}"
        return (
            None if plain(answer.body) == expected else f"not like the first: {answer.body[:400]!r}"
        )

    return check
