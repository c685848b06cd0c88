"""The wheel: from an empty environment to a green test, one server a run, and none left."""

import os
import signal
import subprocess
import sys
import time
import venv

import pytest

from conftest import ROOT, VERSION, clean, done, is_there, run

# In one process: they share what is installed once.
pytestmark = pytest.mark.xdist_group("python")

TEST = """
import json, urllib.error, urllib.request
import pytest


def calls(world, start="2018-09-01"):
    own = world.credentials["commubo"]
    headers = {"x-commubo-tenantId": own["tenant_id"], "x-commubo-accessToken": own["access_token"]}
    with urllib.request.urlopen(urllib.request.Request(f"{world.url}/v1/calls?start={start}", headers=headers)) as answer:
        return json.load(answer)


@pytest.mark.parametrize("n", range(16))
def test_the_documented_call_is_listed(callmock_world, n):
    assert [call["callId"] for call in calls(callmock_world)] == ["1234567890123456"]
    callmock_world.verify({"exactly": 1}, operation="list_calls")
"""

OTHERS = """
import time
from datetime import datetime, timedelta, timezone
import urllib.error
import pytest
from test_calls import calls


def test_the_clock(callmock_world):
    callmock_world.set_clock(datetime(2024, 5, 14, tzinfo=timezone.utc))
    callmock_world.advance(timedelta(minutes=5, milliseconds=500))
    assert callmock_world.now() == datetime(2024, 5, 14, 0, 5, 0, 500000, tzinfo=timezone.utc)
    callmock_world.run_clock(rate=2)
    [first, *_] = callmock_world.calls()
    assert callmock_world.call(first["id"])


def test_a_refusal_that_is_expected(callmock_world):
    callmock_world.expects("commubo.list_calls.invalid_start")
    with pytest.raises(urllib.error.HTTPError):
        calls(callmock_world, "2018-9-1")


def test_a_refusal_that_does_not_come(callmock_world):
    callmock_world.expects("commubo.list_calls.invalid_start")


def test_a_request_that_does_not_come(callmock_world):
    calls(callmock_world)
    callmock_world.verify({"exactly": 2}, operation="list_calls")


def test_a_fault_that_is_met_at_once_again(callmock_world):
    fault = callmock_world.fault(vendor="commubo", times=1, do={"error": "internal_error"})
    with pytest.raises(urllib.error.HTTPError):
        calls(callmock_world)
    calls(callmock_world)
    assert callmock_world.faults()[0]["id"] == fault
    assert [one["status"] for one in [entry["response"] for entry in callmock_world.journal(vendor="commubo")]] == [500, 200]
"""


@pytest.fixture(scope="session")
def house(packages, tmp_path_factory):
    """The wheel, and the wheels of pytest and pytest-xdist, in one folder."""
    folder = tmp_path_factory.mktemp("wheels")
    wheels = list(packages.glob("*.whl"))
    if wheels:
        os.link(wheels[0], folder / wheels[0].name)
    else:
        tools = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
        done(ROOT / "packaging/python/build", folder, env=clean(PATH=tools), timeout=1800)
    done(sys.executable, "-m", "pip", "download", "--quiet", "--dest", folder, "pytest", "pytest-xdist")
    return folder


def installed(house, folder):
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    done(python, "-m", "pip", "install", "--quiet", "--no-index", "--find-links", house, "callmock", "pytest", "pytest-xdist")
    return python


@pytest.fixture(scope="session")
def python(house, tmp_path_factory):
    return installed(house, tmp_path_factory.mktemp("python"))


@pytest.fixture
def suite(tmp_path):
    (tmp_path / "test_calls.py").write_text(TEST)
    return tmp_path


def test_an_empty_environment_has_a_green_test_in_seconds(house, tmp_path, suite, record_property):
    began = time.monotonic()
    python = installed(house, tmp_path / "venv")
    said = done(python, "-m", "pytest", "-q", "test_calls.py", cwd=suite)
    seconds = round(time.monotonic() - began, 1)
    assert "16 passed" in said, said
    # It is measured and told, not judged: a busy machine takes longer.
    record_property("seconds to the first green test", seconds)
    print(f"\nfrom an empty environment to a green pytest: {seconds} s")
    assert done(tmp_path / "venv/bin/callmock", "--version").startswith(f"callmock {VERSION} (")
    assert done(python, "-m", "callmock", "--version").startswith(f"callmock {VERSION} (")


def test_a_run_in_eight_processes_has_one_server_and_leaves_none(python, suite, counted):
    log, environment = counted
    before = len(log.read_text().split())
    for _ in range(10):
        said = done(python, "-m", "pytest", "-q", "-n", "8", "test_calls.py", cwd=suite, env=environment)
        assert "16 passed" in said, said
    started = log.read_text().split()[before:]
    assert len(started) == 10, "one a run"
    assert not any(is_there(pid) for pid in started)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_the_server_is_gone_when_pytest_is_however_it_ends(python, suite, counted, end, workers):
    log, environment = counted
    before = len(log.read_text().split())
    (suite / "test_calls.py").write_text("import time\n\ndef test_wait(callmock_world):\n    open('waits', 'w')\n    time.sleep(600)\n")
    # A shell and xdist ignore Ctrl-C in what they start beside them, and their children inherit it.
    words = ["env", "--default-signal=INT", str(python), "-m", "pytest", "-q", *workers, "test_calls.py"]
    waiting = subprocess.Popen(words, cwd=suite, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not (suite / "waits").exists():
        assert time.monotonic() < until and waiting.poll() is None
        time.sleep(0.02)
    [pid] = log.read_text().split()[before:]
    assert is_there(pid)
    waiting.send_signal(end)
    waiting.wait(60)
    while is_there(pid):
        assert time.monotonic() < until + 30, "the server is still there"
        time.sleep(0.02)


def test_a_world_is_steered_and_judged(python, suite):
    (suite / "test_others.py").write_text(OTHERS)
    ran = run(
        python, "-m", "pytest", "-q", "--callmock-deny-findings=warning", "--callmock-coverage", "c.json",
        "--callmock-html", "c.html", "test_others.py", cwd=suite,
    )
    said = ran.stdout
    assert "3 failed, 2 passed" in said, said
    for part in [
        "expected, and it did not come: commubo.list_calls.invalid_start",
        "the requests are not as expected",
        "warning commubo.retried_at_once",
        "callmock: what was wrong or fragile about the requests",
        "FAILED test_others.py::test_a_fault_that_is_met_at_once_again",
    ]:
        assert part in said, said
    assert "commubo.list_calls.listed" in (suite / "c.json").read_text()
    assert "Contract coverage" in (suite / "c.html").read_text()


def test_the_scenario_and_more_arguments_are_named_in_the_projects_file(python, suite):
    (suite / "pytest.ini").write_text("[pytest]\ncallmock_scenario = busy-day\ncallmock_args = --max-worlds 1\n")
    (suite / "test_calls.py").write_text("def test_it(callmock_world):\n    assert len(callmock_world.calls()) > 3000\n")
    done(python, "-m", "pytest", "-q", "test_calls.py", cwd=suite)
    wrong = run(python, "-m", "pytest", "-q", "--callmock-scenario", "busyday", "test_calls.py", cwd=suite)
    assert wrong.returncode == 1 and "did you mean `busy-day`?" in wrong.stdout, wrong.stdout


def test_a_server_of_another_version_is_told_with_the_command_that_mends_it(python, another_version):
    ran = run(python, "-c", f"import callmock; callmock.attach('{another_version}')")
    expected = f"the Python package callmock is {VERSION} and the server at {another_version} is 9.9.9: pip install 'callmock==9.9.9'"
    assert expected in ran.stderr, ran.stderr


def test_the_package_is_typed(python, suite):
    site = done(python, "-c", "import callmock, pathlib; print(pathlib.Path(callmock.__file__).parent)").strip()
    assert os.path.exists(f"{site}/py.typed")
    done(sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "-p", "callmock", env=clean())
