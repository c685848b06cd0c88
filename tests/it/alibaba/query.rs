//! 1.5, 6, B4 to B12: the 21 parameters.

use proptest::prelude::*;
use serde_json::Value;

use super::client::{Call, Style};
use super::{CALLS, ids, page, reading};
use crate::mock::{Answer, Mock, send};

async fn found(mock: &Mock, parameters: &[(&str, &str)]) -> Vec<String> {
    ids(&parameters.iter().fold(page(), |call, (name, value)| call.with(name, value)).send(mock).await)
}

#[tokio::test]
async fn each_filter_finds_its_calls_newest_first() {
    let mock = Mock::of(CALLS).await;
    for (name, value, expected) in [
        ("CallingNumber", "", &["mail", "desk", "fail", "gone", "busy", "out", "in"][..]),
        ("ContactType", "Inbound", &["mail", "gone", "in"]),
        ("ContactType", "OUTBOUND", &["fail", "busy", "out"]),
        ("ContactType", "Conference", &[]),
        ("ContactTypeList", r#"["Internal","Inbound"]"#, &["mail", "desk", "gone", "in"]),
        ("ContactTypeList", "Internal, INBOUND", &["mail", "desk", "gone", "in"]),
        ("ContactDisposition", "Success", &["desk", "out", "in"]),
        ("ContactDisposition", "AbandonedInQueue", &["gone"]),
        ("ContactDispositionList", r#"["NoAnswer","Voicemail"]"#, &["mail", "fail", "busy"]),
        ("EarlyMediaStateList", r#"["NotConnected","Busy"]"#, &["fail", "busy"]),
        ("EarlyMediaStateList", "Busy", &["busy"]),
        ("AgentId", "wang@ccc-test", &["desk", "busy", "in"]),
        ("AgentId", "li@ccc-test", &["fail", "out"]),
        ("AgentId", "wang", &[]),
        ("SkillGroupId", "help@ccc-test", &["mail", "gone"]),
        ("SkillGroupId", "sales@ccc-test", &["in"]),
        ("Criteria", r#"{"phoneNumber":"0735"}"#, &["gone", "out", "in"]),
        ("Criteria", r#"{"phoneNumber":"0735222"}"#, &["out"]),
        ("Criteria", r#"{"phoneNumber":"400100"}"#, &["mail", "fail", "gone", "busy", "out", "in"]),
        ("CallingNumber", "0735111", &["in"]),
        ("CallingNumber", "0735", &[]),
        ("CalledNumber", "0735222", &["out"]),
        ("SatisfactionList", r#"["1","3"]"#, &["out", "in"]),
        ("SatisfactionList", "[1]", &["in"]),
        ("SatisfactionList", "1,3", &["out", "in"]),
        ("SatisfactionList", "0", &[]),
        ("SatisfactionList", "[]", &["mail", "desk", "fail", "gone", "busy", "out", "in"]),
        ("ContactTypeList", "[]", &["mail", "desk", "fail", "gone", "busy", "out", "in"]),
        ("SatisfactionSurveyChannel", "SMS", &["out"]),
        ("SatisfactionDescriptionList", r#"["满意","很差"]"#, &["in"]),
        ("SatisfactionDescriptionList", "一般", &["out"]),
        ("StartTime", "1715650200000", &["mail", "desk", "fail", "gone"]),
        ("EndTime", "1715650200000", &["gone", "busy", "out", "in"]),
        ("ContactId", "gone", &["gone"]),
        ("ContactId", "unknown", &[]),
        ("ContactId", "elsewhere", &[]),
    ] {
        assert_eq!(found(&mock, &[(name, value)]).await, expected, "{name}={value}");
    }
}

#[tokio::test]
async fn filters_narrow_each_other_and_a_contact_id_overrides_them_all() {
    let mock = Mock::of(CALLS).await;
    let filters = [("ContactType", "Inbound"), ("ContactTypeList", r#"["Inbound","Outbound"]"#)];
    assert_eq!(found(&mock, &filters).await, ["mail", "gone", "in"]);
    assert_eq!(found(&mock, &[("ContactType", "Inbound"), ("ContactTypeList", "Outbound")]).await, [""; 0]);
    assert_eq!(
        found(&mock, &[("AgentId", "wang@ccc-test"), ("ContactDisposition", "Success")]).await,
        ["desk", "in"]
    );
    // B8: whatever else is asked, even what would be refused by itself, and however long ago the
    // call was.
    let rest = [
        ("ContactId", "in"),
        ("ContactType", "nonsense"),
        ("Criteria", "{"),
        ("StartTime", "9"),
        ("EndTime", "1"),
    ];
    assert_eq!(found(&mock, &rest).await, ["in"]);
    assert_eq!(found(&mock, &[("ContactId", "in"), ("PageNumber", "2")]).await, [""; 0]);
}

#[tokio::test]
async fn derived_contact_ids_find_their_calls_too() {
    let yaml = CALLS.replace(", alibaba: {ContactId: gone}", "");
    let mock = Mock::of(&yaml).await;
    let listed = found(&mock, &[("CallingNumber", "0735444")]).await;
    let [id] = listed.as_slice() else { panic!("one call") };
    let digits = id.strip_prefix("job-").unwrap();
    assert!(digits.len() == 18 && digits.bytes().all(|b| b.is_ascii_digit()), "{id}");
    assert_eq!(found(&mock, &[("ContactId", id)]).await, [id.as_str()]);
}

#[tokio::test]
async fn every_order_sorts_both_ways_with_ties_by_place() {
    let mock = Mock::of(CALLS).await;
    for (field, ascending) in [
        ("startTime", ["in", "out", "busy", "gone", "fail", "desk", "mail"]),
        // As numbers: 8 before 18 before 30 before 67 before 128, whatever their first digit is.
        ("callDuration", ["busy", "fail", "desk", "mail", "out", "gone", "in"]),
        ("talkTime", ["busy", "gone", "fail", "mail", "desk", "out", "in"]),
        ("ringTime", ["busy", "gone", "fail", "mail", "in", "desk", "out"]),
        ("dialingTime", ["in", "gone", "desk", "mail", "fail", "out", "busy"]),
        ("ivrTime", ["out", "busy", "fail", "desk", "in", "mail", "gone"]),
        ("queueTime", ["out", "busy", "fail", "desk", "mail", "in", "gone"]),
    ] {
        let sorted = found(&mock, &[("OrderByField", field), ("SortOrder", "ASC")]).await;
        assert_eq!(sorted, ascending, "{field}");
        let descending: Vec<&str> = ascending.into_iter().rev().collect();
        assert_eq!(
            found(&mock, &[("OrderByField", field), ("SortOrder", "DESC")]).await,
            descending,
            "{field}"
        );
        assert_eq!(found(&mock, &[("OrderByField", field)]).await, descending, "{field}");
    }
}

#[tokio::test]
async fn without_times_the_list_is_todays_in_china() {
    // Noon of the 14th in China; "yesterday" ends at its midnight, which is 16:00 of the 13th in
    // UTC.
    let yaml = CALLS
        .replace("2024-05-14T09:00:00+08:00", "2024-05-13T15:59:59.999Z")
        .replace("2024-05-14T09:10:00+08:00", "2024-05-13T16:00:00Z")
        .replace("2024-05-14T10:00:00+08:00", "2024-05-14T11:59:42+08:00")
        .replace("2024-05-14T09:50:00+08:00", "2024-05-14T12:00:00.001+08:00");
    let mock = Mock::of(&yaml).await;
    assert_eq!(found(&mock, &[]).await, ["mail", "fail", "gone", "busy", "out"]);
}

#[tokio::test]
async fn both_ends_of_the_range_are_in_to_the_millisecond() {
    let yaml = CALLS.replace("2024-05-14T09:30:00+08:00", "2024-05-14T09:30:00.500900+08:00");
    let mock = Mock::of(&yaml).await;
    let range = |from: i64, to: i64| [("StartTime", from.to_string()), ("EndTime", to.to_string())];
    for (from, to, expected) in [
        (1_715_650_200_500, 1_715_650_200_500, &["gone"][..]),
        (1_715_650_200_501, 1_715_650_200_600, &[]),
        (1_715_650_200_400, 1_715_650_200_499, &[]),
    ] {
        let range = range(from, to);
        let range: Vec<(&str, &str)> = range.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // The record shows the millisecond that the range compares.
        assert_eq!(found(&mock, &range).await, expected, "{from} to {to}");
    }
    assert_eq!(found(&mock, &[("StartTime", "-1"), ("EndTime", "9223372036854775807")]).await.len(), 7);
    assert_eq!(found(&mock, &[("StartTime", "-9223372036854775808"), ("EndTime", "0")]).await, [""; 0]);
}

async fn refused(mock: &Mock, call: Call) -> (u16, String, String) {
    let answer: Answer = call.send(mock).await;
    let body: Value = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("Code"), text("Message"))
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of refusals")]
async fn values_out_of_range_or_of_another_kind_are_refused_to_the_letter() {
    let mock = Mock::of(CALLS).await;
    let types = "Outbound, Back2Back, PrivacyDial, Internal, Predictive, Inbound, Conference";
    let list = "It must be a JSON array of strings, or values separated by commas.";
    for (name, value, code, message) in [
        (
            "PageNumber",
            "0",
            "Parameter.Minimum",
            "The parameter PageNumber must be greater than or equal to 1.",
        ),
        (
            "PageNumber",
            "-7",
            "Parameter.Minimum",
            "The parameter PageNumber must be greater than or equal to 1.",
        ),
        (
            "PageNumber",
            "101",
            "Parameter.Maximum",
            "The parameter PageNumber must be less than or equal to 100.",
        ),
        ("PageSize", "0", "Parameter.Minimum", "The parameter PageSize must be greater than or equal to 1."),
        ("PageSize", "101", "Parameter.Maximum", "The parameter PageSize must be less than or equal to 100."),
        ("PageNumber", "one", "InvalidPageNumber", "Specified parameter PageNumber is not valid."),
        ("PageNumber", "1.0", "InvalidPageNumber", "Specified parameter PageNumber is not valid."),
        ("PageSize", " 10", "InvalidPageSize", "Specified parameter PageSize is not valid."),
        ("PageNumber", "", "MissingPageNumber", "PageNumber is mandatory for this action."),
        ("PageSize", "", "MissingPageSize", "PageSize is mandatory for this action."),
        ("InstanceId", "", "MissingInstanceId", "InstanceId is mandatory for this action."),
        ("StartTime", "2024-05-14", "InvalidStartTime", "Specified parameter StartTime is not valid."),
        ("EndTime", "99999999999999999999", "InvalidEndTime", "Specified parameter EndTime is not valid."),
        (
            "SortOrder",
            "desc",
            "Parameter.Enumeration",
            "The parameter SortOrder must be one of the value of enumeration [ASC, DESC].",
        ),
        (
            "SatisfactionSurveyChannel",
            "FAX",
            "Parameter.Enumeration",
            "The parameter SatisfactionSurveyChannel must be one of the value of enumeration [IVR, SMS].",
        ),
        (
            "ContactType",
            "outbound",
            "Parameter.Enumeration",
            &format!("The parameter ContactType must be one of the value of enumeration [{types}]."),
        ),
        (
            "ContactTypeList",
            r#"["Inbound","x"]"#,
            "Parameter.Enumeration",
            &format!("The parameter ContactTypeList must be one of the value of enumeration [{types}]."),
        ),
        (
            "ContactTypeList",
            r#"["Inbound""#,
            "Parameter.Format",
            &format!("The format of parameter ContactTypeList is invalid. {list}"),
        ),
        (
            "ContactDispositionList",
            r#"{"a":1}"#,
            "Parameter.Format",
            &format!("The format of parameter ContactDispositionList is invalid. {list}"),
        ),
        (
            "ContactDispositionList",
            "[null]",
            "Parameter.Format",
            &format!("The format of parameter ContactDispositionList is invalid. {list}"),
        ),
        (
            "EarlyMediaStateList",
            "Busy,,NoAnswer",
            "Parameter.Format",
            &format!("The format of parameter EarlyMediaStateList is invalid. {list}"),
        ),
        (
            "SatisfactionList",
            r#"["good"]"#,
            "Parameter.Format",
            "The format of parameter SatisfactionList is invalid. It must be a list of whole numbers.",
        ),
    ] {
        let answer = refused(&mock, page().with(name, value)).await;
        assert_eq!(answer, (400, code.to_owned(), message.to_owned()), "{name}={value}");
    }
    for name in ["ContactDisposition", "OrderByField", "EarlyMediaStateList", "ContactDispositionList"] {
        assert_eq!(refused(&mock, page().with(name, "x")).await.1, "Parameter.Enumeration", "{name}");
    }
    let criteria = "The format of parameter Criteria is invalid. It must be a JSON object whose only field is phoneNumber.";
    for value in
        ["0735", "{", "[]", "{}", r#"{"phoneNumber":735}"#, r#"{"phoneNumber":"1","calledNumber":"2"}"#]
    {
        let answer = refused(&mock, page().with("Criteria", value)).await;
        assert_eq!(answer, (400, "Parameter.Format".to_owned(), criteria.to_owned()), "{value}");
    }
    let reversed = refused(&mock, page().with("StartTime", "2").with("EndTime", "1")).await;
    let message = "The parameter StartTime is invalid. It must not be after EndTime.";
    assert_eq!(reversed, (400, "Parameter.Invalid".to_owned(), message.to_owned()));
}

#[tokio::test]
async fn parameters_that_nobody_reads_are_ignored_with_a_finding_and_repeated_ones_refused() {
    let mock = Mock::of(CALLS).await;
    let known = page()
        .with("Format", "JSON")
        .with("RegionId", "cn-shanghai")
        .with("SignatureType", "")
        .send(&mock)
        .await;
    assert_eq!((known.status, known.findings()), (200, vec!["alibaba.default_range"]));
    let unknown = page().with("Format", "JSON").with("contactType", "Inbound").send(&mock).await;
    let both = vec!["alibaba.unknown_parameter", "alibaba.default_range"];
    assert_eq!((ids(&unknown).len(), unknown.findings()), (7, both));
    for name in ["PageSize", "ContactType", "AgentId"] {
        let answer = refused(&mock, page().again(name, "1").again(name, "1")).await;
        assert_eq!((answer.0, answer.1), (400, format!("Invalid{name}")));
    }
}

#[tokio::test]
async fn more_than_1000_parameters_are_refused_before_anything_is_done_with_them() {
    let mock = Mock::of(CALLS).await;
    for (count, refusal) in [(900, "SignatureDoesNotMatch"), (500_000, "RequestTooLarge")] {
        let request = page().style(Style::RpcPost).replaced("Signature", "AAAA").request(&mock);
        let form = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = send(form.body("a&".repeat(count))).await;
        assert_eq!(answer.json()["Code"], refusal, "{count}");
    }
}

#[tokio::test]
async fn the_total_stands_on_page_one_only_and_a_page_past_the_end_is_a_finding() {
    let mock = Mock::of(CALLS).await;
    let total = |answer: &Answer| answer.json()["Data"]["TotalCount"].as_u64().unwrap();
    let call = |number: &str| page().with("Format", "JSON").with("PageSize", "3").with("PageNumber", number);
    let (first, second) = (call("1").send(&mock).await, call("2").send(&mock).await);
    let (third, fourth) = (call("3").send(&mock).await, call("4").send(&mock).await);
    assert_eq!([&first, &second, &third, &fourth].map(total), [7, 0, 0, 0]);
    assert_eq!(ids(&third), ["in"]);
    assert_eq!(
        (ids(&fourth).len(), third.findings(), fourth.findings()),
        (0, vec!["alibaba.default_range"], vec!["alibaba.default_range", "alibaba.page_past_end"])
    );
    let data = second.json()["Data"].take();
    assert_eq!((&data["PageNumber"], &data["PageSize"]), (&2.into(), &3.into()));
    let small = format!(
        "{}\ngenerate: {{calls: 150, from: 2024-05-14, to: 2024-05-14T11:00:00+08:00, offset: +08:00}}",
        CALLS.split("\ncalls:").next().unwrap()
    );
    let answer = page()
        .with("Format", "JSON")
        .with("PageSize", "1")
        .with("PageNumber", "100")
        .send(&Mock::of(&small).await)
        .await;
    let findings = ["alibaba.default_range", "alibaba.total_beyond_reach"];
    assert_eq!(answer.findings(), findings);
}

const FIELDS: [&str; 7] =
    ["startTime", "callDuration", "ringTime", "talkTime", "dialingTime", "ivrTime", "queueTime"];
const SHOWN: [&str; 7] =
    ["StartTime", "CallDuration", "RingTime", "TalkTime", "DialingTime", "IvrTime", "QueueTime"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Walking the pages gives every call once, in order, whatever the order and the size of a
    /// page.
    #[test]
    fn pages_neither_lose_nor_repeat_a_call(seed: u64, field in 0_usize..7, up: bool, size in 2_usize..40) {
        let yaml = format!(
            "{}\nseed: {seed}\ngenerate: {{calls: 120, from: 2024-05-14, to: 2024-05-14T10:00:00+08:00, offset: +08:00}}",
            CALLS.split("\ncalls:").next().unwrap()
        );
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mock = Mock::of(&yaml).await;
            let order = if up { "ASC" } else { "DESC" };
            let (mut seen, mut keys, mut total) = (vec![], vec![], None);
            for number in 1..=100 {
                let call = page().with("PageSize", &size.to_string()).with("PageNumber", &number.to_string());
                let answer = call.with("OrderByField", FIELDS[field]).with("SortOrder", order).send(&mock).await;
                let ids = ids(&answer);
                let data = answer.json()["Data"].take();
                total = total.or(data["TotalCount"].as_u64());
                if ids.is_empty() {
                    break;
                }
                keys.extend(data["List"].as_array().unwrap().iter().map(|record| {
                    let key = &record[SHOWN[field]];
                    key.as_str().map_or_else(|| key.as_i64().unwrap(), |text| text.parse().unwrap())
                }));
                seen.extend(ids);
            }
            let mut sorted = keys.clone();
            sorted.sort_unstable_by(|a: &i64, b| if up { a.cmp(b) } else { b.cmp(a) });
            assert_eq!(keys, sorted);
            assert_eq!(seen.len() as u64, total.unwrap());
            assert_eq!(seen.len(), 120);
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 120, "no call twice");
        });
    }
}

#[tokio::test]
async fn a_bad_value_is_refused_by_the_siblings_codes_or_by_the_pages_only_one() {
    let with = |name: &str, value: &str| page().with("Format", "JSON").with(name, value);
    let (siblings, documented) =
        (Mock::of(CALLS).await, Mock::of(&reading(CALLS, "alibaba.bad_value: documented")).await);
    for (name, value, sibling) in [
        ("PageNumber", "0", "Parameter.Minimum"),
        ("PageSize", "101", "Parameter.Maximum"),
        ("SortOrder", "UP", "Parameter.Enumeration"),
    ] {
        let code = async |mock: &Mock| {
            let answer = with(name, value).send(mock).await;
            (answer.status, answer.json()["Code"].as_str().expect("a code").to_owned())
        };
        assert_eq!(code(&siblings).await, (400, sibling.to_owned()), "{name}");
        assert_eq!(code(&documented).await, (400, "Parameter.Format".to_owned()), "{name}");
    }
}

#[tokio::test]
async fn one_end_before_the_default_of_the_other_is_an_empty_list() {
    let mock = Mock::of(CALLS).await;
    // Years before the default beginning, and years after the default end.
    for (name, value) in [("EndTime", "946684800000"), ("StartTime", "4102444800000")] {
        let answer = page().with("Format", "JSON").with(name, value).send(&mock).await;
        assert_eq!((answer.status, ids(&answer).len()), (200, 0), "{name}: {}", answer.body);
    }
}
