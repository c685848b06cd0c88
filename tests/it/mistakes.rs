//! What a scenario file gets wrong: plain words, several in one run, texts that stay texts, and
//! bounds that cost little.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use crate::cli::{callmock, file, text};
use crate::mock::Mock;

/// What `check` says of a text: its exit code and its lines.
fn check(name: &str, yaml: &str) -> (Option<i32>, String) {
    let path = file(&format!("mistakes-{name}.yaml"), yaml);
    let output = callmock().arg("check").arg(&path).output().expect("it runs");
    let said = text(&output.stdout).to_owned() + text(&output.stderr);
    (output.status.code(), said.replace(&path.display().to_string(), "f.yaml"))
}

#[test]
fn no_word_of_a_library_reaches_a_user_and_each_message_says_what_to_write() {
    for (name, yaml, expected) in [
        (
            "two",
            "---\ncallmock: 1\n---\ntitle: b\n",
            "f.yaml:3:1: a second document begins here; write one to a file",
        ),
        (
            "null",
            "callmock: 1\nagents: [{id: null, name: x}]\n",
            "f.yaml:2:15: agents[0].id: expected a text, found nothing; write one, in quotes if it is the word `null`",
        ),
        ("empty", "callmock: 1\nagents: [{id: , name: x}]\n", "agents[0].id: expected a text, found nothing"),
        (
            "tilde",
            "callmock: 1\nagents: [{id: a, name: ~}]\n",
            "agents[0].name: expected a name, or `{given: …, family: …}`, found nothing",
        ),
        (
            "list",
            "callmock: 1\ncalls: [[]]\n",
            "calls[0]: expected a mapping of keys to values, found a list",
        ),
        ("map", "callmock: 1\ncalls: {a: 1}\n", "calls: expected a list, found a mapping"),
        (
            "word",
            "callmock: 1\naccounts: {commubo: none}\n",
            "accounts.commubo: expected a list, found a text",
        ),
        (
            "tab",
            "callmock: 1\naccounts:\n\tcommubo: []\n",
            "f.yaml:3:2: a tab stands where lines are indented; write blanks instead",
        ),
        ("quote", "callmock: 1\ntitle: \"a\nseed: 1\n", "quot"),
        ("bracket", "callmock: 1\ncalls: [\n", "a bracket is opened and never closed"),
        (
            "alias",
            "callmock: 1\ntitle: *nothing\n",
            "an alias (`*…`) names what no anchor (`&…`) before it does",
        ),
        ("float", "callmock: 1\nseed: 1.5\n", "seed: expected a whole number of 0 or more, found `1.5`"),
        ("merge", "callmock: 1\n<<: 3\n", "`<<` takes a mapping, or a list of mappings, to merge"),
        (
            "number",
            "callmock: 1\nallow_real_keys: perhaps\n",
            "allow_real_keys: expected `true` or `false`, found `perhaps`",
        ),
    ] {
        let (code, said) = check(name, yaml);
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.contains(expected), "{name}: {said}");
        for library in
            ["from_str", "Option<", "deserialize", "serde", "unit value", "mapping start", "struct", "u64"]
        {
            assert!(!said.contains(library), "{name}: {library}: {said}");
        }
    }
}

#[test]
fn a_text_stays_a_text_wherever_one_is_wanted() {
    for word in ["No", "On", "Y", "N", "Off", "True", "007", "1.0", "1_000", "0x10", "2024-05-13", "1e3"] {
        let yaml = format!(
            "callmock: 1\naccounts: {{alibaba: [{{access_key_id: {word}, access_key_secret: {word}, instances: [{word}]}}]}}\n\
             agents: [{{id: {word}, name: {word}, extension: {word}}}]\nqueues: [{{id: {word}, name: {word}}}]\n\
             customers: [{{id: {word}, name: {word}, phones: [{word}]}}]\n"
        );
        let (code, said) = check("words", &yaml);
        assert_eq!((code, said.starts_with("ok: ")), (Some(0), true), "{word}: {said}");
    }
}

#[tokio::test]
async fn an_agent_called_no_is_shown_so() {
    let yaml = "callmock: 1\nclock: 2024-05-14T12:00:00Z\naccounts: {alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]}\n\
                agents: [{id: No, name: 007}]\n\
                calls: [{id: c, direction: inbound, from: 0355, to: 007, at: 2024-05-14T10:00:00Z, talk: 1s, outcome: answered, agent: No}]\n";
    let mock = Mock::of(yaml).await;
    let day = [("Format", "JSON"), ("StartTime", "1715644800000"), ("EndTime", "1715731199000")];
    let list = mock.default_world().await.alibaba(&day).await.json()["Data"]["List"][0].clone();
    assert_eq!((&list["AgentNames"], &list["CalledNumber"]), (&"007".into(), &"007".into()), "{list}");
}

#[tokio::test]
async fn a_fault_answers_with_the_words_that_it_has() {
    let yaml = "callmock: 1\naccounts: {commubo: [{tenant_id: t, access_token: a}]}\nfaults: [{vendor: commubo, do: {status: 500, body: {country: NO, gender: n, yes: on, truth: true, zip: 007}}}]\n";
    let answer = Mock::of(yaml).await.get("/v1/calls").await;
    let expected =
        serde_json::json!({ "country": "NO", "gender": "n", "yes": "on", "truth": true, "zip": "007" });
    assert_eq!((answer.status, answer.json()), (500, expected));
}

#[test]
fn what_other_writers_of_yaml_make_of_a_file_is_taken_or_named() {
    for time in [
        "2024-05-13 18:00:00.000000000 +09:00",
        "2024-05-13 18:00:00+09:00",
        "2024-05-13 09:00:00 Z",
        "2024-05-13T09:00:00.000Z",
        "\"2024-05-13T18:00:00+09:00\"",
    ] {
        let (code, said) = check("times", &format!("callmock: 1\nclock: {time}\n"));
        assert_eq!(code, Some(0), "{time}: {said}");
    }
    let call =
        "id: c, direction: inbound, from: '1', to: '2', at: 2024-05-13T18:00:00+09:00, outcome: answered";
    let (_, said) = check("true", &format!("callmock: 1\ncalls: [{{{call}, true: [commubo]}}]\n"));
    assert!(said.contains("unknown key `true`; did you mean `on`?"), "{said}");
    let (code, said) = check("nothing", "callmock: 1\ncalls:\naccounts:\nagents: []\n");
    assert_eq!(code, Some(0), "a list without anything in it is empty: {said}");
}

#[test]
fn mistakes_of_every_kind_are_told_in_one_run_and_each_name_once() {
    let call = |id: &str, more: &str| {
        format!(
            "  - {{id: {id}, direction: inbound, from: '1', to: '2', at: 2024-05-13T18:00:00Z, {more}}}\n"
        )
    };
    let yaml = format!(
        "callmock: 1\ntitel: x\nclock: soon\ncalls:\n{}{}{}{}",
        call("a", "outcome: answered, agent: bob"),
        call("b", "outcome: answered, agent: bob, queeu: x"),
        call("c", "outcome: answerd"),
        call("d", "outcome: answered, talk: soon"),
    );
    let (code, said) = check("kinds", &yaml);
    assert_eq!(code, Some(2));
    for part in [
        "titel: unknown key `titel`; did you mean `title`?",
        "clock: expected `real`",
        "calls[0].agent: there is no agent `bob`",
        "calls[1].queeu: unknown key `queeu`; did you mean `queue`?",
        "calls[2].outcome: `answerd` is not known here",
        "calls[3].talk: expected a duration",
    ] {
        assert_eq!(said.matches(part).count(), 1, "{part}:\n{said}");
    }
    assert_eq!(said.lines().count(), 6, "{said}");
}

#[test]
fn a_misspelt_list_is_one_mistake_and_not_one_for_each_name_in_it() {
    let call = "{id: c, direction: inbound, from: '1', to: '2', at: 2024-05-13T18:00:00Z, outcome: answered, agent: mai}";
    for yaml in [
        format!("callmock: 1\nagnets: [{{id: mai, name: Mai}}]\ncalls: [{call}]\n"),
        format!("callmock: 1\nagents: [{{id: mai, name: Mai, stat: available}}]\ncalls: [{call}]\n"),
    ] {
        let (code, said) = check("misspelt-list", &yaml);
        assert_eq!((code, said.lines().count()), (Some(2), 1), "{said}");
    }
}

#[test]
fn a_file_with_thousands_of_mistakes_tells_twenty_and_counts_the_rest() {
    let agents: String = (0..3000).map(|n| format!("  - {{id: agent{n}, name: x}}\n")).collect();
    let calls: String = (0..3000)
        .map(|n| format!("  - {{id: c{n}, direction: inbound, from: '1', to: '2', at: 2024-05-13T18:00:00Z, outcome: answered, agent: agnt{n}}}\n"))
        .collect();
    let (code, said) = check("many", &format!("callmock: 1\nagents:\n{agents}calls:\n{calls}"));
    assert_eq!((code, said.lines().count()), (Some(2), 21), "{said}");
    assert!(said.ends_with("… and 2980 more\n"), "{said}");
    let keys: String = (0..3000).map(|n| format!("key{n}: 1\n")).collect();
    let (_, said) = check("keys", &format!("callmock: 1\n{keys}"));
    assert!(said.lines().count() <= 21, "{said}");
}

#[test]
fn aliases_are_weighed_before_they_are_followed() {
    let text = "y".repeat(100_000);
    let aliases = vec!["*s"; 3000].join(",");
    let yaml = format!(
        "callmock: 1\nfaults:\n- vendor: commubo\n  do:\n    status: 500\n    body: {{s: &s {text}, l: [{aliases}]}}\n"
    );
    let (code, said) = check("aliases", &yaml);
    assert_eq!(code, Some(2));
    assert!(said.contains("the aliases of this file come to more than 48 MiB; use fewer of them"), "{said}");
    let few = yaml.replace(&aliases, "*s,*s");
    assert_eq!(check("few-aliases", &few).0, Some(0), "an alias is no crime");
    let itself = "callmock: 1\nfaults: [{vendor: commubo, do: {status: 500, body: &b [*b]}}]\n";
    assert!(check("itself", itself).1.contains("an alias stands within what it names"));
    // Each alias stands deep in the next one: none is much, and all together would be a tower.
    let deep = |n: usize, inner: &str| format!("{}{inner}{}", "[".repeat(n), "]".repeat(n));
    let first = format!("a0: &a0 {}", deep(150, "1"));
    let more =
        (1..20).map(|n| format!(", a{n}: &a{n} {}", deep(150, &format!("*a{}", n - 1)))).collect::<String>();
    let tower =
        format!("callmock: 1\nfaults: [{{vendor: commubo, do: {{status: 500, body: {{{first}{more}}}}}}}]\n");
    assert!(check("tower", &tower).1.contains("lists and mappings stand more than 200 deep in one another"));
    let merged = "callmock: 1\nfaults: [{vendor: commubo, do: &d {status: 500}}, {vendor: ccai, do: {<<: *d, body: x}}]\n";
    assert_eq!(check("merged", merged).0, Some(0));
}

#[test]
fn a_file_is_included_once_however_often_it_is_named() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("doubling");
    fs::create_dir_all(&folder).expect("a folder");
    for n in 0..30 {
        let next = format!("include: [i{0}.yaml, i{0}.yaml, ./i{0}.yaml]\n", n + 1);
        let more = if n < 29 { next.as_str() } else { "agents: [{id: a, name: A}]\n" };
        fs::write(folder.join(format!("i{n}.yaml")), format!("callmock: 1\n{more}")).expect("written");
    }
    let output = callmock().arg("check").arg(folder.join("i0.yaml")).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever stands in a file, it is read or told, and nothing panics.
    #[test]
    fn any_text_is_read_or_told(text in "[-a-c:{}\\[\\]&*#|>\"' \n?!,0-9.~<]{0,60}") {
        let read = callmock::yaml::read::<serde_json::Value>(&text, callmock::yaml::Bounds::OWN);
        prop_assert!(read.value.is_some() || !read.mistakes.is_empty(), "{text:?}");
        for mistake in read.mistakes {
            prop_assert!(mistake.line >= 1 && mistake.column >= 1 && !mistake.message.is_empty());
        }
    }

    /// JSON is read as JSON.
    #[test]
    fn json_is_read_as_what_it_says(
        text in "[ -~]{0,12}", number in -1_000_000_i64..1_000_000, fraction in -1.0e6_f64..1.0e6, truth: bool,
    ) {
        let value = serde_json::json!({ "t": text, "n": number, "f": fraction, "l": [truth, null, {}], "m": { "k": [] } });
        let read = callmock::yaml::whole::<serde_json::Value>(&value.to_string(), callmock::yaml::Bounds::OWN);
        prop_assert_eq!(read.ok(), Some(value));
    }
}

#[test]
fn each_mistake_of_the_first_hour_says_what_to_write() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("first-hour");
    std::fs::create_dir_all(&folder).expect("made");
    let run = |arguments: &[&str]| {
        let ran = callmock().current_dir(&folder).args(arguments).output().expect("it runs");
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}");
        text(&ran.stderr).to_owned()
    };
    for (arguments, remedy) in [
        (&["serve", "monday.yaml"][..], "callmock serve --scenario monday.yaml"),
        (&["monday.yaml"], "callmock serve --scenario monday.yaml"),
        (&["serve", "-p", "9000"], "--port 9000"),
        (&["coverage", "cov.json"], "callmock coverage report cov.json"),
        (&["check", "."], "`.` is a folder; name a file in it"),
        (&["check", "nowhere.yaml"], "first-hour/nowhere.yaml"),
        (&["exec", "--fail-under", "most", "--", "true"], "a percentage of 0 to 100 such as 60"),
        (&["coverage", "report", "nowhere.json"], "callmock exec --coverage-out nowhere.json -- CMD"),
    ] {
        let said = run(arguments);
        assert!(said.contains(remedy), "{arguments:?}: {said}");
    }
    for (yaml, remedy) in [
        (
            "callmock: 1\ncalls:\n  - id: a\n   direction: inbound\n",
            "put a key of the item right under its first key",
        ),
        (
            "callmock: 1\naccounts: {commubo: {tenant_id: a, access_token: b}}\n",
            "put it into brackets: `[{…}]`",
        ),
        ("callmock: 1\ncustomers: [{id: a, phones: 0355}]\n", "put it into brackets: `[…]`"),
        ("callmock: 1\n\ttitle: x\n", "write blanks instead"),
        ("callmock: 1\ntitle: a: b\n", "put a text that has one in quotes"),
        (
            "callmock: 1\ncalls: [{id: a, direction: inbound, from: '1', to: '2', at: -1h, outcome: transferred}]\n",
            "a transfer is two calls",
        ),
    ] {
        let (code, said) = check("first-hour", yaml);
        assert!(code == Some(2) && said.contains(remedy), "{yaml}: {said}");
    }
    let exclusions =
        file("first-hour-exclusions.yaml", "exclude: [{behavior: commubo.list_call.*, reason: x}]\n");
    let said = run(&["exec", "--exclusions", exclusions.to_str().expect("text"), "--", "true"]);
    assert!(said.contains("did you mean `commubo.list_calls.*`?"), "{said}");
}
