//! Coverage and findings in every form that they can be read in.

use std::collections::HashSet;
use std::process::{Command, Output};

use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::alibaba::page;
use crate::cli::{callmock, file, text};
use crate::mock::Mock;

/// A file of coverage with findings of each severity, a refusal, and a request that would break a
/// page that is careless.
async fn some(name: &str) -> std::path::PathBuf {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    world.commubo("?start=2018-09-01&<script>alert(1)</script>=%00").await;
    world.commubo("?start=2018-9-1").await;
    world.commubo("").await;
    page().with("StartTime", "1532448000").send(&mock).await;
    file(name, &mock.get("/_mock/coverage").await.body)
}

fn report(arguments: &[&str], coverage: &std::path::Path) -> Output {
    callmock().args(["coverage", "report"]).args(arguments).arg(coverage).output().expect("it runs")
}

fn printed(format: &str, coverage: &std::path::Path) -> String {
    let output = report(&["--format", format], coverage);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

#[tokio::test]
async fn what_the_admin_api_answers_is_a_file_of_coverage_and_both_print_the_same() {
    let mock = Mock::embedded("documented").await;
    mock.default_world().await.commubo("?start=2018-09-01").await;
    let coverage = file("api.json", &mock.get("/_mock/coverage").await.body);
    // The date is that of the request.
    let undated = |text: &str| {
        let dated = |line: &&str| !line.contains(concat!("callmock ", env!("CARGO_PKG_VERSION"), ", 20"));
        text.lines().filter(dated).map(|line| format!("{line}\n")).collect::<String>()
    };
    for (format, all) in [("text", ""), ("text", "&all=true"), ("junit", ""), ("junit", "&all=true")] {
        let arguments =
            if all.is_empty() { vec!["--format", format] } else { vec!["--format", format, "--all"] };
        let live = mock.get(&format!("/_mock/coverage?format={format}{all}")).await.body;
        assert_eq!(undated(text(&report(&arguments, &coverage).stdout)), undated(&live), "{format}{all}");
    }
    assert_eq!(printed("badge", &coverage), mock.get("/_mock/coverage?format=badge").await.body);
    let body = |page: &str| page.split("class=\"big\"").nth(1).expect("a share").to_owned();
    assert_eq!(body(&printed("html", &coverage)), body(&mock.get("/_mock/coverage?format=html").await.body));
    let sarif: Value = serde_json::from_str(&printed("sarif", &coverage)).expect("JSON");
    let live = mock.get("/_mock/findings?format=sarif").await.body;
    let in_file = live.replace("_mock/journal", coverage.to_str().expect("text"));
    assert_eq!(sarif, serde_json::from_str::<Value>(&in_file).expect("JSON"));
    for (path, part) in [
        ("coverage?format=htm", "did you mean `html`?"),
        ("coverage?fromat=html", "did you mean `format`?"),
        ("coverage?worlds=some", "takes `all`"),
        ("coverage?all=yes", "`all` takes `true` or `false`"),
        ("findings?format=badge", "json, sarif, junit"),
    ] {
        let answer = mock.get(&format!("/_mock/{path}")).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.body.contains(part), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_junit_report_has_a_suite_an_operation_and_counts_that_are_right() {
    let coverage = some("junit.json").await;
    let xml = printed("junit", &coverage);
    assert_eq!(xml.matches("<skipped").count(), 1, "a note, and nothing that was never exercised: {xml}");
    assert!(
        xml.contains("commubo.list_calls.invalid_start") && !xml.contains("commubo.list_calls.invalid_end")
    );
    for flag in ["--all", "--skipped"] {
        let all = report(&["--format", "junit", flag], &coverage);
        assert!(text(&all.stdout).contains("commubo.list_calls.invalid_end"), "{flag}");
    }
    let xml = text(&report(&["--format", "junit", "--all"], &coverage).stdout).to_owned();
    let mut reader = quick_xml::Reader::from_str(&xml);
    let (mut suites, mut counted, mut told) = (vec![], [0, 0, 0], vec![]);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                let attribute = |name: &str| {
                    let found = tag.try_get_attribute(name).expect("well-formed");
                    found.map(|value| value.value.into_owned()).unwrap_or_default()
                };
                let number = |name: &str| attribute(name).parse::<usize>().expect("a number");
                match tag.name().as_ref() {
                    "testsuite" => {
                        suites.push(attribute("name"));
                        told.push([number("tests"), number("failures"), number("skipped")]);
                    }
                    "testcase" => counted[0] += 1,
                    "failure" => counted[1] += 1,
                    "skipped" => counted[2] += 1,
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let all =
        ["commubo.any", "commubo.list_calls", "alibaba.any", "alibaba.list_call_detail_records", "findings"];
    assert_eq!(suites, all);
    assert_eq!(told.iter().fold([0; 3], |sum, one| [0, 1, 2].map(|n| sum[n] + one[n])), counted);
    assert_eq!(told[4], [4, 3, 1], "two warnings and an error fail, a note is skipped: {xml}");
    assert!(xml.contains(r#"<skipped message="never exercised"/>"#) && !xml.contains("<script>"));
}

#[tokio::test]
async fn the_page_needs_nothing_else_and_each_of_its_links_leads_somewhere() {
    let coverage = some("page.json").await;
    let page = printed("html", &coverage);
    assert!(
        !page.contains("<script>alert") && page.contains("&lt;script&gt;"),
        "what a client sent is only shown"
    );
    assert_eq!(page.matches("<script>").count(), 1, "its own, which filters");
    let after = |mark: &'static str| {
        page.split(mark).skip(1).map(|rest| rest.split('"').next().expect("an end").to_owned())
    };
    let ids: Vec<String> = after(" id=\"").collect();
    let unique: HashSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "an id twice");
    for link in after("href=\"") {
        match link.strip_prefix('#') {
            Some(id) => assert!(unique.contains(&id.to_owned()), "{link} leads nowhere"),
            None => assert!(link.starts_with("https://"), "{link}"),
        }
    }
    assert_eq!(after("src=\"").count(), 0);
    let behavior = page.split("id=\"commubo.list_calls.invalid_start\"").nth(1).expect("a row");
    let row = behavior.split("</tr>").next().expect("its end");
    assert!(
        row.contains("https://commubo.com/api/calls-list.html") && row.contains("page L432-434"),
        "{row}"
    );
    assert!(row.contains("#exchange-"), "the exchange that met it: {row}");
    let never = page.split("Never called: ").nth(1).and_then(|rest| rest.split('<').next());
    assert!(
        never.is_some_and(|names| names.contains("ccai create_call")),
        "what is not in use is named: {never:?}"
    );
    let place = |mark: &str| page.find(mark).unwrap_or_else(|| panic!("{mark} is missing"));
    assert!(place("id=\"findings\"") < place("id=\"next\"") && place("id=\"next\"") < place("id=\"map\""));
    assert!(place("id=\"map\"") < place("<details id=\"commubo.list_calls\""), "sections fold");
    assert!(page.contains("<input id=\"filter\"") && page.contains("href=\"#commubo.list_calls\""));
    // The fragment of the request comes first, and so does the beginning of the answer.
    let finding = page.split("id=\"alibaba.time_unit\"").nth(1).expect("a finding");
    let fragment = finding.find("<strong><code>StartTime</code></strong>").expect("the fragment");
    assert!(fragment < finding.find("request 1 (world default)").expect("its request"), "{finding}");
    let exchanges = page.split("<details id=\"exchanges\"").nth(1).expect("exchanges");
    assert!(exchanges.contains("1234567890123456"), "the answer's body: {exchanges}");
    let happy = Mock::embedded("documented").await;
    happy.default_world().await.commubo("?start=2018-09-01").await;
    assert!(happy.get("/_mock/coverage?format=html").await.body.contains("Only happy paths"));
}

#[tokio::test]
async fn the_badge_has_the_share_and_is_well_formed() {
    let coverage = some("badge.json").await;
    let badge = printed("badge", &coverage);
    let share = printed("text", &coverage);
    let score = share.lines().find(|line| line.contains(" in use exercised: ")).expect("a score");
    let percent = score.rsplit(": ").next().expect("a share").trim_end_matches(" %");
    assert!(badge.contains(&format!(">{percent}%<")), "{badge}");
    let mut reader = quick_xml::Reader::from_str(&badge);
    while reader.read_event().expect("well-formed") != Event::Eof {}
}

/// The schema is the one that the crate of SARIF's types is made from.
fn sarif_schema() -> Value {
    let cargo = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO")).args(arguments).output().expect("cargo");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    // Without other machines' packages, which are not there.
    let metadata =
        cargo(&["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").expect("a dependency");
    let manifest = std::path::Path::new(package["manifest_path"].as_str().expect("a path"));
    let schema = manifest.with_file_name("src").join("schema.json");
    serde_json::from_str(&std::fs::read_to_string(schema).expect("a schema")).expect("JSON")
}

#[tokio::test]
async fn findings_are_sarif_by_its_schema_and_its_types() {
    let coverage = some("sarif.json").await;
    let exclusions = file(
        "sarif-exclusions.yaml",
        "exclude: [{finding: commubo.unbounded, reason: 'we list everything \"on purpose\"'}]",
    );
    let output =
        report(&["--format", "sarif", "--exclusions", exclusions.to_str().expect("text")], &coverage);
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut schema = sarif_schema();
    // Its pattern of languages has a bracket too many, by which it is no regular expression;
    // callmock sets no language.
    for with_language in ["run", "toolComponent"] {
        schema["definitions"][with_language]["properties"]["language"]["pattern"] = json!("");
    }
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mistakes: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(mistakes, [""; 0]);
    // That the schema looks at all.
    schema["required"] = json!(["nothing"]);
    assert!(!jsonschema::is_valid(&schema, &log));
    let typed: serde_sarif::sarif::Sarif = serde_json::from_value(log.clone()).expect("SARIF's types");
    let results = typed.runs[0].results.as_ref().expect("results");
    assert_eq!(results.len(), 4, "{results:?}");
    let suppressed: Vec<&Value> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["suppressions"].is_array())
        .collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["ruleId"], "commubo.unbounded");
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
}

#[tokio::test]
async fn what_is_left_out_of_account_has_a_reason_and_is_neither_owed_nor_denied() {
    let coverage = some("left-out.json").await;
    let path = |name: &str, text: &str| file(name, text).to_str().expect("text").to_owned();
    let some = path(
        "some-out.yaml",
        "exclude:\n  - {behavior: 'alibaba.*', reason: another team's}\n  - {behavior: commubo.list_calls.listed, reason: stale}\n  \
         - {finding: 'alibaba.*', reason: another team's}\n  - {finding: commubo.unknown_parameter, reason: known}\n  - {finding: commubo.unbounded, reason: meant}\n",
    );
    let report_of = |arguments: &[&str]| report(arguments, &coverage);
    assert_eq!(report_of(&["--deny-findings"]).status.code(), Some(4));
    assert_eq!(report_of(&["--deny-findings=error"]).status.code(), Some(4));
    assert_eq!(report_of(&["--deny-findings", "--exclusions", &some]).status.code(), Some(0));
    assert_eq!(report_of(&["--deny-findings=sever"]).status.code(), Some(2));
    let with = text(&report_of(&["--all", "--exclusions", &some]).stdout).to_owned();
    assert!(with.contains("alibaba any: 0 of 0 exercised"), "{with}");
    assert!(with.contains("left out  alibaba.any.signed_acs3: another team's"), "{with}");
    assert!(with.contains("left out of account, but exercised: stale"), "{with}");
    assert!(with.contains("finding commubo.unbounded: 1x, note, left out of account: meant"), "{with}");
    let share = |text: &str| {
        text.lines().find(|line| line.contains(" in use exercised: ")).expect("a score").to_owned()
    };
    assert_ne!(share(&with), share(text(&report_of(&[]).stdout)));

    // What a reason says must not break the report either.
    let odd = path("odd-out.yaml", "exclude: [{finding: commubo.unbounded, reason: \"a \\x01 & <b>\"}]");
    let xml = text(&report_of(&["--format", "junit", "--exclusions", &odd]).stdout).to_owned();
    let mut reader = quick_xml::Reader::from_str(&xml);
    while reader.read_event().expect("well-formed") != Event::Eof {}
    assert!(!xml.contains('\u{1}'), "{xml}");

    // A merged file keeps what its parts left out.
    let json = callmock()
        .args(["coverage", "report", "--format", "json", "--exclusions", &some])
        .arg(&coverage)
        .output();
    let kept = file("kept.json", text(&json.expect("it runs").stdout));
    assert_eq!(report(&["--deny-findings"], &kept).status.code(), Some(0));

    for (mistake, part) in [
        (
            "exclude: [{behavior: commubo.list_calls.lsited, reason: x}]",
            "did you mean `commubo.list_calls.listed`?",
        ),
        ("exclude: [{finding: 'comubo.*', reason: x}]", "there is no finding `comubo.*`"),
        ("exclude: [{behavior: commubo.list_calls.listed, reason: ' '}]", "needs a reason"),
        ("exclude: [{behavior: commubo.list_calls.listed}]", "reason"),
        ("exclude: [{reason: x}]", "expected either `behavior` or `finding`"),
        ("exclud: []", "exclud"),
    ] {
        let wrong = path("wrong-out.yaml", mistake);
        for output in [
            report_of(&["--exclusions", &wrong]),
            callmock().args(["exec", "--exclusions", &wrong, "--", "true"]).output().expect("it runs"),
        ] {
            assert_eq!(output.status.code(), Some(2), "{mistake}");
            let said = text(&output.stderr);
            assert!(said.contains(part) && said.contains("wrong-out.yaml"), "{said}");
        }
    }
}

#[test]
fn a_suite_that_called_nobody_passes_no_threshold_and_counts_never_wrap() {
    let exec = callmock().args(["exec", "--fail-under", "1", "--", "true"]).output().expect("it runs");
    assert_eq!(exec.status.code(), Some(3));
    assert!(text(&exec.stderr).contains("no vendor was called"), "{}", text(&exec.stderr));
    let exec = callmock().args(["exec", "--fail-under", "0", "--", "true"]).output().expect("it runs");
    assert_eq!(exec.status.code(), Some(0));
    let of = |behavior: &str, count: u64| {
        let behaviors = json!([{ "id": behavior, "count": count }]);
        let findings = json!([{ "id": "commubo.secret_in_url", "count": count }]);
        json!({ "callmock": 1, "exercised": 1, "total": 1, "behaviors": behaviors, "findings": findings })
            .to_string()
    };
    let most = file("most.json", &of("commubo.list_calls.listed", u64::MAX));
    let one = file("one-more.json", &of("commubo.list_calls.listed", 1));
    let sum = callmock().args(["coverage", "report", "--deny-findings"]).args([&most, &one]).output();
    let sum = sum.expect("it runs");
    assert_eq!(sum.status.code(), Some(4), "{}", text(&sum.stderr));
    assert!(text(&sum.stderr).contains("commubo.secret_in_url (error): A secret stands in the URL."));
    let other = file("other-version.json", &of("commubo.list_calls.gone", 1));
    let other = report(&[], &other);
    assert_eq!(other.status.code(), Some(2));
    assert!(text(&other.stderr).contains("`commubo.list_calls.gone` is not known here"));
    let empty = file("nothing.json", &of("commubo.list_calls.listed", 0));
    assert!(printed("badge", &empty).contains(">none<"));
}

#[tokio::test]
async fn a_report_begins_with_the_run_then_findings_with_their_test_then_what_to_do_next() {
    let script = r#"
        exec 3<>"/dev/tcp/127.0.0.1/${CALLMOCK_URL##*:}"
        printf 'GET /v1/calls?started=2018-09-01 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-callmock-test: test_day\r\nx-commubo-tenantId: %s\r\nx-commubo-accessToken: %s\r\n\r\n' \
            "$CALLMOCK_COMMUBO_TENANT_ID" "$CALLMOCK_COMMUBO_ACCESS_TOKEN" >&3
        cat <&3 >/dev/null
    "#;
    let kept = file("run.json", "");
    let exec = callmock()
        .args(["exec", "--scenario", "busy-day", "--coverage-out", kept.to_str().expect("text")])
        .args(["--", "bash", "-c", script])
        .output()
        .expect("it runs");
    let said = text(&exec.stderr);
    let next =
        format!("  next: callmock coverage report {0}, callmock coverage suggest {0}\n", kept.display());
    assert!(said.contains("(test_day)") && said.ends_with(&next), "{said}");
    let written: Value =
        serde_json::from_str(&std::fs::read_to_string(&kept).expect("a file")).expect("JSON");
    let run = &written["runs"][0];
    assert_eq!((&run["scenario"], &run["version"]), (&json!("busy-day"), &json!(env!("CARGO_PKG_VERSION"))));
    assert!(run["command"].as_str().is_some_and(|command| command.starts_with("bash -c")), "{run}");
    assert!(run["at"].as_str().is_some_and(|at| at.starts_with("20") && at.ends_with('Z')), "{run}");

    let report = printed("text", &kept);
    let line = |part: &str| {
        report.lines().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {report}"))
    };
    assert_eq!(line("scenario busy-day: bash -c"), 0);
    let fragment = line("`started`; did you mean `start`? - request 1 (test_day): GET /v1/calls?started=");
    assert!(line("finding commubo.unknown_parameter: 1x, warning") < fragment);
    assert!(
        fragment < line(" in use exercised: ")
            && line(" in use exercised: ") < line("next: callmock contract ")
    );
    assert!(line("next: callmock contract ") < line("commubo list_calls: "));
    let page = printed("html", &kept);
    let head = page.split("class=\"big\"").next().expect("a head");
    assert!(head.contains("scenario busy-day") && head.contains("bash -c"), "{head}");
    // The score is one number everywhere.
    let score = report.lines().find(|line| line.contains(" in use exercised: ")).expect("a score");
    assert!(said.contains(score) && page.contains(score), "{score}");
    // A file of an older version, which says nothing of its run, is read.
    let mut older = written.clone();
    older.as_object_mut().expect("an object").remove("runs");
    for exchange in older["exchanges"].as_array_mut().expect("a list") {
        exchange.as_object_mut().expect("an object").remove("answer");
    }
    assert!(printed("text", &file("older.json", &older.to_string())).starts_with("finding "));
}

#[tokio::test]
async fn sources_are_lines_of_the_vendors_page_or_words_and_never_numbers_of_a_sheet() {
    let coverage = some("sources.json").await;
    for format in ["html", "junit"] {
        let shown = text(&report(&["--format", format, "--all"], &coverage).stdout).to_owned();
        for sheet in ["(A12)", "(B9)", "3.2 (B7)", "unstated (", "R2<", "Source: R", "Source: 3"] {
            assert!(!shown.contains(sheet), "{format}: {sheet}");
        }
        assert!(
            shown.contains("page L432-434") && shown.contains("other public material of the vendor"),
            "{format}"
        );
    }
    let readings = callmock().arg("readings").output().expect("it runs");
    assert!(!text(&readings.stdout).contains("(A"), "{}", text(&readings.stdout));
}

#[tokio::test]
async fn a_list_without_a_second_page_is_told_because_paging_was_not_tested() {
    let mock = Mock::embedded("documented").await;
    mock.default_world().await.sencloud(&json!({})).await;
    let told =
        "next: sencloud: no list had a second page, so paging was not tested; --scenario busy-day has many";
    let said = mock.get("/_mock/coverage?format=text").await.body;
    assert!(said.lines().any(|line| line == told), "{said}");
    let busy = Mock::embedded("busy-day").await;
    busy.default_world().await.sencloud(&json!({ "paging": { "limit": 100 } })).await;
    let said = busy.get("/_mock/coverage?format=text").await.body;
    assert!(
        said.contains("sencloud.paging_stopped_early") && !said.contains("no list had a second page"),
        "{said}"
    );
}
