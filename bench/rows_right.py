"""The row of right answers: random searches, each compared with the naive reference."""

import json
import random
import re

import client
import reference as naive
import scenarios
import servers
import vendors
from figures import Figure
from load import Wrong
from reference import Reference, moment, same
from vendors import compact

CALLS, DAYS = 600, 60
ORDERS = {
    "callDuration": "CallDuration",
    "ringTime": "RingTime",
    "talkTime": "TalkTime",
    "dialingTime": "DialingTime",
    "ivrTime": "IvrTime",
    "queueTime": "QueueTime",
}
ROWS = re.compile(rb'^\{"call_logs":\[(.*)\],"paging":', re.DOTALL)


def right(bench):
    """Random searches that the naive reference answers alike"""
    chance = random.Random(bench.seed)
    rounds = 40 if bench.short else 400
    with servers.Place() as place:
        file = place.file("scenario.yaml", scenarios.generated(CALLS, DAYS))
        for binary in (bench.binaries.machine, bench.binaries.image):
            server = place.callmock(binary, "--scenario", file)
            searches = Searches(server, chance)
            for _ in range(rounds):
                searches.commubo()
                searches.alibaba()
                searches.sencloud()
            place.stop(server)
    what = "answers to random searches that the naive reference contradicts"
    note = f"of {searches.count:,} by each build; --seed {bench.seed}"
    yield Figure("right", what, 0, "", 0, 0, False, note)


class Searches:
    """Searches of one server, drawn by chance and compared one by one."""

    def __init__(self, server, chance):
        self.connection = client.Connection(server.port)
        self.chance = chance
        self.reference = Reference(server)
        self.signer = vendors.Signer()
        self.count = 0

    def _asked(self, request):
        self.count += 1
        return self.connection.ask(request)

    def _one_in(self, times):
        return self.chance.randrange(times) == 0

    def _call(self):
        return self.chance.choice(self.reference.calls)

    def _span(self):
        """Two moments: the starts of two calls."""
        return sorted((self._call()["at"], self._call()["at"]))

    def commubo(self):
        """A list of days, with any level of detail."""
        first, days = self.chance.randrange(DAYS), self.chance.randrange(1, 8)
        expand = self.chance.choice(("none", "customer", "operator", "all"))
        span = scenarios.day(first), scenarios.day(first + days)
        request = vendors.commubo(*span)
        request.path += f"&expand={expand}"
        expected = self.reference.commubo(*span, expand)
        self._compare(request, self._asked(request), expected)

    def alibaba(self):
        """A page of a search with any filter and order."""
        first, last = map(naive.millis, self._span())
        page, size = self.chance.randrange(1, 5), self.chance.randrange(1, 101)
        search = {"StartTime": first, "EndTime": last, "PageNumber": page, "PageSize": size}
        found = self._filtered(search, self.reference.between_millis(first, last))
        rows = [self.reference.row("alibaba", call) for call in found]
        expected = naive.alibaba_page(rows, page, size)
        request = self.signer.request(**search)
        self._compare(request, self._asked(request), expected, naive.REQUEST_ID)

    def _filtered(self, search, calls):
        """Draws conditions and an order into a search. Returns the calls that it finds."""
        if self._one_in(3):
            number = self.chance.choice((self._call()["from"], self._call()["to"]))
            part = number[self.chance.randrange(len(number)) :][: self.chance.randrange(2, 12)]
            search["Criteria"] = json.dumps({"phoneNumber": part})
            calls = [call for call in calls if part in call["from"] or part in call["to"]]
        if self._one_in(6):
            search["CallingNumber"] = number = self._call()["from"]
            calls = [call for call in calls if call["from"] == number]
        for name, member in (("ContactDisposition", "ContactDisposition"), ("AgentId", "AgentIds")):
            wanted = self._texts(self._call(), member)
            if wanted and self._one_in(4):
                search[name] = wanted[0]
                calls = [call for call in calls if wanted[0] in self._texts(call, member)]
        return self._ordered(search, calls)

    def _texts(self, call, member):
        """A member of Alibaba's row, which may have several texts: a transferred call's agents."""
        text = self.reference.row("alibaba", call).get(member)
        return text.split(",") if text else []

    def _ordered(self, search, calls):
        """Draws an order into a search. Calls that are equal in it stay in the order of time."""
        if self._one_in(2):
            search["OrderByField"] = order = self.chance.choice(list(ORDERS))
            shown = self.reference.row
            calls = sorted(calls, key=lambda call: int(shown("alibaba", call)[ORDERS[order]]))
        if self._one_in(2):
            search["SortOrder"] = "ASC"
            return calls
        return calls[::-1]

    def sencloud(self):
        """A walk through a search with any filter and order."""
        first, last = self._span()
        conditions = {"date_from": first.isoformat(), "date_to": last.isoformat()}
        found = self._matching(
            conditions, [c for c in self.reference.calls if first <= c["at"] <= last]
        )
        paging = {"limit": self.chance.randrange(1, 101)}
        member = self.chance.choice(("started_at", "created_at", "updated_at"))
        shown = self.reference.row
        rows = sorted(
            (shown("sencloud", call) for call in found), key=lambda row: moment(row[member])
        )
        if self._one_in(2):
            paging["sort"] = member
        else:
            paging["sort"] = f"-{member}"
            rows.reverse()
        self._walk(paging, conditions, rows)

    def _matching(self, conditions, calls):
        """Draws conditions into a filter. Returns the calls that it matches."""
        for name in ("direction", "call_state", "extension_ids"):
            member = name.rstrip("s") if name.endswith("ids") else name
            wanted = self.reference.row("sencloud", self._call())[member]
            if self._one_in(4) and wanted != "0":
                conditions[name] = [wanted] if name.endswith("ids") else wanted
                shown = self.reference.row
                calls = [call for call in calls if shown("sencloud", call)[member] == wanted]
        if self._one_in(4):
            least = self.chance.randrange(200)
            conditions["duration"] = {"comparison": "greater_than", "value": least}
            calls = [c for c in calls if self.reference.row("sencloud", c)["duration"] > least]
        if self._one_in(6):
            conditions["call_number"] = number = self._call()["from"]
            calls = [call for call in calls if number in (call["from"], call["to"])]
        return calls

    def _walk(self, paging, conditions, rows):
        """Compares page after page, by the cursor of each."""
        after, limit = ".", paging["limit"]
        for begin in range(0, max(1, len(rows)), limit):
            request = vendors.sencloud({**paging, "after": after}, **conditions)
            answer = self._asked(request)
            found = ROWS.match(answer.body)
            expected = ",".join(compact(row) for row in rows[begin : begin + limit]).encode()
            if answer.status != 200 or found is None or found[1] != expected:
                raise Wrong(f"{request.body}: {answer.body[:300]!r}, expected {expected[:300]!r}")
            after = json.loads(answer.body)["paging"]["next"]
            if bool(after) != (begin + limit < len(rows)):
                raise Wrong(
                    f"{request.body}: next is {after!r} after {begin + limit} of {len(rows)}"
                )

    def _compare(self, request, answer, expected, left_open=None):
        fault = same(answer, 200, expected, left_open)
        if fault:
            raise Wrong(f"{request.path}: {fault}")
