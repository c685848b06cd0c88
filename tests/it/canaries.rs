//! A secret in whatever encoding it was sent stands in no output, of any route and any command.

use std::fs;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cli::{Served, callmock, file, text};
use crate::machine::until;
use crate::mock::{Mock, send};
use crate::vendor;

/// What stands for the secret of each account. It has characters that every encoding changes.
const CANARY: &str = "Kanary+Of/theTest=77";

/// Routes that show the credentials of a world to whoever may use the admin API.
const CREDENTIALS: [&str; 6] = [
    "/_mock",
    "/_mock/ui",
    "/_mock/worlds",
    "/_mock/worlds/{world}",
    "/_mock/snapshot",
    "/_mock/environment",
];

/// Commands that never see an exchange: they print what is in a file of the user's or in callmock.
const WITHOUT_EXCHANGES: [&str; 15] = [
    "ca",
    "health",
    "env",
    "check",
    "contract",
    "openapi",
    "schema",
    "readings",
    "init",
    "import",
    "oracle",
    "baseline",
    "help",
    "completions",
    "man",
];

/// Commands whose output is looked through here, or is made of a file that is looked through here.
const LOOKED_THROUGH: [&str; 7] = ["serve", "exec", "coverage", "matrix", "rehearse", "open", "show"];

fn percent(text: &str, digits: &str) -> String {
    let digits = digits.as_bytes();
    let hex = |nibble: u8| char::from(digits[usize::from(nibble)]);
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{}{}", hex(byte >> 4), hex(byte & 15)),
        })
        .collect()
}

/// A secret in twelve encodings, and joined with the name of its account for HTTP Basic.
fn encodings(secret: &str, name: &str) -> Vec<String> {
    const UPPER: &str = "0123456789ABCDEF";
    let lower = UPPER.to_lowercase();
    let once = percent(secret, UPPER);
    let twice = percent(&once, UPPER);
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    vec![
        secret.to_owned(),
        percent(secret, &lower),
        percent(&twice, UPPER),
        once,
        twice,
        hex.to_uppercase(),
        hex,
        STANDARD.encode(secret),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        percent(&STANDARD.encode(secret), UPPER),
        STANDARD.encode(format!("{name}:{secret}")),
    ]
}

/// A text with every character as an escape of JSON.
fn escaped(secret: &str) -> String {
    secret.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect()
}

fn assert_clean(output: &str, what: &str, names: &[String]) {
    for name in names {
        let mut forms = encodings(CANARY, name);
        forms.push(escaped(CANARY));
        // In JSON a slash may be escaped, and in HTML some characters are.
        forms.push(CANARY.replace('/', "\\/"));
        for form in forms {
            if let Some(at) = output.find(&form) {
                let from = output[..at].char_indices().rev().nth(60).map_or(0, |(at, _)| at);
                panic!("{what} shows a secret as {form}, after `{}`", &output[from..at]);
            }
        }
    }
}

/// A scenario in which every account has the canary for its secret, and the accounts' names.
async fn scenario() -> (String, Vec<String>) {
    let yaml = vendor::day(25);
    let own = Mock::of(&yaml).await;
    let own = own.default_world().await;
    let (mut names, mut changed) = (vec![], yaml);
    for vendor in vendor::ALL {
        let (name, secret) = vendor.parts(own.credentials(vendor.name()));
        names.push(name);
        changed = changed.replace(&secret, CANARY);
    }
    (changed, names)
}

#[tokio::test]
async fn no_route_shows_a_secret_in_any_of_twelve_encodings() {
    let (yaml, names) = scenario().await;
    let mock = Mock::of(&yaml).await;
    let world = mock.default_world().await;
    let mut stream = TcpStream::connect(mock.address).await.unwrap();
    let ask = "GET /_mock/journal/stream HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 0\r\n\r\n";
    stream.write_all(ask.as_bytes()).await.unwrap();
    for vendor in vendor::ALL {
        let own = world.credentials(vendor.name());
        let (name, _) = vendor.parts(own);
        let request = || vendor.request(&world, own);
        assert!(send(request()).await.status < 300, "{vendor:?}");
        for form in encodings(CANARY, &name) {
            send(request().query(&[("x", &form), (&form, &"x".to_owned())])).await;
            send(request().header("x-probe", &form).header("x-callmock-test", &form)).await;
            send(request().header("x-callmock-expect", &form)).await;
            send(request().body(json!({ "note": form, &form: "x" }).to_string())).await;
            send(request().body(format!("x={form}&{form}"))).await;
        }
        send(request().body(format!("{{\"note\": \"{}\"}}", escaped(CANARY)))).await;
        // Cut off, so that it is no JSON.
        send(request().body(format!("{{\"note\": \"{}", escaped(CANARY)))).await;
    }
    // Across two chunks.
    let (half, rest) = CANARY.split_at(9);
    let chunk = |part: &str| format!("{:x}\r\n{part}\r\n", part.len());
    let head = "POST /v1/calls HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    mock.raw(format!("{head}{}{}0\r\n\r\n", chunk(half), chunk(rest)).as_bytes()).await;

    let refused = mock.get("/_mock/nothing").await.json();
    let listed = refused["error"]["message"].as_str().expect("a text");
    let (_, listed) = listed.split_once("; it has ").expect("the list of routes");
    let routes: Vec<&str> = listed.split(", ").collect();
    assert!(routes.len() > 25, "{listed}");
    let seq = mock.newest();
    for route in routes {
        if CREDENTIALS.contains(&route) {
            continue;
        }
        let path = route
            .replace("{world}", "default")
            .replace("{vendor}", "alibaba")
            .replace("{seq}", &seq.to_string());
        for query in ["", "?format=html", "?format=text", "?format=junit", "?format=sarif"] {
            if path.ends_with("/stream") || path.contains('{') {
                continue;
            }
            let output = mock.get(&format!("{path}{query}")).await.body;
            assert_clean(&output, &format!("{path}{query}"), &names);
        }
    }
    let journal = mock.get("/_mock/journal").await.body;
    assert!(journal.matches("Kana…(20)").count() > 50, "secrets are shown masked, not left out");
    for seq in 1..=seq {
        let path = format!("/_mock/journal/{seq}/signature");
        assert_clean(&mock.get(&path).await.body, &path, &names);
    }
    for wanted in [
        json!({ "body": "nobody" }),
        json!({ "query": { "x": "nobody" } }),
        json!({ "headers": { "x-probe": "nobody" } }),
    ] {
        let expected = json!({ "match": wanted }).to_string();
        let verdict = send(mock.request("POST", "/_mock/journal/verify").body(expected)).await;
        assert_eq!(verdict.status, 422);
        assert_clean(&verdict.body, "verify", &names);
    }
    // A filter sees what is shown, too.
    let sought = json!({ "match": { "query": { "x": CANARY } }, "count": { "exactly": 0 } }).to_string();
    let verdict = send(mock.request("POST", "/_mock/journal/verify").body(sought)).await;
    assert_eq!(verdict.status, 200, "{}", verdict.body);
    let mut events = vec![];
    let reading = async {
        let mut buffer = vec![0; 1 << 16];
        while String::from_utf8_lossy(&events).matches("event: exchange").count()
            < usize::try_from(seq).unwrap()
        {
            let read = stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the stream ended");
            events.extend_from_slice(&buffer[..read]);
        }
    };
    tokio::time::timeout(Duration::from_mins(1), reading).await.expect("every exchange is streamed");
    assert_clean(&String::from_utf8_lossy(&events), "stream", &names);
}

#[tokio::test]
async fn no_command_shows_a_secret_in_any_of_twelve_encodings() {
    let help = callmock().arg("--help").output().expect("it runs");
    let help = text(&help.stdout).to_owned();
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split(' ').next())
        .collect();
    assert!(commands.len() > 10, "{help}");
    for command in commands {
        let is_known = WITHOUT_EXCHANGES.contains(&command) || LOOKED_THROUGH.contains(&command);
        assert!(
            is_known,
            "`callmock {command}` is new: look through its output here, or say that it sees no exchange"
        );
    }

    let (yaml, names) = scenario().await;
    let scenario = file("canaries.yaml", &yaml);
    let [bundle, har, lines, coverage] =
        ["canaries.callmock", "canaries.har", "canaries.jsonl", "canaries.json"].map(|name| file(name, ""));
    let mut script = String::from("set -e\n");
    let curl = "curl -s -o /dev/null \"$CALLMOCK_URL/v1/calls\"";
    let own = format!("-H 'x-commubo-tenantId: {}' -H 'x-commubo-accessToken: {CANARY}'", names[0]);
    for form in encodings(CANARY, &names[0]) {
        script.push_str(&format!("{curl} {own} -G --data-urlencode 'x={form}'\n"));
        script.push_str(&format!("{curl} -H 'x-commubo-tenantId: {form}' -H 'x-probe: {form}'\n"));
        script.push_str(&format!(
            "{curl} -X POST -d '{{\"note\": \"{form}\"}}' -H 'x-callmock-test: {form}'\n"
        ));
    }
    script.push_str(&format!("{curl} -X POST -d '{{\"note\": \"{}\"}}'\n", escaped(CANARY)));
    // A command line may have a secret, too.
    let commands = file("canaries.sh", &script);
    for (flag, out) in [("--journal-out", &har), ("--journal-out", &lines)] {
        let ran = callmock()
            .args(["exec", "--log", "text", "--bundle"])
            .arg(&bundle)
            .arg(flag)
            .arg(out)
            .arg("--coverage-out")
            .arg(&coverage)
            .arg("--scenario")
            .arg(&scenario)
            .args(["--", "sh"])
            .arg(&commands)
            .arg(CANARY)
            .env("RUST_LOG", "callmock=debug")
            .output()
            .expect("it runs");
        assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
        assert!(text(&ran.stderr).contains("answered"), "the log tells of each request");
        assert_clean(text(&ran.stderr), "exec's log", &names);
        assert_clean(text(&ran.stdout), "exec", &names);
    }
    for path in [&bundle, &har, &lines, &coverage] {
        let kept = fs::read_to_string(path).expect("a file");
        assert!(kept.len() > 1000, "{}", path.display());
        assert_clean(&kept, &path.display().to_string(), &names);
    }
    for format in ["text", "json", "junit", "html"] {
        let failing = format!("sh '{}'; echo {CANARY}; exit 1", commands.display());
        let rehearsed = callmock()
            .args(["rehearse", "--every", "1h", "--for", "2h", "--table-command", "echo vendor,id,at"])
            .args(["--format", format, "--scenario"])
            .arg(&scenario)
            .args(["--", "sh", "-c", &failing, CANARY])
            .output()
            .expect("it runs");
        assert_eq!(rehearsed.status.code(), Some(1), "{}", text(&rehearsed.stderr));
        assert!(text(&rehearsed.stderr).contains("ended with 1"), "{}", text(&rehearsed.stderr));
        assert_clean(text(&rehearsed.stdout), "rehearse", &names);
        assert_clean(text(&rehearsed.stderr), "rehearse's log", &names);
    }
    for format in ["text", "json", "junit", "html"] {
        let reported = callmock().args(["coverage", "report", "--format", format]).arg(&coverage).output();
        assert_clean(text(&reported.expect("it runs").stdout), "coverage report", &names);
    }
    let served = Served::start(callmock().arg("open").arg(&bundle).args(["--port", "0"]));
    for path in [
        "/_mock/journal",
        "/_mock/scenario",
        "/_mock/coverage",
        "/_mock/coverage?format=html",
        "/_mock/calls",
    ] {
        assert_clean(&served.get(path, ""), path, &names);
    }
}

#[test]
fn a_secret_that_was_changed_is_masked_as_it_was_and_as_it_is() {
    let scenario = |secret: &str| {
        format!("callmock: 1\naccounts: {{commubo: [{{tenant_id: t, access_token: {secret}}}]}}\ncalls: []\n")
    };
    let path = file("changed.yaml", &scenario("the-old-secret-of-t"));
    let served = Served::start(callmock().args(["--port", "0", "--watch", "--scenario"]).arg(&path));
    let ask = |secret: &str| {
        let headers =
            format!("x-commubo-tenantId: t\r\nx-commubo-accessToken: {secret}\r\nx-probe: {secret}\r\n");
        let (head, _) = served.send("GET", &format!("/v1/calls?note={secret}"), &headers, "");
        head.contains(" 200 ")
    };
    assert!(ask("the-old-secret-of-t"));
    // Where no place says that it is one.
    served.send("POST", "/v1/calls?note=the-new-secret-of-t", "", "the-new-secret-of-t");
    // The first ten fit in one piece.
    let journal =
        || -> Value { serde_json::from_str(&served.get("/_mock/journal?limit=10", "")).expect("JSON") };
    assert!(journal().to_string().contains("the-new-secret-of-t"), "it is no secret yet");
    fs::write(&path, scenario("the-new-secret-of-t")).expect("written");
    until("the new secret is in force", || ask("the-new-secret-of-t").then_some(()));
    served.send("POST", "/v1/calls?note=the-old-secret-of-t", "", "a word of the-old-secret-of-t");
    let shown = journal();
    assert!(!shown.to_string().contains("the-new-secret-of-t"), "{shown}");
    let all = served.get("/_mock/journal", "");
    assert!(!all.contains("the-new-secret-of-t"), "{all}");
    let exchanges = shown["exchanges"].as_array().expect("a list");
    assert!(!exchanges[0].to_string().contains("the-old-secret-of-t"), "{}", exchanges[0]);
}
