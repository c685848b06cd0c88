//! The binary: flags, exit codes, the ready line, signals.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use crate::mock::calls_of;
use crate::{answers, own};

/// The binary, in an environment without settings of its own.
pub fn callmock() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmock"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CALLMOCK_")) {
        command.env_remove(name);
    }
    // What is kept for a user is kept here.
    command.env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

fn output(arguments: &[&str]) -> Output {
    callmock().args(arguments).output().expect("it runs")
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// A file of a test's own.
pub fn file(name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("written");
    path
}

/// A server that a test runs, and the URL of its ready line.
pub struct Served(pub Child, pub String);

impl Served {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
        let url = line.trim().strip_prefix("callmock ready ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self(child, url)
    }

    /// Sends a signal, by the shell's own `kill`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill {signal} {}", self.0.id())]).status();
        assert!(sent.expect("sh").success());
    }

    /// What a path answers with, by the plainest of clients.
    pub fn get(&self, path: &str, headers: &str) -> String {
        self.answer(path, headers).1
    }

    fn head(&self, path: &str) -> String {
        self.answer(path, "").0
    }

    fn answer(&self, path: &str, headers: &str) -> (String, String) {
        self.send("GET", path, headers, "")
    }

    pub fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.1.trim_start_matches("http://")).expect("a connection");
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.to_owned(), body.to_owned())
    }
}

impl Served {
    /// A resource of the admin API, from a server that speaks plain HTTP, needs no token and is
    /// still there.
    fn resource(&self, path: &str) -> Option<serde_json::Value> {
        let mut stream = TcpStream::connect(self.1.strip_prefix("http://")?).ok()?;
        stream.set_read_timeout(Some(std::time::Duration::from_secs(5))).ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        head.starts_with("HTTP/1.1 200 ").then(|| serde_json::from_str(body).ok())?
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let coverage = self.resource("/_mock/coverage?worlds=all");
            if let Some(coverage) = coverage.and_then(|coverage| serde_json::from_value(coverage).ok()) {
                own::keep(&coverage);
            }
            let journal = self.resource("/_mock/journal").unwrap_or_default();
            journal["exchanges"].as_array().into_iter().flatten().for_each(answers::hold);
        }
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn no_subcommand_serves_the_documented_scenario_and_prints_one_line_once_it_listens() {
    let mut served = Served::start(callmock().args(["--port", "0"]));
    assert!(served.1.starts_with("http://127.0.0.1:"));
    assert!(served.get("/_mock", "").contains(&format!("\"calls\":{}", calls_of("documented"))));
    served.signal("-TERM");
    assert_eq!(served.0.wait().expect("it ends").code(), Some(0));
    let mut rest = String::new();
    served.0.stdout.as_mut().expect("a pipe").read_to_string(&mut rest).expect("text");
    assert_eq!(rest, "", "one line on standard output");
}

#[test]
fn an_interrupt_ends_it_as_well() {
    let mut served = Served::start(callmock().args(["serve", "--port", "0"]));
    served.signal("-INT");
    assert_eq!(served.0.wait().expect("it ends").code(), Some(0));
}

#[test]
fn every_flag_has_an_environment_twin_and_the_flag_wins() {
    let served = Served::start(
        callmock()
            .env("CALLMOCK_PORT", "0")
            .env("CALLMOCK_SCENARIO", "empty")
            .env("CALLMOCK_NOW", "2001-02-03T04:05:06Z")
            .env("CALLMOCK_NO_DEBUG_HEADERS", "true")
            .env("CALLMOCK_LOG", "json"),
    );
    let index = served.get("/_mock", "");
    assert!(index.contains("\"calls\":0") && index.contains("2001-02-03T04:05:06Z"), "{index}");
    let mut served = served;
    assert!(!served.head("/v1/calls").contains("x-callmock"), "CALLMOCK_NO_DEBUG_HEADERS");
    served.signal("-TERM");
    served.0.wait().expect("it ends");
    let mut log = String::new();
    served.0.stderr.as_mut().expect("a pipe").read_to_string(&mut log).expect("text");
    assert!(log.starts_with("{\"timestamp\""), "CALLMOCK_LOG: {log}");
    let flag = Served::start(callmock().env("CALLMOCK_SCENARIO", "empty").args([
        "--port=0",
        "--scenario",
        "documented",
    ]));
    assert!(flag.get("/_mock", "").contains(&format!("\"calls\":{}", calls_of("documented"))));
}

#[test]
fn help_names_the_twin_of_every_flag_of_serve() {
    let help = output(&["serve", "--help"]);
    let lines = text(&help.stdout);
    // Where a line is wrapped is of no interest.
    let help = lines.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in lines.lines().filter(|line| line.trim_start().starts_with("--") && !line.contains("--help")) {
        let flag = line.trim_start().trim_start_matches('-').split([' ', '=']).next().expect("a name");
        let twin = format!("[env: CALLMOCK_{}", flag.to_uppercase().replace('-', "_"));
        // What a secret one is set to is not shown.
        assert!(["=", "]"].iter().any(|end| help.contains(&format!("{twin}{end}"))), "{flag}");
    }
}

#[test]
fn the_port_file_has_the_port_and_nothing_else() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("port-file");
    drop(fs::remove_file(&path));
    let served = Served::start(callmock().args(["--port", "0", "--port-file"]).arg(&path));
    let port = fs::read_to_string(&path).expect("written before the ready line");
    assert_eq!(served.1, format!("http://127.0.0.1:{}", port.trim()));
}

#[test]
fn a_busy_port_is_exit_code_1_and_says_what_to_do() {
    let served = Served::start(callmock().args(["--port", "0"]));
    let port = served.1.rsplit(':').next().expect("a port").to_owned();
    let busy = output(&["--port", &port]);
    assert_eq!(busy.status.code(), Some(1));
    let message = text(&busy.stderr);
    assert!(
        message.contains(&format!("cannot listen on 127.0.0.1:{port}")) && message.contains("--port 0"),
        "{message}"
    );
    assert_eq!(text(&busy.stdout), "");
}

#[test]
fn bad_usage_and_bad_scenarios_are_exit_code_2() {
    let bad = file("bad.yaml", "callmock: 1\nagnets: []\n");
    let bad = bad.to_str().expect("text");
    for (arguments, part) in [
        (&["--prot", "1"][..], "--port"),
        (&["--max-body", "1kb", "--port", "0"], "`64KiB`"),
        (&["--now", "yesterday", "--port", "0"], "expected a time with its offset"),
        (&["--scenario", "documentd", "--port", "0"], "did you mean `documented`?"),
        (
            &["--scenario", bad, "--port", "0"],
            "bad.yaml:2:1: agnets: unknown key `agnets`; did you mean `agents`?",
        ),
        (&["--max-headers", "1000000", "--port", "0"], "1..=30000"),
        (&["check", bad], "bad.yaml:2:1: agnets: unknown key `agnets`; did you mean `agents`?"),
        (&["check"], "FILE"),
    ] {
        let output = output(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(part), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

#[test]
fn a_misspelt_subcommand_is_told_with_the_usage_of_the_whole_command() {
    let wrong = output(&["srve"]);
    let said = text(&wrong.stderr);
    assert_eq!(wrong.status.code(), Some(2), "{said}");
    for expected in ["a similar subcommand exists: 'serve'", "Usage: callmock [OPTIONS]"] {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn check_counts_the_calls_of_good_files() {
    let good = output(&["check", "documented"]);
    assert_eq!(
        (good.status.code(), text(&good.stdout)),
        (
            Some(0),
            format!("ok: {} calls (The vendors' own documented examples)\n", calls_of("documented")).as_str()
        )
    );
}

#[test]
fn a_seed_overrides_the_scenarios() {
    let yaml = file(
        "seed.yaml",
        "callmock: 1\nseed: 1\nclock: real\naccounts: {commubo: [{tenant_id: t, access_token: a}]}\ngenerate: {calls: 3, from: 2018-09-01, to: 2018-09-01}\n",
    );
    let list = |arguments: &[&str]| {
        let served = Served::start(callmock().args(["--port", "0", "--scenario"]).arg(&yaml).args(arguments));
        served.get("/v1/calls", "x-commubo-tenantId: t\r\nx-commubo-accessToken: a\r\n")
    };
    let one = list(&[]);
    assert!(one.starts_with("[{\"callId\""), "{one}");
    assert_eq!(one, list(&["--seed", "1"]));
    assert_ne!(one, list(&["--seed", "2"]));
}

#[test]
fn alternate_readings_flip_them_all() {
    let served = Served::start(callmock().args(["--port", "0", "--readings", "alternate"]));
    let headers = format!(
        "x-commubo-tenantId: {}
x-commubo-accessToken: {}
",
        crate::commubo::TENANT,
        crate::commubo::TOKEN
    );
    let list = |query: &str| served.get(&format!("/v1/calls{query}"), &headers);
    assert_eq!(list(""), "", "commubo.open_range: refuse, and commubo.error_body: empty");
    assert_eq!(list("?start=2018-09-01&x=1"), "", "commubo.unknown_parameter: refuse");
    assert_eq!(list("?start=2018-10-01&end=2018-09-01"), "[]", "commubo.reversed_range: empty");
    let call = list("?start=2018-09-01&end=2018-09-01&expand=all");
    assert!(call.contains("\"callType\":0,"), "commubo.end: inclusive, and commubo.numbers: integer: {call}");
    assert!(call.contains("\"operatorVocieId\":123"), "commubo.voice_id_key: {call}");
}

#[test]
fn health_asks_a_running_server_and_fails_without_one() {
    let served = Served::start(callmock().args(["--port", "0"]));
    let good = output(&["health", "--url", &served.1]);
    assert_eq!((good.status.code(), text(&good.stdout)), (Some(0), "ok\n"));
    let port = served.1.rsplit(':').next().expect("a port").to_owned();
    let by_port = callmock().arg("health").env("CALLMOCK_PORT", &port).output().expect("it runs");
    assert_eq!(by_port.status.code(), Some(0));
    drop(served);
    let bad = output(&["health", "--url", &format!("http://127.0.0.1:{port}")]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(text(&bad.stderr).contains("is not healthy"));
    assert_eq!(output(&["health", "--url", "ftp://x"]).status.code(), Some(2));
}

#[test]
fn the_contract_is_printed_as_table_json_and_markdown() {
    let print =
        |format: &str| String::from_utf8(output(&["contract", "--format", format]).stdout).expect("text");
    let table = String::from_utf8(output(&["contract"]).stdout).expect("text");
    assert_eq!(table, print("table"));
    assert!(table.lines().any(
        |line| line.starts_with("commubo.list_calls.listed ") && line.contains("  200     documented  ")
    ));
    let json: serde_json::Value = serde_json::from_str(&print("json")).expect("JSON");
    assert_eq!(json["behaviors"].as_array().expect("a list").len() + 1, table.lines().count());
    assert!(print("markdown").contains("| `alibaba.any.signature_nonce_used` | 400 | documented |"));
}

#[test]
fn a_reader_that_closes_the_pipe_early_is_no_failure() {
    let pipe = format!("'{}' schema | head -1", env!("CARGO_BIN_EXE_callmock"));
    let output = Command::new("sh").args(["-c", &pipe]).output().expect("sh");
    assert_eq!((output.status.code(), text(&output.stdout), text(&output.stderr)), (Some(0), "{\n", ""));
}

#[test]
fn a_flags_twin_is_set_by_what_people_write() {
    for (value, without) in
        [("1", true), ("true", true), ("yes", true), ("0", false), ("false", false), ("", false)]
    {
        let served = Served::start(callmock().args(["--port", "0"]).env("CALLMOCK_NO_DEBUG_HEADERS", value));
        assert_eq!(!served.head("/v1/calls").contains("x-callmock"), without, "{value}");
    }
}

#[test]
fn a_misspelt_twin_is_told_and_what_exec_sets_is_not() {
    let mut served = Served::start(
        callmock()
            .args(["--port", "0"])
            .env("CALLMOCK_SCENARO", "busy-day")
            .env("CALLMOCK_COMMUBO_TENANT_ID", "x")
            .env("CALLMOCK_EXCLUSIONS", "x")
            .env("CALLMOCK_WORLD", "x")
            .env("CALLMOCK_URL", "http://127.0.0.1:1"),
    );
    served.signal("-TERM");
    served.0.wait().expect("it ends");
    let mut said = String::new();
    served.0.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    assert_eq!(said.matches("means nothing").count(), 1, "{said}");
    assert!(said.contains("CALLMOCK_SCENARO means nothing; did you mean `CALLMOCK_SCENARIO`?"), "{said}");
}

#[test]
fn one_reading_can_be_chosen_for_a_run_and_a_wrong_one_is_told() {
    let served = Served::start(callmock().args([
        "--port",
        "0",
        "--readings",
        "commubo.end=inclusive,alibaba.skew=off",
    ]));
    let readings = served.get("/_mock/readings", "");
    assert!(readings.contains(r#""commubo.end":"inclusive""#), "{readings}");
    assert!(readings.contains(r#""alibaba.skew":"off""#), "{readings}");
    for (readings, part) in [
        ("alternat", "`alternate`, or readings such as `commubo.numbers=integer`, found `alternat`"),
        ("commubo.ned=inclusive", "did you mean `commubo.end`?"),
        ("commubo.end=inclusiv", "it has exclusive, inclusive"),
    ] {
        let wrong = output(&["--port", "0", "--readings", readings]);
        assert_eq!(wrong.status.code(), Some(2));
        assert!(text(&wrong.stderr).contains(part), "{}", text(&wrong.stderr));
    }
}

#[test]
fn a_sign_that_was_left_out_is_proposed() {
    for (arguments, part) in [
        (&["exec", "python3", "x.py"][..], "put `--` before the command: callmock exec [OPTIONS] -- CMD"),
        (&["matrix", "true"], "callmock matrix [OPTIONS] -- CMD"),
        (&["exec", "--deny-findings", "warning", "--", "true"], "write `--deny-findings=warning`"),
    ] {
        let wrong = output(arguments);
        assert_eq!(wrong.status.code(), Some(2), "{arguments:?}");
        assert!(text(&wrong.stderr).contains(part), "{}", text(&wrong.stderr));
    }
    let other = output(&["serve", "--prot", "1"]);
    assert!(!text(&other.stderr).contains("before the command"), "{}", text(&other.stderr));
}

#[test]
fn a_server_that_is_told_so_ends_with_its_standard_input() {
    let mut served =
        Served::start(callmock().args(["--port", "0", "--stop-with-stdin"]).stdin(Stdio::piped()));
    assert!(served.get("/_mock/health", "").contains("ok"));
    drop(served.0.stdin.take());
    assert!(served.0.wait().expect("it ends").success());
    // Without the flag an input that has ended, as every service manager has it, means nothing.
    let served = Served::start(callmock().args(["--port", "0"]).stdin(Stdio::null()));
    assert!(served.get("/_mock/health", "").contains("ok"));
}

#[test]
fn the_version_has_the_commit_of_the_build() {
    let commit = option_env!("CALLMOCK_COMMIT").filter(|commit| !commit.is_empty()).unwrap_or("unknown");
    let expected = format!("callmock {} ({commit})\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(text(&output(&["--version"]).stdout), expected);
}

#[test]
fn the_environment_of_a_client_is_that_of_exec_in_three_forms() {
    let served = Served::start(callmock().args(["--port", "0"]));
    let env = |arguments: &[&str]| {
        let output = callmock().args(["env", "--url", &served.1]).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let in_exec = output(&["exec", "--", "env"]);
    let in_exec: Vec<&str> =
        text(&in_exec.stdout).lines().filter(|line| line.starts_with("CALLMOCK_")).collect();
    let dotenv = env(&["--dotenv"]);
    let mut names: Vec<&str> = dotenv.lines().filter_map(|line| line.split('=').next()).collect();
    let mut expected: Vec<&str> = in_exec.iter().filter_map(|line| line.split('=').next()).collect();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert!(dotenv.contains(&format!("CALLMOCK_URL={}\n", served.1)), "{dotenv}");
    let json: serde_json::Value = serde_json::from_str(&env(&["--json"])).expect("JSON");
    let script = format!("{}\nprintf %s \"$CALLMOCK_SENCLOUD_API_KEY\"", env(&[]));
    let in_shell = Command::new("sh").args(["-c", &script]).output().expect("it runs");
    assert_eq!(text(&in_shell.stdout), json["CALLMOCK_SENCLOUD_API_KEY"]);
    let unknown =
        callmock().args(["env", "--world", "nobody", "--url", &served.1]).output().expect("it runs");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("nobody"), "{}", text(&unknown.stderr));
}
