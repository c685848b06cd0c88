"""The row of other servers: each sends one canned answer of Alibaba's, and is held to the floor."""

import json
import os
import shutil
import socket
import subprocess
import time
import uuid
from statistics import median

import answers
import load
import scenarios
import servers
import traffic
from figures import Figure, Skipped
from load import Wrong
from reference import Reference

CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
FOLDER = os.environ.get("BENCH_PEERS") or os.path.join(CACHE, "callmock-bench")
PACKAGES = {
    "WireMock": ("wiremock", "wiremock"),
    "Mockoon": ("@mockoon/cli", "mockoon-cli"),
    "Prism": ("@stoplight/prism-cli", "prism"),
}


def peers(bench):
    """Other servers with one canned answer, against the floor (needs npm, java and cargo)"""
    with servers.Place() as place:
        file = place.file("scenario.yaml", scenarios.requests())
        machine = place.callmock(bench.binaries.machine, "--scenario", file)
        sent = traffic.alibaba(machine, Reference(machine))
        sent.recorded = sent.recorded[:1]
        place.stop(machine)
        recorded = place.file("answers", answers.encoded(sent.recorded))
        floor = place.floor(bench.binaries.floor, recorded)
        for name, start in PEERS.items():
            what = f"{name}, one canned answer, of the floor"
            try:
                peer = started(place, start, sent.recorded[0][1])
            except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
                yield Skipped("peers", what, f"{type(error).__name__}: {error}")
                continue
            yield against(bench, what, peer, floor, sent, place)
            place.stop(peer)


def against(bench, what, peer, floor, sent, place):
    """The figure of a peer. It is warm before the first turn: some compile while they run."""
    load.drive(peer, sent, 1 if bench.short else 8, place, load.LEAST_PATHS, False)
    contestants = {"floor": floor, "peer": peer}
    runs = load.by_turns(contestants, sent, bench, place, tuple(contestants))
    rates = {name: [run.rate for run in turns] for name, turns in runs.items()}
    share = median(a / b for a, b in zip(rates["peer"], rates["floor"]))
    note = f"{median(rates['peer']):,.0f}/s of {median(rates['floor']):,.0f}/s"
    return Figure("peers", what, share, "×", more=True, note=note)


def started(place, start, answer):
    """Starts a peer, and waits until it sends the answer."""
    folder = place.path("peer")
    os.mkdir(folder)
    port = free_port()
    peer = servers.Server(start(folder, port, answer), folder)
    peer.port = port
    place.servers.append(peer)
    end = time.monotonic() + 60
    while time.monotonic() < end and peer.alive():
        try:
            found = peer.ask("GET", "/")
        except OSError:
            time.sleep(0.2)
            continue
        if found.status == 200 and json.loads(found.body) == json.loads(answer.body):
            return peer
        raise Wrong(f"status {found.status}: {found.body[:200]!r}")
    raise RuntimeError("it does not answer")


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def written(folder, name, value):
    """Writes a value as JSON, which is YAML too. Returns the path."""
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)
    return path


def npm(name):
    """The command of an npm package, which is installed where it is missing."""
    package, command = PACKAGES[name]
    path = os.path.join(FOLDER, "node_modules", ".bin", command)
    if not os.path.exists(path):
        os.makedirs(FOLDER, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--silent", "--prefix", FOLDER]
        subprocess.run(["npm", "install", *quiet, package], check=True)
    return path


def wiremock(folder, port, answer):
    """WireMock without its journal of requests."""
    if shutil.which("java") is None:
        raise RuntimeError("no java")
    headers = {"Content-Type": answer.header("content-type")}
    response = {"status": 200, "headers": headers, "body": answer.body.decode()}
    request = {"method": "GET", "urlPath": "/"}
    written(folder, "mappings/one.json", {"request": request, "response": response})
    flags = ["--port", str(port), "--root-dir", folder, "--no-request-journal", "--disable-banner"]
    return [npm("WireMock"), *flags]


def mockoon(folder, port, answer):
    """Mockoon without templates and logs."""
    route, response = str(uuid.uuid4()), str(uuid.uuid4())
    environment = {
        "uuid": str(uuid.uuid4()),
        "lastMigration": 33,
        "name": "one",
        "port": port,
        "hostname": "127.0.0.1",
        "endpointPrefix": "",
        "rootChildren": [{"type": "route", "uuid": route}],
        "routes": [
            {
                "uuid": route,
                "type": "http",
                "method": "get",
                "endpoint": "",
                "responses": [
                    {
                        "uuid": response,
                        "body": answer.body.decode(),
                        "statusCode": 200,
                        "headers": [
                            {"key": "Content-Type", "value": answer.header("content-type")}
                        ],
                        "bodyType": "INLINE",
                        "disableTemplating": True,
                        "default": True,
                    }
                ],
            }
        ],
    }
    file = written(folder, "environment.json", environment)
    quiet = ["--disable-log-to-file", "--repair", "--max-transaction-logs", "1"]
    return [npm("Mockoon"), "start", "--data", file, "--port", str(port), *quiet]


def prism(folder, port, answer):
    """Prism with the answer as the example of a document."""
    media = {"schema": {"type": "object"}, "example": json.loads(answer.body)}
    answered = {"200": {"description": "one", "content": {"application/json": media}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "one", "version": "1"},
        "paths": {"/": {"get": {"responses": answered}}},
    }
    file = written(folder, "document.json", document)
    return [npm("Prism"), "mock", "--host", "127.0.0.1", "--port", str(port), "-v", "silent", file]


def httpmock(folder, port, answer):
    """The server of httpmock, which is built where it is missing."""
    path = os.path.join(FOLDER, "bin", "httpmock")
    if not os.path.exists(path):
        package = ["httpmock", "--features", "standalone", "--locked"]
        subprocess.run(["cargo", "install", "--quiet", "--root", FOLDER, *package], check=True)
    then = {
        "status": 200,
        "header": [{"name": "Content-Type", "value": answer.header("content-type")}],
        "body": answer.body.decode(),
    }
    written(folder, "one.yaml", {"when": {"method": "GET", "path": "/"}, "then": then})
    flags = ["--port", str(port), "--mock-files-dir", folder, "--disable-access-log"]
    return [path, *flags, "--request-history-limit", "1"]


PEERS = {"httpmock": httpmock, "Prism": prism, "WireMock": wiremock, "Mockoon": mockoon}
