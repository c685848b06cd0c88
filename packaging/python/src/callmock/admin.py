"""The admin API of a server, and a world of it."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta
from typing import Any, Dict, List, Mapping, Optional, Union

Json = Any
Moment = Union[str, datetime]

# No proxy stands between a test and its own server.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class CallmockError(Exception):
    """callmock refused a request, or could not be started. The message says what to do instead."""

    def __init__(self, message: str, status: Optional[int] = None) -> None:
        super().__init__(message)
        #: The status of the refusal, if a server refused.
        self.status = status


class Admin:
    """Requests to the admin API at an address."""

    def __init__(self, url: str, token: Optional[str] = None) -> None:
        self.url = url.rstrip("/")
        self._token = token

    def ask(self, method: str, path: str, body: Json = None) -> Json:
        """One request. The answer's JSON, or None if it has no body."""
        text = self.text(method, path, body)
        return json.loads(text) if text else None

    def text(self, method: str, path: str, body: Json = None) -> str:
        """One request. The answer as text."""
        headers = {"content-type": "application/json"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with _OPENER.open(request, timeout=660) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            raise CallmockError(_message(error.read().decode()), error.code) from None
        except OSError as error:
            raise CallmockError(f"no callmock answers at {self.url}: {error}") from None


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return text


def _verdict(text: str) -> str:
    """What came closest, as a person reads it."""
    try:
        return "the requests are not as expected: " + json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _moment(at: Moment) -> str:
    if isinstance(at, str):
        return at
    if at.tzinfo is None:
        raise CallmockError(f"{at!r} has no time zone: write datetime(…, tzinfo=timezone.utc)")
    return at.isoformat()


class World:
    """A world: calls, a clock, faults and a journal that no other world sees."""

    def __init__(self, admin: Admin, made: Mapping[str, Json], url: str) -> None:
        self._admin = admin
        self.id: str = made["id"]
        self.name: Optional[str] = made.get("name")
        #: The address for a client. The world's credentials lead to this world.
        self.url: str = url
        #: An address that leads to this world without its credentials, too.
        self.base_url: str = f"{url}/w/{self.id}"
        #: The credentials by vendor, each by the names that the vendor's client needs.
        self.credentials: Dict[str, Dict[str, str]] = made["credentials"]

    def _ask(self, method: str, path: str, body: Json = None) -> Json:
        return self._admin.ask(method, f"/_mock/worlds/{self.id}{path}", body)

    # The clock.

    def now(self) -> datetime:
        """The world's present time."""
        text = str(self._ask("GET", "/clock")["now"]).replace("Z", "+00:00")
        # Older Pythons read no other number of digits than six.
        text = re.sub(r"\.(\d+)", lambda part: "." + part[1][:6].ljust(6, "0"), text)
        return datetime.fromisoformat(text)

    def set_clock(self, now: Moment) -> None:
        """Lets the clock stand at a time."""
        self._ask("PUT", "/clock", {"mode": "fixed", "now": _moment(now)})

    def run_clock(self, now: Optional[Moment] = None, rate: Optional[float] = None) -> None:
        """Lets the clock run, from a time on, `rate` times as fast as the machine's."""
        wanted: Dict[str, Json] = {"mode": "running"}
        if now is not None:
            wanted["now"] = _moment(now)
        if rate is not None:
            wanted["rate"] = rate
        self._ask("PUT", "/clock", wanted)

    def advance(self, by: Union[str, timedelta]) -> None:
        """Moves the clock on by a length of time, such as `PT5M`."""
        length = by if isinstance(by, str) else f"PT{by.total_seconds():.3f}S"
        self._ask("POST", "/clock/advance", {"by": length})

    # Faults.

    def fault(self, **fault: Json) -> str:
        """Adds a fault: `vendor`, and `do`, `when`, `times`, `operation`. Returns its id."""
        return str(self._ask("POST", "/faults", fault)["id"])

    def faults(self) -> List[Dict[str, Json]]:
        """The faults with their counts."""
        return list(self._ask("GET", "/faults")["faults"])

    def remove_fault(self, fault: str) -> None:
        """Removes a fault by its id."""
        self._ask("DELETE", f"/faults/{urllib.parse.quote(fault, safe='')}")

    def clear_faults(self) -> None:
        """Removes every fault."""
        self._ask("DELETE", "/faults")

    # Calls.

    def calls(self) -> List[Dict[str, Json]]:
        """All calls, as callmock itself sees them."""
        found: List[Dict[str, Json]] = []
        path = "/calls?limit=1000"
        while True:
            page = self._ask("GET", path)
            found += page["calls"]
            if page.get("next") is None:
                return found
            path = f"/calls?limit=1000&after={urllib.parse.quote(str(page['next']), safe='')}"

    def call(self, call: str) -> Dict[str, Json]:
        """One call, as callmock itself and each vendor shows it."""
        return dict(self._ask("GET", f"/calls/{urllib.parse.quote(call, safe='')}"))

    def add_call(self, **call: Json) -> Dict[str, Json]:
        """Adds a call, with the members of a scenario's call."""
        return dict(self._ask("POST", "/calls", call))

    # What was asked.

    def journal(self, **filters: Json) -> List[Dict[str, Json]]:
        """The exchanges, the oldest first: `vendor`, `operation`, `status`, `behavior`, `finding`."""
        query = urllib.parse.urlencode(filters)
        return list(self._ask("GET", f"/journal?{query}" if query else "/journal")["exchanges"])

    def verify(self, count: Mapping[str, int], within: Optional[str] = None, **match: Json) -> None:
        """Fails unless as many requests came as expected: `verify({"exactly": 2}, vendor=…)`."""
        expected: Dict[str, Json] = {"match": match, "count": dict(count)}
        if within is not None:
            expected["within"] = within
        __tracebackhide__ = True
        try:
            self._ask("POST", "/journal/verify", expected)
        except CallmockError as error:
            if error.status != 422:
                raise
            raise AssertionError(_verdict(str(error))) from None

    def expects(self, *ids: str) -> None:
        """Declares findings and refusals that the test causes on purpose, by their ids."""
        known = {one["id"] for one in self._admin.ask("GET", "/_mock/contract")["findings"]}
        findings = [one for one in ids if one in known]
        self._ask("POST", "/expect", {"findings": findings, "refusals": [one for one in ids if one not in known]})

    def expectations(self) -> Dict[str, List[Dict[str, Json]]]:
        """The expectations: those that are `open`, and those that are `met`."""
        return dict(self._ask("GET", "/expect"))

    def findings(self) -> List[Dict[str, Json]]:
        """What was wrong or fragile about the requests, with reason and remedy."""
        return list(self._ask("GET", "/findings")["findings"])

    def remove(self) -> None:
        """Removes the world. Its credentials are unknown from then on."""
        self._ask("DELETE", "")
