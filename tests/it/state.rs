//! `--state`: the worlds survive a restart of the server, and no end of it leaves half a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::ccai::{CALLS, basic, inbound, outbound};
use crate::cli::{Served, callmock, file, text};

/// A state file of a test's own, in a folder that is not there yet.
fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("state").join(name);
    drop(fs::remove_dir_all(&folder));
    folder.join("callmock.json")
}

fn serve(state: &Path, more: &[&str]) -> Served {
    Served::start(callmock().args(["serve", "--port", "0", "--state"]).arg(state).args(more))
}

/// Ends a server, and returns what it said on standard error.
fn stop(mut served: Served, signal: &str) -> String {
    served.signal(signal);
    served.0.wait().expect("it ends");
    let mut said = String::new();
    std::io::Read::read_to_string(served.0.stderr.as_mut().expect("a pipe"), &mut said).expect("text");
    said
}

impl Served {
    fn admin(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (head, answer) = self.send(method, &format!("/_mock{path}"), "", &body);
        assert!(head.starts_with("HTTP/1.1 2"), "{method} {path}: {head}\n{answer}");
        if answer.is_empty() { Value::Null } else { serde_json::from_str(&answer).expect("JSON") }
    }

    /// Creates a call as an account does, and returns its id.
    fn create(&self, account: &Value, body: &Value) -> u64 {
        let user = account["subdomain"].as_str().expect("a subdomain");
        let headers = format!(
            "authorization: {}\r\ncontent-type: application/json\r\n",
            basic(user, account["token"].as_str().expect("a token"))
        );
        let (head, answer) = self.send("POST", CALLS, &headers, &body.to_string());
        assert!(head.starts_with("HTTP/1.1 2"), "{head}\n{answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        answer["id"].as_u64().or(answer["call"]["id"].as_u64()).unwrap_or_else(|| panic!("an id: {answer}"))
    }

    fn account(&self, world: &str) -> Value {
        self.admin("GET", &format!("/worlds/{world}"), &Value::Null)["credentials"]["ccai"].clone()
    }

    fn snapshot(&self, world: &str) -> Value {
        self.admin("GET", &format!("/worlds/{world}/snapshot"), &Value::Null)
    }
}

/// Waits until the file fulfils a condition. A write follows a change by itself.
fn until_kept(path: &Path, is_kept: impl Fn(&Value) -> bool) -> Value {
    let late = Instant::now() + Duration::from_mins(1);
    loop {
        let kept: Value = serde_json::from_slice(&fs::read(path).expect("a file")).expect("always whole");
        if is_kept(&kept) {
            return kept;
        }
        assert!(Instant::now() < late, "not kept: {kept}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn calls(state: &Value) -> usize {
    state["worlds"]
        .as_array()
        .expect("worlds")
        .iter()
        .map(|of| of["snapshot"]["calls"].as_array().map_or(0, Vec::len))
        .sum()
}

/// Changes everything that a world can keep.
fn change(served: &Served, world: &str) {
    let account = served.account(world);
    for body in [outbound(), inbound()] {
        served.create(&account, &body);
    }
    let of = |resource: &str| format!("/worlds/{world}/{resource}");
    served.admin("PATCH", &of("agents/admin@somedomain.com"), &json!({ "state": "unavailable" }));
    served.admin("PATCH", &of("queues/9"), &json!({ "state": "after_hours" }));
    served.admin("PATCH", &of("readings"), &json!({ "commubo.numbers": "integer" }));
    served.admin(
        "POST",
        &of("faults"),
        &json!({ "vendor": "commubo", "when": { "nth": 3 }, "do": { "status": 500 } }),
    );
    served.admin("POST", &of("clock/advance"), &json!({ "by": "90s" }));
    served.get(&format!("/w/{world}/v1/calls"), "");
}

#[test]
fn every_world_goes_on_after_a_restart_with_its_credentials_changes_clock_faults_and_readings() {
    let path = fresh("restart");
    let served = serve(&path, &[]);
    let new = |body| served.admin("POST", "/worlds", &body)["id"].as_str().expect("an id").to_owned();
    let of_text = json!({ "inline": fs::read_to_string("scenarios/documented.yaml").expect("a scenario") });
    let worlds = [
        "default".to_owned(),
        new(json!({ "name": "checkout tests", "ttl_seconds": 7200 })),
        new(json!({ "scenario": "documented" })),
        new(json!({ "scenario": of_text })),
    ];
    for world in &worlds {
        change(&served, world);
    }
    let quiet = new(json!({ "scenario": "busy-day" }));
    let seen = |served: &Served| {
        let snapshots: Vec<Value> =
            worlds.iter().chain([&quiet]).map(|world| served.snapshot(world)).collect();
        let mut all = served.admin("GET", "/worlds", &Value::Null);
        for world in all["worlds"].as_array_mut().expect("a list") {
            // The port is another one. The default world is made at each start.
            let gone = ["base_url", if world["id"] == "default" { "created_at" } else { "" }];
            for name in gone {
                drop(world.as_object_mut().expect("a world").remove(name));
            }
        }
        // A vendor's credentials have the server's address.
        (snapshots, all.to_string().replace(served.1.rsplit(':').next().expect("a port"), "PORT"))
    };
    let before = seen(&served);
    let said = stop(served, "-TERM");
    assert!(!said.contains("WARN"), "{said}");

    let served = serve(&path, &[]);
    assert_eq!(before, seen(&served));
    // They go on, and are not only shown: the ids that follow are the next ones.
    for world in &worlds {
        served.admin("PATCH", &format!("/worlds/{world}/queues/9"), &json!({ "state": "open" }));
        let next = served.create(&served.account(world), &inbound());
        let snapshot = served.snapshot(world);
        assert_eq!(snapshot["calls"].as_array().map(Vec::len), Some(3), "{world}");
        assert!(snapshot["calls"][2].to_string().contains(&next.to_string()), "{world}: {snapshot}");
    }
    let said = stop(served, "-TERM");
    assert!(said.contains("the state of") && !said.contains("WARN"), "{said}");
}

#[test]
fn what_is_in_the_file_survives_a_server_that_is_killed() {
    let path = fresh("killed");
    let served = serve(&path, &[]);
    let account = served.account("default");
    let id = served.create(&account, &inbound());
    until_kept(&path, |state| calls(state) == 1);
    stop(served, "-KILL");
    let served = serve(&path, &[]);
    assert!(served.snapshot("default")["calls"][0].to_string().contains(&id.to_string()));
    // A removed world stays removed, and a reset one empty.
    let world = served.admin("POST", "/worlds", &json!({}))["id"].as_str().expect("an id").to_owned();
    until_kept(&path, |state| state["worlds"].as_array().is_some_and(|all| all.len() == 2));
    served.admin("DELETE", &format!("/worlds/{world}"), &Value::Null);
    served.admin("POST", "/reset", &Value::Null);
    let state = until_kept(&path, |state| calls(state) == 0);
    assert_eq!(state["worlds"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_file_is_for_one_server_at_a_time() {
    let path = fresh("one");
    let served = serve(&path, &[]);
    let second = callmock().args(["serve", "--port", "0", "--state"]).arg(&path).output().expect("it runs");
    let said = text(&second.stderr);
    assert_eq!(second.status.code(), Some(2), "{said}");
    let process = format!("another callmock (process {}) keeps its state there", served.0.id());
    assert!(said.contains("callmock: --state ") && said.contains(&process), "{said}");
    stop(served, "-KILL");
    stop(serve(&path, &[]), "-TERM");
}

#[test]
fn a_file_that_cannot_be_understood_is_kept_aside_and_never_overwritten() {
    let path = fresh("aside");
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let whole = {
        stop(serve(&path, &[]), "-TERM");
        fs::read_to_string(&path).expect("a file")
    };
    let other = whole.replacen("\"callmock_state\":1", "\"callmock_state\":2", 1);
    for (n, (text, why)) in [
        (other.as_str(), "is of version 2; callmock"),
        ("a shopping list", "is no state of callmock"),
        (&whole[..whole.len() / 2], "is no state of callmock"),
        (&whole.replacen("\"worlds\":", "\"world\":", 1), "cannot read this state (unknown field `world`"),
    ]
    .into_iter()
    .enumerate()
    {
        fs::write(&path, text).expect("written");
        let said = stop(serve(&path, &[]), "-TERM");
        let aside = format!("{}.aside-{}", path.display(), n + 1);
        assert_eq!(fs::read_to_string(&aside).expect("kept"), text);
        let lines: Vec<&str> = said.lines().filter(|line| line.contains("WARN")).collect();
        assert!(lines.len() == 1 && lines[0].contains(why) && lines[0].contains(&aside), "{said}");
    }
}

#[test]
fn a_world_whose_scenario_changed_keeps_its_credentials_and_what_it_lost_is_said() {
    let path = fresh("changed");
    let yaml = fs::read_to_string("scenarios/documented.yaml").expect("a scenario");
    let scenario = file("state-changed.yaml", &yaml);
    let scenario = ["--scenario", scenario.to_str().expect("text")];
    let served = serve(&path, &scenario);
    let world =
        served.admin("POST", "/worlds", &json!({ "name": "mine" }))["id"].as_str().expect("an id").to_owned();
    change(&served, &world);
    let account = served.account(&world);
    stop(served, "-TERM");
    let before = fs::read(&path).expect("a file");

    file("state-changed.yaml", &format!("{yaml}\n# Another text, with the same calls.\n"));
    let served = serve(&path, &scenario);
    assert_eq!(served.account(&world), account);
    assert_eq!(served.snapshot(&world)["calls"], json!([]));
    served.create(&account, &outbound());
    let said = stop(served, "-TERM");
    let lost = format!(
        "world {world} (mine): its scenario, its seed or --now changed, so it begins anew without created calls (2), \
         states of agents (1), states of queues (1), faults (1), its readings, its clock"
    );
    assert!(said.contains(&lost), "{said}");
    let copy = format!("{}.before-1", path.display());
    assert!(said.contains(&copy), "{said}");
    assert_eq!(fs::read(copy).expect("a copy"), before);
    assert!(!said.contains("world default:"), "it lost nothing: {said}");
}

#[test]
fn a_wrong_start_between_two_right_ones_loses_nothing() {
    let path = fresh("wrong");
    let served = serve(&path, &[]);
    let untouched = served.admin("POST", "/worlds", &json!({ "name": "untouched" }));
    served.create(&served.account("default"), &inbound());
    stop(served, "-TERM");
    let copy = |n: usize| fs::read_to_string(format!("{}.before-{n}", path.display()));
    for n in 1..3 {
        // Its clock and its accounts are others than those of before.
        let served = serve(&path, &["--scenario", "busy-day"]);
        let all = served.admin("GET", "/worlds", &Value::Null).to_string();
        assert!(all.contains(untouched["id"].as_str().expect("an id")), "{all}");
        let said = stop(served, "-TERM");
        assert_eq!(said.contains("world default: its scenario, its seed or --now changed"), n == 1, "{said}");
        assert!(!said.contains("(untouched)") && !said.contains("its clock"), "{said}");
        let first: Value = serde_json::from_str(&copy(1).expect("a copy")).expect("JSON");
        assert_eq!(calls(&first), 1);
        assert!(copy(2).is_err(), "the second start lost nothing");
    }
    // It is put back by hand.
    fs::copy(format!("{}.before-1", path.display()), &path).expect("copied");
    let served = serve(&path, &[]);
    assert_eq!(served.snapshot("default")["calls"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_state_that_would_be_lost_and_cannot_be_kept_is_not_overwritten() {
    let path = fresh("kept");
    let served = serve(&path, &[]);
    served.create(&served.account("default"), &inbound());
    stop(served, "-TERM");
    let before = fs::read(&path).expect("a file");
    // A name as long as names may be has no room for that of a copy.
    let long = path.with_file_name("x".repeat(248));
    fs::rename(&path, &long).expect("renamed");
    let mut wrong = callmock();
    wrong.args(["serve", "--port", "0", "--scenario", "busy-day", "--state"]).arg(&long);
    let output = wrong.output().expect("it runs");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("world default: ") && said.contains("cannot be kept: "), "{said}");
    assert_eq!(fs::read(&long).expect("a file"), before);
}

#[test]
fn worlds_of_one_scenario_share_it_after_a_restart_too() {
    let path = fresh("shared");
    let served = serve(&path, &["--scenario", "today"]);
    for _ in 0..30 {
        served.admin("POST", "/worlds", &json!({}));
    }
    let world = served.admin("POST", "/worlds", &json!({}))["id"].as_str().expect("an id").to_owned();
    let moment = served.snapshot(&world)["moment"].clone();
    assert!(moment.is_string());
    let memory = |served: &Served| {
        let status = fs::read_to_string(format!("/proc/{}/status", served.0.id())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        line.trim().trim_end_matches(" kB").trim().parse::<usize>().expect("a number")
    };
    let before = memory(&served);
    stop(served, "-TERM");
    let served = serve(&path, &["--scenario", "today"]);
    assert_eq!(served.snapshot(&world)["moment"], moment);
    let after = memory(&served);
    // The scenario is loaded for its moment once more. Thirty of them would be several times as much.
    assert!(after < 2 * before, "{before} kB, then {after} kB");
}

#[test]
fn an_account_that_is_gone_is_told_with_its_credential() {
    let path = fresh("account");
    let yaml = |name: &str| format!("callmock: 1\naccounts: {{ccai: [{{subdomain: {name}, token: t}}]}}\n");
    let scenario = file("state-account.yaml", &yaml("first"));
    let scenario = ["--scenario", scenario.to_str().expect("text")];
    let served = serve(&path, &scenario);
    served.admin("POST", "/worlds", &json!({ "name": "mine" }));
    stop(served, "-TERM");
    file("state-account.yaml", &yaml("second"));
    let said = stop(serve(&path, &scenario), "-TERM");
    let told = "(mine): its scenario has no account `first` of ccai, so its credential is dropped";
    assert!(said.contains(told) && said.contains(".before-1"), "{said}");
}

/// An edit of a state by hand.
type Edit = fn(&mut Value);

#[test]
fn a_file_that_was_edited_by_hand_loses_no_world_without_a_word() {
    let path = fresh("edited");
    let served = serve(&path, &[]);
    let made = served.admin("POST", "/worlds", &json!({ "ttl_seconds": 60 }));
    stop(served, "-TERM");
    let state: Value = serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
    let edits: [(&str, Edit); 5] = [
        ("world default: it is left out", |state| {
            let twice = state["worlds"][0].clone();
            state["worlds"].as_array_mut().expect("worlds").push(twice);
        }),
        ("world : it is left out", |state| state["worlds"][1]["id"] = json!("")),
        ("it is left out", |state| state["worlds"][1]["credentials"]["ccai"]["acme"] = json!("acme")),
        ("counters: expected", |state| state["worlds"][1]["snapshot"]["ids"] = json!(u64::MAX)),
        ("cannot read this state", |state| state["worlds"][1]["ttl_ms"] = json!(0)),
    ];
    for (told, edit) in edits {
        let mut edited = state.clone();
        edit(&mut edited);
        fs::write(&path, edited.to_string()).expect("written");
        let said = stop(serve(&path, &[]), "-TERM");
        let is_kept = said.contains(".before-") || said.contains(".aside-");
        assert!(said.contains(told) && is_kept, "{told}: {said}");
    }
    fs::write(&path, state.to_string()).expect("written");
    assert_eq!(serve(&path, &[]).admin("GET", "/worlds", &Value::Null)["worlds"][1]["id"], made["id"]);
}

#[test]
fn a_disk_without_room_is_a_warning_and_the_last_state_stays() {
    let path = fresh("full");
    // The largest file that the server may write stands for the room on the disk.
    let limited = format!(
        "trap '' XFSZ; ulimit -f 16; exec '{}' serve --port 0 --state '{}'",
        env!("CARGO_BIN_EXE_callmock"),
        path.display()
    );
    let mut shell = std::process::Command::new("sh");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CALLMOCK_")) {
        shell.env_remove(name);
    }
    let served = Served::start(shell.args(["-c", &limited]));
    let account = served.account("default");
    served.create(&account, &inbound());
    until_kept(&path, |state| calls(state) == 1);
    for _ in 0..100 {
        served.create(&account, &inbound());
    }
    let said = stop(served, "-TERM");
    let warned = said.lines().filter(|line| line.contains("the state is not kept for now")).count();
    assert_eq!(warned, 1, "{said}");
    let kept = until_kept(&path, |state| calls(state) > 0);
    assert!(calls(&kept) < 101, "it was not to have room");
    let names: Vec<_> = fs::read_dir(path.parent().expect("a folder"))
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(!names.contains(&"callmock.json.new".into()), "half a file takes no room: {names:?}");
}

#[test]
fn a_file_that_cannot_be_had_is_told_with_the_remedy() {
    let folder = fresh("place");
    fs::create_dir_all(&folder).expect("made");
    for (path, part) in [
        (folder.as_path(), "is no file: name a file"),
        (Path::new("/dev/null"), "is no file: name a file"),
        (Path::new("/dev/null/x"), "/dev/null/x: "),
    ] {
        let output =
            callmock().args(["serve", "--port", "0", "--state"]).arg(path).output().expect("it runs");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("callmock: --state ") && said.contains(part), "{said}");
    }
}

#[test]
fn a_running_clock_runs_on_while_the_server_is_stopped() {
    let path = fresh("clock");
    let served = serve(&path, &[]);
    served.admin(
        "PUT",
        "/clock",
        &json!({ "mode": "running", "now": "2024-01-01T00:00:00Z", "rate": 86400.0 }),
    );
    let now = |served: &Served| {
        served.admin("GET", "/clock", &Value::Null)["now"].as_str().expect("a time").to_owned()
    };
    let before = now(&served);
    // A change within the world, after which nothing else changes.
    until_kept(&path, |state| state["worlds"][0]["snapshot"]["clock"]["mode"] == "running");
    std::thread::sleep(Duration::from_secs(1));
    let later = now(&served);
    stop(served, "-KILL");
    let served = serve(&path, &[]);
    let after = now(&served);
    assert!(before < later && later <= after, "{before}, {later}, {after}");
}

#[test]
fn a_link_to_the_file_stays_one() {
    let path = fresh("link");
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::os::unix::fs::symlink("real.json", &path).expect("a link");
    stop(serve(&path, &[]), "-TERM");
    assert!(fs::symlink_metadata(&path).expect("a link").is_symlink());
    assert!(path.with_file_name("real.json").is_file());
}

#[test]
fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let path = fresh("owner");
    stop(serve(&path, &[]), "-TERM");
    let mode = fs::metadata(&path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
