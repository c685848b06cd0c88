"""Alibaba's official Python SDKs read one call's record, and poll for that of a call under way."""
import json
import time
import urllib.request

import pytest
from alibabacloud_ccc20200701.client import Client as TeaClient
from alibabacloud_ccc20200701.models import GetCallDetailRecordRequest
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkccc.request.v20200701.GetCallDetailRecordRequest import GetCallDetailRecordRequest as V1Request
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from conftest import Callmock
from darabonba.exceptions import DaraException
from darabonba.runtime import RuntimeOptions

# A minute of the world passes in a second of the machine.
SCENARIO = """
callmock: 1
clock: {start: 2024-05-14T04:00:00Z, rate: 60}
accounts: {alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]}
agents: [{id: wang, name: Wang}]
"""


def tea(callmock, contact_id):
    """The current SDK: the record, or the code by which it is refused."""
    config = Config(access_key_id="testid", access_key_secret="testsecret", protocol="http", endpoint=callmock.endpoint, region_id="cn-shanghai")
    request = GetCallDetailRecordRequest(instance_id="ccc-test", contact_id=contact_id)
    try:
        body = TeaClient(config).get_call_detail_record_with_options(request, RuntimeOptions()).body
    except DaraException as error:
        return error.code
    data = body.data.to_map()
    # The typed model has every member that is served.
    assert {"AgentEvents", "IvrEvents", "QueueEvents", "CustomerEvents", "ReleaseTime"} <= data.keys()
    return data


def v1(callmock, contact_id):
    """The older SDK."""
    client = AcsClient("testid", "testsecret", "cn-shanghai", port=int(callmock.port))
    request = V1Request()
    request.set_endpoint(callmock.host)
    request.set_protocol_type("http")
    request.set_accept_format("json")
    request.set_InstanceId("ccc-test")
    request.set_ContactId(contact_id)
    try:
        return json.loads(client.do_action_with_exception(request))["Data"]
    except ServerException as error:
        return error.get_error_code()


@pytest.mark.parametrize("get", [tea, v1])
def test_the_documented_calls_record_is_read(get, callmock):
    record = get(callmock, "job-12515239414412****")
    assert record["ContactId"] == "job-12515239414412****"
    assert record["ContactType"].upper() == "OUTBOUND"
    assert record["ReleaseTime"] > record["StartTime"]
    assert get(callmock, "job-1") == "NotExists.JobId"


@pytest.mark.parametrize("get", [tea, v1])
def test_a_created_call_is_polled_until_its_record_is_there(get, tmp_path):
    scenario = tmp_path / "running.yaml"
    scenario.write_text(SCENARIO)
    server = Callmock(scenario)
    try:
        base = f"http://{server.endpoint}/_mock"
        now = json.load(urllib.request.urlopen(f"{base}/clock"))["now"]
        call = {"id": "new", "direction": "outbound", "from": "400100", "to": "0735222", "at": now, "ring": "10s", "talk": "2m", "outcome": "answered", "agent": "wang"}
        request = urllib.request.Request(f"{base}/calls", json.dumps(call).encode(), method="POST")
        contact_id = json.load(urllib.request.urlopen(request))["ids"]["alibaba"]
        answers = []
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answers.append(get(server, contact_id))
            if answers[-1] != "NotExists.JobId":
                break
            time.sleep(0.2)
        assert answers[0] == "NotExists.JobId"
        record = answers[-1]
        assert record["CallDuration"] == 120
        assert [event["Event"] for event in record["AgentEvents"][0]["EventSequence"]] == ["Dialing", "Established", "Released"]
    finally:
        server.stop()
