"""A job that creates calls at CCAI Platform, one for each order.

    python create.py [BUG]

Without a bug it waits as long as it is told, tries again only what was refused, and ends with an error
where it cannot know whether a call was made. `retries` sends a request again whose answer was lost.
"""

import base64
import http.client
import json
import os
import sys
import time
import urllib.parse

URL = urllib.parse.urlsplit(os.environ["CALLMOCK_URL"])
ORDERS = ["+12051234501", "+12051234502", "+12051234503"]
TRIES = 3


def create(number, bug):
    user = f"{os.environ['CALLMOCK_CCAI_SUBDOMAIN']}:{os.environ['CALLMOCK_CCAI_TOKEN']}"
    headers = {
        "Content-Type": "application/json",
        "Authorization": "Basic " + base64.b64encode(user.encode()).decode(),
    }
    body = json.dumps(
        {
            "call_type": "Voice Outbound (API)",
            "agent_email": "admin@somedomain.com",
            "end_user_number": number,
            "outbound_number": "+1 339-219-5276",
        }
    )
    for n in range(TRIES):
        connection = http.client.HTTPConnection(URL.hostname, URL.port, timeout=2)
        try:
            connection.request("POST", "/apps/api/v1/calls", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            if bug != "retries" or n == TRIES - 1:
                sys.exit(f"the answer for {number} was lost: {error!r}")
            time.sleep(0.15 * 2**n)
            continue
        finally:
            connection.close()
        if answer.status < 300:
            return
        if answer.status != 429 and answer.status < 500 or n == TRIES - 1:
            sys.exit(f"{number}: {answer.status}")
        time.sleep(float(answer.headers.get("Retry-After") or 0.15 * 2**n))


if __name__ == "__main__":
    for order in ORDERS:
        create(order, sys.argv[1] if len(sys.argv) > 1 else None)
