"""The vendor's official Python SDKs behind one small face: what each answers, or how it refuses."""
import asyncio
import json
from dataclasses import dataclass

from alibabacloud_ccc20200701.client import Client as TeaClient
from alibabacloud_ccc20200701.models import ListCallDetailRecordsRequest
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkccc.request.v20200701.ListCallDetailRecordsRequest import ListCallDetailRecordsRequest as V1Request
from aliyunsdkcore.acs_exception.exceptions import ServerException as V1ServerException
from aliyunsdkcore.client import AcsClient
from darabonba.exceptions import DaraException
from darabonba.runtime import RuntimeOptions


@dataclass
class Refused(Exception):
    """A refusal, as the SDK hands it to its user."""

    status: int
    code: str
    message: str


class Tea:
    """alibabacloud_ccc20200701: the current SDK."""

    def __init__(self, asynchronous=False, signature=None):
        self.asynchronous, self.signature = asynchronous, signature

    def list(self, callmock, parameters, key="testid", secret="testsecret"):
        config = Config(
            access_key_id=key,
            access_key_secret=secret,
            protocol="http",
            endpoint=callmock.endpoint,
            region_id="cn-shanghai",
            read_timeout=20000,
            connect_timeout=5000,
        )
        if self.signature:
            config.signature_algorithm = self.signature
        client = TeaClient(config)
        request = ListCallDetailRecordsRequest().from_map(parameters)
        try:
            if self.asynchronous:
                call = client.list_call_detail_records_with_options_async(request, RuntimeOptions())
                response = asyncio.run(call)
            else:
                response = client.list_call_detail_records_with_options(request, RuntimeOptions())
        except DaraException as error:
            raise Refused(error.status_code, error.code, error.message) from error
        return response.to_map()["body"]


class V1:
    """aliyun-python-sdk-ccc: the older SDK."""

    def __init__(self, method):
        self.method = method

    def list(self, callmock, parameters, key="testid", secret="testsecret"):
        client = AcsClient(key, secret, "cn-shanghai", port=int(callmock.port))
        request = V1Request()
        request.set_protocol_type("http")
        request.set_endpoint(callmock.host)
        request.set_method(self.method)
        for name, value in parameters.items():
            getattr(request, f"set_{name}")(value)
        try:
            return json.loads(client.do_action_with_exception(request))
        except V1ServerException as error:
            raise Refused(error.http_status, error.error_code, error.message) from error


CLIENTS = {
    "current": Tea(),
    "current-async": Tea(asynchronous=True),
    "current-v2-signature": Tea(signature="v2"),
    "older-get": V1("GET"),
    "older-post": V1("POST"),
}
