"""Schemathesis finds nothing: what is served is what the OpenAPI documents say, whatever is asked.

Of its checks, those that hold a service against its document are on. Off, because the vendors' documented behavior is
another than what they expect of every service:
- unsupported_method, allow_header_conformance: Sencloud answers a wrong method with 404, Alibaba with 403, CCAI with 404.
- negative_data_rejection: commubo ignores unknown parameters, CCAI and Sencloud unknown members, by their pages.
- positive_data_acceptance, missing_required_header: whether a call is accepted is decided by the state of the world, and
  who asks is told by status 403 (commubo) or 400 (Alibaba), which those checks do not know.
- ignored_auth, use_after_free, ensure_resource_availability, object_level_authorization: they look for holes in a real
  service; callmock's own suite tests who may see what.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
AS = {
    "commubo": '-H "x-commubo-tenantId: $CALLMOCK_COMMUBO_TENANT_ID" -H "x-commubo-accessToken: $CALLMOCK_COMMUBO_ACCESS_TOKEN"',
    "ccai": '--auth "$CALLMOCK_CCAI_SUBDOMAIN:$CALLMOCK_CCAI_TOKEN"',
    # By the hook: only what will be sent can be signed.
    "alibaba": "",
    "sencloud": '-H "Authorization: Bearer $CALLMOCK_SENCLOUD_API_KEY"',
}


def test_every_vendor_that_is_served_has_its_credentials_here():
    printed = subprocess.run(
        [os.environ["CALLMOCK_BIN"], "contract", "--format", "json"], capture_output=True, text=True, check=True, timeout=60
    )
    served = {behavior["id"].split(".")[0] for behavior in json.loads(printed.stdout)["behaviors"]}
    assert served == set(AS), "add the vendor's credentials to AS"


@pytest.mark.parametrize("readings", ["default", "alternate"])
@pytest.mark.parametrize("vendor", AS)
def test_schemathesis_finds_nothing(vendor, readings):
    schemathesis = pathlib.Path(sys.executable).with_name("schemathesis")
    command = (
        f'"{schemathesis}" run "$CALLMOCK_URL/_mock/openapi/{vendor}.json" --url "$CALLMOCK_URL" {AS[vendor]} '
        f"--checks {','.join(CHECKS)} --phases examples,coverage,fuzzing --max-examples 60 --seed 1 --no-color"
    )
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "signing", "SIGN_FOR": vendor, "SIGN_BY": readings}
    callmock = environment.pop("CALLMOCK_BIN")
    run = subprocess.run(
        [callmock, "exec", "--readings", readings, "--", "sh", "-c", command],
        cwd=HERE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-1000:]
    generated, passed = re.search(r"(\d+) generated, (\d+) passed", run.stdout).groups()
    assert int(generated) == int(passed) > 90, run.stdout
    # Not only refusals: what a success looks like was held against the document too.
    # A status that came once has no count.
    assert re.search(rf"  {vendor} +\S+ +20[01]\b", run.stderr), run.stderr
