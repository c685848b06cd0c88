//! `docs/scenarios.md`: its examples run, and its tables are what the code does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use callmock::scenario;
use callmock::universe::MAGIC_NUMBERS;
use callmock::vendors;
use serde_json::{Value, json};

use crate::generated;
use crate::mock::{Mock, list_at};

const PAGE: &str = "docs/scenarios.md";

#[tokio::test]
async fn every_example_of_the_page_is_served_as_it_is_printed() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)).expect("the page");
    let examples: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().expect("an example")).collect();
    assert!(examples.len() >= 7, "{}", examples.len());
    for example in examples {
        let mock = Mock::at(example, "2026-11-26T12:00:00Z").await;
        let calls = mock.get("/_mock/calls?limit=10000").await.json();
        let expected = example.contains("calls:");
        assert_eq!(!list_at(&calls, "/calls").is_empty(), expected, "{example}");
    }
}

/// What each vendor shows of the first call that it holds.
async fn shown(mock: &Mock) -> BTreeMap<&'static str, String> {
    let call = mock.get("/_mock/calls/c").await.json();
    let text = |vendor: &str, members: &[&str]| {
        let row = &call["shown"][vendor];
        let told = members.iter().filter_map(|member| {
            let value = row[*member].as_str()?;
            Some(format!("`{member}: {value}`"))
        });
        if row.is_null() { "-".to_owned() } else { told.collect::<Vec<_>>().join(" ") }
    };
    BTreeMap::from([
        ("commubo", text("commubo", &["callType", "connectResult"])),
        ("ccai", text("ccai", &["status", "fail_reason"])),
        ("alibaba", text("alibaba", &["ContactType", "ContactDisposition", "EarlyMediaState"])),
        ("sencloud", text("sencloud", &["direction", "call_state", "call_status"])),
    ])
}

#[tokio::test]
async fn the_table_of_outcomes_is_what_the_vendors_show() {
    let mut table = String::from(
        "| direction | outcome | commubo | ccai | alibaba | sencloud |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    let outcomes = [
        "answered",
        "no_answer",
        "busy",
        "rejected",
        "abandoned_ivr",
        "abandoned_queue",
        "abandoned_ring",
        "voicemail",
        "failed",
    ];
    for direction in ["inbound", "outbound", "internal"] {
        for outcome in outcomes {
            if direction != "inbound" && outcome.starts_with("abandoned") {
                continue;
            }
            if direction == "internal" && outcome == "voicemail" {
                continue;
            }
            let yaml = format!(
                "callmock: 1\nagents: [{{id: a, name: A}}]\ncalls: [{{id: c, direction: {direction}, from: \"1\", to: \"2\", at: -1h, outcome: {outcome}, agent: a}}]\n"
            );
            let shown = shown(&Mock::of(&yaml).await).await;
            table.push_str(&format!(
                "| {direction} | `{outcome}` | {} | {} | {} | {} |\n",
                shown["commubo"], shown["ccai"], shown["alibaba"], shown["sencloud"]
            ));
        }
    }
    generated::hold_block(PAGE, "outcomes", &table);
}

#[test]
fn the_table_of_numbers_is_the_codes() {
    let rows = MAGIC_NUMBERS.iter().map(|number| format!("| …{} | {} |\n", number.digits, number.summary));
    let table = format!("| digits | meaning |\n| --- | --- |\n{}", rows.collect::<String>());
    generated::hold_block(PAGE, "magic", &table);
}

fn schema() -> Value {
    scenario::schema(&vendors::catalogues().collect::<Vec<_>>())
}

/// The type of a property, and the name of its definition if it has one.
fn kind(schema: &Value, property: &Value) -> (String, Option<String>) {
    let named = |value: &Value| {
        value["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()).map(str::to_owned)
    };
    if let Some(name) = named(property) {
        let of = &schema["$defs"][&name];
        if let Some(words) = words(of) {
            return (words, None);
        }
        return (format!("[{name}](#{})", name.to_lowercase()), Some(name));
    }
    if let Some(words) = words(property) {
        return (words, None);
    }
    for any in ["anyOf", "oneOf"] {
        if let Some(options) = property[any].as_array() {
            let kinds: Vec<(String, Option<String>)> = options
                .iter()
                .filter(|option| option["type"] != "null")
                .map(|option| kind(schema, option))
                .collect();
            let name = kinds.iter().find_map(|(_, name)| name.clone());
            let mut texts: Vec<String> =
                kinds.into_iter().map(|(text, _)| text).filter(|text| !text.is_empty()).collect();
            texts.dedup();
            return (texts.join(" or "), name);
        }
    }
    let types = match &property["type"] {
        Value::Array(all) => all
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        Value::String(kind) => kind.clone(),
        _ => String::new(),
    };
    if types == "array" {
        let (item, name) = kind(schema, &property["items"]);
        return (format!("list of {item}"), name);
    }
    (types, None)
}

/// The words of an enumeration.
fn words(of: &Value) -> Option<String> {
    let quoted = |word: &Value| word.as_str().map(|word| format!("`{word}`"));
    if let Some(all) = of["enum"].as_array() {
        return Some(all.iter().filter_map(quoted).collect::<Vec<_>>().join(", "));
    }
    let all = of["oneOf"].as_array()?;
    let words: Option<Vec<String>> = all.iter().map(|one| quoted(&one["const"])).collect();
    words.map(|words| words.join(", "))
}

#[test]
fn every_property_of_the_schema_is_described_in_words_that_need_no_other_document() {
    fn walk(value: &Value, path: &str, wrong: &mut Vec<String>) {
        if let Some(properties) = value["properties"].as_object().filter(|_| value.get("if").is_none()) {
            for (name, property) in properties {
                let told = property["description"].as_str().unwrap_or_default();
                if told.is_empty() && !path.contains("then") {
                    wrong.push(format!("{path}.{name} has no description"));
                }
                for reference in ["contract.md", "page L", "fact sheet"] {
                    if told.contains(reference) {
                        wrong.push(format!("{path}.{name} cites {reference}"));
                    }
                }
            }
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if name != "then" && name != "if" {
                        walk(member, &format!("{path}/{name}"), wrong);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, path, wrong)),
            _ => {}
        }
    }
    let mut wrong = vec![];
    walk(&schema(), "", &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_tables_of_keys_are_the_schemas() {
    let schema = schema();
    let mut text = String::new();
    let mut queue = vec![("The file".to_owned(), schema.clone())];
    let mut seen: Vec<String> = vec![];
    while let Some((title, definition)) = (!queue.is_empty()).then(|| queue.remove(0)) {
        let Some(properties) = definition["properties"].as_object() else { continue };
        let about = definition["description"].as_str().unwrap_or_default();
        text.push_str(&format!(
            "### {title}\n\n{}\n\n| key | value | meaning |\n| --- | --- | --- |\n",
            about.replace('\n', " ")
        ));
        let required = definition["required"].as_array().cloned().unwrap_or_default();
        for (name, property) in properties {
            // A table of readings is elsewhere: `callmock readings`.
            let (kind, next) = if name == "readings" && title == "The file" {
                ("mapping; `callmock readings` lists them".to_owned(), None)
            } else {
                kind(&schema, property)
            };
            let must = if required.contains(&json!(name)) { " (required)" } else { "" };
            let mut meaning = property["description"].as_str().unwrap_or_default().replace('\n', " ");
            if let Some(default) = property
                .get("default")
                .filter(|default| !default.is_null() && !default.is_array() && !default.is_object())
            {
                meaning.push_str(&format!(
                    " Default: `{}`.",
                    default.as_str().map_or_else(|| default.to_string(), str::to_owned)
                ));
            }
            if let Some(examples) = property["examples"].as_array() {
                let examples: Vec<String> =
                    examples.iter().filter_map(Value::as_str).map(|example| format!("`{example}`")).collect();
                meaning.push_str(&format!(" For example {}.", examples.join(", ")));
            }
            let cell = |text: &str| text.replace('|', "\\|");
            text.push_str(&format!("| `{name}`{must} | {} | {} |\n", cell(&kind), cell(&meaning)));
            if let Some(next) = next.filter(|next| !seen.contains(next)) {
                seen.push(next.clone());
                queue.push((next.clone(), schema["$defs"][&next].clone()));
            }
        }
        text.push('\n');
    }
    let text = format!("{}\n", text.trim_end());
    generated::hold_block(PAGE, "keys", &text);
}
