//! Importing the people and queues of CCAI Platform's calls: created ones, and those of the list.
//! The calls themselves are not imported, because a scenario has no place for most of their
//! members.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::name::NAME;
use crate::dialects::ccai::MENU_TYPES;
use crate::import::{Call, Draft, Found, Holds, Importer, Table};

/// The languages that the vendor's page lists, and other common ones.
const LANGUAGES: [&str; 16] =
    ["en", "ja", "es", "fr", "de", "it", "ko", "pt", "zh", "nl", "sv", "ru", "vi", "pl", "tr", "ar"];

const CALL: Table = &[
    ("lang", Holds::Listed(&LANGUAGES)),
    ("call_type", Holds::Listed(&["Voice Outbound (API)", "Voice Outbound"])),
    ("created_at", Holds::Time),
    ("updated_at", Holds::Time),
    ("ends_at", Holds::Time),
    ("support_number", Holds::Phone),
    ("outbound_number", Holds::Phone),
    ("out_ticket_id", Holds::Id("ticket")),
    ("selected_menu", Holds::Object(MENU)),
    ("agent_info", Holds::Object(AGENT)),
    ("end_user", Holds::Object(END_USER)),
    ("request", Holds::Object(REQUEST)),
];

const MENU: Table =
    &[("id", Holds::Number), ("name", Holds::Text("Menu")), ("menu_type", Holds::Listed(&MENU_TYPES))];

const AGENT: Table = &[
    ("id", Holds::Id("user")),
    ("agent_number", Holds::Id("agent number")),
    ("name", Holds::Person),
    ("last_name", Holds::Family),
    ("first_name", Holds::Given),
    ("avatar_url", Holds::Url("avatar")),
];

const END_USER: Table = &[
    ("id", Holds::Id("end user")),
    ("identifier", Holds::Id("identifier")),
    ("out_contact_id", Holds::Id("contact")),
];

/// The members of the request that created a call, which tell what its answer does not.
const REQUEST: Table =
    &[("agent_email", Holds::Mail), ("end_user_number", Holds::Phone), ("outbound_number", Holds::Phone)];

/// The calls of CCAI Platform's answers.
pub struct Rows;

impl Importer for Rows {
    fn rows(&self, found: &Found) -> Option<Vec<Value>> {
        let is_call = |value: &Value| value.get("call_type").is_some() && value.get("agent_info").is_some();
        match &found.body {
            Value::Array(all) if all.iter().any(is_call) => Some(all.clone()),
            body if is_call(body) => {
                let mut call = body.clone();
                call["request"] = found.request.clone().unwrap_or_default();
                Some(vec![call])
            }
            _ => None,
        }
    }

    fn table(&self) -> Table {
        CALL
    }

    fn read(&self, row: &Map<String, Value>, draft: &mut Draft) -> Result<Option<Call>, &'static str> {
        for time in ["created_at", "updated_at", "ends_at"] {
            let text = row.get(time).and_then(Value::as_str);
            draft.tell_time(text.and_then(|text| DateTime::parse_from_rfc3339(text).ok()));
        }
        let request = row.get("request").unwrap_or(&Value::Null);
        draft.note(NAME, "languages", row.get("lang"));
        for number in [row.get("outbound_number"), row.get("support_number"), request.get("outbound_number")]
        {
            draft.note(NAME, "outbound_numbers", number);
        }
        if let Some(menu) = row.get("selected_menu").filter(|menu| menu["id"].is_number()) {
            let entry = draft.queue(NAME, &menu["id"].to_string());
            entry.set("name", menu.get("name"));
            entry.add(NAME, "menu_id", menu.get("id")).add(NAME, "menu_type", menu.get("menu_type"));
        }
        if let Some(agent) = row.get("agent_info").filter(|agent| agent["id"].is_number()) {
            let entry = draft.agent(NAME, &agent["id"].to_string());
            entry.set("name", Some(&name(agent))).set("email", request.get("agent_email"));
            let number = agent.get("agent_number").filter(|number| number.is_number());
            entry.add(NAME, "user_id", agent.get("id")).add(NAME, "agent_number", number);
            entry.add(NAME, "avatar_url", agent.get("avatar_url"));
        }
        if let Some(user) = row.get("end_user").filter(|user| user["id"].is_number()) {
            let phone = request.get("end_user_number");
            let entry = draft.customer(NAME, &user["id"].to_string(), phone.and_then(Value::as_str));
            entry.set("phones", phone.map(|phone| json!([phone])).as_ref());
            entry.set(
                "tickets",
                row.get("out_ticket_id").filter(|id| id.is_string()).map(|id| json!([id])).as_ref(),
            );
            entry.add(NAME, "end_user_id", user.get("id")).add(NAME, "identifier", user.get("identifier"));
            entry.add(NAME, "out_contact_id", user.get("out_contact_id"));
        }
        Ok(None)
    }

    fn has_calls(&self) -> bool {
        false
    }

    fn account(&self, draft: &Draft) -> Value {
        let or = |what, default: &str| match draft.noted(NAME, what) {
            [] => vec![default.to_owned()],
            noted => noted.to_vec(),
        };
        json!({
            "subdomain": "acme",
            "token": "mock-token",
            "outbound_numbers": or("outbound_numbers", "+1 201-555-0100"),
            "languages": or("languages", "en"),
        })
    }
}

/// An agent's name, in two parts if they are the whole of it.
fn name(agent: &Value) -> Value {
    let part = |name: &str| agent.get(name).and_then(Value::as_str).filter(|part| !part.is_empty());
    match (part("name"), part("first_name"), part("last_name")) {
        (Some(whole), Some(given), Some(family)) if whole == format!("{given} {family}") => {
            json!({ "given": given, "family": family })
        }
        (Some(whole), ..) => whole.into(),
        (None, Some(given), Some(family)) => json!({ "given": given, "family": family }),
        (None, given, family) => given.or(family).map_or(Value::Null, Value::from),
    }
}
