"""Clients that nobody changed, with the vendors' real host names and every check of certificates on."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BINARY = os.environ.get("CALLMOCK_BIN", str(ROOT / "target/release/callmock"))

# The SDK asks no environment for the certificates to trust: `ca` of its own settings names them.
ALIBABA = """
import os

from alibabacloud_ccc20200701.client import Client
from alibabacloud_ccc20200701.models import ListCallDetailRecordsRequest
from alibabacloud_tea_openapi.utils_models import Config

ca = os.environ["CALLMOCK_CA_CERT"]
client = Client(Config(access_key_id="testid", access_key_secret="testsecret", region_id="cn-shanghai", ca=ca))
answer = client.list_call_detail_records(
    ListCallDetailRecordsRequest(instance_id="ccc-test", page_number=1, page_size=10, start_time=0, end_time=4102444800000)
)
print(client._endpoint, answer.body.data.total_count)
"""

JAVA = """
import java.net.*;
import java.nio.charset.StandardCharsets;

public class Main {
    public static void main(String[] arguments) throws Exception {
        var connection = (HttpURLConnection) new URL("https://api.sencloud.vn/v1/shop.Sencloud/ListCallLogs").openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Authorization", "Bearer " + System.getenv("CALLMOCK_SENCLOUD_API_KEY"));
        connection.getOutputStream().write("{\\"paging\\": {\\"limit\\": 10, \\"after\\": \\".\\"}}".getBytes());
        System.out.println(connection.getResponseCode());
        System.out.println(new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
}
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server, and the environment that `callmock env` prints for it."""
    folder = tmp_path_factory.mktemp("tls")
    surroundings = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    surroundings = {name: value for name, value in surroundings.items() if not name.startswith("CALLMOCK_")}
    surroundings["XDG_DATA_HOME"] = str(folder)
    words = [BINARY, "serve", "--tls", "--port", "0", "--quiet", "--stop-with-stdin"]
    server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=surroundings)
    url = server.stdout.readline().split()[-1]
    assert url.startswith("https://"), url
    printed = subprocess.run(
        [BINARY, "env", "--json", "--proxy", "--java", "--url", url], env=surroundings, check=True, capture_output=True, text=True
    )
    yield url, surroundings | json.loads(printed.stdout)
    server.stdin.close()
    assert server.wait(30) == 0


def run(words, environment, **options):
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False, **options)


def test_curl_reaches_a_vendor_by_its_own_name_and_nobody_else(served):
    _, environment = served
    own = [f"-Hx-commubo-tenantId: {environment['CALLMOCK_COMMUBO_TENANT_ID']}"]
    own += [f"-Hx-commubo-accessToken: {environment['CALLMOCK_COMMUBO_ACCESS_TOKEN']}"]
    ran = run(["curl", "-sS", *own, "https://connect.commubo.com/v1/calls?start=2018-09-01"], environment)
    assert ran.returncode == 0 and '"callId":"1234567890123456"' in ran.stdout, ran.stderr
    # The port of the vendor's page is none: curl itself refuses it, and the highest one is as good.
    ran = run(["curl", "-sS", *own, "https://connect.commubo.com:65535/v1/calls?start=2018-09-01"], environment)
    assert ran.returncode == 0 and '"callId":"1234567890123456"' in ran.stdout, ran.stderr
    ran = run(["curl", "-sS", "https://example.com/"], environment)
    assert ran.returncode == 56 and "403" in ran.stderr, ran.stderr
    # The certificate is really checked.
    system = {name: value for name, value in environment.items() if name not in ("SSL_CERT_FILE", "CURL_CA_BUNDLE")}
    ran = run(["curl", "-sS", *own, "https://connect.commubo.com/v1/calls"], system)
    assert ran.returncode == 60, ran.stderr


def test_the_official_alibaba_sdk_uses_its_own_endpoint(served):
    _, environment = served
    ran = run([sys.executable, "-c", ALIBABA], environment)
    assert ran.stdout.split() == ["ccc.cn-shanghai.aliyuncs.com", "1"], ran.stdout + ran.stderr


def test_java_trusts_the_store(served, tmp_path):
    _, environment = served
    assert shutil.which("java"), "a JDK is needed"
    (tmp_path / "Main.java").write_text(JAVA)
    host, port = environment["HTTPS_PROXY"].removeprefix("http://").split(":")
    words = ["java", f"-Dhttps.proxyHost={host}", f"-Dhttps.proxyPort={port}", "Main.java"]
    ran = run(words, environment, cwd=tmp_path)
    assert ran.stdout.startswith("200\n") and "call_logs" in ran.stdout, ran.stdout + ran.stderr


def test_node_and_python_trust_the_server_itself(served):
    url, environment = served
    port = url.rsplit(":", 1)[1]
    direct = environment | {"NO_PROXY": "127.0.0.1,localhost"}
    for host in ("127.0.0.1", "localhost"):
        address = f"https://{host}:{port}/_mock/health"
        ran = run(["node", "-e", f'fetch("{address}").then((answer) => console.log(answer.status))'], direct)
        assert ran.stdout == "200\n", ran.stderr
        script = f'import urllib.request; print(urllib.request.urlopen("{address}").status)'
        ran = run([sys.executable, "-c", script], direct)
        assert ran.stdout == "200\n", ran.stderr
