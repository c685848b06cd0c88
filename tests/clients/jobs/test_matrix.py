"""A matrix of faults tells the careful jobs from those that lose, double or hammer."""

import json
import os
import pathlib
import subprocess

import pytest

from test_jobs import MAPS, PYTHON

HERE = pathlib.Path(__file__).parent
CALLMOCK = os.environ["CALLMOCK_BIN"]
# The job's table, printed by a command.
DUMP = """import json, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.row_factory = sqlite3.Row
print(json.dumps([dict(row) for row in database.execute("SELECT * FROM calls")]))
"""
# A morning with many calls in all three zones.
WEEKS = ["--scenario", "weeks", "--now", "2024-02-16T06:00:00Z"]


def matrix(*arguments):
    run = subprocess.run(
        [CALLMOCK, "matrix", "--axis", "faults", "--run-limit", "30s", "--jobs", "4", "--format", "json", *arguments],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    report = json.loads(run.stdout)
    assert (run.returncode == 1) == any(cell["red"] for cell in report["cells"])
    return report, {cell["cell"]: cell["verdict"] for cell in report["cells"]}


def of_list(folder, vendor, bug=None):
    (folder / "map.yaml").write_text(MAPS[vendor])
    (folder / "dump.py").write_text(DUMP)
    table = f"{' '.join(PYTHON)} {folder}/dump.py $CALLMOCK_DIR/calls.db"
    job = f"{' '.join(PYTHON)} {HERE}/job.py {vendor} $CALLMOCK_DIR/calls.db {bug or ''}"
    return matrix(
        *WEEKS, "--table-command", table, "--oracle", str(folder / "map.yaml"), "--", "sh", "-c", f"exec {job}"
    )


def of_create(*words):
    return matrix("--", *PYTHON, str(HERE / "create.py"), *words)


@pytest.mark.parametrize("vendor", MAPS)
def test_a_careful_job_survives_or_fails_loudly(tmp_path, vendor):
    report, cells = of_list(tmp_path, vendor)
    assert set(cells.values()) == {"survived", "failed_loudly"}, report
    assert report["runs"] == len(cells) + 1
    # What passes by itself is survived, once; what lasts is not hidden.
    lasting = {verdict for cell, verdict in cells.items() if cell.endswith(",lasting")}
    assert lasting == {"failed_loudly"}
    assert all(verdict == "survived" for cell, verdict in cells.items() if "/reset@" in cell and "lasting" not in cell)


def test_a_careful_creator_survives_or_fails_loudly():
    report, cells = of_create()
    assert set(cells.values()) == {"survived", "failed_loudly"}, report
    assert report["left_out"] == []


def test_a_refused_page_that_is_swallowed_is_wrong_quietly(tmp_path):
    report, cells = of_list(tmp_path, "sencloud", "swallows")
    wrong = {cell for cell, verdict in cells.items() if verdict == "wrong_quietly"}
    assert "sencloud.list_call_logs/unauthenticated@only" in wrong, cells
    assert "sencloud.list_call_logs/unavailable@only,lasting" in wrong, cells
    # What the job does not know to be a failure of a page ends it.
    assert set(cells.values()) <= {"survived", "wrong_quietly", "failed_loudly"}
    details = [cell["detail"] for cell in report["cells"] if cell["cell"] in wrong]
    assert all(" lost (sencloud " in detail for detail in details), details


def test_a_job_that_waits_less_than_it_was_told_hammers(tmp_path):
    _, cells = of_list(tmp_path, "sencloud", "impatient")
    hammered = {cell for cell, verdict in cells.items() if verdict == "hammered"}
    assert "sencloud.list_call_logs/429@first" in hammered, cells
    assert set(cells.values()) == {"survived", "failed_loudly", "hammered"}


def test_a_create_that_is_sent_again_after_its_answer_was_lost_is_wrong_quietly():
    report, cells = of_create("retries")
    wrong = {cell for cell, verdict in cells.items() if verdict == "wrong_quietly"}
    kinds = {cell.split("/")[1].split("@")[0] for cell in wrong}
    assert kinds == {"reset_after", "close_after", "delay_after", "cut_body", "bad_chunk"}, kinds
    details = [cell["detail"] for cell in report["cells"] if cell["cell"] in wrong]
    assert all("4 calls were created, 3 without the fault" in detail for detail in details), details
