//! Every answer that this suite is given, held against the vendors' OpenAPI documents: status,
//! media type, headers, body.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{LazyLock, Mutex};

use callmock::contract::{Readings, Route};
use callmock::vendor::openapi::Document;
use callmock::vendors;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::mock::Mock;
use crate::vendor;

/// An answer, wherever it was seen.
pub struct Seen<'a> {
    pub vendor: &'a str,
    /// The operation, where the request names one.
    pub operation: Option<&'a str>,
    pub method: &'a str,
    pub status: u16,
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// The whole body; none where not all of it was seen.
    pub body: Option<&'a [u8]>,
}

static DOCUMENTS: LazyLock<HashMap<&'static str, Value>> = LazyLock::new(|| {
    vendors::ALL
        .iter()
        .map(|vendor| (vendor.catalogue().vendor, vendor.openapi(&Readings::default())))
        .collect()
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);

/// Hashes of the bodies that were found right, each with the name of its schema. Most answers are
/// seen twice, on the wire and in the journal, and many are alike.
static RIGHT: LazyLock<Mutex<HashSet<u64>>> = LazyLock::new(Mutex::default);

/// What is wrong with an answer, by the vendor's document.
pub fn mistake(seen: &Seen<'_>) -> Option<String> {
    // A vendor that exists in a test only has no document.
    let document = DOCUMENTS.get(seen.vendor)?;
    let mut why = vec![];
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("an id");
            // A POST or a HEAD that is the like of a GET has the GET's id with an end of its own.
            let plain = id.strip_suffix("_by_post").or(id.strip_suffix("_head")).unwrap_or(id);
            let is_it = seen.operation.is_none_or(|wanted| [id, plain].contains(&wanted))
                // An operation by another method than the document's is refused as any other is.
                && (method.eq_ignore_ascii_case(seen.method) || seen.status >= 400);
            if is_it {
                match against(seen, document, path, method, operation) {
                    None => return None,
                    Some(mistake) => why.push(mistake),
                }
            }
        }
    }
    why.dedup();
    Some(if why.is_empty() { "no such operation".to_owned() } else { why.join("; ") })
}

fn against(seen: &Seen<'_>, document: &Value, path: &str, method: &str, operation: &Value) -> Option<String> {
    let status = seen.status.to_string();
    let Some(response) = operation["responses"].get(&status) else {
        return Some(format!("status {status} is not documented"));
    };
    for (name, header) in response["headers"].as_object().into_iter().flatten() {
        if header["required"] == true && (seen.header)(name).is_none() {
            return Some(format!("no header {name}"));
        }
    }
    let body = seen.body?;
    if body.is_empty() {
        // A refusal need not have a body at every vendor, nor has what answers a HEAD, nor a file.
        let is_file = (seen.header)("content-type").is_some_and(|kind| kind.starts_with("audio/"));
        let may_be =
            seen.method == "HEAD" || is_file || seen.status >= 400 && vendor::of(seen.vendor).may_be_silent();
        return (!may_be && response.get("content").is_some()).then(|| "no body".to_owned());
    }
    let kind = (seen.header)("content-type").unwrap_or_default();
    let Some(media) = response["content"].get(&kind) else {
        return Some(format!("media type {kind:?} is not documented"));
    };
    if !kind.starts_with("application/json") {
        return None;
    }
    let name = format!("{} {method} {path} {status}", seen.vendor);
    let mut hasher = DefaultHasher::new();
    (&name, body).hash(&mut hasher);
    let hash = hasher.finish();
    if RIGHT.lock().expect("no panic").contains(&hash) {
        return None;
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return Some("no JSON".to_owned()) };
    let validator = *VALIDATORS.lock().expect("no panic").entry(name).or_insert_with(|| {
        let schema = json!({ "allOf": [media["schema"]], "components": document["components"] });
        Box::leak(Box::new(jsonschema::validator_for(&schema).expect("a schema")))
    });
    let mistakes = validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path()));
    let mistakes = mistakes.take(3).collect::<Vec<_>>().join(", ");
    if mistakes.is_empty() {
        RIGHT.lock().expect("no panic").insert(hash);
        return None;
    }
    Some(mistakes)
}

/// Fails where an exchange of a journal, as the admin API shows it, has an answer that is not as
/// documented.
pub fn hold(exchange: &Value) {
    let response = &exchange["response"];
    // A test with secrets of one letter, or with room for a few bytes, has a journal that does not
    // show what was sent.
    if response.to_string().contains('…') {
        return;
    }
    // What a fault made up, or the connection cut, is nobody's promise.
    let whole = response["finished"] == true && response["truncated"] != true;
    let Some(status) = response["status"].as_u64().and_then(|status| u16::try_from(status).ok()) else {
        return;
    };
    if exchange["behaviors"].as_array().is_none_or(Vec::is_empty) || !exchange["fault"].is_null() {
        return;
    }
    let body = match &response["body"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    let header = |name: &str| response["headers"][name].as_str().map(str::to_owned);
    let seen = Seen {
        vendor: exchange["vendor"].as_str().expect("a vendor"),
        operation: exchange["operation"].as_str(),
        method: exchange["request"]["method"].as_str().expect("a method"),
        status,
        header: &header,
        body: whole.then_some(body.as_bytes()),
    };
    if let Some(mistake) = mistake(&seen) {
        panic!("an answer is not as documented: {mistake}\n{exchange:#}");
    }
}

#[test]
fn the_documents_are_openapi_3_1_and_name_what_they_are_drawn_from() {
    for (vendor, document) in DOCUMENTS.iter() {
        assert_eq!(document["openapi"], "3.1.0");
        assert!(document["externalDocs"]["url"].as_str().is_some_and(|url| url.starts_with("https://")));
        let text = document.to_string();
        let catalogue = vendors::catalogues().find(|c| c.vendor == *vendor).expect("a vendor");
        for behavior in catalogue.behaviors().filter(|behavior| behavior.status.is_some()) {
            assert!(text.contains(&format!("`{}`", behavior.id)), "{}", behavior.id);
        }
        // Each reference leads somewhere, and each schema can be used.
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().expect("its end");
            assert!(document.pointer(pointer).is_some(), "{vendor}: {pointer}");
        }
        let mut ids: Vec<&str> = vec![];
        for operation in
            document["paths"].as_object().unwrap().values().flat_map(|m| m.as_object().unwrap().values())
        {
            ids.push(operation["operationId"].as_str().expect("an id"));
            assert!(operation["responses"].as_object().is_some_and(|responses| responses.len() > 3));
        }
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{vendor}: an id twice");
    }
}

#[test]
fn the_pages_own_examples_are_as_the_documents_say() {
    let mut examples = 0;
    for (vendor, document) in DOCUMENTS.iter() {
        for methods in document["paths"].as_object().expect("paths").values() {
            for (method, operation) in methods.as_object().expect("methods") {
                let responses = operation["responses"].as_object().expect("responses");
                for (status, response) in responses {
                    let content = response["content"].as_object();
                    let Some((kind, media)) = content.and_then(|content| content.iter().next()) else {
                        continue;
                    };
                    for (name, example) in media["examples"].as_object().into_iter().flatten() {
                        examples += 1;
                        let body = example["value"].to_string();
                        let header =
                            |name: &str| Some(if name == "content-type" { kind.clone() } else { "x".into() });
                        let seen = Seen {
                            vendor,
                            operation: operation["operationId"].as_str(),
                            method,
                            status: status.parse().expect("a status"),
                            header: &header,
                            body: Some(body.as_bytes()),
                        };
                        assert_eq!(mistake(&seen), None, "{vendor} {name}");
                    }
                }
            }
        }
    }
    assert!(examples >= 50, "{examples}");
}

#[test]
fn an_answer_that_is_not_as_documented_is_told() {
    let json = |name: &str| (name == "content-type").then(|| "application/json".to_owned());
    let text = |name: &str| (name == "content-type").then(|| "text/plain".to_owned());
    let mut seen = Seen {
        vendor: "commubo",
        operation: Some("list_calls"),
        method: "GET",
        status: 200,
        header: &json,
        body: Some(b"[]"),
    };
    assert_eq!(mistake(&seen), None);
    seen.body = Some(b"[{}]");
    assert!(mistake(&seen).expect("a mistake").contains("callId"));
    seen.body = Some(b"[");
    assert_eq!(mistake(&seen).expect("a mistake"), "no JSON");
    seen.body = Some(b"");
    assert_eq!(mistake(&seen).expect("a mistake"), "no body");
    seen.body = Some(b"[]");
    seen.header = &text;
    assert!(mistake(&seen).expect("a mistake").contains("media type"));
    seen.status = 204;
    assert!(mistake(&seen).expect("a mistake").contains("204 is not documented"));
    (seen.vendor, seen.operation, seen.status) = ("alibaba", Some("list_call_detail_records"), 200);
    assert!(mistake(&seen).expect("a mistake").contains("no header"));
    seen.method = "POST";
    assert!(mistake(&seen).expect("a mistake").contains("no header"), "the POST has an id of its own");
    seen.operation = Some("list_call_detail");
    assert_eq!(mistake(&seen).expect("a mistake"), "no such operation", "the beginning of an id is none");
}

#[tokio::test]
async fn an_answer_of_any_vendor_is_as_documented_and_another_is_told() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    for vendor in vendor::ALL {
        let answer = vendor.ask(&world).await;
        assert!(answer.status < 300, "{vendor:?}: {}", answer.body);
        let exchange = world.journal().await.pop().expect("an exchange");
        let header = |name: &str| answer.headers.get(name)?.to_str().map(str::to_owned).ok();
        let told = |status: u16, body: &str| {
            mistake(&Seen {
                vendor: vendor.name(),
                operation: exchange["operation"].as_str(),
                method: exchange["request"]["method"].as_str().expect("a method"),
                status,
                header: &header,
                body: Some(body.as_bytes()),
            })
        };
        assert_eq!(told(answer.status, &answer.body), None, "{vendor:?}");
        for (status, body) in [
            (answer.status, "{"),
            (answer.status, "7"),
            (answer.status, "[{}]"),
            (answer.status, r#"{"unknown":1}"#),
            (299, answer.body.as_str()),
        ] {
            assert!(told(status, body).is_some(), "{vendor:?}: {status} {body}");
        }
    }
}

#[tokio::test]
async fn the_documents_are_served_and_printed_and_an_unknown_vendor_is_told() {
    let mock = Mock::embedded("documented").await;
    for vendor in vendors::catalogues().map(|catalogue| catalogue.vendor) {
        let served = mock.get(&format!("/_mock/openapi/{vendor}.json")).await.json();
        let printed = crate::cli::callmock().args(["openapi", vendor]).output().expect("it runs");
        assert_eq!(served, serde_json::from_slice::<Value>(&printed.stdout).expect("JSON"));
        assert_eq!(served, DOCUMENTS[vendor]);
    }
    let unknown = mock.get("/_mock/openapi/comubo.json").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("did you mean `commubo`?"), "{}", unknown.body);
    let unknown = crate::cli::callmock().args(["openapi", "comubo"]).output().expect("it runs");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(crate::cli::text(&unknown.stderr).contains("did you mean `commubo`?"));
}

#[test]
#[should_panic(expected = "stands twice in the document")]
fn a_second_use_of_a_path_and_method_in_a_document_fails() {
    let vendor = vendors::ALL[0];
    let mut document = Document::of(vendor.catalogue());
    let endpoint = vendor.endpoints()[0];
    for _ in 0..2 {
        (endpoint.describe)(&mut document, &endpoint.operation, &Readings::default());
    }
}

#[test]
fn every_operation_stands_under_a_key_of_its_own_and_further_actions_have_a_fragment() {
    let mut fragments = 0;
    for vendor in vendors::ALL {
        let document = vendor.openapi(&Readings::default());
        let paths = document["paths"].as_object().expect("paths");
        let mut actions = 0;
        for operation in vendor.catalogue().operations {
            let key = match operation.route {
                Route::Path { template, .. } => template.to_owned(),
                Route::Action { path, .. } if actions == 0 => path.to_owned(),
                Route::Action { path, name, .. } => format!("{path}#{name}"),
            };
            actions += u32::from(matches!(operation.route, Route::Action { .. }));
            fragments += u32::from(key.contains('#'));
            for method in operation.route.methods() {
                let id = paths[&key][method.to_lowercase()]["operationId"].as_str().unwrap_or_default();
                assert!(id.starts_with(operation.id), "{} {method} {key}: {id}", operation.id);
            }
        }
    }
    assert!(fragments > 0, "a vendor has a second action");
}
