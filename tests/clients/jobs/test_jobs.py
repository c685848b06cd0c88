"""A rehearsal catches what is wrong with a job, by its right reason, and nothing at a careful one."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
CALLMOCK = os.environ["CALLMOCK_BIN"]
# Without the installed packages, which no job uses, Python starts in half the time.
PYTHON = [sys.executable, "-S"]
# A mistake shows in half the runs of a job by the hour.
EVERY = ["--every", "2h"]
# The columns of the job's table that have other names here.
MAPS = {
    "alibaba": "columns: {extra: rating_score}",
    "sencloud": "columns: {extra: recording_url}",
    "commubo": "columns: {extra: null, ended_at: null}",
}


def rehearse(folder, vendor, bug=None, length="4d", *more):
    (folder / "map.yaml").write_text(MAPS[vendor])
    job = [*PYTHON, str(HERE / "job.py"), vendor, str(folder / "calls.db"), *([bug] if bug else [])]
    flags = ["--for", length, "--format", "json", "--table", str(folder / "calls.db"), "--oracle", str(folder / "map.yaml")]
    run = subprocess.run(
        [CALLMOCK, "rehearse", *flags, *more, "--", *job], capture_output=True, text=True, timeout=900
    )
    assert run.returncode in (0, 1), run.stderr
    report = json.loads(run.stdout)
    return run.returncode, report, {(problem["kind"], problem["reason"]) for problem in report["problems"]}


@pytest.mark.parametrize("vendor", MAPS)
def test_a_careful_job_keeps_every_call_of_a_month(tmp_path, vendor):
    code, report, found = rehearse(tmp_path, vendor, None, "30d", "--every", "6h")
    assert (code, found) == (0, set()), report["problems"][:5]
    assert report["findings"] == []
    assert len(report["runs"]) == 120
    [records] = report["vendors"].values()
    assert records["due"] == records["kept"] > 2000
    # Nothing but the outage made a run fail.
    failed = [run for run in report["runs"] if run["code"]]
    assert len(failed) == 1 and failed[0]["outage"], failed


@pytest.mark.parametrize(
    "vendor, bug, expected, only, shown",
    [
        # What is wrong with the table, what else may be, and what the requests alone show.
        ("sencloud", "no_look_back", {("lost", "ended_later"), ("lost", "appeared_late")}, {("stale", "changed_later")}, ["never_reread", "no_overlap"]),
        ("alibaba", "no_look_back", {("lost", "ended_later"), ("lost", "appeared_late")}, {("stale", "changed_later")}, ["never_reread", "no_overlap"]),
        ("sencloud", "inclusive", {("twice", "overlap")}, set(), ["never_reread"]),
        ("sencloud", "local_time", {("wrong", "uniform")}, set(), []),
        ("alibaba", "local_time", {("wrong", "uniform")}, set(), []),
        ("commubo", "local_time", {("lost", "skipped")}, set(), []),
        ("sencloud", "short_page", {("lost", "walk_ended")}, {("stale", "changed_later")}, ["paging_stopped_early"]),
        ("sencloud", "swallows", {("lost", "page_lost")}, set(), ["never_reread", "window_gap"]),
        ("sencloud", "never_rereads", {("stale", "not_replaced")}, set(), []),
        ("alibaba", "never_rereads", {("stale", "not_replaced")}, set(), []),
        ("sencloud", "skips", {("lost", "skipped"), ("lost", "ended_later")}, {("lost", "appeared_late"), ("lost", "page_lost"), ("stale", "changed_later")}, ["never_reread", "no_overlap", "window_gap"]),
        ("alibaba", "keeps_page", {("lost", "walk_ended")}, {("stale", "changed_later")}, ["never_reread", "page_past_end"]),
    ],
)
def test_each_mistake_is_caught_by_its_reason_and_by_no_other(tmp_path, vendor, bug, expected, only, shown):
    code, report, found = rehearse(tmp_path, vendor, bug, "4d", *EVERY)
    assert code == 1, report["vendors"]
    assert expected <= found <= expected | only, report["problems"][:5]
    assert sorted(found["id"].removeprefix(f"{vendor}.") for found in report["findings"]) == shown


@pytest.fixture(scope="module")
def cursor_job(tmp_path_factory):
    """The job in TypeScript, compiled."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "cursor.ts").write_text((HERE / "cursor.ts").read_text())
    (folder / "package.json").write_text('{"type": "module"}')
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "typescript@5", "@types/node@22"]
    subprocess.run(npm, cwd=folder, check=True, timeout=300)
    flags = ["--strict", "--target", "es2022", "--module", "nodenext", "--types", "node"]
    subprocess.run(["npx", "tsc", *flags, "cursor.ts"], cwd=folder, check=True, timeout=300)
    return folder / "cursor.js"


@pytest.mark.parametrize("careful", [True, False])
def test_a_cursor_of_another_filter_loses_what_comes_late(tmp_path, cursor_job, careful):
    table = tmp_path / "calls.jsonl"
    job = ["node", str(cursor_job), str(table), *(["careful"] if careful else [])]
    run = subprocess.run(
        [CALLMOCK, "rehearse", "--for", "4d", *EVERY, "--format", "json", "--table", str(table), "--", *job],
        capture_output=True,
        text=True,
        timeout=900,
    )
    report = json.loads(run.stdout)
    problems = {(problem["kind"], problem["reason"]) for problem in report["problems"]}
    findings = {found["id"] for found in report["findings"]}
    if careful:
        assert (run.returncode, problems, findings) == (0, set(), set()), run.stdout
    else:
        assert (run.returncode, problems) == (1, {("lost", "walk_ended")}), run.stdout
        assert "sencloud.filter_changed" in findings


def test_page_numbers_that_slide_while_calls_arrive_give_rows_twice(tmp_path):
    code, report, found = rehearse(tmp_path, "alibaba", "slides", "2d", "--step", "3m", "--every", "3h")
    assert code == 1, report["vendors"]
    assert ("twice", "slid") in found, found
    assert "alibaba.row_slid" in [found["id"] for found in report["findings"]]
