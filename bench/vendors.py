"""The requests of a good client of each vendor."""

import base64
import hashlib
import hmac
import json
import os
import time
from urllib.parse import quote

from client import Request

COMMUBO = {
    "x-commubo-tenantId": "12345678-90AB-CDEF-1234-567890ABCDEF",
    "x-commubo-accessToken": "FEDCBA09-8765-4321-FEDC-BA0987654321",
}
CCAI = {
    "Authorization": "Basic " + base64.b64encode(b"acme:mock-token").decode(),
    "Content-Type": "application/json",
}
SENCLOUD = {
    "Authorization": "Bearer 1296121461794938793:MOCKKEY",
    "Content-Type": "application/json",
}
COMMUBO_PATH = "/v1/calls"
CCAI_PATH = "/apps/api/v1/calls"
SENCLOUD_PATH = "/v1/shop.Sencloud/ListCallLogs"

# An inbound call to the menu of the scenario `pool`.
INBOUND = json.dumps(
    {"call_type": "Voice Inbound (API)", "menu_id": 9, "end_user_number": "+1 859-657-9625"}
)


def compact(value):
    """JSON without spaces, as the vendors write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def commubo_path(start=None, end=None):
    """The path of a list of days, from `start` to the day before `end`."""
    query = "&".join(f"{name}={day}" for name, day in (("start", start), ("end", end)) if day)
    return f"{COMMUBO_PATH}?{query}" if query else COMMUBO_PATH


def commubo(start=None, end=None):
    """A list of days."""
    return Request("GET", commubo_path(start, end), COMMUBO)


def sencloud_body(paging, **conditions):
    """The body of a list with a filter."""
    return compact({"filter": conditions, "paging": paging})


def sencloud(paging, **conditions):
    """A list with a filter."""
    return Request("POST", SENCLOUD_PATH, SENCLOUD, sencloud_body(paging, **conditions).encode())


def create():
    """A call to create."""
    return Request("POST", CCAI_PATH, CCAI, INBOUND.encode())


class Signer:
    """Signs Alibaba's requests by HMAC-SHA1. A nonce is never used twice."""

    def __init__(self):
        self.run = os.urandom(6).hex()
        self.count = 0

    def paths(self, searches, count):
        """`count` signed paths, which take the searches by turns."""
        prepared = [self._prepared(search) for search in searches]
        return [self._signed(prepared[n % len(prepared)]) for n in range(count)]

    def path(self, **search):
        """One signed path."""
        return self.paths([search], 1)[0]

    def request(self, **search):
        """One signed request."""
        return Request("GET", self.path(**search))

    def _prepared(self, search):
        """The text to sign and the query, both cut where the nonce belongs."""
        parameters = {
            "AccessKeyId": "testid",
            "Action": "ListCallDetailRecords",
            "Format": "JSON",
            "InstanceId": "ccc-test",
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": "NONCE",
            "SignatureVersion": "1.0",
            "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "Version": "2020-07-01",
            **{name: str(value) for name, value in search.items()},
        }
        pairs = [f"{name}={quote(value, safe='~')}" for name, value in sorted(parameters.items())]
        query = "&".join(pairs)
        to_sign = f"GET&%2F&{quote(query, safe='~')}"
        return to_sign.split("NONCE"), query.split("NONCE")

    def _signed(self, prepared):
        to_sign, query = prepared
        self.count += 1
        nonce = f"{self.run}{self.count}"
        text = nonce.join(to_sign).encode()
        signature = base64.b64encode(hmac.digest(b"testsecret&", text, hashlib.sha1)).decode()
        signature = signature.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
        return f"/?{nonce.join(query)}&Signature={signature}"
