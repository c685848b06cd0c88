"""A client that does what the pages say, and takes nothing for granted that they leave open. With OUT set it writes what it
made of the calls, a JSON object a line, for `callmock oracle diff`."""

import base64
import datetime
import email.utils
import hashlib
import hmac
import json
import os
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

URL = os.environ["CALLMOCK_URL"]
FROM, TO = "2024-05-14", "2024-05-16"  # two days in Japan
JAPAN = datetime.timezone(datetime.timedelta(hours=9))
START, END = (datetime.datetime.fromisoformat(day).replace(tzinfo=JAPAN) for day in (FROM, TO))

rows = []


class Refused(Exception):
    def __init__(self, status, headers, body):
        super().__init__(f"{status}: {body[:300]}")
        self.status, self.headers, self.body = status, headers, body


def once(method, path, headers, body):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        raise Refused(error.code, error.headers, error.read().decode()) from None


def ask(make, passes):
    """Asks anew what `make` makes, where the refusal passes by itself: after as long as it says, or longer each time."""
    for n in range(5):
        try:
            return once(*make())
        except Refused as refused:
            if n == 4 or not passes(refused):
                raise
            wait = refused.headers.get("Retry-After")
            millis = refused.headers.get("x-acs-retry-after")
            if wait is not None:
                time.sleep(float(wait))
            elif millis is not None:
                time.sleep(float(millis) / 1000)
            else:
                time.sleep(0.25 * 2**n * random.uniform(1, 1.5))


def busy(refused):
    return refused.status == 429 or refused.status >= 500


def commubo():
    headers = {
        "x-commubo-tenantId": os.environ["CALLMOCK_COMMUBO_TENANT_ID"],
        "x-commubo-accessToken": os.environ["CALLMOCK_COMMUBO_ACCESS_TOKEN"],
    }
    path = f"/v1/calls?start={FROM}&end={TO}&expand=all"
    _, _, calls = ask(lambda: ("GET", path, headers, None), busy)
    outcomes = {"SUCCESSFUL": "answered"}
    for call in calls:
        # Whether the day `end` is in the range, the page leaves open.
        if not START <= datetime.datetime.fromisoformat(call["callDateTime"]) < END:
            continue
        outbound = int(call["callType"]) == 1
        connected, talk = call.get("connectedDateTime"), call.get("talkTime")
        rows.append({
            "vendor": "commubo",
            "id": call["callId"],
            "direction": "outbound" if outbound else "inbound",
            "from": None if outbound else call["phoneNumber"],
            "to": call["phoneNumber"] if outbound else None,
            "at": call["callDateTime"],
            "answered_at": connected,
            "talk": None if talk is None else int(talk),
            "outcome": outcomes.get(call["connectResult"], call["connectResult"].lower()),
            "agent": call.get("operator", {}).get("operatorId"),
            "customer": call.get("customer", {}).get("customerId"),
        })


def ccai():
    user = os.environ["CALLMOCK_CCAI_SUBDOMAIN"] + ":" + os.environ["CALLMOCK_CCAI_TOKEN"]
    headers = {
        "Authorization": "Basic " + base64.b64encode(user.encode()).decode(),
        "Content-Type": "application/json",
    }
    calls = "/apps/api/v1/calls"
    ask_of = lambda method, path, body: ask(lambda: (method, path, headers, body), busy)
    number = "+1 205-555-0123"
    outbound = {
        "call_type": "Voice Outbound (API)",
        "agent_email": "mai@example.com",
        "end_user_number": number,
        "outbound_number": "+1 339-219-5276",
    }
    status, answered, call = ask_of("POST", calls, outbound)
    # 202, or 200 as some of the page's examples have it: the agent chooses first, and there is no call yet.
    if status == 201:
        bare = {name: value for name, value in headers.items() if name != "Content-Type"}
        flag = f"{calls}/{call['id']}/customer_flag"
        _, _, flags = ask(lambda: ("GET", flag, bare, None), busy)
        _, _, flags = ask_of("PATCH", flag, {"repeat_customer": True})
        assert flags["repeat_customer"] is True, flags
    menu = {"menu_id": 9, "end_user_number": number}
    ask_of("POST", calls, {"call_type": "Voice Inbound (API)", **menu})
    # The future is the service's: its clock is in every answer.
    now = email.utils.parsedate_to_datetime(answered["Date"])
    due = (now + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ask_of("POST", calls, {"call_type": "Voice Scheduled (API)", **menu, "scheduled_at": due})


def alibaba():
    ahead = datetime.timedelta()

    def signed(**parameters):
        def make():
            now = datetime.datetime.now(datetime.timezone.utc) + ahead
            full = {
                "Action": "ListCallDetailRecords",
                "Version": "2020-07-01",
                "Format": "JSON",
                "AccessKeyId": os.environ["CALLMOCK_ALIBABA_ACCESS_KEY_ID"],
                "InstanceId": os.environ["CALLMOCK_ALIBABA_INSTANCE_ID"],
                "SignatureMethod": "HMAC-SHA1",
                "SignatureVersion": "1.0",
                "SignatureNonce": str(uuid.uuid4()),
                "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                **parameters,
            }
            encoded = lambda text: urllib.parse.quote(text, safe="-_.~")
            canonical = "&".join(f"{encoded(name)}={encoded(full[name])}" for name in sorted(full))
            key = os.environ["CALLMOCK_ALIBABA_ACCESS_KEY_SECRET"] + "&"
            digest = hmac.new(key.encode(), f"GET&%2F&{encoded(canonical)}".encode(), hashlib.sha1).digest()
            return "GET", f"/?{canonical}&Signature={encoded(base64.b64encode(digest).decode())}", {}, None

        return make

    def passes(refused):
        nonlocal ahead
        code = json.loads(refused.body)["Code"]
        if code == "InvalidTimeStamp.Expired":
            # Whose clock is wrong does not matter: the service's counts.
            service = email.utils.parsedate_to_datetime(refused.headers["Date"])
            ahead = service - datetime.datetime.now(datetime.timezone.utc)
            return True
        return busy(refused) or code.startswith("Throttling")

    millis = lambda at: str(int(at.timestamp() * 1000))
    seen, number, pages = 0, 1, 1
    while number <= pages:
        search = {"StartTime": millis(START), "EndTime": millis(END), "PageSize": "100", "PageNumber": str(number)}
        _, _, answer = ask(signed(**search), passes)
        data = answer["Data"]
        if number == 1:
            pages = -(-data["TotalCount"] // 100)
        for record in data["List"]:
            seen += 1
            time_of = lambda name: record.get(name) and datetime.datetime.fromtimestamp(
                record[name] / 1000, datetime.timezone.utc
            ).isoformat(timespec="milliseconds")
            outcomes = {"Success": "answered", "Reject": "rejected", "AbandonedInIVR": "abandoned_ivr",
                        "AbandonedInQueue": "abandoned_queue", "AbandonedInRing": "abandoned_ring",
                        "Voicemail": "voicemail", "QueuingFailed": "failed", "QueuingTimeout": "failed",
                        "QueuingOverflow": "failed", "IVRException": "failed", "ForwardToOutsideNumber": "answered"}
            unconnected = {"Busy": "busy", "NotConnected": "failed", "PowerOff": "failed", "NotExist": "failed",
                           "OutOfService": "failed", "Restricted": "failed"}
            directions = {"Predictive": "outbound", "Back2Back": "outbound", "PrivacyDial": "outbound",
                          "Conference": "internal"}
            outcome = outcomes.get(record["ContactDisposition"])
            rows.append({
                "vendor": "alibaba",
                "id": record["ContactId"],
                "direction": directions.get(record["ContactType"], record["ContactType"].lower()),
                "from": record["CallingNumber"],
                "to": record["CalledNumber"],
                "at": time_of("StartTime"),
                "answered_at": time_of("EstablishedTime"),
                "talk": record["TalkTime"],
                "outcome": outcome or unconnected.get(record.get("EarlyMediaState"), "no_answer"),
                # The first agent of several is the one who took the call.
                "agent": record["AgentIds"].split(",")[0] if "AgentIds" in record else None,
            })
            assert int(record["CallDuration"]) >= 0
        number += 1
    return seen


def sencloud():
    headers = {
        "Content-Type": "application/json",
        "Authorization": "Bearer " + os.environ["CALLMOCK_SENCLOUD_API_KEY"],
    }
    seen, after = 0, ""
    while True:
        body = {
            "filter": {"date_from": START.isoformat(), "date_to": END.isoformat()},
            "paging": {"limit": 100, "after": after},
        }
        make = lambda: ("POST", "/v1/shop.Sencloud/ListCallLogs", headers, body)
        _, _, answer = ask(make, lambda refused: busy(refused) or "resource_exhausted" in refused.body)
        logs = answer["call_logs"] or []
        directions = {"in": "inbound", "out": "outbound"}
        for log in logs:
            seen += 1
            target = next(iter(log["call_targets"] or []), {})
            answered = target.get("answered_time", "0001")
            somebody = lambda name: None if log[name] == "0" else log[name]
            rows.append({
                "vendor": "sencloud",
                "id": log["id"],
                "direction": directions.get(log["direction"], "internal"),
                "from": log["caller"],
                "to": log["callee"],
                "at": log["started_at"],
                "answered_at": None if answered.startswith("0001") else answered,
                "talk": log["duration"],
                "outcome": log["call_state"],
                "agent": somebody("extension_id"),
                "customer": somebody("contact_id"),
            })
        after = answer["paging"]["next"]
        # Whether the last page has a `next`, the page leaves open.
        if not after or not logs:
            return seen


commubo()
ccai()
records, logs = alibaba(), sencloud()
assert records == logs > 200, (records, logs)
if "OUT" in os.environ:
    with open(os.environ["OUT"], "w") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
