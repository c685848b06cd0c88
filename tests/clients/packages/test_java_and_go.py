"""The files for Java and Go that a project copies: compiled, and run against the binary."""

import os
import shutil

from conftest import BINARY, ROOT, clean, done, run

STUB = {
    "org/testcontainers/containers/GenericContainer.java": """
package org.testcontainers.containers;

import org.testcontainers.containers.wait.strategy.WaitStrategy;

public class GenericContainer<SELF extends GenericContainer<SELF>> {
  public GenericContainer(String image) {}
  public SELF withExposedPorts(Integer... ports) { return null; }
  public SELF withEnv(String name, String value) { return null; }
  public SELF waitingFor(WaitStrategy strategy) { return null; }
  public String getHost() { return "127.0.0.1"; }
  public Integer getMappedPort(int port) { return Integer.valueOf(System.getenv("CALLMOCK_URL").replaceAll(".*:", "")); }
}
""",
    "org/testcontainers/containers/wait/strategy/WaitStrategy.java": """
package org.testcontainers.containers.wait.strategy;

public interface WaitStrategy {}
""",
    "org/testcontainers/containers/wait/strategy/Wait.java": """
package org.testcontainers.containers.wait.strategy;

public class Wait {
  public static WaitStrategy forHttp(String path) { return new WaitStrategy() {}; }
}
""",
}

MAIN = """
import java.net.URI;
import java.net.http.*;

class Main {
  static int list(CallmockContainer.World world, String start) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(world.url + "/v1/calls?start=" + start))
        .header("x-commubo-tenantId", world.credential("commubo", "tenant_id"))
        .header("x-commubo-accessToken", world.credential("commubo", "access_token")).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }

  public static void main(String[] arguments) throws Exception {
    var callmock = new CallmockContainer("callmock");
    try (var world = callmock.newWorld("a \\"quoted\\" name\\n")) {
      world.setClock("2024-05-14T00:00:00Z");
      world.advance("PT5M");
      world.fault("{\\"vendor\\": \\"commubo\\", \\"times\\": 1, \\"do\\": {\\"error\\": \\"internal_error\\"}}");
      System.out.println(list(world, "2018-09-01") + " " + list(world, "2018-09-01"));
      world.verify("{\\"operation\\": \\"list_calls\\"}", "{\\"exactly\\": 2}");
      System.out.println(world.findings().get(0));
      world.expectsRefusals("commubo.list_calls.invalid_start");
      System.out.println(list(world, "2018-9-1"));
    }
    try (var world = callmock.newWorld("nothing comes")) {
      world.expectsRefusals("commubo.list_calls.invalid_start");
    } catch (AssertionError error) {
      System.out.println(error.getMessage());
    }
    try (var world = callmock.newWorld("too few")) {
      world.verify("{\\"operation\\": \\"list_calls\\"}", "{\\"exactly\\": 1}");
    } catch (AssertionError error) {
      System.out.println(error.getMessage());
    }
  }
}
"""

GO = """package callmock

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func list(t *testing.T, world *World, start string) int {
	request, _ := http.NewRequest("GET", world.URL+"/v1/calls?start="+start, nil)
	request.Header.Set("x-commubo-tenantId", world.Credentials["commubo"]["tenant_id"])
	request.Header.Set("x-commubo-accessToken", world.Credentials["commubo"]["access_token"])
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func TestAWorldIsSteered(t *testing.T) {
	world := NewWorld(t)
	world.SetClock(time.Date(2024, 5, 14, 0, 0, 0, 0, time.UTC))
	world.Advance(5 * time.Minute)
	world.Fault(map[string]any{"vendor": "commubo", "times": 1, "do": map[string]any{"error": "internal_error"}})
	if first, second := list(t, world, "2018-09-01"), list(t, world, "2018-09-01"); first != 500 || second != 200 {
		t.Fatal(first, second)
	}
	world.Verify(map[string]any{"operation": "list_calls"}, map[string]int{"exactly": 2})
	if findings := world.Findings(); len(findings) != 1 || !strings.HasSuffix(findings[0].ID, ".retried_at_once") {
		t.Fatal(findings)
	}
	world.ExpectsRefusals("commubo.list_calls.invalid_start")
	list(t, world, "2018-9-1")
}

func TestARefusalThatDoesNotCome(t *testing.T) {
	NewWorld(t).ExpectsRefusals("commubo.list_calls.invalid_start")
}

func TestARequestThatDoesNotCome(t *testing.T) {
	NewWorld(t).Verify(map[string]any{"operation": "list_calls"}, map[string]int{"exactly": 1})
}
"""


def test_the_file_for_java_compiles_and_its_worlds_work(tmp_path):
    assert shutil.which("javac"), "a JDK is needed"
    for name, text in STUB.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    shutil.copy(ROOT / "packaging/java/CallmockContainer.java", tmp_path)
    (tmp_path / "Main.java").write_text(MAIN)
    done("javac", "-Xlint:all", "-Werror", "CallmockContainer.java", "Main.java", cwd=tmp_path)
    ran = run(BINARY, "exec", "--", "java", "Main", cwd=tmp_path)
    said = ran.stdout
    assert ran.returncode == 4, "an expectation was not met, and `exec` says so too: " + said + ran.stderr
    first, finding, refused, not_come, too_few = said.splitlines()
    assert (first, refused) == ("500 200", "406"), said
    assert finding.startswith("warning commubo.retried_at_once: Wait before"), said
    assert "expected, and it did not come: " in not_come and '"ok":false' in too_few, said


def test_the_file_for_go_starts_a_server_and_its_worlds_work(tmp_path):
    assert shutil.which("go"), "Go is needed"
    shutil.copy(ROOT / "packaging/go/callmock.go", tmp_path)
    (tmp_path / "callmock_test.go").write_text(GO)
    (tmp_path / "go.mod").write_text("module example.com/callmock\n\ngo 1.18\n")
    environment = clean(CALLMOCK_BINARY=str(BINARY), GOFLAGS="-mod=mod", GOPROXY="off", GOCACHE=str(tmp_path / "cache"))
    environment.setdefault("HOME", str(tmp_path))
    done("go", "vet", "./...", cwd=tmp_path, env=environment)
    assert done("gofmt", "-l", ".", cwd=tmp_path, env=environment) == ""
    ran = run("go", "test", "-v", "./...", cwd=tmp_path, env=environment)
    assert "--- PASS: TestAWorldIsSteered" in ran.stdout, ran.stdout + ran.stderr
    assert "--- FAIL: TestARefusalThatDoesNotCome" in ran.stdout, ran.stdout
    assert "expected, and it did not come: commubo.list_calls.invalid_start" in ran.stdout
    assert "--- FAIL: TestARequestThatDoesNotCome" in ran.stdout and '"ok":false' in ran.stdout
    none = run("go", "test", "./...", cwd=tmp_path, env=environment | {"CALLMOCK_BINARY": "/nowhere/callmock"})
    assert "put callmock on the PATH, or name it in CALLMOCK_BINARY" in none.stdout, none.stdout
