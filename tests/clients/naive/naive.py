"""A client as one writes it on a Monday: it works, and makes some two dozen mistakes that no vendor tells it of."""

import base64
import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ["CALLMOCK_URL"]


def ask(method, path, headers, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data=data, headers=headers, method=method)
    for _ in range(2):
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            # Whatever it is: once more, at once.
            failed = error
    return failed.status


def commubo():
    token = os.environ["CALLMOCK_COMMUBO_ACCESS_TOKEN"]
    headers = {
        "x-commubo-tenantId": os.environ["CALLMOCK_COMMUBO_TENANT_ID"],
        "x-commubo-accessToken": token,
        "Authorization": "Bearer " + token,
    }
    ask("GET", "/v1/calls?strat=2024-05-14", headers)
    ask("GET", "/v1/calls?start=2024-05-14&end=2024-05-14", headers)
    ask("GET", f"/v1/calls?start=2024-05-14&token={token}", headers)
    ask("GET", "/v1/calls?start=14/05/2024", headers)


def ccai():
    user = os.environ["CALLMOCK_CCAI_SUBDOMAIN"] + ":" + os.environ["CALLMOCK_CCAI_TOKEN"]
    basic = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}
    call = {"agent_email": "mai@example.com", "end_user_number": "+12051234567", "agentEmail": "mai@example.com"}
    ask("POST", "/apps/api/v1/calls", basic, {"call_type": "OutboundCall", **call})
    later = {"call_type": "Voice Scheduled (API)", "menu_id": "9", "end_user_number": "+12051234567"}
    ask("POST", "/apps/api/v1/calls", basic, {**later, "scheduled_at": "2030-01-31T09:00:00"})


def alibaba():
    def signed(nonce, **parameters):
        parameters = {
            "Action": "ListCallDetailRecords",
            "Version": "2020-07-01",
            "AccessKeyId": os.environ["CALLMOCK_ALIBABA_ACCESS_KEY_ID"],
            "InstanceId": os.environ["CALLMOCK_ALIBABA_INSTANCE_ID"],
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": nonce,
            "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "PageNumber": "1",
            "PageSize": "10",
            **parameters,
        }
        encoded = lambda text: urllib.parse.quote(text, safe="-_.~")
        canonical = "&".join(f"{encoded(name)}={encoded(parameters[name])}" for name in sorted(parameters))
        key = os.environ["CALLMOCK_ALIBABA_ACCESS_KEY_SECRET"] + "&"
        digest = hmac.new(key.encode(), f"GET&%2F&{encoded(canonical)}".encode(), hashlib.sha1).digest()
        return "/?" + canonical + "&Signature=" + encoded(base64.b64encode(digest).decode())

    now = 1715770000
    ask("GET", signed("1", StartTime=str((now - 200_000) * 1000), contactType="Inbound"), {})
    ask("GET", signed("1"), {})
    ask("GET", signed("2", StartTime=str(now - 200_000), EndTime=str(now)), {})
    ask("GET", signed("3"), {})


def sencloud():
    headers = {
        "Content-Type": "application/json",
        "Authorization": "Bearer " + os.environ["CALLMOCK_SENCLOUD_API_KEY"],
    }
    path = "/v1/shop.Sencloud/ListCallLogs"
    first = ask("POST", path, headers, {"extension_ids": ["101"], "paging": {"limit": 1000}})
    first = ask("POST", path, headers, {"filter": {"directon": "in"}, "paging": {"limit": 50}})
    after = first["paging"]["next"]
    ask("POST", path, headers, {"filter": {"direction": "in"}, "paging": {"limit": 50, "after": after}})
    ask("POST", path, headers, {"filter": {"date_from": "2024-05-14 00:00:00"}})


commubo()
ccai()
alibaba()
sencloud()
