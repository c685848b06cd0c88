"""A sync job of a list vendor: it reads the calls since the last run and keeps them in SQLite.

    python job.py VENDOR STORE [BUG]

Without a bug it is careful: it looks back, adds by id, reads every page, keeps nothing of a walk that
failed, and moves its mark on only after a whole one. Each bug takes one of these away. It uses the
standard library alone, so that what it does can be read.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

URL = os.environ["CALLMOCK_URL"]
NOW = dt.datetime.fromisoformat(os.environ["CALLMOCK_NOW"])
CHINA = dt.timezone(dt.timedelta(hours=8))
JAPAN = dt.timezone(dt.timedelta(hours=9))

# Longer than the longest delay, the longest call and the latest change.
LOOK_BACK = dt.timedelta(days=2)
TRIES = 3


class Failed(Exception):
    """A page that was not answered."""


class Job:
    def __init__(self, bug):
        self.bug = bug

    def send(self, request, again):
        """The answer's JSON. `again` makes the request anew for another try."""
        for n in range(TRIES):
            try:
                with urllib.request.urlopen(request, timeout=2) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429 or n == TRIES - 1:
                    raise Failed(f"{error.code}") from error
                wait = float(error.headers.get("Retry-After") or 0.15 * 2**n)
                time.sleep(0.01 if self.bug == "impatient" else wait)
            except (OSError, ValueError) as error:
                if n == TRIES - 1:
                    raise Failed(str(error)) from error
                time.sleep(0.15 * 2**n)
            request = again()
        raise Failed("no answer")


class Alibaba(Job):
    """Page numbers, which slide while calls arrive. New calls come last here, so that only calls that
    come late move others, and it walks again until two walks agree."""

    @property
    def size(self):
        return 10 if self.bug in ("slides", "keeps_page") else 100

    # The page at which the last run ended.
    page = 1

    def request(self, number, begin, end):
        now = dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        parameters = {
            "Action": "ListCallDetailRecords",
            "Version": "2020-07-01",
            "Format": "JSON",
            "AccessKeyId": os.environ["CALLMOCK_ALIBABA_ACCESS_KEY_ID"],
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": str(uuid.uuid4()),
            "Timestamp": now,
            "InstanceId": os.environ.get("CALLMOCK_ALIBABA_INSTANCE_ID", "ccc-test"),
            "PageNumber": str(number),
            "PageSize": str(self.size),
            "StartTime": str(int(begin.timestamp() * 1000)),
            "EndTime": str(int(end.timestamp() * 1000)),
            "OrderByField": "startTime",
            "SortOrder": "DESC" if self.bug == "slides" else "ASC",
        }
        quote = lambda text: urllib.parse.quote(text, safe="-_.~")
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in sorted(parameters.items()))
        key = os.environ["CALLMOCK_ALIBABA_ACCESS_KEY_SECRET"] + "&"
        text = f"GET&%2F&{quote(query)}"
        mac = hmac.new(key.encode(), text.encode(), hashlib.sha1).digest()
        signature = quote(base64.b64encode(mac).decode())
        return urllib.request.Request(f"{URL}/?{query}&Signature={signature}")

    def walk(self, begin, end):
        rows, number, size = [], 1, self.size
        if self.bug == "keeps_page":
            number = self.page
        total = None
        while True:
            again = lambda: self.request(number, begin, end)
            data = self.send(again(), again)["Data"]
            rows += data["List"]
            if self.bug == "keeps_page":
                if len(data["List"]) < size:
                    self.page = number
                    return rows
                number += 1
                continue
            total = total if total is not None else data["TotalCount"]
            if number * size >= total or number == 100:
                return rows
            number += 1

    def rows(self, begin, end):
        rows = self.walk(begin, end)
        if self.bug is None:
            for _ in range(5):
                before, rows = {row["ContactId"] for row in rows}, self.walk(begin, end)
                if {row["ContactId"] for row in rows} == before:
                    break
        for row in rows:
            started = dt.datetime.fromtimestamp(row["StartTime"] / 1000, dt.timezone.utc)
            released = dt.datetime.fromtimestamp(row["ReleaseTime"] / 1000, dt.timezone.utc)
            if self.bug == "local_time":
                started = started.astimezone(CHINA).replace(tzinfo=dt.timezone.utc)
            yield row["ContactId"], started, released, row["SatisfactionIndex"] or None


class Sencloud(Job):
    """Cursors, which neither lose nor repeat a row."""

    def request(self, body):
        return urllib.request.Request(
            f"{URL}/v1/shop.Sencloud/ListCallLogs",
            json.dumps(body).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {os.environ['CALLMOCK_SENCLOUD_API_KEY']}",
            },
            method="POST",
        )

    def rows(self, begin, end):
        paging = {"limit": 50, "after": ".", "sort": "started_at"}
        dates = {"date_from": begin.isoformat(), "date_to": end.isoformat()}
        while True:
            body = {"filter": dates, "paging": paging}
            again = lambda: self.request(body)
            try:
                page = self.send(again(), again)
            except Failed:
                if self.bug == "swallows":
                    return
                raise
            for row in page["call_logs"] or []:
                started = dt.datetime.fromisoformat(row["started_at"])
                ended = dt.datetime.fromisoformat(row["ended_at"])
                if self.bug == "local_time":
                    started = started.replace(tzinfo=dt.timezone.utc)
                yield row["id"], started, ended, (row["recording_urls"] or [None])[0]
            after = page["paging"]["next"]
            if not after or self.bug == "short_page":
                return
            paging = {**paging, "after": after}


class Commubo(Job):
    """Whole days in Japan, in one array: no page is to be missed."""

    def request(self, begin, end):
        query = urllib.parse.urlencode({"start": begin, "end": end})
        return urllib.request.Request(
            f"{URL}/v1/calls?{query}",
            headers={
                "x-commubo-tenantId": os.environ["CALLMOCK_COMMUBO_TENANT_ID"],
                "x-commubo-accessToken": os.environ["CALLMOCK_COMMUBO_ACCESS_TOKEN"],
            },
        )

    def rows(self, begin, end):
        zone = dt.timezone.utc if self.bug == "local_time" else JAPAN
        first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
        if self.bug != "local_time":
            last += dt.timedelta(days=1)
        again = lambda: self.request(first, last)
        for call in self.send(again(), again):
            started = dt.datetime.fromisoformat(call["callDateTime"])
            yield call["callId"], started, None, None


JOBS = {"alibaba": Alibaba, "sencloud": Sencloud, "commubo": Commubo}


def main():
    vendor, store = sys.argv[1:3]
    bug = sys.argv[3] if len(sys.argv) > 3 else None
    job = JOBS[vendor](bug)
    database = sqlite3.connect(store)
    key = "" if bug in ("inclusive", "slides") else " PRIMARY KEY"
    database.execute(f"CREATE TABLE IF NOT EXISTS calls (vendor TEXT, id TEXT{key}, at TEXT, ended_at TEXT, extra TEXT)")
    database.execute("CREATE TABLE IF NOT EXISTS mark (until TEXT)")
    mark = database.execute("SELECT until FROM mark").fetchone()
    until = dt.datetime.fromisoformat(mark[0]) if mark else NOW - dt.timedelta(hours=1)
    begin = until
    if bug not in ("no_look_back", "skips", "slides"):
        begin = until - LOOK_BACK
    if bug == "skips":
        begin = NOW - dt.timedelta(minutes=50)
    end = NOW
    if bug in ("inclusive", "swallows"):
        # Hours that are over, so that nothing comes later; the end of one is the beginning of the next.
        end, begin = NOW - dt.timedelta(hours=2), until - dt.timedelta(hours=2)
    if bug == "keeps_page":
        # One list of all days, which grows.
        begin = dt.datetime(2024, 2, 15, tzinfo=dt.timezone.utc)
        database.execute("CREATE TABLE IF NOT EXISTS page (number INTEGER)")
        job.page = (database.execute("SELECT number FROM page").fetchone() or [1])[0]
    known = {row[0] for row in database.execute("SELECT id FROM calls")}
    for id, started, ended, extra in job.rows(begin, end):
        if bug == "never_rereads" and id in known:
            continue
        values = (vendor, id, started.isoformat(), ended and ended.isoformat(), extra)
        verb = "INSERT" if bug in ("inclusive", "slides") else "INSERT OR REPLACE"
        database.execute(f"{verb} INTO calls VALUES (?, ?, ?, ?, ?)", values)
    if bug == "keeps_page":
        database.execute("DELETE FROM page")
        database.execute("INSERT INTO page VALUES (?)", (job.page,))
    database.execute("DELETE FROM mark")
    database.execute("INSERT INTO mark VALUES (?)", (NOW.isoformat(),))
    database.commit()


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(f"the vendor failed: {error}")
