//! Personal data: it is replaced in every member and every form, the same person by the same one.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64_URL};
use callmock::urlencoded;
use serde_json::{Value, json};

use super::{import, imported, lists, scenario};

/// The pointers of every text in a value.
fn texts(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(path.to_owned()),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(n, value)| texts(value, &format!("{path}/{n}"), found));
        }
        Value::Object(all) => {
            all.iter().for_each(|(name, value)| texts(value, &format!("{path}/{name}"), found));
        }
        _ => {}
    }
}

/// Personal data that no scenario may have: a name in letters of several kinds, with marks that are
/// escaped in JSON and in URLs; a number; a mail address; an id; a credential.
const CANARIES: [&str; 6] = [
    "Zähringer \"Q\" & Söhne/見本",
    "0312345987",
    "+81 3-1234-5987",
    "zaehringer.qx@private.example.org",
    "ZQX-778-aehringer",
    "h7dWq2mZ9sX4vB6nK1pR8tYc",
];

/// A text in each form in which it may be written.
fn forms(text: &str) -> Vec<String> {
    let json = Value::from(text).to_string();
    let ascii: String = text
        .encode_utf16()
        .map(|unit| {
            let plain = u8::try_from(unit).ok().filter(u8::is_ascii_graphic).map(char::from);
            plain.map_or_else(|| format!("\\u{unit:04x}"), |c| c.to_string())
        })
        .collect();
    let percent = urlencoded::strict(text);
    vec![
        text.to_owned(),
        json.trim_matches('"').to_owned(),
        ascii,
        percent.to_lowercase(),
        percent.replace("%20", "+"),
        percent,
        BASE64.encode(text).trim_end_matches('=').to_owned(),
        BASE64_URL.encode(text),
        text.bytes().map(|byte| format!("{byte:02x}")).collect(),
    ]
}

fn assert_clean(said: &str, what: &str) {
    // Parts by which a person would be known, too.
    for part in ["hringer", "Söhne", "ZQX", "12345987", "1234-5987", "private.example"] {
        assert!(!said.contains(part), "{what}: `{part}` is in\n{said}");
    }
    for form in CANARIES.iter().flat_map(|canary| forms(canary)) {
        assert!(!said.contains(&form), "{what}: `{form}` is in\n{said}");
    }
}

#[test]
fn no_text_of_an_answer_stays_whatever_its_member_and_its_form() {
    let mut tried = 0;
    for (vendor, list, row, _) in lists() {
        let mut places = vec![];
        texts(list.pointer(row).expect("a row"), row, &mut places);
        assert!(places.len() > 10, "{vendor}: {places:?}");
        for place in places {
            for canary in CANARIES {
                for form in forms(canary) {
                    let mut with = list.clone();
                    *with.pointer_mut(&place).expect("a text") = form.clone().into();
                    let what = format!("{vendor} {place} = {form}");
                    match import(&[("list.json", &with.to_string())], &[]) {
                        Ok(imported) => {
                            assert_clean(&imported.yaml, &what);
                            assert_clean(&imported.notes.join("\n"), &what);
                        }
                        // A row without its id or its time is refused.
                        Err(mistakes) => assert_clean(&mistakes.join("\n"), &what),
                    }
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 3000, "{tried}");
}

#[test]
fn a_text_that_is_everywhere_at_once_stays_nowhere() {
    for (vendor, list, row, time) in lists() {
        let mut places = vec![];
        texts(list.pointer(row).expect("a row"), row, &mut places);
        let mut with = list.clone();
        for (n, place) in places.iter().enumerate().filter(|(_, place)| !place.ends_with(time)) {
            *with.pointer_mut(place).expect("a text") = CANARIES[n % CANARIES.len()].into();
        }
        let row = with.pointer_mut(row).expect("a row");
        row["member_nobody_knows"] = json!([CANARIES[0], { "deeper": CANARIES[3] }]);
        row["Zähringer"] = CANARIES[1].into();
        let imported = imported(&[("list.json", &with.to_string())], &[]);
        assert_clean(&imported.yaml, vendor);
        assert_clean(&imported.notes.join("\n"), vendor);
        scenario(&imported.yaml);
    }
}

/// An answer with all that surrounds it in a HAR.
pub fn har(body: &str, canary: &str) -> String {
    json!({ "log": { "entries": [
        { "request": { "url": format!("https://example.org/page?who={canary}") }, "response": { "status": 200,
          "content": { "mimeType": "text/html", "size": 4, "text": canary } } },
        {
            "request": {
                "method": "POST",
                "url": format!("https://example.org/{canary}/calls?phone={}", urlencoded::strict(canary)),
                "headers": [{ "name": "Authorization", "value": format!("Bearer {}", BASE64.encode(canary)) }],
                "queryString": [{ "name": "phone", "value": canary }],
                "cookies": [{ "name": canary, "value": canary }],
                "postData": { "mimeType": "application/json", "text": json!({ "filter": { "call_number": canary } }).to_string() },
            },
            "response": {
                "status": 200,
                "headers": [{ "name": "Set-Cookie", "value": canary }],
                "content": { "mimeType": "application/json", "size": body.len(), "text": body },
            },
        },
    ] } })
    .to_string()
}

#[test]
fn a_har_and_a_journal_give_what_the_answers_in_them_give_and_nothing_of_urls_and_heads() {
    for (vendor, list, ..) in lists() {
        let body = list.to_string();
        let of = |text: &str| {
            let yaml = imported(&[("file.json", text)], &[]).yaml;
            assert_clean(&yaml, vendor);
            yaml
        };
        let plain = of(&body);
        for canary in CANARIES {
            assert_eq!(of(&har(&body, canary)), plain, "{vendor}");
            let exchange = json!({
                "seq": 7,
                "request": { "method": "GET", "path": format!("/{canary}"), "query": { "q": canary }, "headers": { "cookie": canary }, "body": null },
                "response": { "status": 200, "headers": { "content-type": "application/json", "x": canary }, "finished": true, "body": list },
            });
            let refused = json!({
                "seq": 8, "request": exchange["request"], "response": { "status": 500, "headers": {}, "body": canary },
            });
            let journal = json!({ "exchanges": [exchange, refused], "next": 8, "dropped": 0 });
            assert_eq!(of(&journal.to_string()), plain, "{vendor}");
            assert_eq!(of(&format!("{exchange}\n\n{refused}\n")), plain, "{vendor}: one exchange a line");
        }
        let base64 = har(&body, "x").replace(
            &format!("\"text\":{}", Value::from(body.as_str())),
            &format!("\"encoding\":\"base64\",\"text\":\"{}\"", BASE64.encode(&body)),
        );
        assert!(base64.contains("\"encoding\""));
        assert_eq!(of(&base64), plain, "{vendor}");
    }
}

#[test]
fn one_person_is_the_same_in_every_file() {
    let commubo = json!([{
        "callId": "A1", "callType": "0", "phoneNumber": "0330001234", "callDateTime": "2024-05-14T10:00:00+09:00",
        "connectResult": "SUCCESSFUL", "connectedDateTime": "2024-05-14T10:00:05+09:00", "talkTime": "60",
        "customer": { "customerId": "C-1", "familyName": "鈴木", "personalName": "一郎", "phoneNumbers": ["0330001234"] },
        "operator": { "operatorId": "O-1", "name": "王 Mai" }, "note": "鈴木",
    }]);
    let alibaba = json!({ "Data": { "List": [{
        "ContactId": "job-7", "StartTime": 1_715_648_400_000_i64, "ContactType": "Inbound", "ContactDisposition": "Success",
        "CallingNumber": "+81 3-3000-1234", "CalledNumber": "4001", "AgentIds": "mai@ccc-a,li@ccc-a", "AgentNames": "王 Mai,鈴木一郎",
        "InstanceId": "ccc-a", "EstablishedTime": 1_715_648_405_250_i64, "ReleaseTime": 1_715_648_465_900_i64,
    }] } });
    let sencloud = json!({ "call_logs": [{
        "id": "99", "started_at": "2024-05-14T10:00:00.000000+07:00", "ended_at": "2024-05-14T10:01:00.000000+07:00",
        "caller": "81330001234", "callee": "1900", "contact_id": "55", "direction": "in", "call_state": "answered", "duration": 60,
    }] });
    let files =
        [("a.json", commubo.to_string()), ("b.json", alibaba.to_string()), ("c.json", sencloud.to_string())];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let yaml = imported(&files, &[]).yaml;
    for gone in ["鈴木", "一郎", "Mai", "王", "0330001234", "3-3000-1234", "81330001234", "ccc-a"] {
        assert!(!yaml.contains(gone), "{gone} is in\n{yaml}");
    }
    let scenario = scenario(&yaml);
    let universe = &scenario.universe;
    assert_eq!(scenario.title.as_deref(), Some("Imported: 3 calls from a.json, b.json, c.json"));
    // One customer: two vendors know the same number.
    let customers: Vec<_> = universe.customers().map(|(_, customer)| customer).collect();
    assert_eq!(customers.len(), 1, "{yaml}");
    assert!(customers[0].data.each().count() == 2, "{yaml}");
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).collect::<String>();
    let from: Vec<String> = universe.calls().iter().map(|call| digits(&call.from)).collect();
    let national = &from.iter().find(|number| number.starts_with('0')).expect("a national number")[1..];
    assert!(from.iter().all(|number| number.ends_with(national)), "{from:?}");
    let name = customers[0].name.as_ref().expect("a name");
    let joined = format!("{}{}", name.family.as_deref().unwrap(), name.given.as_deref().unwrap());
    assert!(
        yaml.contains(&format!(",{joined}")),
        "the same name, written in one, is at another vendor:\n{yaml}"
    );
    let agents: BTreeSet<String> =
        universe.agents().map(|(_, agent)| agent.name.display.to_string()).collect();
    assert_eq!(agents.len(), 1, "one name at two vendors: {agents:?}");
    let last = universe.calls().iter().map(callmock::universe::Call::ended_at).max().expect("a call");
    let callmock::scenario::ClockSpec::Fixed(now) = scenario.clock else { panic!("the clock is fixed") };
    assert!(now > last, "{now} is after {last}");
}

#[test]
fn what_keep_names_stays_but_for_credentials_and_no_name_is_taken_that_no_vendor_has() {
    let (_, list, ..) = lists().remove(0);
    let mut list = list;
    list[0]["note"] = "h7dWq2mZ9sX4vB6nK1pR8tYc".into();
    let list = list.to_string();
    let yaml =
        imported(&[("list.json", &list)], &["checkPoint", "commubo.familyName", "note", "callId"]).yaml;
    for kept in ["abcdefg", "鈴木", "1234567890123456", "あいうえお"] {
        assert!(yaml.contains(kept), "{kept}: {yaml}");
    }
    for gone in ["一郎", "0330001234", "h7dWq2mZ9sX4vB6nK1pR8tYc", "9876543210987654"] {
        assert!(!yaml.contains(gone), "{gone}: {yaml}");
    }
    let unlisted = list.replace("SUCCESSFUL", "TRANSFERRED");
    let told = imported(&[("list.json", &unlisted)], &[]).notes.join("\n");
    assert!(told.contains("--keep connectResult") && !told.contains("TRANSFERRED"), "{told}");
    let kept = imported(&[("list.json", &unlisted)], &["connectResult"]);
    assert!(kept.yaml.contains("connectResult: TRANSFERRED"), "{}", kept.yaml);
    assert!(!kept.notes.join("\n").contains("--keep"), "{:?}", kept.notes);
    let mistakes = import(&[("list.json", &list)], &["checkpoint"]).unwrap_err();
    assert!(
        mistakes[0].starts_with("--keep checkpoint: no member") && mistakes[0].contains("`checkPoint`"),
        "{mistakes:?}"
    );
    let mistakes = import(&[("list.json", &list)], &["Signature"]).unwrap_err();
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    let (_, mut logs, ..) = lists().remove(2);
    let (url, kept) = ("https://u:p@rec.example.net/a.mp3?Signature=zqx#t", "https://rec.example.net/a.mp3");
    logs["call_logs"][0]["recording_urls"] = json!([url]);
    let yaml = imported(&[("logs.json", &logs.to_string())], &["recording_urls"]).yaml;
    assert!(yaml.contains(kept) && !yaml.contains("zqx") && !yaml.contains("u:p@"), "{yaml}");
}
