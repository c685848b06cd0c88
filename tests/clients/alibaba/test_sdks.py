"""Alibaba's official Python SDKs against the binary."""
import json
import pathlib

import pytest

from clients import CLIENTS, Refused

EXAMPLE = json.loads((pathlib.Path(__file__).parents[3] / "src/vendors/alibaba/operations/list_call_detail_records/example.json").read_text())
ROW = EXAMPLE["Data"]["List"][0]

# The documented scenario's clock stands in 2019, so its clients say when; and this is the page's own range.
PAGE = {"InstanceId": "ccc-test", "PageNumber": 1, "PageSize": 10, "StartTime": 1532448000000, "EndTime": 1532707199000}

# A value for each of the 21 parameters that lets the page's own call through.
EVERY_PARAMETER = PAGE | {
    "ContactType": "Outbound",
    "ContactTypeList": '["Outbound","Inbound"]',
    "ContactDisposition": "Success",
    "ContactDispositionList": '["Success","NoAnswer"]',
    "AgentId": "agent@ccc-test",
    "SkillGroupId": "skillgroup@ccc-test",
    "SortOrder": "DESC",
    "OrderByField": "startTime",
    "Criteria": '{"phoneNumber":"0533128"}',
    "CallingNumber": "0533128****",
    "CalledNumber": "1332315****",
    "SatisfactionList": '["1","3"]',
    "SatisfactionSurveyChannel": "IVR",
    "SatisfactionDescriptionList": '["满意","一般"]',
    "EarlyMediaStateList": '["NotConnected","NoAnswer"]',
    "ContactId": "job-12515239414412****",
}


@pytest.fixture(params=CLIENTS.values(), ids=CLIENTS.keys())
def client(request):
    return request.param


def refusal(client, callmock, parameters, **credentials):
    with pytest.raises(Refused) as caught:
        client.list(callmock, parameters, **credentials)
    return caught.value


def test_the_pages_example_call_is_listed(client, callmock):
    body = client.list(callmock, PAGE)
    assert (body["Code"], body["HttpStatusCode"], body["Message"]) == ("OK", 200, "无")
    [record] = body["Data"]["List"]
    assert {name: record[name] for name in ROW} == ROW
    assert body["Data"]["TotalCount"] == 1


def test_a_call_with_every_parameter_is_understood(client, callmock):
    assert len(EVERY_PARAMETER) == 21
    assert len(client.list(callmock, EVERY_PARAMETER)["Data"]["List"]) == 1
    # The contact id overrides the filters, so they are shown to work without it, one by one.
    without = {name: value for name, value in EVERY_PARAMETER.items() if name != "ContactId"}
    assert len(client.list(callmock, without)["Data"]["List"]) == 1
    wrong = {
        "ContactType": "Inbound",
        "ContactTypeList": '["Internal"]',
        "ContactDisposition": "Voicemail",
        "ContactDispositionList": '["Reject"]',
        "AgentId": "a b+c*d~e/f@ccc-test",
        "SkillGroupId": "another@ccc-test",
        "Criteria": '{"phoneNumber":"999"}',
        "CallingNumber": "1",
        "CalledNumber": "2",
        "SatisfactionList": '["5"]',
        "SatisfactionSurveyChannel": "SMS",
        "SatisfactionDescriptionList": '["很差"]',
        "EarlyMediaStateList": '["Busy"]',
        "StartTime": 1532448000001,
    }
    for name, value in wrong.items():
        assert client.list(callmock, without | {name: value})["Data"]["List"] == [], name


def test_a_wrong_secret_is_told_as_such(client, callmock):
    refused = refusal(client, callmock, PAGE, secret="wrong")
    assert refused.status == 400
    # The older SDK compares the answer's string to sign with its own and concludes that the secret is wrong.
    older = type(client).__name__ == "V1"
    assert refused.code == ("InvalidAccessKeySecret" if older else "SignatureDoesNotMatch")


def test_an_unknown_key_is_not_found(client, callmock):
    refused = refusal(client, callmock, PAGE, key="nobody")
    assert (refused.status, refused.code) == (404, "InvalidAccessKeyId.NotFound")
    assert "Specified access key is not found." in refused.message


def test_a_missing_instance_is_refused_by_the_server_for_no_client_checks_it(client, callmock):
    without = {name: value for name, value in PAGE.items() if name != "InstanceId"}
    refused = refusal(client, callmock, without)
    assert (refused.status, refused.code) == (400, "MissingInstanceId")


def test_a_bad_page_is_refused(client, callmock):
    refused = refusal(client, callmock, PAGE | {"PageNumber": 0})
    assert (refused.status, refused.code) == (400, "Parameter.Minimum")
    refused = refusal(client, callmock, PAGE | {"PageSize": 101})
    assert (refused.status, refused.code) == (400, "Parameter.Maximum")


def test_the_second_page_goes_on_where_the_first_ended(client, busy_day):
    day = {"InstanceId": "ccc-test", "StartTime": 1715612400000, "EndTime": 1715698799999, "PageSize": 100}
    first = client.list(busy_day, day | {"PageNumber": 1})["Data"]
    second = client.list(busy_day, day | {"PageNumber": 2})["Data"]
    assert (first["TotalCount"], second["TotalCount"]) == (3992, 0)
    rows = first["List"] + second["List"]
    assert len({row["ContactId"] for row in rows}) == 200
    starts = [row["StartTime"] for row in rows]
    assert starts == sorted(starts, reverse=True)
