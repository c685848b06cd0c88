"""tap-ujet, the public client of the Manager API, reads its stream of calls over TLS."""
import json
import os
import pathlib
import subprocess

from conftest import Callmock

HERE = pathlib.Path(__file__).parent
CONFIG = {
    "company_key": "acme",
    "company_secret": "mock-token",
    "subdomain": "acme",
    "domain": "ujet",
    "start_date": "2019-01-01T00:00:00Z",
    "user_agent": "tap-ujet <nobody@example.com>",
}


class Tap:
    """tap-ujet as a data team runs it: a configuration, a catalogue, a state between the runs."""

    def __init__(self, python, callmock, folder):
        self.python, self.folder = python, folder
        self.environment = os.environ | {
            "CALLMOCK_MANAGER_API": callmock.url + "/manager/api/v1",
            "REQUESTS_CA_BUNDLE": str(callmock.certificate),
            "NO_PROXY": "127.0.0.1",
        }
        catalog = json.loads(self.run("--discover"))
        for stream in catalog["streams"]:
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = stream["stream"] == "calls"
        self.catalog = catalog

    def run(self, *more, **files):
        command = [self.python, str(HERE / "tap.py"), *more]
        for name, value in ({"config": CONFIG} | files).items():
            path = self.folder / f"{name}.json"
            path.write_text(json.dumps(value))
            command += [f"--{name}", str(path)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sync(self, **state):
        """The records of a run, and the state that it ended in."""
        messages = [json.loads(line) for line in self.run(catalog=self.catalog, **state).splitlines()]
        records = [message["record"] for message in messages if message["type"] == "RECORD"]
        return records, [message["value"] for message in messages if message["type"] == "STATE"][-1]


def lists(journal):
    return [exchange for exchange in journal if exchange["operation"] == "list_calls"]


def test_the_calls_are_read_page_by_page_and_from_the_bookmark_on(callmock, tap_python, tmp_path):
    tap = Tap(tap_python, callmock, tmp_path)
    first, state = tap.sync()
    pages = lists(callmock.journal())
    assert [page["request"]["query"]["page"] for page in pages] == ["1", "2", "3"]
    assert {page["request"]["query"]["updated_at[from]"] for page in pages} == {CONFIG["start_date"]}
    totals = {int(page["response"]["headers"]["total"]) for page in pages}
    assert totals == {len(first)} and 200 < len(first) < 300
    assert len({record["id"] for record in first}) == len(first)
    changes = [record["updated_at"] for record in first]
    assert changes == sorted(changes) and state["bookmarks"]["calls"] == changes[-1]
    assert [page["findings"] for page in pages] == [[], [], []]

    callmock.ask("POST", "/_mock/clock/advance", {"by": "2h"})
    second, _ = tap.sync(state=state)
    since = lists(callmock.journal())[3:]
    assert {page["request"]["query"]["updated_at[from]"] for page in since} == {changes[-1]}
    # The bookmark's own call comes again, as the vendor says.
    assert second[0] == first[-1]
    new = second[1:]
    assert new and not {record["id"] for record in new} & {record["id"] for record in first}
    assert int(since[0]["response"]["headers"]["total"]) == len(second)
    # What it asks for besides is not served; it says so and goes on.
    others = [exchange for exchange in callmock.journal() if exchange["operation"] != "list_calls"]
    assert {exchange["request"]["path"] for exchange in others} == {"/manager/api/v1/settings/organization"}
    assert {finding for exchange in others for finding in exchange["findings"]} == {"ccai.not_emulated"}


def test_the_tap_as_it_is_installed_reaches_its_own_address_through_a_proxy(tap_python, tmp_path):
    server = Callmock(HERE / "scenario.yaml", tmp_path)
    try:
        environment = os.environ | {
            "REQUESTS_CA_BUNDLE": str(server.certificate),
            "HTTPS_PROXY": server.url.replace("https://", "http://"),
            "NO_PROXY": "",
        }
        (tmp_path / "config.json").write_text(json.dumps(CONFIG))
        command = [tap_python, "-c", "import tap_ujet; tap_ujet.main()", "--config", str(tmp_path / "config.json")]
        discovered = subprocess.run([*command, "--discover"], env=environment, capture_output=True, text=True, timeout=120)
        assert discovered.returncode == 0, discovered.stderr
        catalog = json.loads(discovered.stdout)
        for stream in catalog["streams"]:
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = stream["stream"] == "calls"
        (tmp_path / "catalog.json").write_text(json.dumps(catalog))
        command += ["--catalog", str(tmp_path / "catalog.json")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        hosts = {exchange["request"]["headers"]["host"] for exchange in lists(server.journal())}
        assert hosts == {"acme.ujet.co"}
        assert '"type": "RECORD"' in done.stdout, done.stdout
    finally:
        server.stop()
