"""A naive client gets a report that names its real mistakes; a careful one passes clean under every reading."""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SCENARIO = ["--scenario", str(HERE / "scenario.yaml")]
CALLMOCK = os.environ["CALLMOCK_BIN"]

MISTAKES = {
    "alibaba.default_range",
    "alibaba.format_left_out",
    "alibaba.nonce_reused",
    "alibaba.paging_stopped_early",
    "alibaba.retry_after_ignored",
    "alibaba.time_unit",
    "alibaba.small_pages",
    "alibaba.unknown_parameter",
    "ccai.content_type",
    "ccai.deprecated_call_type",
    "ccai.naive_time",
    "ccai.number_as_text",
    "ccai.refused_again",
    "ccai.unknown_key",
    "commubo.authorization_sent",
    "commubo.refused_again",
    "commubo.retry_after_ignored",
    "commubo.same_day",
    "commubo.secret_in_url",
    "commubo.unbounded",
    "commubo.unknown_parameter",
    "sencloud.filter_changed",
    "sencloud.limit_over_100",
    "sencloud.naive_time",
    "sencloud.paging_stopped_early",
    "sencloud.refused_again",
    "sencloud.retried_at_once",
    "sencloud.top_level_extension_ids",
    "sencloud.unknown_key",
}


def callmock(*arguments, **options):
    return subprocess.run([CALLMOCK, *arguments], capture_output=True, text=True, timeout=900, **options)


def test_the_naive_clients_report_names_its_real_mistakes_and_nothing_else(tmp_path):
    coverage = str(tmp_path / "coverage.json")
    gate = ["--coverage-out", coverage, "--deny-findings"]
    run = callmock("exec", *SCENARIO, *gate, "--", sys.executable, str(HERE / "naive.py"))
    assert run.returncode == 4, run.stderr
    found = {finding["id"] for finding in json.load(open(coverage))["findings"]}
    # Whether it came back too soon is told by a clock: on a machine that stands still for a second it did not.
    by_the_clock = {"sencloud.retried_at_once", "alibaba.retry_after_ignored", "commubo.retry_after_ignored"}
    assert found | by_the_clock == MISTAKES
    report = callmock("coverage", "report", "--all", coverage)
    assert "`strat`; did you mean `start`?" in report.stdout
    assert "`agentEmail`; did you mean `agent_email`?" in report.stdout
    assert "`/filter/directon`; did you mean `direction`?" in report.stdout
    assert "commubo.any.wrong_token  (a refusal)" in report.stdout, "an error that it never met"
    assert os.environ.get("CALLMOCK_COMMUBO_ACCESS_TOKEN", "FEDCBA09-8765-4321-FEDC-BA0987654321") not in report.stdout


def test_the_careful_client_has_no_finding_and_its_table_is_true(tmp_path):
    got = tmp_path / "got.jsonl"
    held = f'"{sys.executable}" "{HERE / "careful.py"}" && "{CALLMOCK}" oracle diff "{got}"'
    environment = {**os.environ, "OUT": str(got)}
    run = callmock("exec", *SCENARIO, "--deny-findings", "--", "sh", "-c", held, env=environment)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "no mistakes" in run.stdout
    assert "finding" not in run.stderr


def test_what_the_careful_client_made_of_refusals_is_inferred(tmp_path):
    coverage = str(tmp_path / "coverage.json")
    run = callmock("exec", *SCENARIO, "--coverage-out", coverage, "--", sys.executable, str(HERE / "careful.py"))
    assert run.returncode == 0, run.stderr
    inferred = {inference["id"] for inference in json.load(open(coverage))["inferences"]}
    assert inferred == {
        "alibaba.next_page_asked",
        "alibaba.retried",
        "alibaba.waited_for_retry_after",
        "alibaba.walked_to_end",
        "commubo.retried",
        "commubo.waited_for_retry_after",
        "sencloud.next_page_asked",
        "sencloud.retried",
        "sencloud.walked_to_end",
    }


def test_the_careful_client_passes_clean_under_the_whole_matrix():
    run = callmock("matrix", *SCENARIO, "--deny-findings", "--", sys.executable, "-S", str(HERE / "careful.py"))
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.endswith("none breaks the command\n")
    assert " readings of alibaba, ccai, commubo, sencloud, " in run.stdout
