"""Signs Alibaba's requests as the older style has it (HMAC-SHA1 in parameters), once they are as they will be sent."""

import base64
import datetime
import hashlib
import hmac
import os
import urllib.parse
import uuid

import requests
import requests.auth
import schemathesis


def encoded(text: str) -> str:
    return urllib.parse.quote(text, safe="-_.~")


def now() -> datetime.datetime:
    """The machine's time, or the world's where its readings hold signatures against that (alibaba.skew: world)."""
    if os.environ.get("SIGN_BY") != "alternate":
        return datetime.datetime.now(datetime.timezone.utc)
    clock = requests.get(os.environ["CALLMOCK_URL"] + "/_mock/clock", timeout=10).json()
    return datetime.datetime.fromisoformat(clock["now"].replace("Z", "+00:00"))


class Signed(requests.auth.AuthBase):
    def __call__(self, request):
        url = urllib.parse.urlsplit(request.url)
        pairs = urllib.parse.parse_qsl(url.query, keep_blank_values=True)
        own = {
            "AccessKeyId": os.environ["CALLMOCK_ALIBABA_ACCESS_KEY_ID"],
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": uuid.uuid4().hex,
            "Timestamp": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        # A generated instance is nobody's; most requests should come further than that.
        own["InstanceId"] = os.environ["CALLMOCK_ALIBABA_INSTANCE_ID"]
        pairs = [(name, value) for name, value in pairs if name not in own] + list(own.items())
        canonical = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(pairs))
        to_sign = f"{request.method}&%2F&{encoded(canonical)}"
        key = os.environ["CALLMOCK_ALIBABA_ACCESS_KEY_SECRET"] + "&"
        digest = hmac.new(key.encode(), to_sign.encode(), hashlib.sha1).digest()
        pairs.append(("Signature", base64.b64encode(digest).decode()))
        query = urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote)
        request.url = urllib.parse.urlunsplit(url._replace(query=query))
        return request


if os.environ.get("SIGN_FOR") == "alibaba":
    schemathesis.auth.set_from_requests(Signed())
