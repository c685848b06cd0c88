//! Started by real machines: their environments, their files, their pipes, and what they do to
//! processes.

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cli::{Served, callmock, file, text};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Waits for something that is sure to come, however slow the machine.
pub fn until<T>(what: &str, mut is_there: impl FnMut() -> Option<T>) -> T {
    for _ in 0..6000 {
        if let Some(there) = is_there() {
            return there;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{what} did not come");
}

fn is_running(pid: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    state.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// Stops a server; its exit code, and what it said on standard error.
fn stopped(mut served: Served) -> (Option<i32>, String) {
    served.signal("-TERM");
    let mut stderr = served.0.stderr.take().expect("a pipe");
    let code = served.0.wait().expect("it ends").code();
    let mut said = String::new();
    stderr.read_to_string(&mut said).expect("text");
    (code, said)
}

#[test]
fn a_service_link_of_kubernetes_is_no_port_and_a_flag_wins_before_its_variable_is_read() {
    let links = |command: &mut Command| {
        command
            .env("CALLMOCK_PORT", "tcp://10.96.183.5:8080")
            .env("CALLMOCK_SERVICE_HOST", "10.96.183.5")
            .env("CALLMOCK_SERVICE_PORT", "8080")
            .env("CALLMOCK_PORT_8080_TCP_ADDR", "10.96.183.5");
    };
    let mut command = callmock();
    links(command.args(["--port", "0"]));
    let (code, said) = stopped(Served::start(&mut command));
    assert_eq!((code, said.contains("WARN")), (Some(0), false), "a flag says all: {said}");
    let mut command = callmock();
    links(command.args(["exec", "--", "sh", "-c", "exit 7"]));
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(7));
    assert!(
        text(&output.stderr).contains("CALLMOCK_PORT=tcp://10.96.183.5:8080 is a service link"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_damaged_variable_is_mended_or_named_by_its_name() {
    let output = |name: &str, value: &str| {
        let output = callmock().args(["exec", "--", "true"]).env(name, value).output().expect("it runs");
        (output.status.code(), text(&output.stderr).to_owned())
    };
    for (name, value) in [
        ("CALLMOCK_PORT", "0\r"),
        ("CALLMOCK_PORT", "\"0\""),
        ("CALLMOCK_SCENARIO", "documented\r"),
        ("CALLMOCK_SEED", " 7 "),
        ("CALLMOCK_NO_DEBUG_HEADERS", "off"),
        ("CALLMOCK_WATCH", "false\r"),
        ("CALLMOCK_NOW", ""),
        ("CALLMOCK_ADMIN_TOKEN", "open-sesame\r"),
    ] {
        let (code, said) = output(name, value);
        assert_eq!(code, Some(0), "{name}={value:?}: {said}");
        let mended = value.trim() != value || value.starts_with('"');
        assert!(!said.contains("sesame"), "a secret is not told: {said}");
        assert_eq!(
            said.contains(&format!("the environment variable {name} was read")),
            mended,
            "{value:?}: {said}"
        );
    }
    for (name, value, expected) in [
        ("CALLMOCK_PORT", "http", "expected a port of 0 to 65535, found \"http\""),
        (
            "CALLMOCK_NO_DEBUG_HEADERS",
            "flase",
            "expected yes or no (true, false, on, off, 1, 0), found \"flase\"",
        ),
        ("CALLMOCK_LOG", "yaml", "expected one of text, json"),
        ("CALLMOCK_MAX_BODY", "much", "expected a size such as `65536`"),
        ("CALLMOCK_FIRST_BYTE", "soon", "expected a duration"),
        ("CALLMOCK_ADMIN_TOKEN", " ", "is empty: give it a value, or unset it"),
    ] {
        let (code, said) = output(name, value);
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.contains(&format!("the environment variable {name}")), "{name}: {said}");
        assert!(said.contains(expected), "{name}: {said}");
        assert!(!said.contains("invalid digit"), "{said}");
    }
    let (code, said) = output("CALLMOCK_PROT", "1");
    assert!(
        code == Some(0) && said.contains("CALLMOCK_PROT means nothing; did you mean `CALLMOCK_PORT`?"),
        "{said}"
    );
}

#[test]
fn health_finds_the_server_whatever_flags_that_was_given() {
    let by_variables = |served: &Served, host: &str, tls: &str| {
        let port = served.1.rsplit(':').next().expect("a port");
        let output = callmock()
            .arg("health")
            .env("CALLMOCK_PORT", port)
            .env("CALLMOCK_HOST", host)
            .env("CALLMOCK_TLS", tls)
            .output();
        output.expect("it runs").status.code()
    };
    let plain = Served::start(callmock().args(["--port", "0"]));
    let secure = Served::start(callmock().args(["--port", "0", "--tls"]));
    for host in ["127.0.0.1", "0.0.0.0", "localhost"] {
        assert_eq!(by_variables(&plain, host, "true"), Some(0), "{host}");
        assert_eq!(by_variables(&secure, host, "false"), Some(0), "{host}");
    }
    stopped(plain);
    stopped(secure);
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let nobody =
        callmock().args(["health", "--url", &format!("http://127.0.0.1:{free}")]).output().expect("it runs");
    assert_eq!(nobody.status.code(), Some(1));
}

#[test]
fn the_port_file_never_names_a_port_that_nobody_listens_on() {
    let port_file = path("machine-port");
    fs::write(&port_file, "1\n").expect("written");
    let mut served = Served::start(callmock().args(["--port", "0", "--port-file"]).arg(&port_file));
    let port = served.1.rsplit(':').next().expect("a port").to_owned();
    assert_eq!(fs::read_to_string(&port_file).expect("it is there").trim(), port);
    served.signal("-TERM");
    assert_eq!(served.0.wait().expect("it ends").code(), Some(0));
    assert!(!port_file.exists(), "gone with its server");

    fs::write(&port_file, "1\n").expect("written");
    let wrong = file("machine-wrong.yaml", "callmock: 1\nagnets: []\n");
    let failed = callmock()
        .args(["--port-file"])
        .arg(&port_file)
        .arg("--scenario")
        .arg(wrong)
        .output()
        .expect("it runs");
    assert_eq!(
        (failed.status.code(), port_file.exists()),
        (Some(2), false),
        "a start that fails leaves none"
    );

    let output = callmock()
        .args(["exec", "--port-file"])
        .arg(&port_file)
        .args(["--", "sh", "-c", &format!("cat {}; echo 2 > {0}", port_file.display())])
        .output()
        .expect("it runs");
    assert!(text(&output.stdout).trim().parse::<u16>().is_ok());
    assert_eq!(fs::read_to_string(&port_file).expect("it is there"), "2\n", "another's stays");
    let folder = callmock().args(["--port-file"]).arg(env!("CARGO_TARGET_TMPDIR")).output().expect("it runs");
    assert_eq!(folder.status.code(), Some(2));
    assert!(text(&folder.stderr).contains("it is a folder; name a file in it"), "{}", text(&folder.stderr));
    assert!(Path::new(env!("CARGO_TARGET_TMPDIR")).is_dir());
}

#[test]
fn tls_to_a_plain_port_is_one_warning_that_says_what_to_set() {
    let plain = Served::start(callmock().args(["--port", "0"]));
    for _ in 0..3 {
        let url = plain.1.replace("http://", "https://");
        let asked = callmock().args(["health", "--url", &url]).output().expect("it runs");
        assert_eq!(asked.status.code(), Some(1));
        assert!(text(&asked.stderr).contains("it speaks plain HTTP: ask http://"), "{}", text(&asked.stderr));
    }
    let (_, said) = stopped(plain);
    assert_eq!(said.matches("a client spoke TLS to the plain port: start with --tls").count(), 1, "{said}");
    let secure = Served::start(callmock().args(["--port", "0", "--tls"]));
    for url in [&secure.1, &secure.1.replace("https://", "http://")] {
        let asked = callmock().args(["health", "--url", url]).output().expect("it runs");
        assert_eq!(asked.status.code(), Some(0), "{}", text(&asked.stderr));
    }
}

#[test]
fn the_ready_line_names_an_address_that_a_browser_opens() {
    // Only this machine's loopback is listened on: its address with another end is all that a test
    // may open.
    let served = Served::start(callmock().args(["--port", "0", "--host", "127.0.0.1"]));
    assert!(served.1.starts_with("http://127.0.0.1:"));
    stopped(served);
    let any: std::net::SocketAddr = "0.0.0.0:8080".parse().expect("an address");
    assert_eq!(callmock::admin::reachable(any).to_string(), "127.0.0.1:8080");
    let any: std::net::SocketAddr = "[::]:8080".parse().expect("an address");
    assert_eq!(callmock::admin::reachable(any).to_string(), "[::1]:8080");
}

#[test]
fn whatever_becomes_of_standard_error_it_serves_and_stops() {
    for redirect in ["2>/dev/full", "2>&-", "2>/dev/null"] {
        let script = format!("exec \"$0\" --port 0 {redirect}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_callmock")]).env("RUST_LOG", "callmock=debug");
        let mut served = Served::start(&mut command);
        assert!(served.get("/_mock/health", "").contains("ok"), "{redirect}");
        served.signal("-TERM");
        assert_eq!(served.0.wait().expect("it ends").code(), Some(0), "{redirect}");
    }
    for (arguments, code) in
        [(vec!["exec", "--", "sh", "-c", "exit 3"], 3), (vec!["check", "no-such-file.yaml"], 2)]
    {
        let status = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 2>/dev/full", env!("CARGO_BIN_EXE_callmock")])
            .args(arguments)
            .status();
        assert_eq!(status.expect("it runs").code(), Some(code));
    }
}

#[test]
fn a_pipe_that_nobody_reads_stops_nobody_and_what_was_dropped_is_counted() {
    let mut served = Served::start(callmock().args(["--port", "0"]).env("RUST_LOG", "callmock=debug"));
    // The pipe takes 64 KiB and the queue some thousand lines: these are more than both, each by
    // far.
    let addresses = served.1.trim_start_matches("http://").to_owned();
    let request = "GET /v1/calls HTTP/1.1\r\nHost: x\r\n\r\n".repeat(50);
    for _ in 0..120 {
        use std::io::Write as _;
        let mut stream = std::net::TcpStream::connect(&addresses).expect("a connection");
        stream.write_all(request.as_bytes()).expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("an end");
        let mut answers = String::new();
        stream.read_to_string(&mut answers).expect("text");
        assert_eq!(answers.matches("HTTP/1.1 403").count(), 50);
    }
    let stderr = served.0.stderr.take().expect("a pipe");
    // Somebody reads at last, and the next line that fits says how many did not.
    let (tell, told) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines() {
            if line.expect("text").contains(" lines were not told, for nobody read fast enough") {
                let _ = tell.send(());
            }
        }
    });
    until("the count of what was not told", || {
        served.get("/v1/calls", "");
        told.try_recv().ok()
    });
    served.signal("-TERM");
    assert_eq!(served.0.wait().expect("it ends").code(), Some(0));
    reader.join().expect("it read");
}

#[test]
fn each_signal_that_ends_ends_it_well() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut served = Served::start(callmock().args(["--port", "0"]));
        served.signal(signal);
        assert_eq!(served.0.wait().expect("it ends").code(), Some(0), "{signal}");
    }
}

/// A command that writes its process to a file and sleeps.
fn sleeper(name: &str) -> (String, PathBuf) {
    let kid = path(name);
    drop(fs::remove_file(&kid));
    (format!("echo $$ >{0}.new; mv {0}.new {0}; exec sleep 600", kid.display()), kid)
}

fn pid_of(kid: &Path) -> u32 {
    until("the command", || fs::read_to_string(kid).ok()?.trim().parse().ok())
}

#[test]
fn a_command_does_not_outlive_its_callmock_however_that_ended() {
    let (script, kid) = sleeper("machine-kid-exec");
    let mut exec = callmock()
        .args(["exec", "--", "sh", "-c", &script])
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let pid = pid_of(&kid);
    exec.kill().expect("killed");
    exec.wait().expect("it ends");
    until("the command's end", || (!is_running(pid)).then_some(()));
}

#[test]
fn matrix_passes_signals_on_and_ends_by_them() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let (script, kid) = sleeper(&format!("machine-kid-matrix{signal}"));
        let mut matrix = callmock()
            .args(["matrix", "--", "sh", "-c", &script])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let pid = pid_of(&kid);
        fs::remove_file(&kid).expect("it is there");
        let sent = Command::new("sh").args(["-c", &format!("kill {signal} {}", matrix.id())]).status();
        assert!(sent.expect("sh").success());
        assert_eq!(matrix.wait().expect("it ends").code(), Some(code), "{signal}");
        until("the command's end", || (!is_running(pid)).then_some(()));
        assert!(!kid.exists(), "no other command was started");
    }
}

#[test]
fn process_1_reaps_what_others_leave_and_keeps_its_commands_exit_code() {
    let inside = ["--pid", "--fork", "--kill-child", "--mount-proc"];
    let able = Command::new("unshare").args(inside).arg("true").stderr(Stdio::null()).status();
    if !able.is_ok_and(|status| status.success()) {
        eprintln!("no process namespace can be made here: .ci/run has one");
        return;
    }
    let count = "for i in $(seq 40); do (sh -c 'sleep 0.05 & exit'); done; n=1; for i in $(seq 200); do n=$(cat /proc/[0-9]*/stat | grep -c ') Z '); [ $n = 0 ] && break; sleep 0.05; done; echo $n; exit 7";
    let output = Command::new("unshare")
        .args(inside)
        .arg(env!("CARGO_BIN_EXE_callmock"))
        .args(["exec", "--", "sh", "-c", count])
        .output()
        .expect("it runs");
    assert_eq!(
        (text(&output.stdout).trim(), output.status.code()),
        ("0", Some(7)),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_server_that_is_process_1_reaps_what_it_inherits() {
    let inside = ["--pid", "--fork", "--kill-child", "--mount-proc"];
    let able = Command::new("unshare").args(inside).arg("true").stderr(Stdio::null()).status();
    if !able.is_ok_and(|status| status.success()) {
        eprintln!("no process namespace can be made here: .ci/run has one");
        return;
    }
    let script = "for i in 1 2 3 4 5; do (sleep 0.2 &); done; exec \"$0\" --port 0";
    let mut command = Command::new("unshare");
    command.args(inside).args(["sh", "-c", script, env!("CARGO_BIN_EXE_callmock")]);
    let served = Served::start(&mut command);
    let children = |pid: u32| {
        let all = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        all.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()).collect::<Vec<_>>()
    };
    let first = until("process 1", || children(served.0.id()).first().copied());
    // Running or ended, they are its children until they are reaped.
    until("the last orphan's end", || children(first).is_empty().then_some(()));
    assert!(served.get("/_mock/health", "").contains("ok"));
}

#[test]
fn an_edit_that_keeps_length_and_time_is_seen() {
    let scenario = |n: u32| format!("callmock: 1\ntitle: number {n}\nclock: 2024-05-14T12:00:00Z\n");
    let watched = file("machine-watched.yaml", &scenario(1));
    let served = Served::start(callmock().args(["--port", "0", "--watch", "--scenario"]).arg(&watched));
    let shows = |n: u32| served.get("/_mock", "").contains(&format!("number {n}")).then_some(());
    shows(1).expect("its first state");
    let before = fs::metadata(&watched).expect("it is there").modified().expect("a time");
    fs::write(&watched, scenario(2)).expect("written");
    let written = fs::File::options().write(true).open(&watched).expect("it opens");
    written.set_modified(before).expect("its time is set back");
    until("the edit", || shows(2));
    stopped(served);
}

#[test]
fn two_servers_of_one_seed_and_time_answer_byte_for_byte_alike() {
    let flags = ["--port", "0", "--scenario", "busy-day", "--seed", "7", "--now", "2024-05-14T12:00:00Z"];
    let ask = || {
        let served = Served::start(callmock().args(flags));
        let index: serde_json::Value = serde_json::from_str(&served.get("/_mock", "")).expect("JSON");
        let mut answers = vec![];
        for vendor in index["vendors"].as_array().expect("a list") {
            for command in vendor["curl"].as_array().expect("a list") {
                let command = command.as_str().expect("text").replace("http://x", &served.1);
                let command = format!("{command} -s -i");
                let ran = Command::new("sh").args(["-c", &command]).output().expect("it runs");
                let answer = text(&ran.stdout).replace(&served.1, "");
                assert!(answer.starts_with("HTTP/1.1 20"), "{command}: {answer}");
                // The date of the head is the machine's.
                let lines = answer.lines().filter(|line| !line.starts_with("date: "));
                answers.push(lines.map(str::to_owned).collect::<Vec<_>>());
            }
        }
        answers
    };
    let (first, second) = (ask(), ask());
    assert!(first.len() >= 4, "{first:?}");
    assert_eq!(first, second);
}
