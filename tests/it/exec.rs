//! `callmock exec`: one line in a CI job.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use callmock::vendors;

use crate::cli::{callmock, file, text};
use crate::mock::Mock;

fn exec(arguments: &[&str], script: &str) -> Output {
    callmock().arg("exec").args(arguments).args(["--", "sh", "-c", script]).output().expect("it runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_gets_the_url_and_every_credential_and_standard_output_is_its_own() {
    let output = exec(&[], "env | grep ^CALLMOCK_ | sort; echo done");
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    let url =
        lines.iter().find_map(|line| line.strip_prefix("CALLMOCK_URL=http://127.0.0.1:")).expect("a URL");
    assert!(url.parse::<u16>().is_ok_and(|port| port > 0));
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let mut expected = vec![format!("CALLMOCK_URL=http://127.0.0.1:{url}")];
    for vendor in vendors::ALL {
        let mut variable = |name: &str, value: &str| {
            let name = format!("CALLMOCK_{}_{}", vendor.name(), name).to_uppercase();
            expected.push(format!("{name}={value}"));
        };
        for (name, value) in world.credentials(vendor.name()).as_object().expect("a credential") {
            variable(name, value.as_str().expect("a text"));
        }
        for (name, value) in vendor.whereabouts(&format!("127.0.0.1:{url}")) {
            variable(name, &value);
        }
    }
    expected.sort();
    expected.push("done".into());
    assert_eq!(lines, expected);
    for line in [
        "CALLMOCK_ALIBABA_ACCESS_KEY_ID=testid",
        "CALLMOCK_ALIBABA_ACCESS_KEY_SECRET=testsecret",
        &format!("CALLMOCK_ALIBABA_ENDPOINT=127.0.0.1:{url}"),
        "CALLMOCK_ALIBABA_INSTANCE_ID=ccc-test",
        "CALLMOCK_CCAI_SUBDOMAIN=acme",
        "CALLMOCK_CCAI_TOKEN=mock-token",
        "CALLMOCK_COMMUBO_ACCESS_TOKEN=FEDCBA09-8765-4321-FEDC-BA0987654321",
        "CALLMOCK_COMMUBO_TENANT_ID=12345678-90AB-CDEF-1234-567890ABCDEF",
        "CALLMOCK_SENCLOUD_API_KEY=1296121461794938793:MOCKKEY",
    ] {
        assert!(lines.contains(&line), "{line}");
    }
    assert_eq!(text(&output.stderr), "callmock: nothing was called\n");
}

#[test]
fn it_is_ready_when_the_command_starts_and_tells_what_was_called() {
    // The suite's own example client, as a user would run it.
    let script = r#"
        ask() { exec 3<>"/dev/tcp/127.0.0.1/${CALLMOCK_URL##*:}"; printf "$1" >&3; head -1 <&3; exec 3>&-; }
        ask 'GET /v1/calls?strat=2018-09-01 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-commubo-tenantId: '"$CALLMOCK_COMMUBO_TENANT_ID"'\r\nx-commubo-accessToken: '"$CALLMOCK_COMMUBO_ACCESS_TOKEN"'\r\n\r\n'
        ask 'GET /v1/calls HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
        ask 'GET /v1/calls HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
        ask 'GET /?Action=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    "#;
    let output = callmock().args(["exec", "--", "bash", "-c", script]).output().expect("it runs");
    assert_eq!(
        text(&output.stdout).lines().collect::<Vec<_>>()[..2],
        ["HTTP/1.1 200 OK", "HTTP/1.1 403 Forbidden"]
    );
    let said = text(&output.stderr);
    assert!(said.starts_with("callmock: 4 requests\n"), "{said}");
    assert!(said.contains("  commubo   list_calls                 200, 403 x2\n"), "{said}");
    assert!(said.contains("  alibaba   (no operation)             404\n"), "{said}");
    let score =
        said.lines().position(|line| line.contains(" behaviors of the operations in use exercised: "));
    let finding = said.lines().position(|line| line == "  finding commubo.unknown_parameter x1 (warning)");
    assert!(finding.expect("a finding") < score.expect("a score"), "findings come first: {said}");
    assert!(said.contains("    `strat`; did you mean `start`? - request 1 (world default)\n"), "{said}");
    assert!(
        said.contains("  next: --coverage-out FILE keeps this for `callmock coverage report FILE`\n"),
        "{said}"
    );
}

#[test]
fn the_exit_code_is_the_commands() {
    for code in [0, 1, 3, 77, 255] {
        assert_eq!(exec(&[], &format!("exit {code}")).status.code(), Some(code));
    }
    assert_eq!(exec(&[], "kill -KILL $$").status.code(), Some(128 + 9), "as shells have it");
    let missing = callmock().args(["exec", "--", "no-such-command-anywhere"]).output().expect("it runs");
    assert_eq!(missing.status.code(), Some(127));
    assert!(
        text(&missing.stderr).starts_with("callmock: no-such-command-anywhere: No such file"),
        "{}",
        text(&missing.stderr)
    );
    let not_executable = file("not-executable", "#!/bin/sh\n");
    let denied = callmock().args(["exec", "--"]).arg(not_executable).output().expect("it runs");
    assert_eq!(denied.status.code(), Some(126));
}

#[test]
fn bad_usage_starts_nothing() {
    let marker = file("exec-marker", "");
    fs::remove_file(&marker).expect("it is there");
    let script = format!("touch {}", marker.display());
    let wrong = file("exec-wrong.yaml", "callmock: 1\nagnets: []\n");
    let scenario = exec(&["--scenario", wrong.to_str().expect("text")], &script);
    assert_eq!(scenario.status.code(), Some(2));
    assert!(text(&scenario.stderr).contains("did you mean `agents`?"));
    assert_eq!(exec(&["--max-body", "much"], &script).status.code(), Some(2));
    let nothing = callmock().args(["exec"]).output().expect("it runs");
    assert_eq!(nothing.status.code(), Some(2));
    assert!(text(&nothing.stderr).contains("callmock exec -- <CMD>..."), "{}", text(&nothing.stderr));
    assert!(!marker.exists());
}

#[test]
fn a_proxy_is_taken_out_of_the_commands_environment() {
    let output = callmock()
        .env("http_proxy", "http://127.0.0.1:9")
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("https_proxy", "http://127.0.0.1:9")
        .args(["exec", "--", "sh", "-c", "env | grep -iE '^(http|https|all)_proxy='"])
        .output()
        .expect("it runs");
    assert_eq!(text(&output.stdout), "https_proxy=http://127.0.0.1:9\n", "what is not in its way stays");
    let output = callmock()
        .env("https_proxy", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .args(["exec", "--tls", "--", "sh", "-c", "env | grep -iE '^(http|https|all)_proxy='"])
        .output()
        .expect("it runs");
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn the_commands_input_is_its_own() {
    let mut child = callmock()
        .args(["exec", "--", "cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("a pipe").write_all(b"through").expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((text(&output.stdout), output.status.code()), ("through", Some(0)));
}

#[test]
fn signals_are_passed_on_and_the_command_decides() {
    for (signal, number) in [("TERM", 15), ("INT", 2), ("HUP", 1), ("USR1", 10), ("USR2", 12), ("QUIT", 3)] {
        let script =
            format!("trap 'echo got {signal}; exit 40' {signal}; echo ready; while :; do sleep 0.05; done");
        let mut child = callmock()
            .args(["exec", "--", "sh", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        assert_eq!(line, "ready\n");
        let sent = Command::new("sh").args(["-c", &format!("kill -{number} {}", child.id())]).status();
        assert!(sent.expect("sh").success());
        let mut rest = String::new();
        out.read_to_string(&mut rest).expect("text");
        assert_eq!(rest, format!("got {signal}\n"));
        assert_eq!(child.wait().expect("it ends").code(), Some(40));
    }
}

#[test]
fn a_seed_a_clock_and_a_port_can_be_given_as_to_serve() {
    let port = file("exec-port", "");
    let output = exec(
        &[
            "--scenario",
            "empty",
            "--now",
            "2001-02-03T04:05:06Z",
            "--port-file",
            port.to_str().expect("text"),
        ],
        &format!("cat {}", port.display()),
    );
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).trim().parse::<u16>().is_ok_and(|port| port > 0));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let number = taken.local_addr().expect("an address").port().to_string();
    let failed = exec(&["--port", &number], "true");
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).contains("--port 0"), "{}", text(&failed.stderr));
}

#[test]
fn with_tls_the_command_gets_a_certificate_to_trust_for_as_long_as_it_runs() {
    let script = "grep -c 'BEGIN CERTIFICATE' \"$CALLMOCK_CA_CERT\"; echo \"$CALLMOCK_CA_CERT\"; echo ${CALLMOCK_URL%:*}";
    let output = exec(&["--tls"], script);
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    assert_eq!((lines[0], lines[2]), ("1", "https://127.0.0.1"));
    assert!(!std::path::Path::new(lines[1]).exists(), "it is gone");
}

#[test]
fn with_an_admin_token_the_command_gets_it() {
    let output = exec(&["--admin-token", "open-sesame"], "echo $CALLMOCK_ADMIN_TOKEN");
    assert_eq!(text(&output.stdout), "open-sesame\n");
}

#[test]
fn a_command_that_leaves_a_request_under_way_does_not_hold_the_end() {
    let started = Instant::now();
    let script = r#"
        exec 3<>"/dev/tcp/127.0.0.1/${CALLMOCK_URL##*:}"
        body='{"vendor":"commubo","do":{"delay":"60s"}}'
        printf "POST /_mock/faults HTTP/1.1\r\nHost: x\r\nContent-Length: ${#body}\r\n\r\n$body" >&3; head -1 <&3
        exec 4<>"/dev/tcp/127.0.0.1/${CALLMOCK_URL##*:}"
        printf 'GET /v1/calls HTTP/1.1\r\nHost: x\r\n\r\n' >&4
    "#;
    let output = callmock().args(["exec", "--", "bash", "-c", script]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(30), "the bound is 900 ms; a minute would be too long");
}
