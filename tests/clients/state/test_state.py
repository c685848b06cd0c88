"""`serve --state FILE` is killed at two hundred random moments among a thousand creates: the file is
always one whole state, and has every call whose answer came more than a second before."""

import base64
import http.client
import json
import os
import random
import subprocess
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BINARY = os.environ.get("CALLMOCK_BIN", str(ROOT / "target/release/callmock"))

FILES = 4
LIVES = 50
# In a life of a second and a half at most, this makes a thousand creates in all.
PAUSES = (0.0, 0.2)

CALL = json.dumps({"call_type": "Voice Inbound (API)", "menu_id": 9, "end_user_number": "+1 859-657-9625"})
BASIC = base64.b64encode(b"acme:mock-token").decode()
HEADERS = {"content-type": "application/json", "authorization": f"Basic {BASIC}"}


def wire_ids(state: dict) -> list[int]:
    """The ids of the created calls, in the order of creation."""
    (world,) = state["worlds"]
    return [call["data"]["ccai"]["id"] for call in world["snapshot"]["calls"]]


def begin(path: Path) -> tuple[subprocess.Popen, str]:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("CALLMOCK_")}
    words = [BINARY, "serve", "--state", str(path), "--port", "0", "--quiet"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings)
    ready = server.stdout.readline()
    assert ready.startswith("callmock ready http://"), server.stderr.read()
    return server, ready.split("//")[1].strip()


def live(path: Path, kept: list[int], chance: random.Random) -> tuple[list[int], int]:
    """One life of a server. Returns the calls that the file has after it, and the number of creates."""
    server, address = begin(path)
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request("GET", "/_mock/snapshot")
    snapshot = json.loads(connection.getresponse().read())
    assert wire_ids({"worlds": [{"snapshot": snapshot}]}) == kept, "what the file had goes on"

    killed = []

    def kill() -> None:
        killed.append(time.monotonic())
        server.kill()

    end = threading.Timer(chance.uniform(0.05, 1.5), kill)
    end.start()
    answered = []
    try:
        while True:
            connection.request("POST", "/apps/api/v1/calls", CALL, HEADERS)
            answer = connection.getresponse()
            body = json.loads(answer.read())
            assert answer.status == 201, body
            answered.append((body["id"], time.monotonic()))
            time.sleep(chance.uniform(*PAUSES))
    except (http.client.HTTPException, OSError, json.JSONDecodeError):
        assert killed, "only the kill ends a connection"
    end.join()
    server.wait()
    said = server.stderr.read()
    assert "WARN" not in said, said

    state = json.loads(path.read_text())
    ids = wire_ids(state)
    sent = kept + [number for number, _ in answered]
    # A call whose answer never came may be there, as the last one.
    assert ids[: len(sent)] == sent[: len(ids)] and len(ids) <= len(sent) + 1, (ids, sent)
    owed = sum(at < killed[0] - 1 for _, at in answered)
    assert len(ids) >= len(kept) + owed, f"{len(kept) + owed - len(ids)} of {owed} are lost"
    return ids, len(answered)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_server_leaves_a_whole_state_with_every_call_of_more_than_a_second_before(tmp_path):
    counts, failures = [], []

    def lives(number: int) -> None:
        chance, path, kept = random.Random(number), tmp_path / f"{number}.json", []
        try:
            for _ in range(LIVES):
                kept, creates = live(path, kept, chance)
                counts.append(creates)
        except AssertionError as error:
            failures.append(f"file {number}, life {len(counts)}: {error}")

    threads = [threading.Thread(target=lives, args=(number,)) for number in range(FILES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, "\n".join(failures)
    assert len(counts) == FILES * LIVES
    assert sum(counts) >= 1000, sum(counts)
