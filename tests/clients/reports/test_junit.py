"""The JUnit report is valid by the schema that Jenkins' plugin reads it with, which pytest's sources carry."""

import os
import pathlib
import subprocess
import sys
import tarfile

import pytest
import xmlschema

CALLMOCK = os.environ["CALLMOCK_BIN"]
NAIVE = pathlib.Path(__file__).parent.parent / "naive"


@pytest.fixture(scope="session")
def schema(tmp_path_factory):
    directory = tmp_path_factory.mktemp("pytest-sources")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    sources = ["--no-binary", "pytest", "--dest", str(directory), "pytest==8.3.4"]
    subprocess.run([*pip, *sources], check=True)
    with tarfile.open(next(directory.glob("*.tar.gz"))) as archive:
        found = next(name for name in archive.getnames() if name.endswith("junit-10.xsd"))
        return xmlschema.XMLSchema(archive.extractfile(found).read().decode())


@pytest.fixture(scope="session")
def coverage(tmp_path_factory):
    file = tmp_path_factory.mktemp("coverage") / "coverage.json"
    run = ["exec", "--scenario", str(NAIVE / "scenario.yaml"), "--coverage-out", str(file), "--"]
    subprocess.run([CALLMOCK, *run, sys.executable, str(NAIVE / "naive.py")], check=True, capture_output=True)
    return file


def test_the_junit_report_is_valid(schema, coverage, tmp_path):
    exclusions = tmp_path / "exclusions.yaml"
    exclusions.write_text("exclude: [{finding: commubo.unbounded, reason: \"a & b's <reason>\"}]")
    report = ["coverage", "report", "--all", "--format", "junit", "--exclusions", str(exclusions), str(coverage)]
    xml = subprocess.run([CALLMOCK, *report], check=True, capture_output=True, text=True).stdout
    schema.validate(xml)
    assert xml.count("<failure") > 10 and xml.count("<skipped") > 50
    # That the schema looks at all.
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema.validate(xml.replace("<skipped", "<skiped", 1))
